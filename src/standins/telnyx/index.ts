import type { FastifyReply, FastifyRequest } from "fastify";
import { oldestFirst } from "../../delivery/index.ts";
import { standinAccounts } from "../accounts.ts";
import { carry, type Handed } from "../line.ts";
import { type Standin, type StandinParts, uuidId } from "../parts.ts";
import { post } from "../post.ts";
import { jsonObject, readBodiesAsText, textOf } from "../requests.ts";
import { callRoutes } from "./calls.ts";
import { signedPost } from "./signature.ts";
import {
  codeOf,
  errorBody,
  eventOf,
  isAuthorized,
  readMessage,
  recordOf,
  type TelnyxMessage,
} from "./wire.ts";

const takenMax = 1_000;
const { number, messagingProfileId } = standinAccounts.telnyx;

/** Telnyx at `/sandbox/telnyx/v2`. */
export function createTelnyxStandin(parts: StandinParts): Standin {
  const taken = new Map<string, TelnyxMessage>();
  const forgetOldest = oldestFirst(taken, takenMax);
  const profile: { webhookUrl: string | null } = { webhookUrl: null };

  async function receive(request: FastifyRequest, reply: FastifyReply) {
    const message = readMessage(parts, request);
    if ("status" in message) return refuse(reply, message.status, message.code, message.detail);
    taken.set(message.id, message);
    forgetOldest();
    return await carry(
      parts,
      handed(parts, message, message.webhookUrl ?? profile.webhookUrl),
      request,
      reply,
    );
  }

  return {
    async routes(scope) {
      readBodiesAsText(scope);
      callRoutes(parts)(scope);
      scope.post("/v2/messages", receive);
      scope.get<{ Params: { id: string } }>("/v2/messages/:id", (request, reply) => {
        if (!isAuthorized(request)) return refuse(reply, 401, "10009", "The API key is wrong.");
        const message = taken.get(request.params.id);
        if (message === undefined) return refuse(reply, 404, "10005", "There is no such message.");
        return answer(reply, 200, { data: recordOf(message, "delivered") });
      });
      scope.patch<{ Params: { id: string } }>("/v2/messaging_profiles/:id", (request, reply) => {
        if (!isAuthorized(request)) return refuse(reply, 401, "10009", "The API key is wrong.");
        if (request.params.id !== messagingProfileId) {
          return refuse(reply, 404, "10005", "There is no such messaging profile.");
        }
        profile.webhookUrl = textOf(jsonObject(request)?.["webhook_url"]);
        const data = { record_type: "messaging_profile", id: messagingProfileId, ...profileOf(profile) };
        return answer(reply, 200, { data });
      });
    },
    async reply(from, to, text) {
      const url = profile.webhookUrl;
      if (url === null || to !== number) return;
      const message = { id: uuidId(parts), to, from, text, at: parts.clock.now(), webhookUrl: url };
      const payload = { ...recordOf(message, "webhook_delivered"), direction: "inbound" };
      await post(parts, signedPost(parts, url, eventOf(parts, "message.received", payload, url)));
    },
  };
}

function profileOf({ webhookUrl }: { webhookUrl: string | null }) {
  return { name: "sandbox", enabled: true, webhook_url: webhookUrl };
}

function answer(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

function refuse(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return answer(reply, status, errorBody({ code, detail }));
}

const eventTypes = { sent: "message.sent", delivered: "message.finalized", failed: "message.finalized" };
const statuses = { sent: "sent", delivered: "delivered", failed: "delivery_failed" };

function handed(parts: StandinParts, message: TelnyxMessage, url: string | null): Handed {
  return {
    ...message,
    channel: "sms",
    accepted: () => ({ status: 200, body: { data: recordOf(message, "queued") } }),
    refused(refusal) {
      const status = refusal?.status ?? 400;
      const code = refusal === null ? "40001" : (refusal.code ?? codeOf(status));
      return { status, body: errorBody({ code, detail: "The sandbox was told to refuse it." }) };
    },
    async report(status, isForged) {
      if (url === null) return;
      const event = eventOf(parts, eventTypes[status], recordOf(message, statuses[status]), url);
      await post(parts, signedPost(parts, url, event, isForged));
    },
  };
}
