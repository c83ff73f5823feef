import pg from "pg";

/** A statement and the text of its arguments: group by group they go out together. */
export interface Call {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | null)[];
}

export type Fields = readonly (string | null)[];

/** What a statement gave: its rows, column by column as text, and what the server says it did. */
export interface Answer {
  readonly rows: Fields[];
  tag: string;
}

/** What node-postgres calls of a connection; its types do not tell. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>;
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(bound: { statement: string; values: readonly unknown[] }): void;
  execute(): void;
  sync(): void;
}

type Callback = (cause: Error | null) => void;

/** Its own queries are the only ones that may share a connection with others under way. */
const Query = pg.Query as unknown as new (text: string) => { callback: Callback | undefined };

/**
 * Several statements with one end: the server answers once, and after one that failed it skips the others. The answers
 * are not described, since whoever calls knows the columns: half of the messages, and on a small machine most of the
 * switches between server and database (measured: 20 % of the processor time of a start and check).
 */
class Group extends Query {
  #calls: readonly Call[];
  #answers: Answer[];
  #ended: Callback | null;
  #rows: Fields[] = [];

  constructor(calls: readonly Call[], answers: Answer[], ended: Callback) {
    super("");
    this.#calls = calls;
    this.#answers = answers;
    this.#ended = ended;
    this.callback = endOf(this);
  }

  /**
   * For its time-out node-postgres puts a function literal in place of `callback`. V8 makes such a function old at birth and
   * keeps what it leads to (ADR 67): so that it leads to nothing, all is let go of here.
   */
  end(cause: Error | null): void {
    const ended = this.#ended;
    this.#calls = [];
    this.#answers = [];
    this.#ended = null;
    ended?.(cause);
  }

  submit(wire: Wire): null {
    wire.stream.cork();
    try {
      for (const { name, text, values } of this.#calls) {
        if (wire.parsedStatements[name] === undefined) {
          wire.parse({ name, text });
          wire.parsedStatements[name] = text;
        }
        wire.bind({ statement: name, values });
        wire.execute();
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return null;
  }

  handleDataRow({ fields }: { fields: Fields }): void {
    this.#rows.push(fields);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#answers.push({ rows: this.#rows, tag: text });
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.callback?.(null);
  }

  handleError(cause: Error): void {
    this.callback?.(cause);
  }
}

function endOf(group: Group): Callback {
  return (cause) => group.end(cause);
}

/**
 * Sends all statements at once. `answers` grows with what came back, also when one of them fails; the connection is
 * then of no further use, since nobody knows which of them it has prepared.
 */
export function askTogether(
  client: pg.PoolClient,
  calls: readonly Call[],
  answers: Answer[] = [],
): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const group = new Group(calls, answers, (cause) => (cause === null ? resolve(answers) : reject(cause)));
    client.query(group as unknown as pg.Submittable);
  });
}

const special = /["\\]/;
const eachSpecial = /["\\]/g;

/** A list as the text of an array, whatever is in it. */
export function arrayText(list: readonly (string | number | null)[]): string {
  // The rule: ids, none of which has to be escaped.
  if (list.length > 0 && list.every(isText) && !special.test(list.join(""))) return `{"${list.join('","')}"}`;
  return `{${list.map(itemText).join(",")}}`;
}

function isText(item: unknown): boolean {
  return typeof item === "string";
}

function itemText(item: string | number | null): string {
  if (item === null) return "null";
  return typeof item === "number" ? String(item) : `"${item.replace(eachSpecial, "\\$&")}"`;
}

/** Between documents: JSON never contains it as it is. Statements take the text apart at `chr(30)`. */
export const documentEnd = "\x1e";
