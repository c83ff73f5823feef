import type { FastifyReply, FastifyRequest } from "fastify";
import type { MessageView } from "../../../engine/index.ts";
import { toProblem } from "../../problems.ts";
import type { MessagesVendor } from "../messages-path.ts";
import { problemKinds } from "../problem-kinds.ts";
import { costFor, relay, relayed } from "../relay.ts";
import { noteFault } from "../wire.ts";
import { errors, type FlowrouteError, FlowrouteRefusal, refuse, sendError, sendJson } from "./errors.ts";
import { list } from "./list.ts";
import { idOfRecord, recordId, toRecord } from "./message-body.ts";
import { callerOf, messageIn } from "./requests.ts";
import { messageErrors, problemErrors, type Version } from "./translations.ts";

/** One version of the vendor's messages: `POST` and `GET {version}/messages`, `GET {version}/messages/{record}`. */
export function flowrouteMessages(version: Version): MessagesVendor {
  return {
    async run(request, reply, record) {
      await callerOf(request, reply);
      if (request.method === "POST" && record === null) return await send(request, reply, version);
      if (request.method !== "GET") return refuse(errors.method);
      if (record === null) return sendJson(reply, await list(request, version));
      const view = await relayed(request, idOfRecord(record));
      if (view === null) return refuse(errors.notFound);
      return sendJson(reply, { data: await toRecord(request, view, version) });
    },
    fail: (error, request, reply) => sendError(request, reply, errorOf(error, request)),
  };
}

async function send(request: FastifyRequest, reply: FastifyReply, version: Version): Promise<FastifyReply> {
  const { receiptUrl, ...asked } = messageIn(request);
  const { keyId } = request.caller;
  // v2 has no receipts.
  const receipts =
    receiptUrl === undefined || version === "v2"
      ? undefined
      : ({ dialect: "flowroute", keyId, url: receiptUrl } as const);
  const result = await relay(request, { ...asked, receipts });
  if (result.type !== "messageAccepted") {
    return refuse(messageErrors[result.type](result, version, request.server.parts.clock.now()));
  }
  const id = recordId(result.message.id, version);
  if (version === "v2") return sendJson(reply.code(200), { data: { id } });
  const self = `${request.server.publicOrigin(request)}/${version}/messages/${id}`;
  const price = version === "v2.2" ? await priceOf(request, result.message) : {};
  return sendJson(reply.code(202), { data: { links: { self }, type: "message", id, ...price } });
}

async function priceOf(request: FastifyRequest, { delivery }: MessageView): Promise<object> {
  const micros = await costFor(request, delivery);
  if (micros === null) return {};
  const price = (micros / 1_000_000).toFixed(4);
  return { price_details: { base_rate: price, surcharge_rate: "0.0000", charged_cost: price } };
}

function errorOf(error: unknown, request: FastifyRequest): FlowrouteError {
  if (error instanceof FlowrouteRefusal) return error.error;
  const problem = toProblem(error);
  noteFault(request, problem, error);
  return problemErrors[problemKinds[problem.code]];
}
