/** Looks into what a carrier sent, which may be anything: the value at the path, or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** A text with something in it; numbers count as theirs, since carriers cannot decide. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | null {
  const found = at(value, ...path);
  if (typeof found === "number") return String(found);
  return typeof found === "string" && found !== "" ? found : null;
}

/** The body of a callback as JSON; undefined where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `+1415...` of whatever spelling carriers use for a number; what has letters is a name and stays one. */
export function toE164(given: string): string {
  return /^\d{7,15}$/.test(given) ? `+${given}` : given;
}
