import { createHmac } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { oldestFirst } from "../../delivery/index.ts";
import { textsEqual } from "../../secrets/index.ts";
import { standinAccounts } from "../accounts.ts";
import { carry, type Handed } from "../line.ts";
import { hexId, type Standin, type StandinParts } from "../parts.ts";
import { type CarrierPost, post } from "../post.ts";
import { jsonObject, readBodiesAsText, textOf } from "../requests.ts";

const { secret, number } = standinAccounts.webhook;
const takenMax = 1_000;

interface WebhookMessage {
  readonly id: string;
  readonly channel: "sms" | "voice";
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly reference: string;
  readonly receiptUrl: string | null;
}

/** A carrier of one's own at `/sandbox/webhook/messages`: what a program of yours would do, by Standard Webhooks. */
export function createWebhookStandin(parts: StandinParts): Standin {
  /** By `webhook-id`: what is asked again is answered again, and not sent again. */
  const taken = new Map<string, WebhookMessage>();
  const forgetOldest = oldestFirst(taken, takenMax);
  const settings: { inboundUrl: string | null } = { inboundUrl: null };

  async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const refuse = (status: number, reason: string): FastifyReply => answer(reply, status, { reason });
    if (!isSigned(parts, request)) return refuse(401, "signature_wrong");
    const message = readMessage(parts, request);
    if (message === null) return refuse(422, "value_refused");
    const earlier = taken.get(message.reference);
    if (earlier !== undefined) return answer(reply, 202, { id: earlier.id });
    const handedOver = handed(parts, message);
    return await carry(
      parts,
      {
        ...handedOver,
        arrived() {
          taken.set(message.reference, message);
          forgetOldest();
        },
      },
      request,
      reply,
    );
  }

  return {
    async routes(scope) {
      readBodiesAsText(scope);
      scope.post("/messages", receive);
      scope.put("/settings", (request, reply) => {
        if (!isSigned(parts, request)) return answer(reply, 401, { reason: "signature_wrong" });
        settings.inboundUrl = textOf(jsonObject(request)?.["inboundUrl"]);
        return answer(reply, 200, settings);
      });
    },
    async reply(from, to, text) {
      if (settings.inboundUrl === null || to !== number) return;
      const event = { type: "message.received", data: { id: hexId(parts), from, to, text } };
      await post(parts, signedPost(parts, settings.inboundUrl, event));
    },
  };
}

function readMessage(parts: StandinParts, request: FastifyRequest): WebhookMessage | null {
  const body = jsonObject(request);
  const data = (body?.["data"] ?? {}) as Readonly<Record<string, unknown>>;
  const [to, text, reference] = ["to", "text", "reference"].map((name) => textOf(data[name]));
  const { channel } = data;
  if (body?.["type"] !== "message.send" || (channel !== "sms" && channel !== "voice")) return null;
  if (to == null || text == null || reference == null || !/^\+[1-9]\d{6,14}$/.test(to)) return null;
  const receiptUrl = textOf(data["receiptUrl"]);
  return { id: hexId(parts), channel, to, from: number, text, reference, receiptUrl };
}

function answer(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

function handed(parts: StandinParts, message: WebhookMessage): Handed {
  const { id, reference, receiptUrl } = message;
  return {
    ...message,
    accepted: () => ({ status: 202, body: { id } }),
    refused: (refusal) => ({
      status: refusal?.status ?? 422,
      body: { reason: refusal === null ? "number_refused" : (refusal.code ?? "other") },
    }),
    async report(status, isForged) {
      if (receiptUrl === null) return;
      const event = { type: "message.receipt", data: { id, reference, status } };
      await post(parts, signedPost(parts, receiptUrl, event, isForged));
    },
  };
}

const key = Buffer.from(secret.slice("whsec_".length), "base64");
const foreignKey = Buffer.from("the secret of somebody else");

function signatureOf(signingKey: Buffer, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac("sha256", signingKey).update(`${id}.${timestamp}.${body}`, "utf8").digest("base64")}`;
}

function isSigned({ clock }: StandinParts, { headers, body }: FastifyRequest): boolean {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    String(headers[name] ?? ""),
  );
  if (id === undefined || timestamp === undefined || signature === undefined) return false;
  const isFresh = Math.abs(clock.now() / 1_000 - Number(timestamp)) <= 300;
  return (
    isFresh && textsEqual(signature, signatureOf(key, id, timestamp, typeof body === "string" ? body : ""))
  );
}

/** A request signed by Standard Webhooks. */
export function signedPost(
  parts: Pick<StandinParts, "clock" | "random">,
  url: string,
  event: unknown,
  isForged = false,
): CarrierPost {
  const body = JSON.stringify(event);
  const id = `msg_${hexId(parts)}`;
  const timestamp = String(Math.floor(parts.clock.now() / 1_000));
  return {
    url,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatureOf(isForged ? foreignKey : key, id, timestamp, body),
    },
    body,
  };
}
