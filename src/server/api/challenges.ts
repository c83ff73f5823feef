import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { VerificationView } from "../../engine/index.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import { guardCaller } from "../caller.ts";
import { Problem, wrongField } from "../problems.ts";
import { accountRefusal, askOnce, bodyId, holderOf, onlyOne, pathId } from "./account-answers.ts";
import {
  holderHeaders,
  SentCodeBody,
  toAuthenticatorBody,
  toBegunBody,
  toSentBody,
} from "./account-schemas.ts";
import { sendProblems } from "./authenticators.ts";
import {
  ApprovedBody,
  ChallengeBody,
  CheckChallengeBody,
  NewChallengeBody,
  SendChallengeBody,
  ShownChallengeBody,
  StartedChallengeBody,
  toChallengeBody,
} from "./challenge-schemas.ts";
import { DeviceTrustedBody, toNewlyTrustedBody, toTrustedDeviceBody } from "./device-schemas.ts";
import { described } from "./route.ts";
import { IdParams } from "./schemas.ts";

const over = [
  "challenge_not_found",
  "challenge_expired",
  "challenge_settled",
] as const satisfies readonly ErrorCode[];

/** Requests to use an authenticator: at a login, or before something sensitive. */
// house: size: a list of routes, each of them short
export const challengeRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/challenges",
    {
      ...described({
        operationId: "startChallenge",
        tag: "Challenges",
        summary: "Ask a subscriber for an authenticator",
        description:
          "After a password check of your own, or as a step-up within a session. Only whoever repeats the same `binding` or `session` may go on with it. With `send`, a code is on its way with the answer; where it cannot be sent, there is no challenge either: start without `send`, so that they choose another way.",
        scope: "challenges:write",
        successes: {
          200: "None is needed: `trustedDevice` is one of theirs, the password was checked, and this is a sign-in",
          201: "The challenge, with what it can be met with",
        },
        // Not found: for a repeat of the request, after the subscriber was removed.
        problems: [
          "subscriber_not_found",
          "not_enrolled",
          "session_invalid",
          "not_found",
          "authenticator_not_found",
          "authenticator_disabled",
          "subscriber_locked",
          ...sendProblems.filter((code) => code !== "resend_too_soon"),
        ],
        example: { body: { name: "user-17", binding: "session-7f3a", passwordChecked: true, send: true } },
      }),
      schema: { body: NewChallengeBody, response: { 200: DeviceTrustedBody, 201: StartedChallengeBody } },
    },
    async (request, reply) => {
      const { subscriberId, name, authenticatorId, ...rest } = request.body;
      const body = { ...rest, authenticatorId: bodyId(authenticatorId) };
      if ((subscriberId === undefined) === (name === undefined)) {
        throw wrongField("subscriberId", "or name must be given, and not both");
      }
      const { tenantId } = request.caller;
      const asked =
        name === undefined
          ? { ...body, tenantId, subscriberId: bodyId(subscriberId) as string }
          : { ...body, tenantId, name };
      const done = await askOnce(request, reply, (accounts) =>
        accounts.startChallenge({ ...asked, text: { caller: guardCaller(request) } }),
      );
      if (done.outcome === "deviceTrusted") {
        reply.code(200);
        return { subscriberId: done.subscriberId, trustedDevice: toTrustedDeviceBody(done.device) };
      }
      if (done.outcome !== "challengeStarted") throw accountRefusal(done);
      reply.code(201).header("location", `/api/v1/challenges/${done.challenge.id}`);
      return {
        challenge: toChallengeBody(done.challenge),
        authenticators: done.authenticators.map(toAuthenticatorBody),
        sent: sentBodyOf(done),
      };
    },
  );

  app.get(
    "/challenges/:id",
    {
      ...described({
        operationId: "getChallenge",
        tag: "Challenges",
        summary: "Show a challenge, with what it can be met with",
        scope: "challenges:write",
        headers: holderHeaders,
        successes: { 200: "The challenge as it is now" },
        problems: ["challenge_not_found"],
      }),
      schema: { params: IdParams, response: { 200: ShownChallengeBody } },
    },
    async (request) => {
      const found = await app.accounts.challenge({ ...onIt(request), ...holderOf(request) });
      if (found === null) throw new Problem("challenge_not_found");
      return {
        challenge: toChallengeBody(found.challenge),
        authenticators: found.authenticators.map(toAuthenticatorBody),
      };
    },
  );

  app.post(
    "/challenges/:id/send",
    {
      ...described({
        operationId: "sendChallenge",
        tag: "Challenges",
        summary: "Send a code to one of the phones",
        description: "The same code again, where one is on its way and works, and no channel is asked for.",
        scope: "challenges:write",
        successes: { 200: "It is on its way" },
        problems: [
          ...over,
          "authenticator_not_found",
          "authenticator_disabled",
          "subscriber_locked",
          ...sendProblems,
        ],
        example: {
          body: { authenticatorId: "019b796d-d600-7b75-97b3-db45180a1f55", binding: "session-7f3a" },
        },
      }),
      schema: { params: IdParams, body: SendChallengeBody, response: { 200: SentCodeBody } },
    },
    async (request, reply) => {
      const { authenticatorId, ...body } = request.body;
      const asked = { ...body, ...onIt(request), authenticatorId: bodyId(authenticatorId) };
      const done = await askOnce(request, reply, (accounts) =>
        accounts.sendChallenge({ ...asked, text: { caller: guardCaller(request) } }),
      );
      if (done.outcome !== "sent") throw accountRefusal(done);
      return toSentBody(done.verification, done.authenticatorId);
    },
  );

  app.post(
    "/challenges/:id/check",
    {
      ...described({
        operationId: "checkChallenge",
        tag: "Challenges",
        summary: "Check a code, or the answer of a passkey",
        description:
          "200 only if it is approved. With a session of ours, the answer holds its new secret: the one before is dead. With `trustDevice`, a whole sign-in makes this device trusted, unless it was by a recovery code.",
        scope: "challenges:write",
        successes: { 200: "Approved; `assurance` says how sure it is" },
        problems: [
          ...over,
          "authenticator_not_found",
          "authenticator_disabled",
          "subscriber_locked",
          "recipient_locked",
          "code_mismatch",
          "code_malformed",
          "code_used",
          "code_not_sent",
          "passkey_refused",
          "passkeys_unavailable",
          "sign_in_congested",
        ],
        example: { body: { code: "123456", binding: "session-7f3a" } },
      }),
      schema: { params: IdParams, body: CheckChallengeBody, response: { 200: ApprovedBody } },
    },
    async (request, reply) => {
      onlyOne(request.body);
      const { authenticatorId, ...body } = request.body;
      const asked = { ...body, ...onIt(request), authenticatorId: bodyId(authenticatorId) };
      const done = await askOnce(request, reply, (accounts) => accounts.checkChallenge(asked));
      if (done.outcome !== "approved") throw accountRefusal(done);
      const { assurance, session } = done;
      return {
        challenge: toChallengeBody(done.challenge),
        assurance,
        session: toBegunBody(session),
        trustedDevice: toNewlyTrustedBody(done.trustedDevice),
        statement: done.statement ?? null,
      };
    },
  );

  app.delete(
    "/challenges/:id",
    {
      ...described({
        operationId: "cancelChallenge",
        tag: "Challenges",
        summary: "Cancel a challenge",
        description: "Canceling it again changes nothing.",
        scope: "challenges:write",
        headers: holderHeaders,
        successes: { 200: "The canceled challenge" },
        problems: over,
      }),
      schema: { params: IdParams, response: { 200: ChallengeBody } },
    },
    async (request) => {
      const done = await app.accounts.cancelChallenge({ ...onIt(request), ...holderOf(request) });
      if (done.outcome !== "canceled") throw accountRefusal(done);
      return toChallengeBody(done.challenge);
    },
  );
};

/** A repeat of a start that sent nothing says nothing of a verification. */
function sentBodyOf(started: {
  readonly authenticatorId: string | null;
  readonly verification?: VerificationView | null;
}): ReturnType<typeof toSentBody> | null {
  const { authenticatorId, verification = null } = started;
  return authenticatorId === null || verification === null ? null : toSentBody(verification, authenticatorId);
}

function onIt(request: FastifyRequest): { readonly tenantId: string; readonly id: string } {
  return { tenantId: request.caller.tenantId, id: pathId(request, "id", "challenge_not_found") };
}
