import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ErrorCode } from "../../errors/codes.ts";
import type { Static } from "../../schemas/index.ts";
import { guardCaller } from "../caller.ts";
import { Problem, wrongField } from "../problems.ts";
import {
  accountRefusal,
  askOnce,
  bodyId,
  header,
  needed,
  onlyOne,
  pathId,
  subscriberIdOf,
} from "./account-answers.ts";
import {
  AuthenticatorBody,
  AuthenticatorParams,
  ConfirmBody,
  ConfirmedBody,
  EnrolledBody,
  NewAuthenticatorBody,
  SendBody,
  SentCodeBody,
  stepUpHeaders,
  toAuthenticatorBody,
  toBegunBody,
  toSentBody,
  UpdateAuthenticatorBody,
} from "./account-schemas.ts";
import { toNewlyTrustedBody } from "./device-schemas.ts";
import { toCreationOptionsBody } from "./passkey-schemas.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { IdParams, listOf } from "./schemas.ts";

/** Why no code was sent to a phone. */
export const sendProblems = [
  "number_not_allowed",
  "recipient_locked",
  "send_limit_reached",
  "resend_too_soon",
  "delivery_congested",
] as const satisfies readonly ErrorCode[];

const AuthenticatorListBody = listOf(AuthenticatorBody, "AuthenticatorList");

