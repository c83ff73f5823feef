import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidPattern } from "../../../clock/index.ts";
import type { MessagesVendor } from "../messages-path.ts";
import { relay, relayed } from "../relay.ts";
import { errors, refuse, sendError, sendJson } from "./errors.ts";
import { errorOf } from "./failures.ts";
import { toMessage } from "./message-body.ts";
import { callerOf, type Fields, fieldsOf, neededText, textIn } from "./requests.ts";
import { phoneNumberIn } from "./start.ts";
import { messageErrors } from "./translations.ts";

/** `POST /v2/messages` and `GET /v2/messages/{id}`. Every kind of message beside the plain text is refused. */
export const telnyxMessages: MessagesVendor = {
  run(request, reply, below) {
    if (request.method === "POST") return below === null ? send(request, reply) : refuseKind(request, reply);
    if (request.method === "GET" && below !== null) return retrieve(request, reply, below);
    if (request.method === "DELETE" && below !== null) return cancel(request, reply);
    return refuse(errors.noRoute);
  },
  fail: (error, request, reply) => sendError(reply, errorOf(error, request)),
};

async function send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  await callerOf(request, reply, "messages:send");
  const fields = fieldsOf(request);
  refuseOtherKinds(fields);
  const to = phoneNumberIn(request, neededText(fields, "to"), { pointer: "/to" }).e164;
  const text = neededText(fields, "text");
  const from = textIn(fields, "from")?.trim();
  const url = textIn(fields, "webhook_url");
  const { keyId } = request.caller;
  const receipts = url === undefined || url === "" ? undefined : ({ dialect: "telnyx", keyId, url } as const);
  const result = await relay(request, { to, text, from: from === "" ? undefined : from, receipts });
  if (result.type !== "messageAccepted") {
    return refuse(messageErrors[result.type](result, request.server.parts.clock.now()));
  }
  return sendJson(reply, { data: await toMessage(request, result.message) });
}

/** What would be more, or less, than a text sent now. */
function refuseOtherKinds(fields: Fields): void {
  for (const name of ["media_urls", "subject", "send_at"]) {
    const value = fields.get(name);
    const isEmpty = value === undefined || value === null || value === "";
    if (isEmpty || (Array.isArray(value) && value.length === 0)) continue;
    refuse(
      errors.bad({
        pointer: `/${name}`,
        detail: `${name} is not supported here: only texts are sent, at once.`,
      }),
    );
  }
  const type = textIn(fields, "type");
  if (type !== undefined && type.toUpperCase() !== "SMS") {
    refuse(errors.bad({ pointer: "/type", detail: "Only SMS is sent here." }));
  }
  const to = fields.get("to");
  if (Array.isArray(to)) refuse(errors.bad({ pointer: "/to", detail: "A message has one receiver here." }));
}

async function refuseKind(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  await callerOf(request, reply, "messages:send");
  return refuse(errors.bad({ detail: "This kind of message is not sent here: use /v2/messages." }));
}

/** Nothing is sent later here, so that nothing is there to be canceled. */
async function cancel(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  await callerOf(request, reply, "messages:send");
  return refuse(errors.bad({ detail: "Messages are sent at once here: none can be canceled." }));
}

async function retrieve(request: FastifyRequest, reply: FastifyReply, given: string): Promise<FastifyReply> {
  await callerOf(request, reply, "messages:read");
  const id = given.toLowerCase();
  const view = await relayed(request, uuidPattern.test(id) ? id : null);
  // Other than its Verify, the vendor's messages know HTTP 404.
  if (view === null) return refuse({ ...errors.noRoute, detail: "There is no such message." });
  return sendJson(reply, { data: await toMessage(request, view) });
}
