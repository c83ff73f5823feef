import type { Fields } from "./flow.ts";

/** What a form or a query says. What was sent twice is not there. */
export function fieldsOf(given: unknown): Fields {
  if (typeof given !== "object" || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