/** What subscribers enrolled. */
// house: size: a list of routes, each of them short
export const authenticatorRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/subscribers/:id/authenticators",
    {
      ...described({
        operationId: "listAuthenticators",
        tag: "Authenticators",
        summary: "List what a subscriber enrolled",
        scope: "subscribers:read",
        successes: { 200: "All of them, ten at the most, unconfirmed ones included" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams, response: { 200: AuthenticatorListBody } },
    },
    async (request) => {
      const subscriberId = subscriberIdOf(request);
      const found = await app.accounts.subscriber({ tenantId: request.caller.tenantId, subscriberId });
      if (found === null) throw new Problem("subscriber_not_found");
      return { items: found.authenticators.map(toAuthenticatorBody), nextCursor: null };
    },
  );

  app.post(
    "/subscribers/:id/authenticators",
    {
      ...described({
        operationId: "enrolAuthenticator",
        tag: "Authenticators",
        summary: "Enrol a phone, an authenticator app, a passkey, recovery codes or an e-mail address",
        description:
          "A phone gets a code, an app a seed, and a passkey `options` for `navigator.credentials.create` in the browser. None is used before one right code, or the browser's answer, confirmed it. Recovery codes replace those before. An e-mail address gets notices and helps to recover; it meets no challenge. From the second on it takes a step-up. For the first, the caller vouches: behind a session alone, ask for the password once more. A request repeated with the same Idempotency-Key answers without seed, codes and options.",
        scope: "subscribers:write",
        successes: { 201: "It is enrolled, and all but recovery codes wait to be confirmed" },
        problems: [
          "subscriber_not_found",
          "number_invalid",
          "step_up_required",
          "changes_frozen",
          "authenticators_full",
          "sign_in_congested",
          "passkeys_unavailable",
          ...sendProblems.filter((code) => code !== "resend_too_soon"),
        ],
        example: { body: { type: "phone", number: "+14155550123" } },
      }),
      schema: { params: IdParams, body: NewAuthenticatorBody, response: { 201: EnrolledBody } },
    },
    async (request, reply) => {
      const done = await enrol(request, reply, request.body);
      reply.code(201);
      return done;
    },
  );

  app.post(
    "/subscribers/:id/authenticators/:authenticator/send",
    {
      ...described({
        operationId: "sendEnrolmentCode",
        tag: "Authenticators",
        summary: "Send another code to a phone that is being enrolled",
        scope: "subscribers:write",
        successes: { 200: "It is on its way" },
        problems: ["subscriber_not_found", "authenticator_not_found", ...sendProblems],
      }),
      ...bodyMayBeAbsent,
      schema: { params: AuthenticatorParams, body: SendBody, response: { 200: SentCodeBody } },
    },
    async (request, reply) => {
      const named = namedBy(request);
      const done = await askOnce(request, reply, (accounts) =>
        accounts.sendEnrolment({
          ...named,
          channel: request.body?.channel,
          text: { caller: guardCaller(request) },
        }),
      );
      if (done.outcome !== "sent") throw accountRefusal(done);
      return toSentBody(done.verification, named.authenticatorId);
    },
  );

  app.post(
    "/subscribers/:id/authenticators/:authenticator/confirm",
    {
      ...described({
        operationId: "confirmAuthenticator",
        tag: "Authenticators",
        summary: "Confirm an enrolment with its first code, or with the passkey that the browser made",
        description:
          "With the pending session of a sign-in that asked for an enrolment, the answer holds the active session that takes its place, and with `trustDevice` this device is trusted from then on.",
        scope: "subscribers:write",
        successes: { 200: "It can be used from now on" },
        problems: [
          "subscriber_not_found",
          "authenticator_not_found",
          "session_invalid",
          "code_mismatch",
          "code_malformed",
          "code_not_sent",
          "subscriber_locked",
          "recipient_locked",
          "passkey_refused",
          "passkeys_unavailable",
        ],
        example: { body: { code: "123456" } },
      }),
      schema: { params: AuthenticatorParams, body: ConfirmBody, response: { 200: ConfirmedBody } },
    },
    async (request, reply) => {
      const named = namedBy(request);
      onlyOne(request.body);
      const done = await askOnce(request, reply, (accounts) =>
        accounts.confirmAuthenticator({ ...named, ...request.body }),
      );
      if (done.outcome !== "confirmed") throw accountRefusal(done);
      return {
        authenticator: toAuthenticatorBody(done.authenticator),
        session: toBegunBody(done.session),
        trustedDevice: toNewlyTrustedBody(done.trustedDevice),
      };
    },
  );

  app.patch(
    "/subscribers/:id/authenticators/:authenticator",
    {
      ...described({
        operationId: "updateAuthenticator",
        tag: "Authenticators",
        summary: "Name an authenticator, prefer it, or choose text or call",
        description: "None of it makes anything stronger or weaker: it takes no step-up.",
        scope: "subscribers:write",
        successes: { 200: "As it is now" },
        problems: ["subscriber_not_found", "authenticator_not_found"],
        example: { body: { label: "Work phone", isPreferred: true } },
      }),
      schema: {
        params: AuthenticatorParams,
        body: UpdateAuthenticatorBody,
        response: { 200: AuthenticatorBody },
      },
    },
    async (request) => {
      const done = await app.accounts.updateAuthenticator({ ...namedBy(request), ...request.body });
      if (done.outcome !== "updated") throw accountRefusal(done);
      return toAuthenticatorBody(done.authenticator);
    },
  );

  app.delete(
    "/subscribers/:id/authenticators/:authenticator/removal",
    {
      ...described({
        operationId: "keepAuthenticator",
        tag: "Authenticators",
        summary: "Keep an authenticator that waits to be removed",
        scope: "subscribers:write",
        successes: { 200: "It stays" },
        problems: ["subscriber_not_found", "authenticator_not_found"],
      }),
      schema: { params: AuthenticatorParams, response: { 200: AuthenticatorBody } },
    },
    async (request) => {
      const done = await app.accounts.keepAuthenticator(namedBy(request));
      if (done.outcome !== "kept") throw accountRefusal(done);
      return toAuthenticatorBody(done.authenticator);
    },
  );

  app.delete(
    "/subscribers/:id/authenticators/:authenticator",
    {
      ...described({
        operationId: "removeAuthenticator",
        tag: "Authenticators",
        summary: "Remove an authenticator",
        scope: "subscribers:write",
        headers: stepUpHeaders,
        description:
          "The last one that protects the account goes after a wait, a day by default, in which its owner is told and may object.",
        successes: { 202: "It goes at `removesAt`, and works until then", 204: "It opens nothing any more" },
        problems: ["subscriber_not_found", "authenticator_not_found", "step_up_required", "changes_frozen"],
      }),
      schema: { params: AuthenticatorParams, response: { 202: AuthenticatorBody } },
    },
    async (request, reply) => {
      const stepUp = bodyId(header(request, "countersign-step-up"));
      const done = await app.accounts.removeAuthenticator({ ...namedBy(request), stepUp });
      if (done.outcome === "removing") return reply.code(202).send(toAuthenticatorBody(done.authenticator));
      if (done.outcome !== "removed") throw accountRefusal(done);
      return (reply as FastifyReply).code(204).send();
    },
  );
};

