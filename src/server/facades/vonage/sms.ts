import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { countSegments } from "../../../delivery/index.ts";
import type { MessageView } from "../../../engine/index.ts";
import { microsPerUnit } from "../../../guard/index.ts";
import { toProblem } from "../../problems.ts";
import { toHex } from "../ids.ts";
import { problemKinds } from "../problem-kinds.ts";
import { costFor, type Relayed, relay } from "../relay.ts";
import { anyBody, everyMethod, noteFault, withDoubledSlash } from "../wire.ts";
import { visitorOf } from "./credentials.ts";
import { VonageRefusal } from "./errors.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { errors, messageErrors, problemErrors, refuse, type SmsError, SmsRefusal } from "./sms-errors.ts";

type Entry = Readonly<Record<string, string>>;

/** `/sms/json`: texts of the caller's own, in whatever form clients of any age send them. */
export const smsRoutes: FastifyPluginAsync = async (app) => {
  anyBody(app);
  app.setErrorHandler((error, request, reply) => {
    const { status, text } = errorOf(error, request);
    return answer(reply, [{ status, "error-text": text, ...referenceOf(request) }]);
  });
  for (const url of withDoubledSlash("/sms/json")) {
    app.route({
      method: [...everyMethod],
      url,
      handler: async (request, reply) => {
        if (request.method !== "GET" && request.method !== "POST") return refuse(errors.invalid("method"));
        return answer(reply, await send(request, reply));
      },
    });
  }
};

/** Always 200, a list with an entry for each part of the text, and every number a text. */
function answer(reply: FastifyReply, messages: readonly Entry[]): FastifyReply {
  const body = JSON.stringify({ "message-count": String(messages.length), messages });
  return reply.code(200).type("application/json").serializer(String).send(body);
}

async function send(request: FastifyRequest, reply: FastifyReply): Promise<readonly Entry[]> {
  const given = readParameters(request);
  if (given.get("sig") !== undefined && given.get("api_secret") !== undefined)
    return refuse(errors.bothProofs);
  const { parameters } = await visitorOf(request, reply);
  const result = await relay(request, readMessage(request, parameters));
  if (result.type !== "messageAccepted") return refuse(messageErrors[result.type](result));
  return await entriesOf(request, result.message);
}

const typesSent = ["text", "unicode"];
const ttlMsRange = [20_000, 604_800_000] as const;
/** No message of ours waits longer. */
const lifetimeMsMax = 3_600_000;

function readMessage(request: FastifyRequest, parameters: Parameters): Relayed {
  const from = parameters.get("from") ?? refuse(errors.missing("from"));
  const to = parameters.get("to") ?? refuse(errors.missing("to"));
  const type = parameters.get("type") ?? "text";
  if (!typesSent.includes(type))
    return refuse(errors.invalid("type", `only ${typesSent.join(" and ")} are sent`));
  for (const name of ["udh", "body"]) {
    if (parameters.get(name) !== undefined) return refuse(errors.invalid(name, "only texts are sent"));
  }
  if (parameters.get("message-class") === "0") return refuse(errors.invalid("message-class"));
  // Blanks at its ends are the caller's own.
  const text =
    parameters.entries.get("text")?.find((one) => one.trim() !== "") ?? refuse(errors.missing("text"));
  const digits = to.replace(/^(?:\+|00)/, "");
  if (!/^\d{7,15}$/.test(digits)) return refuse(errors.invalid("to"));
  return {
    to: `+${digits}`,
    from: senderOf(from),
    text,
    clientRef: parameters.get("client-ref"),
    lifetimeMs: lifetimeOf(parameters),
    registration: registrationOf(parameters),
    receipts: receiptsOf(request, parameters),
  };
}

function receiptsOf({ caller }: FastifyRequest, parameters: Parameters): Relayed["receipts"] {
  const url = parameters.get("callback");
  const isWanted = !["0", "false"].includes(parameters.get("status-report-req") ?? "");
  return url === undefined || !isWanted ? undefined : { dialect: "vonage", keyId: caller.keyId, url };
}

/** The vendor's callers write numbers without their plus sign. */
function senderOf(from: string): string {
  return /^\d{9,15}$/.test(from) ? `+${from}` : from;
}

function lifetimeOf(parameters: Parameters): number | undefined {
  const given = parameters.get("ttl");
  if (given === undefined) return undefined;
  const [min, max] = ttlMsRange;
  const ttl = /^\d{1,9}$/.test(given) ? Number(given) : 0;
  return ttl >= min && ttl <= max ? Math.min(ttl, lifetimeMsMax) : refuse(errors.invalid("ttl"));
}

/** Both or neither: one of them alone says nothing to any carrier. */
function registrationOf(parameters: Parameters): Relayed["registration"] {
  const [entityId, templateId] = [parameters.get("entity-id"), parameters.get("content-id")];
  if (entityId === undefined && templateId === undefined) return undefined;
  if (entityId === undefined) return refuse(errors.missing("entity-id"));
  return templateId === undefined ? refuse(errors.missing("content-id")) : { entityId, templateId };
}

async function entriesOf(request: FastifyRequest, message: MessageView): Promise<readonly Entry[]> {
  const { count } = countSegments(message.text ?? "");
  const cost = (await costFor(request, message.delivery)) ?? 0;
  const entry = {
    to: (message.to ?? "").slice(1),
    status: "0",
    // There is no account with money in it; clients expect the fields all the same.
    "remaining-balance": "0.00000000",
    "message-price": (cost / count / microsPerUnit).toFixed(8),
    network: "0",
    ...(message.clientRef === null ? {} : { "client-ref": message.clientRef }),
  };
  return Array.from({ length: count }, (_, part) => ({ ...entry, "message-id": partId(message.id, part) }));
}

/** The parts of a text have ids of their own, which begin with that of the message. */
export function partId(id: string, part: number): string {
  return part === 0 ? toHex(id) : `${toHex(id)}${part.toString(16).padStart(2, "0")}`;
}

function referenceOf(request: FastifyRequest): Entry {
  const reference = readParameters(request).get("client-ref");
  return reference === undefined || reference.length > 100 ? {} : { "client-ref": reference };
}

function errorOf(error: unknown, request: FastifyRequest): SmsError {
  if (error instanceof SmsRefusal) return error.error;
  // What is missing of the credentials, which is all that is shared with Verify.
  if (error instanceof VonageRefusal) return { status: error.error.status, text: error.error.text };
  const problem = toProblem(error);
  noteFault(request, problem, error);
  const kind = problemKinds[problem.code];
  const isSigned = readParameters(request).get("sig") !== undefined;
  return kind === "unauthorized" && isSigned ? errors.signature : problemErrors[kind];
}
