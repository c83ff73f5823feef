import type { Fields } from "./flow.ts";

/** What a form or a query says. What was sent twice is not there. */
export function fieldsOf(given: unknown): Fields {
  if (typeof given !== "object" || given === null) return {};
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (typeof value === "string") fields[name] = value;
  return fields;
}
