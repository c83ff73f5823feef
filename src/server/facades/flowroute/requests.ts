import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../caller.ts";
import { basicOf } from "../basic.ts";
import { enter, keyWithSecret, refuseEntry } from "../dialect-key.ts";
import { errors, refuse } from "./errors.ts";

/** Who calls: an access key and a secret key, by Basic alone. */
export async function callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  const basic = basicOf(request);
  if (basic === null) return refuseEntry(request, "There is no access key.");
  return enter(request, reply, await keyWithSecret(request, "flowroute", basic.user, basic.secret));
}

/** A message as it was asked for. */
export interface Asked {
  readonly to: string;
  readonly from: string | undefined;
  readonly text: string;
  readonly receiptUrl: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Flat, or wrapped as a JSON:API document; `content` and `body` name the same field, whatever the version. */
export function messageIn(request: FastifyRequest): Asked {
  const fields = fieldsOf(request);
  if (isSet(fields["media_urls"]) || isSet(fields["is_mms"])) {
    return refuse(errors.unprocessable("Only texts are sent here: leave media_urls and is_mms out."));
  }
  const to = wordOf(fields["to"]);
  if (to === undefined) return refuse(errors.unprocessable("to is required."));
  const text = fields["body"] ?? fields["content"];
  if (typeof text !== "string") return refuse(errors.unprocessable("body is required."));
  const from = wordOf(fields["from"]);
  const sender = from === undefined ? undefined : (toE164(from) ?? from);
  return { to: toE164(to) ?? to, from: sender, text, receiptUrl: wordOf(fields["dlr_callback"]) };
}

function fieldsOf({ body }: FastifyRequest): Fields {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.isBuffer(body) ? body.toString("utf8") : "");
  } catch (cause) {
    if (cause instanceof SyntaxError) return refuse(errors.bad("The body is not valid JSON."));
    throw cause;
  }
  const whole = objectOf(document) ?? refuse(errors.bad("The body must be an object."));
  const data = objectOf(whole["data"]);
  return (data === null ? null : objectOf(data["attributes"])) ?? whole;
}

function objectOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** A flag arrives as one, or as its word. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** Numbers are written with a plus sign, with the international prefix of North America, or with nothing in front. */
function toE164(given: string): string | null {
  const digits = /^(?:\+|011)?(\d{8,15})$/.exec(given)?.[1];
  return digits === undefined ? null : `+${digits}`;
}
