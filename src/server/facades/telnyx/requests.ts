import type { FastifyReply, FastifyRequest } from "fastify";
import type { Scope } from "../../../tenants/index.ts";
import type { Caller } from "../../caller.ts";
import { enter, keyWithSecret, needScope, refuseEntry } from "../dialect-key.ts";
import { errors, refuse } from "./errors.ts";

/** Who calls, by the one form of credentials that this vendor has. */
export async function callerOf(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<Caller> {
  const secret = /^Bearer +([\x21-\x7e]{1,256}) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (secret === undefined) return refuseEntry(request, "There is no API key.");
  const caller = enter(request, reply, await keyWithSecret(request, "telnyx", "", secret));
  needScope(caller, scope);
  return caller;
}

/** The fields of a body. */
export type Fields = ReadonlyMap<string, unknown>;

/** An object of JSON. Nothing at all is an empty one: clients send the content type of JSON with an empty body. */
export function fieldsOf(request: FastifyRequest): Fields {
  const { body } = request;
  const text = Buffer.isBuffer(body) ? body.toString("utf8") : "";
  if (text.trim() === "") return new Map();
  try {
    return objectOf(JSON.parse(text), "");
  } catch (cause) {
    if (cause instanceof SyntaxError) return refuse(errors.bad({ detail: "The body is not valid JSON." }));
    throw cause;
  }
}

export function objectOf(value: unknown, pointer: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(errors.bad({ detail: "must be an object", ...(pointer === "" ? {} : { pointer }) }));
  }
  return new Map(Object.entries(value));
}

/** A text; undefined where it is absent or null, which is the same to the vendor. */
export function textIn(fields: Fields, name: string, at = ""): string | undefined {
  const value = fields.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" ? value : refuse(wrong(name, at, "must be a string"));
}

export function neededText(fields: Fields, name: string): string {
  const value = textIn(fields, name);
  if (value !== undefined && value.trim() !== "") return value;
  return refuse(errors.missing({ pointer: `/${name}`, detail: `${name} is required.` }));
}

/** A whole number, also one that was written as a text. */
export function wholeIn(
  fields: Fields,
  name: string,
  [min, max]: readonly [number, number],
  at = "",
): number | undefined {
  const value = fields.get(name);
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= min && number <= max) {
    return number;
  }
  return refuse(wrong(name, at, `must be a whole number from ${min} to ${max}`));
}

export function wrong(name: string, at: string, detail: string): ReturnType<typeof errors.bad> {
  return errors.bad({ pointer: `${at}/${name}`, detail: `${name} ${detail}.` });
}
