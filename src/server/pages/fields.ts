import type { FastifyInstance } from "fastify";
import type { Fields } from "./flow.ts";

/** Of what `readForms` made of a body: texts, each sent once. It has nothing of its own that a field could be. */
const formPrototype: object = Object.create(null);

/** What a form or a query says. What was sent twice is not there. */
export function fieldsOf(given: unknown): Fields {
  if (typeof given !== "object" || given === null) return {};
  if (Object.getPrototypeOf(given) === formPrototype) return given as Fields;
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (typeof value === "string") fields[name] = value;
  return fields;
}

/** Reads what browsers send of a form. */
export function readForms(app: FastifyInstance, bodyLimit: number): void {
  const options = { parseAs: "buffer", bodyLimit } as const;
  app.addContentTypeParser("application/x-www-form-urlencoded", options, (_request, body: Buffer, done) =>
    done(null, formFrom(body.toString())),
  );
}

/** Of a text in the form `application/x-www-form-urlencoded`. */
export function formFrom(text: string): Fields {
  const form: Record<string, string> = Object.create(formPrototype);
  const twice: string[] = [];
  for (let from = 0; from < text.length; ) {
    const and = text.indexOf("&", from);
    const end = and === -1 ? text.length : and;
    // Within the pair alone: what was looked for in all that follows would take the square of a body without any.
    const pair = text.slice(from, end);
    const equals = pair.indexOf("=");
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    if (form[name] !== undefined) twice.push(name);
    else if (end > from) form[name] = equals === -1 ? "" : decoded(pair.slice(equals + 1));
    from = end + 1;
  }
  for (const name of twice) delete form[name];
  return form;
}

/** Most of what is typed is plain. What is no escape stays as it stands. */
function decoded(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
