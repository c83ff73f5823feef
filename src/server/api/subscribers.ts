import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { BesideRemoval } from "../../engine/index.ts";
import { type Audited, auditing, auditingByHand, noteFailedAct } from "../audit.ts";
import { refuseWithout } from "../caller.ts";
import { Problem } from "../problems.ts";
import { accountRefusal, askOnce, bodyId, subscriberIdOf } from "./account-answers.ts";
import {
  NewSubscriberBody,
  PasswordBody,
  SubscriberBody,
  SubscriberListBody,
  SubscriberQuery,
  toSubscriberBody,
} from "./account-schemas.ts";
import { limitOf, readCursor, writeCursor } from "./cursor.ts";
import { described } from "./route.ts";
import { IdParams } from "./schemas.ts";
import { RemovalQuery, UpdateSubscriberBody } from "./subscriber-schemas.ts";

/** Enrolled people: made, found, changed, removed. */
// house: size: a list of routes, each of them short
export const subscriberRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/subscribers",
    {
      ...described({
        operationId: "createSubscriber",
        tag: "Subscribers",
        summary: "Create a subscriber",
        description:
          "With a password, a hash of one from elsewhere, or neither where you check passwords yourself. A hash is made anew when its owner signs in.",
        scope: "subscribers:write",
        successes: { 201: "The subscriber" },
        // Not found: for a repeat of the request, after the subscriber was removed.
        problems: ["name_taken", "password_refused", "sign_in_congested", "not_found"],
        example: { body: { name: "ada", password: "nine rowing margarets" } },
      }),
      schema: { body: NewSubscriberBody, response: { 201: SubscriberBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.createSubscriber({ ...request.body, tenantId }),
      );
      if (done.outcome !== "created") throw accountRefusal(done);
      reply.code(201).header("location", `/api/v1/subscribers/${done.subscriber.id}`);
      return toSubscriberBody(done.subscriber);
    },
  );

  app.get(
    "/subscribers",
    {
      ...described({
        operationId: "listSubscribers",
        tag: "Subscribers",
        summary: "List subscribers, oldest first, or find one by name",
        scope: "subscribers:read",
        successes: { 200: "A page of subscribers" },
        problems: ["cursor_invalid"],
      }),
      schema: { querystring: SubscriberQuery, response: { 200: SubscriberListBody } },
    },
    async (request) => {
      const { tenantId } = request.caller;
      const { name, ...query } = request.query;
      const listed = { list: "subscribers", filter: [name ?? ""] };
      const after = readCursor(request, listed, query.cursor);
      const limit = limitOf(query);
      if (name !== undefined) {
        const found = await app.accounts.subscriber({ tenantId, name });
        return { items: found === null ? [] : [toSubscriberBody(found)], nextCursor: null };
      }
      const rows = await app.accounts.subscribers({ tenantId, after, limit: limit + 1 });
      const items = rows.slice(0, limit).map(toSubscriberBody);
      const last = items.at(-1);
      const isMore = last !== undefined && rows.length > limit;
      return { items, nextCursor: isMore ? writeCursor(request, listed, last.id) : null };
    },
  );

  app.get(
    "/subscribers/:id",
    {
      ...described({
        operationId: "getSubscriber",
        tag: "Subscribers",
        summary: "Show a subscriber, with what they enrolled",
        scope: "subscribers:read",
        successes: { 200: "The subscriber" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams, response: { 200: SubscriberBody } },
    },
    async (request) => {
      const subscriberId = subscriberIdOf(request);
      const found = await app.accounts.subscriber({ tenantId: request.caller.tenantId, subscriberId });
      if (found === null) throw new Problem("subscriber_not_found");
      return toSubscriberBody(found);
    },
  );

  app.patch(
    "/subscribers/:id",
    {
      ...described({
        operationId: "updateSubscriber",
        tag: "Subscribers",
        summary: "Choose the language that a subscriber is written to in",
        description: "Of notices, and of codes that nobody asks for in another. It takes no step-up.",
        scope: "subscribers:write",
        successes: { 200: "The subscriber" },
        problems: ["subscriber_not_found", "changes_frozen"],
        example: { body: { locale: "pt-BR" } },
      }),
      schema: { params: IdParams, body: UpdateSubscriberBody, response: { 200: SubscriberBody } },
    },
    async (request) => {
      const subscriberId = subscriberIdOf(request);
      const { tenantId } = request.caller;
      const done = await app.accounts.updateSubscriber({ ...request.body, subscriberId, tenantId });
      if (done.outcome !== "updated") throw accountRefusal(done);
      return toSubscriberBody(done.subscriber);
    },
  );

  app.delete(
    "/subscribers/:id",
    {
      ...described({
        operationId: "deleteSubscriber",
        tag: "Subscribers",
        summary: "Remove a subscriber with all they have",
        description:
          "Name, password, authenticators and sessions; they are signed out everywhere. What was sent to their numbers and addresses, and the limits on these, stay there, unless `erase` is `true`: that takes the scope `verifications:settle` as well, and erases each one that they proved, as `DELETE /numbers/{number}` does, for everybody who shares it. Where no answer comes, ask again.",
        scope: "subscribers:write",
        successes: { 204: "They are gone" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams, querystring: RemovalQuery },
    },
    async (request, reply) => {
      const subscriberId = subscriberIdOf(request);
      const isErasing = request.query.erase === "true";
      const isRemoved = isErasing
        ? await erased(request, subscriberId)
        : await removed(request, subscriberId);
      if (!isRemoved) throw new Problem("subscriber_not_found");
      return reply.code(204).send();
    },
  );

  app.post(
    "/subscribers/:id/password",
    {
      ...described({
        operationId: "changePassword",
        tag: "Subscribers",
        summary: "Set a new password",
        description:
          "After a step-up, or, where nothing is enrolled, with the password that is to go. All sessions end but the one that is given.",
        scope: "subscribers:write",
        successes: { 200: "The subscriber; the old password signs nobody in any more" },
        problems: [
          "subscriber_not_found",
          "password_refused",
          "step_up_required",
          "changes_frozen",
          "session_invalid",
          "sign_in_refused",
          "sign_in_locked",
          "sign_in_congested",
        ],
        example: { body: { password: "ten rowing margarets", current: "nine rowing margarets" } },
      }),
      schema: { params: IdParams, body: PasswordBody, response: { 200: SubscriberBody } },
    },
    async (request, reply) => {
      const subscriberId = subscriberIdOf(request);
      const { tenantId } = request.caller;
      const { stepUp, ...body } = request.body;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.changePassword({ ...body, stepUp: bodyId(stepUp), subscriberId, tenantId }),
      );
      if (done.outcome !== "changed") throw accountRefusal(done);
      const found = await app.accounts.subscriber({ tenantId, subscriberId });
      if (found === null) throw new Problem("subscriber_not_found");
      return toSubscriberBody(found);
    },
  );
};

/** For programs it is daily work without an entry of the audit log; an administrator's is written as the person goes. */
async function removed(request: FastifyRequest, subscriberId: string): Promise<boolean> {
  const { caller, server } = request;
  const audited = auditingByHand(request, "deleteSubscriber");
  const beside = audited === null ? undefined : besideRemoval(audited, subscriberId);
  return await server.accounts.removeSubscriber({ tenantId: caller.tenantId, subscriberId }, beside);
}

/** An act of administration, unlike a removal alone: its entry of the audit log is written as the person goes. */
async function erased(request: FastifyRequest, subscriberId: string): Promise<boolean> {
  const { caller, server } = request;
  refuseWithout(caller, "verifications:settle");
  const operation = "eraseSubscriber";
  const asked = { tenantId: caller.tenantId, subscriberId, erase: true };
  try {
    return await server.accounts.removeSubscriber(
      asked,
      besideRemoval(auditing(request, operation), subscriberId),
    );
  } catch (cause) {
    await noteFailedAct(request, operation, subscriberId);
    throw cause;
  }
}

function besideRemoval({ keys, writes }: Audited, subscriberId: string): BesideRemoval {
  return { keys, allows: () => true, writes: (rows, now) => writes(rows, subscriberId, now) };
}
