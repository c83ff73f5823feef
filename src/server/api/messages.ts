import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { guardCaller } from "../caller.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem } from "../problems.ts";
import { idOf, isOperator } from "./administration.ts";
import { limitOf, readCursor, writeCursor } from "./cursor.ts";
import {
  MessageBody,
  MessageListBody,
  MessageQuery,
  NewMessageBody,
  toListedMessage,
  toMessageBody,
} from "./message-schemas.ts";
import { numberOf } from "./numbers.ts";
import { refusal } from "./outcomes.ts";
import { described } from "./route.ts";
import { IdParams } from "./schemas.ts";

/** Texts of the caller's own, through our routes. */
// house: size: a list of routes, each of them short
export const messageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/messages",
    {
      ...described({
        operationId: "sendMessage",
        tag: "Messages",
        summary: "Send a text of your own",
        description:
          "Through the same carriers, guard and fail-over as codes. Answers as soon as it is durable; `state` and the webhooks `message.*` tell what became of it. It carries no code of ours and has no check.",
        scope: "messages:send",
        successes: { 201: "It is on its way" },
        problems: [
          "number_invalid",
          "number_not_allowed",
          "service_not_found",
          "send_limit_reached",
          "delivery_congested",
          // For a repeat of the request, after what it made was removed.
          "not_found",
        ],
        example: { body: { to: "+14155550123", text: "Your table is free." } },
      }),
      schema: { body: NewMessageBody, response: { 201: MessageBody } },
    },
    async (request, reply) => {
      const { lifetimeSeconds, ...asked } = request.body;
      const result = await app.engine.sendMessage({
        ...asked,
        lifetimeMs: lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1_000,
        tenantId: request.caller.tenantId,
        idempotency: idempotencyOf(request),
        caller: guardCaller(request),
      });
      if (result.type === "notFound") throw new Problem("not_found");
      if (result.type !== "messageAccepted") throw refusal({ ...result, outcome: result.type });
      if (result.replayed) reply.header("idempotency-replayed", "true");
      reply.code(201).header("location", `/api/v1/messages/${result.message.id}`);
      return toMessageBody(result.message, await isOperator(request));
    },
  );

  app.get(
    "/messages/:id",
    {
      ...described({
        operationId: "getMessage",
        tag: "Messages",
        summary: "Show a message, with what became of it",
        scope: "messages:read",
        successes: { 200: "The message as it is now" },
      }),
      schema: { params: IdParams, response: { 200: MessageBody } },
    },
    async (request) => {
      const found = await app.engine.getMessage({ tenantId: request.caller.tenantId, id: idOf(request) });
      if (found === null) throw new Problem("not_found");
      return toMessageBody(found, await isOperator(request));
    },
  );

  app.get(
    "/messages",
    {
      ...described({
        operationId: "listMessages",
        tag: "Messages",
        summary: "List messages, newest first",
        description: "Numbers are masked, and what the messages say is left out.",
        scope: "messages:read",
        successes: { 200: "A page of messages" },
        problems: ["number_invalid", "cursor_invalid"],
      }),
      schema: { querystring: MessageQuery, response: { 200: MessageListBody } },
    },
    async (request) => {
      const { query } = request;
      // A plus sign that was not written as %2B arrives as a space.
      const to = query.to === undefined ? undefined : numberOf(app.parts, query.to.replace(/^ /, "+")).e164;
      const listed = { list: "messages", filter: [to ?? ""] };
      const before = readCursor(request, listed, query.cursor);
      const { tenantId } = request.caller;
      const page = await app.engine.listMessages({ tenantId, to, before, limit: limitOf(query) });
      const next = page.nextBefore;
      const showsCosts = await isOperator(request);
      return {
        items: page.items.map((one) => toListedMessage(one, showsCosts)),
        nextCursor: next === null ? null : writeCursor(request, listed, next),
      };
    },
  );
};