function namedBy(request: FastifyRequest): {
  readonly tenantId: string;
  readonly subscriberId: string;
  readonly authenticatorId: string;
} {
  const subscriberId = subscriberIdOf(request);
  const authenticatorId = pathId(request, "authenticator", "authenticator_not_found");
  return { tenantId: request.caller.tenantId, subscriberId, authenticatorId };
}

type NewAuthenticator = Static<typeof NewAuthenticatorBody>;

/** Fields that only one type of authenticator has. */
const fieldsOf: Readonly<Record<NewAuthenticator["type"], readonly (keyof NewAuthenticator)[]>> = {
  phone: ["number", "channel"],
  email: ["address"],
  totp: ["issuer", "seed", "uri", "account"],
  recoveryCodes: [],
  passkey: ["displayName", "binding"],
};

function refuseForeignFields(body: NewAuthenticator): void {
  for (const field of [
    "number",
    "address",
    "channel",
    "issuer",
    "seed",
    "uri",
    "account",
    "displayName",
    "binding",
  ] as const) {
    if (body[field] !== undefined && !fieldsOf[body.type].includes(field)) {
      throw wrongField(field, `does not go with type ${body.type}`);
    }
  }
}

async function enrol(
  request: FastifyRequest,
  reply: FastifyReply,
  body: NewAuthenticator,
): Promise<Static<typeof EnrolledBody>> {
  const subscriberId = subscriberIdOf(request);
  refuseForeignFields(body);
  const { type, label, channel, issuer, seed, uri, account, displayName, binding } = body;
  const asked = { tenantId: request.caller.tenantId, subscriberId, label, stepUp: bodyId(body.stepUp) };
  const nothing = { sent: null, seed: null, uri: null, qr: null, codes: null, options: null };
  switch (type) {
    case "phone": {
      const number = needed(type, "number", body.number);
      const done = await askOnce(request, reply, (accounts) =>
        accounts.enrolPhone({ ...asked, number, channel, text: { caller: guardCaller(request) } }),
      );
      if (done.outcome !== "enrolled") throw accountRefusal(done);
      // Of a repeat whose code is not known to have been sent: it is to be asked for.
      const { verification } = done as { readonly verification: typeof done.verification | null };
      const sent = verification === null ? null : toSentBody(verification, done.authenticator.id);
      return { ...nothing, authenticator: toAuthenticatorBody(done.authenticator), sent };
    }
    case "email": {
      const address = needed(type, "address", body.address);
      const done = await askOnce(request, reply, (accounts) => accounts.enrolEmail({ ...asked, address }));
      if (done.outcome !== "enrolled") throw accountRefusal(done);
      const { verification } = done as { readonly verification: typeof done.verification | null };
      const sent = verification === null ? null : toSentBody(verification, done.authenticator.id);
      return { ...nothing, authenticator: toAuthenticatorBody(done.authenticator), sent };
    }
    case "totp": {
      const done = await askOnce(request, reply, (accounts) =>
        accounts.enrolTotp({ ...asked, issuer, seed, uri, account }),
      );
      if (done.outcome !== "enrolled") throw accountRefusal(done);
      const authenticator = toAuthenticatorBody(done.authenticator);
      return { ...nothing, authenticator, seed: done.seed, uri: done.uri, qr: done.qr };
    }
    case "recoveryCodes": {
      const done = await askOnce(request, reply, (accounts) => accounts.makeRecoveryCodes(asked));
      if (done.outcome !== "enrolled") throw accountRefusal(done);
      const codes = done.codes === null ? null : [...done.codes];
      return { ...nothing, authenticator: toAuthenticatorBody(done.authenticator), codes };
    }
    case "passkey": {
      const done = await askOnce(request, reply, (accounts) =>
        accounts.enrolPasskey({ ...asked, displayName, binding }),
      );
      if (done.outcome !== "enrolled") throw accountRefusal(done);
      const authenticator = toAuthenticatorBody(done.authenticator);
      return { ...nothing, authenticator, options: toCreationOptionsBody(done.options) };
    }
    default:
      return type satisfies never;
  }
}
