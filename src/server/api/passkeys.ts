import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { accountRefusal, askOnce, pathId } from "./account-answers.ts";
import { BegunBody, toBegunBody } from "./account-schemas.ts";
import {
  AskedPasskeyBody,
  AskedPasskeySignInBody,
  AskPasskeyBody,
  AskPasskeySignInBody,
  PasskeySignInBody,
  toOptionsBody,
} from "./passkey-schemas.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { IdParams, iso } from "./schemas.ts";

/** What browsers are asked to sign, and the sign-in of whoever signed it. */
// house: size: a list of routes, each of them short
export const passkeyRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/challenges/:id/passkey",
    {
      ...described({
        operationId: "askPasskey",
        tag: "Challenges",
        summary: "Ask for one of the passkeys of whoever is challenged",
        description:
          "Give `options` to `navigator.credentials.get` in the browser, and its answer to the check within five minutes. Asking again ends what was asked before.",
        scope: "challenges:write",
        successes: { 200: "What the browser is to sign" },
        problems: [
          "challenge_not_found",
          "challenge_expired",
          "challenge_settled",
          "authenticator_not_found",
          "passkeys_unavailable",
        ],
        example: { body: { binding: "session-7f3a" } },
      }),
      ...bodyMayBeAbsent,
      schema: { params: IdParams, body: AskPasskeyBody, response: { 200: AskedPasskeyBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const asked = { ...request.body, tenantId, id: pathId(request, "id", "challenge_not_found") };
      const done = await askOnce(request, reply, (accounts) => accounts.askPasskey(asked));
      if (done.outcome !== "passkeyAsked") throw accountRefusal(done);
      return { options: toOptionsBody(done.options) };
    },
  );

  app.post(
    "/sessions/passkey",
    {
      ...described({
        operationId: "askPasskeySignIn",
        tag: "Sessions",
        summary: "Ask for any passkey that a person has here",
        description:
          "Before anybody said who they are. Give `options` to `navigator.credentials.get` in the browser. Only whoever repeats the same `binding` may go on, within five minutes.",
        scope: "sessions:write",
        successes: { 201: "What the browser is to sign" },
        problems: ["passkeys_unavailable"],
        example: { body: { binding: "session-7f3a" } },
      }),
      schema: { body: AskPasskeySignInBody, response: { 201: AskedPasskeySignInBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const { binding } = request.body;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.askPasskeySignIn({ tenantId, binding }),
      );
      reply.code(201);
      return { id: done.signInId, endsAt: iso(done.endsAt), options: toOptionsBody(done.options) };
    },
  );

  app.post(
    "/sessions/passkey/:id",
    {
      ...described({
        operationId: "signInWithPasskey",
        tag: "Sessions",
        summary: "Sign in with a passkey",
        description:
          "201 only for somebody who is in: a passkey is used with a finger, a face or a PIN, and is enough alone. Nobody's passkey and a wrong signature are answered alike. Each id is answered once.",
        scope: "sessions:write",
        successes: { 201: "Signed in" },
        problems: [
          "sign_in_refused",
          "passkey_refused",
          "passkeys_unavailable",
          "challenge_not_found",
          "challenge_expired",
          "challenge_settled",
        ],
      }),
      schema: { params: IdParams, body: PasskeySignInBody, response: { 201: BegunBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const asked = {
        ...request.body,
        tenantId,
        signInId: pathId(request, "id", "challenge_not_found"),
      };
      const done = await askOnce(request, reply, (accounts) => accounts.signInWithPasskey(asked));
      const begun = done.outcome === "signedIn" ? toBegunBody(done.session) : null;
      if (begun === null) throw accountRefusal(done);
      reply.code(201);
      return begun;
    },
  );
};
