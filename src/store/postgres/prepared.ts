/** A statement that a connection prepares once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export function prepared(name: string, text: string): Statement {
  return { name, text };
}
