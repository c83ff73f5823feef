import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidPattern, uuidv7, uuidv7Floor } from "../../clock/index.ts";
import {
  createSequence,
  type Endpoint,
  eventRowId,
  eventWrite,
  newEvent,
  payloadOf,
  replayed,
  type WebhookEvent,
} from "../../events/index.ts";
import type { Static } from "../../schemas/index.ts";
import { key } from "../../store/index.ts";
import { Problem } from "../problems.ts";
import { administer, idOf, loadOwn } from "./administration.ts";
import { limitOf, readCursor, writeCursor } from "./cursor.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { IdParams } from "./schemas.ts";
import {
  EventBody,
  EventDetailsBody,
  EventListBody,
  EventListQuery,
  EventParams,
  ReplayBody,
  ReplayedBody,
  toEventBody,
  toEventDetailsBody,
} from "./webhook-schemas.ts";
import { refuseDialect, webhooksOf } from "./webhooks-of.ts";

/** What was and will be posted to a webhook. */
// house: size: a list of routes, each of them short
export const webhookEventRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const sequence = createSequence();

  app.get(
    "/webhooks/:id/events",
    {
      ...described({
        operationId: "listWebhookEvents",
        tag: "Webhooks",
        summary: "List a webhook's events, newest first",
        description: "They are kept for 30 days.",
        scope: "webhooks:read",
        successes: { 200: "A page of events" },
        problems: ["cursor_invalid"],
      }),
      schema: { params: IdParams, querystring: EventListQuery, response: { 200: EventListBody } },
    },
    async (request) => await listPage(request, request.query),
  );

  app.get(
    "/webhooks/:id/events/:event",
    {
      ...described({
        operationId: "getWebhookEvent",
        tag: "Webhooks",
        summary: "Show an event, with what is posted",
        scope: "webhooks:read",
        successes: { 200: "The event" },
      }),
      schema: { params: EventParams, response: { 200: EventDetailsBody } },
    },
    async (request) => await details(request, await ownEvent(request, request.params.event)),
  );

  app.post(
    "/webhooks/:id/test",
    {
      ...described({
        operationId: "testWebhook",
        tag: "Webhooks",
        summary: "Post a test event, now",
        description:
          "Answers once the receiver has, or after 15 seconds: `posts` says what it made of it. The event is of the type `endpoint.test`, whatever the webhook asks for.",
        scope: "webhooks:write",
        auditEntry: "none",
        successes: { 200: "The event, after its first post" },
        problems: ["webhook_disabled", "resource_conflict"],
      }),
      ...bodyMayBeAbsent,
      schema: { params: IdParams, response: { 200: EventDetailsBody } },
    },
    async (request, reply) => {
      const endpoint = await loadOwn(request, "endpoint", idOf(request));
      refuseDialect(endpoint);
      if (endpoint.disabled !== null) {
        throw new Problem("webhook_disabled");
      }
      const eventId = uuidv7(app.clock.now(), app.parts.random);
      const id = eventRowId(eventId, endpoint.id);
      const done = await administer(request, reply, [key("event", id)], (_rows, now) => ({
        writes: [eventWrite(newEvent(testOf(endpoint), endpoint, { eventId, sequence: sequence(now) }, now))],
        id: eventId,
      }));
      const rowId = eventRowId(done.id, endpoint.id);
      if (!done.replayed) await webhooksOf(request).postNow(rowId, endpoint.id);
      return await details(request, await ownEvent(request, done.id));
    },
  );

  app.post(
    "/webhooks/:id/events/:event/replay",
    {
      ...described({
        operationId: "replayWebhookEvent",
        tag: "Webhooks",
        summary: "Post an event again",
        description: "With its first id and sequence, and from the beginning of the waits between posts.",
        scope: "webhooks:write",
        auditEntry: "none",
        successes: { 200: "The event, which waits for its post" },
      }),
      ...bodyMayBeAbsent,
      schema: { params: EventParams, response: { 200: EventBody } },
    },
    async (request, reply) => {
      const { id } = await ownEvent(request, request.params.event);
      const eventKey = key("event", id);
      await administer(request, reply, [eventKey], (rows, now) => {
        const event = rows.get(eventKey);
        if (event === undefined) throw new Problem("not_found");
        // What is under way comes to its own end.
        const isBusy = event.state === "posting" && now < event.dueAt;
        return { writes: isBusy ? [] : [eventWrite(replayed(event, now))], id: event.eventId };
      });
      return toEventBody(await ownEvent(request, request.params.event));
    },
  );

  app.post(
    "/webhooks/:id/replay",
    {
      ...described({
        operationId: "replayWebhookEvents",
        tag: "Webhooks",
        summary: "Post all failed events again",
        description:
          "Or all that were received, for a receiver that lost them; `since` leaves older ones out. At most 500 at once, the newest first: go on with `nextCursor`.",
        scope: "webhooks:write",
        auditEntry: "none",
        successes: { 200: "How many" },
        problems: ["cursor_invalid"],
        example: { body: { since: "2026-01-01T00:00:00Z" } },
      }),
      ...bodyMayBeAbsent,
      schema: { params: IdParams, body: ReplayBody, response: { 200: ReplayedBody } },
    },
    async (request, reply) => await replayPage(request, reply, request.body ?? {}),
  );
};

