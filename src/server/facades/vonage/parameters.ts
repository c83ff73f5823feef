import type { FastifyRequest } from "fastify";

/** What a request says, wherever it says it: query, form and JSON are one to this vendor. */
export interface Parameters {
  /** The value, trimmed; undefined where it is absent or blank, which is the same to the vendor. */
  get(name: string): string | undefined;
  /** Every value of a name that may be repeated. */
  all(name: string): readonly string[];
  /** Every name with its value as it was sent, for signatures. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
}

/** How a plus sign in a query is read: as browsers do, or as a client means it that does not escape it. */
export type PlusSign = "space" | "plus";

/** Reads all parameters. What cannot be read is as good as absent: the vendor knows no error for it. */
export function readParameters(request: FastifyRequest, plusSign: PlusSign = "space"): Parameters {
  const entries = bodyOf(request);
  // What is in the body wins: it is not what a log or a proxy may have touched.
  const inBody = new Set(entries.keys());
  for (const [name, value] of queryOf(request.raw.url ?? "", plusSign)) {
    if (!inBody.has(name)) append(entries, name, value);
  }
  return {
    get(name) {
      for (const one of entries.get(name) ?? []) if (one.trim() !== "") return one.trim();
      return undefined;
    },
    all: (name) => (entries.get(name) ?? []).map((one) => one.trim()).filter((one) => one !== ""),
    entries,
  };
}

type Entries = Map<string, string[]>;

function append(entries: Entries, name: string, value: string): void {
  const values = entries.get(name);
  if (values === undefined) entries.set(name, [value]);
  else values.push(value);
}

function queryOf(url: string, plusSign: PlusSign): Iterable<readonly [string, string]> {
  const at = url.indexOf("?");
  if (at === -1) return [];
  const query = url.slice(at + 1);
  return new URLSearchParams(plusSign === "plus" ? query.replaceAll("+", "%2B") : query);
}

function bodyOf(request: FastifyRequest): Entries {
  const { body } = request;
  const entries: Entries = new Map();
  if (!Buffer.isBuffer(body) || body.length === 0) return entries;
  const text = body.toString("utf8");
  const type = request.headers["content-type"] ?? "";
  if (/\bjson\b/i.test(type) || (!/form-urlencoded/i.test(type) && text.trimStart().startsWith("{"))) {
    readJson(text, entries);
  } else {
    for (const [name, value] of new URLSearchParams(text)) append(entries, name, value);
  }
  return entries;
}

function readJson(text: string, entries: Entries): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const [name, one] of Object.entries(value)) {
    for (const each of Array.isArray(one) ? one : [one]) {
      const word = wordOf(each);
      if (word !== null) append(entries, name, word);
    }
  }
}

/** Newer clients send numbers where older ones send digits; what is neither says nothing. */
function wordOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "boolean" ? String(value) : null;
}
