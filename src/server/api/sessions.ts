import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "../../schemas/index.ts";
import type { Rows } from "../../store/index.ts";
import { auditingByHand } from "../audit.ts";
import { forms } from "../forms.ts";
import { Problem } from "../problems.ts";
import { accountRefusal, askOnce, header, sessionOf, subscriberIdOf } from "./account-answers.ts";
import {
  BegunBody,
  RedeemedSessionBody,
  SessionBody,
  SessionListBody,
  SessionTicketBody,
  SignInBody,
  StatementBody,
  StatementOfBody,
  sessionHeaders,
  toBegunBody,
  toSessionBody,
} from "./account-schemas.ts";
import { idOf } from "./administration.ts";
import { described } from "./route.ts";
import { IdParams, isoOrNull, strict } from "./schemas.ts";

const CurrentQuery = strict({
  maxAgeSeconds: Type.Optional(
    Type.String({
      pattern: forms.seconds.pattern,
      description: "How long ago an authenticator may have been used at the most",
    }),
  ),
});

/** Sessions of ours, for applications that have none. */
// house: size: a list of routes, each of them short
export const sessionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/sessions",
    {
      ...described({
        operationId: "signIn",
        tag: "Sessions",
        summary: "Sign in with a name and a password",
        description:
          "201 only for somebody who is in. Where an authenticator is asked for, the problem holds a pending session, which opens that challenge, or that enrolment, and nothing else. A name that nobody has is answered, counted and locked like one with another password. A request repeated with the same Idempotency-Key answers without the bearer.",
        scope: "sessions:write",
        successes: { 201: "Signed in" },
        problems: [
          "challenge_required",
          "enrolment_required",
          "sign_in_refused",
          "sign_in_locked",
          "sign_in_congested",
          // For a repeat of the request, after the subscriber was removed.
          "not_found",
        ],
        example: { body: { name: "ada", password: "nine rowing margarets" } },
      }),
      schema: { body: SignInBody, response: { 201: BegunBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.signIn({ ...request.body, tenantId }),
      );
      const begun = done.outcome === "signedIn" ? toBegunBody(done.session) : null;
      if (begun === null) throw accountRefusal(done);
      reply.code(201);
      return begun;
    },
  );

  app.post(
    "/sessions/redeem",
    {
      ...described({
        operationId: "redeemSession",
        tag: "Sessions",
        summary: "Redeem the ticket of somebody who signed in on the account pages",
        description:
          "Once, within 60 seconds. Compare `state` with your own session before you trust it. The session stays the browser's: it ends when its owner signs out on the pages.",
        scope: "sessions:write",
        successes: { 200: "Who signed in, and how sure that is" },
        problems: ["ticket_invalid", "not_found"],
        example: { body: { ticket: "6b1f.Q0kzqz2kXZc2i8q2w5pJ0Qm1Zl3pK9vW4bT7yHq0nXr2dUe6sGf8aBcD" } },
      }),
      schema: { body: SessionTicketBody, response: { 200: RedeemedSessionBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const { ticket } = request.body;
      const done = await askOnce(request, reply, (accounts) => accounts.redeemTicket({ tenantId, ticket }));
      if (done.outcome !== "redeemed") {
        throw new Problem(
          "ticket_invalid",
          "The ticket is unknown, was redeemed before, or is older than 60 seconds. Tickets of the verification page go to `POST /api/v1/tickets/redeem`.",
        );
      }
      const { subscriber, session } = done;
      return { name: subscriber.name, session: toSessionBody(session.session) };
    },
  );

  app.get(
    "/sessions/current",
    {
      ...described({
        operationId: "checkSession",
        tag: "Sessions",
        summary: "Whose session this is, and how sure that is",
        description: "200 only for an active one whose authenticator was used within `maxAgeSeconds`.",
        scope: "sessions:write",
        headers: sessionHeaders,
        successes: { 200: "The session" },
        problems: ["session_invalid", "step_up_required"],
      }),
      schema: { querystring: CurrentQuery, response: { 200: SessionBody } },
    },
    async (request) => {
      const { maxAgeSeconds } = request.query;
      const found = await app.accounts.checkSession({
        tenantId: request.caller.tenantId,
        session: sessionOf(request),
        maxAgeMs: maxAgeSeconds === undefined ? undefined : Number(maxAgeSeconds) * 1_000,
      });
      if (found.outcome === "stepUpRequired") {
        throw new Problem(
          "step_up_required",
          "The last use of an authenticator was longer ago: let them answer a challenge that names this `session`.",
        );
      }
      if (found.outcome !== "active") throw accountRefusal(found);
      return toSessionBody(found.session);
    },
  );

  app.post(
    "/sessions/current/statement",
    {
      ...described({
        operationId: "stateSession",
        tag: "Sessions",
        summary: "Say whose session this is, as a signed token for another program",
        description:
          "An ES256 token of five minutes for one `audience`, with `amr` of RFC 8176 and the assurance; verified with the keys at `/.well-known/jwks.json`, and for tenants but the first at `/tenants/{id}/.well-known/jwks.json`. A request repeated with the same Idempotency-Key answers without it.",
        scope: "sessions:write",
        headers: sessionHeaders,
        successes: { 200: "The statement" },
        problems: ["session_invalid"],
        example: { body: { audience: "https://ledger.example.com" } },
      }),
      schema: { body: StatementOfBody, response: { 200: StatementBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const session = header(request, "countersign-session") ?? "";
      const done = await askOnce(request, reply, (accounts) =>
        accounts.stateSession({ ...request.body, tenantId, session }),
      );
      if (done.outcome !== "stated") {
        // Of what its Idempotency-Key says, before.
        sessionOf(request);
        throw accountRefusal(done);
      }
      // A repeat is answered without what is shown once.
      // Of a statement that is not shown again, there is nothing to tell.
      if (done.statement === undefined) return { statement: null, endsAt: null };
      return { statement: done.statement, endsAt: isoOrNull(done.endsAt ?? null) };
    },
  );

  app.delete(
    "/sessions/current",
    {
      ...described({
        operationId: "signOut",
        tag: "Sessions",
        summary: "Sign out: end the session whose bearer is given",
        scope: "sessions:write",
        headers: sessionHeaders,
        successes: { 204: "It opens nothing any more" },
        problems: ["session_invalid"],
      }),
    },
    async (request, reply) => {
      const session = sessionOf(request);
      if (!(await app.accounts.signOut({ tenantId: request.caller.tenantId, session }))) {
        throw accountRefusal({ outcome: "sessionInvalid" });
      }
      return reply.code(204).send();
    },
  );

  app.delete(
    "/sessions/:id",
    {
      ...described({
        operationId: "endSession",
        tag: "Sessions",
        summary: "End a session",
        scope: "sessions:write",
        successes: { 204: "It opens nothing any more" },
      }),
      schema: { params: IdParams },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      if (!(await app.accounts.endSession({ tenantId, id: idOf(request) }))) throw new Problem("not_found");
      return reply.code(204).send();
    },
  );

  app.get(
    "/subscribers/:id/sessions",
    {
      ...described({
        operationId: "listSessions",
        tag: "Sessions",
        summary: "List the active sessions of a subscriber, newest first",
        scope: "subscribers:read",
        successes: { 200: "A hundred of them at the most" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams, response: { 200: SessionListBody } },
    },
    async (request) => {
      const subscriberId = subscriberIdOf(request);
      const { tenantId } = request.caller;
      const found = await app.accounts.subscriber({ tenantId, subscriberId });
      if (found === null) throw new Problem("subscriber_not_found");
      return { items: (await app.accounts.sessions({ tenantId, subscriberId })).map(toSessionBody) };
    },
  );

  app.delete(
    "/subscribers/:id/sessions",
    {
      ...described({
        operationId: "endSessions",
        tag: "Sessions",
        summary: "End all sessions of a subscriber",
        scope: "sessions:write",
        successes: { 204: "They are signed out everywhere" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams },
    },
    async (request, reply) => {
      const subscriberId = subscriberIdOf(request);
      const { tenantId } = request.caller;
      const audited = auditingByHand(request, "endSessions");
      const beside =
        audited === null
          ? undefined
          : {
              keys: audited.keys,
              writes: (rows: Rows, now: number) => audited.writes(rows, subscriberId, now),
            };
      if (!(await app.accounts.endSessions({ tenantId, subscriberId }, beside))) {
        throw new Problem("subscriber_not_found");
      }
      return reply.code(204).send();
    },
  );
};
