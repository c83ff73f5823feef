import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import type { ErrorCode } from "../errors/codes.ts";
import { parsePhoneNumber } from "../numbers/index.ts";
import { type Phones, type SandboxFaults, sandboxFaultTypes } from "../providers/sandbox/index.ts";
import { type Static, Type } from "../schemas/index.ts";
import type { PhoneStreams, StreamHeaders } from "./streams.ts";
import { instant, wireCall, wireMessage, wireReply } from "./wire.ts";

export const NumberParams = Type.Object({ number: Type.String({ maxLength: 64 }) });

const CallParams = Type.Object({
  number: Type.String({ maxLength: 64 }),
  id: Type.String({ pattern: "^m[0-9]{1,15}$" }),
});

const FaultBody = Type.Object(
  {
    prefix: Type.String({ pattern: "^\\+[1-9][0-9]{0,14}$" }),
    type: Type.Enum([...sandboxFaultTypes]),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
);

/** The longest text that phones send as one message of ten parts. */
export const replyCharactersMax = 1_530;

const ReplyBody = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: replyCharactersMax }),
    /** Without it, whoever the phone heard from last. */
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);

const CallBody = Type.Object(
  { act: Type.Enum(["answer", "decline"] as const) },
  { additionalProperties: false },
);

export interface SandboxParts {
  readonly phones: Phones;
  readonly faults: SandboxFaults;
  readonly streams: PhoneStreams;
  /** A refusal in the form of the server. */
  readonly problem: (code: ErrorCode, detail: string) => Error;
}

/** The virtual phones over HTTP. No key is needed: they exist on the developer's own machine only. */
export function sandboxRoutes(parts: SandboxParts): FastifyPluginAsyncTypebox {
  const { phones } = parts;
  const numberOf = readerOf(parts);
  return async (app) => {
    app.get("/phones", async () => ({
      phones: phones.list().map((one) => ({ ...one, lastReceivedAt: instant(one.lastReceivedAt) })),
    }));
    app.delete("/phones", async (_request, reply) => {
      phones.clear();
      return reply.code(204).send();
    });
    app.get("/phones/:number/messages", { schema: { params: NumberParams } }, async (request) => ({
      messages: phones.messages(numberOf(request.params)).map(wireMessage),
    }));
    app.delete("/phones/:number/messages", { schema: { params: NumberParams } }, async (request, reply) => {
      phones.clear(canonical(request.params));
      return reply.code(204).send();
    });
    await app.register(conversationRoutes(parts));
    await app.register(faultRoutes(parts));
    app.get("/stream", { exposeHeadRoute: false }, (request, reply) => {
      const seen = request.headers["last-event-id"];
      // A page that knows its state from elsewhere cannot set the header on its first request.
      const { after } = request.query as { readonly after?: unknown };
      const lastSeenId = typeof seen === "string" ? seen : after;
      openStream(parts, reply, typeof lastSeenId === "string" ? lastSeenId : undefined);
    });
  };
}

function openStream({ streams, problem }: SandboxParts, reply: FastifyReply, lastSeenId?: string): void {
  const headers = reply.getHeaders() as StreamHeaders;
  if (!streams.open(reply.raw, lastSeenId, headers)) {
    throw problem("rate_limited", "Too many streams are open: close a page that watches the phones.");
  }
  reply.hijack();
}

/** What the person with the phone does: take calls and send texts. */
function conversationRoutes(parts: SandboxParts): FastifyPluginAsyncTypebox {
  const { phones, problem } = parts;
  const numberOf = readerOf(parts);
  return async (app) => {
    app.post(
      "/phones/:number/calls/:id",
      { schema: { params: CallParams, body: CallBody } },
      async (request) => {
        const call = phones.take(canonical(request.params), request.params.id, request.body.act);
        if (call === null) throw problem("not_found", "No such call rings on this phone.");
        return wireCall(call);
      },
    );
    app.get("/phones/:number/calls", { schema: { params: NumberParams } }, async (request) => {
      const number = numberOf(request.params);
      const calls = phones.messages(number).map((one) => phones.call(number, one.id));
      return { calls: calls.filter((one) => one !== null).map(wireCall) };
    });
    app.get("/phones/:number/replies", { schema: { params: NumberParams } }, async (request) => ({
      replies: phones.replies(numberOf(request.params)).map(wireReply),
    }));
    app.post(
      "/phones/:number/replies",
      { schema: { params: NumberParams, body: ReplyBody } },
      async (request, reply) => {
        const parsed = parsePhoneNumber(request.params.number);
        if (parsed.type !== "parsed") throw problem("number_invalid", "A reply comes from a phone number.");
        const { text, to } = request.body;
        const sent = phones.reply(parsed.phoneNumber.e164, text, to);
        return reply.code(201).send(wireReply(sent));
      },
    );
  };
}

function faultRoutes({ phones, faults }: SandboxParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/faults", async () => ({ faults: faults.list() }));
    app.post("/faults", { schema: { body: FaultBody } }, async (request, reply) => {
      faults.set(request.body);
      phones.feed.publish({ type: "faults" });
      return reply.code(201).send(request.body);
    });
    app.delete("/faults", async (_request, reply) => {
      faults.clear();
      phones.feed.publish({ type: "faults" });
      return reply.code(204).send();
    });
  };
}

/** The phone that is asked about. An empty list would hide that a number lacks its country. */
function readerOf({ phones, problem }: SandboxParts): (params: Static<typeof NumberParams>) => string {
  return (params) => {
    const number = canonical(params);
    if (parsePhoneNumber(number).type === "parsed" || number.includes("@")) return number;
    if (phones.list().some((one) => one.number === number)) return number;
    throw problem("number_invalid", "Write the number with + and the country's code, as in +14155550123.");
  };
}

/** Any spelling of a number finds its phone. */
export function canonical({ number }: Static<typeof NumberParams>): string {
  const parsed = parsePhoneNumber(number);
  return parsed.type === "parsed" ? parsed.phoneNumber.e164 : number;
}