function testOf({ id, tenantId, serviceId }: Endpoint): Parameters<typeof newEvent>[0] {
  return { type: "endpoint.test", about: { kind: "endpoint", id }, tenantId, serviceId, data: { id } };
}

/** Of an endpoint of the caller's tenant. */
async function ownEvent(request: FastifyRequest, eventId: string): Promise<WebhookEvent> {
  const endpoint = await loadOwn(request, "endpoint", idOf(request));
  if (!uuidPattern.test(eventId)) throw new Problem("not_found");
  const event = await request.server.parts.store.get(key("event", eventRowId(eventId, endpoint.id)));
  if (event === undefined) throw new Problem("not_found");
  return event;
}

async function details(
  request: FastifyRequest,
  event: WebhookEvent,
): Promise<ReturnType<typeof toEventDetailsBody>> {
  const payload = await payloadOf(event, request.server.parts.store, webhooksOf(request).masked);
  return toEventDetailsBody(event, payload);
}

async function listPage(
  request: FastifyRequest,
  query: Static<typeof EventListQuery>,
): Promise<Static<typeof EventListBody>> {
  const endpoint = await loadOwn(request, "endpoint", idOf(request));
  const { state } = query;
  const listed = { list: "webhook-events", filter: [endpoint.id, state ?? ""] };
  const after = readCursor(request, listed, query.cursor);
  const limit = limitOf(query);
  const rows = await request.server.parts.store.events({
    endpointId: endpoint.id,
    limit: limit + 1,
    ...(state === undefined ? {} : { state }),
    ...(after === undefined ? {} : { before: eventRowId(after, endpoint.id) }),
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: page.map(toEventBody),
    nextCursor: hasMore ? writeCursor(request, listed, last.eventId) : null,
  };
}

const replayRows = 500;

/** A page of events, newest first, in one transaction. */
async function replayPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { since, state = "failed", cursor }: Static<typeof ReplayBody>,
): Promise<Static<typeof ReplayedBody>> {
  const { id: endpointId } = await loadOwn(request, "endpoint", idOf(request));
  const listed = { list: "webhook-replay", filter: [endpointId, state, since ?? ""] };
  const after = readCursor(request, listed, cursor);
  const page = await request.server.parts.store.events({
    endpointId,
    state,
    limit: replayRows,
    ...(after === undefined ? {} : { before: eventRowId(after, endpointId) }),
  });
  const floor = uuidv7Floor(since === undefined ? 0 : Date.parse(since));
  const chosen = page.filter(({ id }) => id >= floor).map(({ id }) => key("event", id));
  // A repeat of the request is answered with what the first one did.
  const done = await administer(request, reply, chosen, (rows, now) => {
    const events = chosen.map((one) => rows.get(one)).filter((one) => one?.state === state);
    const writes = events.flatMap((one) => (one === undefined ? [] : [eventWrite(replayed(one, now))]));
    const last = chosen.length < replayRows ? "" : (page.at(-1)?.eventId ?? "");
    return { writes, id: `${writes.length} ${last}` };
  });
  const [count = "0", last = ""] = done.id.split(" ");
  return { replayed: Number(count), nextCursor: last === "" ? null : writeCursor(request, listed, last) };
}
