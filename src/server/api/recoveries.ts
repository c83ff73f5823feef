import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Static } from "../../schemas/index.ts";
import { guardCaller } from "../caller.ts";
import { wrongField } from "../problems.ts";
import { accountRefusal, askOnce, bodyId, header, subscriberIdOf } from "./account-answers.ts";
import { toBegunBody } from "./account-schemas.ts";
import { AskedPasskeyBody, toOptionsBody } from "./passkey-schemas.ts";
import {
  AskRecoveryPasskeyBody,
  CheckedRecoveryBody,
  CheckRecoveryBody,
  CompleteRecoveryBody,
  CompleteResetBody,
  DisputedBody,
  DoneResetBody,
  instantOf,
  NewRecoveryBody,
  NewResetBody,
  NoticeBody,
  OpenNoticeBody,
  OpenResetBody,
  RecoveredBody,
  SendRecoveryBody,
  SentRecoveryBody,
  StartedRecoveryBody,
  StartedResetBody,
  toRecoveredBody,
} from "./recovery-schemas.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { IdParams } from "./schemas.ts";

/** For people who lost what they sign in with. */
// house: size: a list of routes, each of them short
export const recoveryRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/recoveries",
    {
      ...described({
        operationId: "startRecovery",
        tag: "Recovery",
        summary: "Start a recovery for whoever typed a name",
        description: "The answer is the same whoever it is, and whether there is anybody.",
        scope: "sessions:write",
        successes: { 201: "Wait for proofs: two methods, the telephone counting once, or a passkey" },
        problems: ["not_found"],
        example: { body: { name: "ada" } },
      }),
      schema: { body: NewRecoveryBody, response: { 201: StartedRecoveryBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.startRecovery({ ...request.body, tenantId }),
      );
      reply.code(201);
      return { recovery: done.recovery ?? null, endsAt: instantOf(done.endsAt) };
    },
  );

  app.post(
    "/recoveries/send",
    {
      ...described({
        operationId: "sendRecovery",
        tag: "Recovery",
        summary: "Send a code to an address of whoever recovers",
        scope: "sessions:write",
        successes: { 200: "Sent, if there is such an address" },
        problems: ["recovery_invalid"],
        example: { body: { recovery: "csv_...", method: "email" } },
      }),
      schema: { body: SendRecoveryBody, response: { 200: SentRecoveryBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.sendRecovery({ ...request.body, tenantId, text: { caller: guardCaller(request) } }),
      );
      if (done.outcome !== "sent") throw accountRefusal(done);
      return { sent: true };
    },
  );

  app.post(
    "/recoveries/passkey",
    {
      ...described({
        operationId: "askRecoveryPasskey",
        tag: "Recovery",
        summary: "Ask for a passkey of whoever recovers",
        description:
          "Give `options` to `navigator.credentials.get` in the browser, and its answer to the check within five minutes, with the method `passkey`. They name nobody's passkeys, and are the same whoever it is. Asking again ends what was asked before.",
        scope: "sessions:write",
        successes: { 200: "What the browser is to sign" },
        problems: ["recovery_invalid", "passkeys_unavailable"],
        example: { body: { recovery: "csv_..." } },
      }),
      schema: { body: AskRecoveryPasskeyBody, response: { 200: AskedPasskeyBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.askRecoveryPasskey({ ...request.body, tenantId }),
      );
      if (done.outcome !== "passkeyAsked") throw accountRefusal(done);
      return { options: toOptionsBody(done.options) };
    },
  );

  app.post(
    "/recoveries/check",
    {
      ...described({
        operationId: "checkRecovery",
        tag: "Recovery",
        summary: "Check one proof of a recovery",
        description:
          "Recovery codes, a code by e-mail, a code by phone, an authenticator app, the password: two of them are enough. A passkey is enough alone. Wrong, used, locked and nobody get one answer. Five wrong ones end it.",
        scope: "sessions:write",
        successes: { 200: "It is right" },
        problems: ["recovery_invalid", "code_mismatch", "sign_in_congested", "passkeys_unavailable"],
        example: { body: { recovery: "csv_...", method: "recoveryCode", code: "XXXXX-XXXXX-XXX" } },
      }),
      schema: { body: CheckRecoveryBody, response: { 200: CheckedRecoveryBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      oneOfMethod(request.body);
      const done = await askOnce(request, reply, (accounts) =>
        accounts.checkRecovery({ ...request.body, tenantId }),
      );
      if (done.outcome !== "approved" && done.outcome !== "proven") throw accountRefusal(done);
      return { isEnough: done.outcome === "approved", methods: [...done.methods] };
    },
  );

  app.post(
    "/recoveries/complete",
    {
      ...described({
        operationId: "completeRecovery",
        tag: "Recovery",
        summary: "Set a new password and enrol anew",
        description:
          "Ends all sessions and lifts a stop of changes. It signs nobody in: the pending session becomes active with the first authenticator that is enrolled, and a plain sign-in works as well. All proven addresses are told.",
        scope: "sessions:write",
        successes: { 200: "Recovered" },
        problems: ["recovery_invalid", "password_refused", "sign_in_congested", "not_found"],
        example: { body: { recovery: "csv_...", password: "seven quiet lighthouses" } },
      }),
      schema: { body: CompleteRecoveryBody, response: { 200: RecoveredBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.completeRecovery({ ...request.body, tenantId }),
      );
      if (done.outcome !== "recovered") throw accountRefusal(done);
      return toRecoveredBody(done);
    },
  );
};

/** A passkey with its method, and a code with every other. */
function oneOfMethod({ method, code, passkey }: Static<typeof CheckRecoveryBody>): void {
  const [field, other] = method === "passkey" ? ["passkey", code] : ["code", passkey];
  const given = method === "passkey" ? passkey : code;
  if (given === undefined || other !== undefined) {
    throw wrongField(String(field), `must be given with the method ${method}, and nothing else`);
  }
}

const resetHeaders = { "Countersign-Reset": "What the link of the reset holds." } as const;
const noticeHeaders = { "Countersign-Notice": "What the link of the notice holds." } as const;

/** A way back in that somebody with authority opens, and the page behind "this was not me". */
// house: size: a list of routes, each of them short
export const resetRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/subscribers/:id/reset",
    {
      ...described({
        operationId: "startReset",
        tag: "Recovery",
        summary: "Send somebody whose identity you proved a way back in",
        description:
          "A link that works once, to an address that they proved. No answer, list or event shows it: who starts a reset learns nothing that lets them in. All other addresses are told.",
        scope: "subscribers:reset",
        auditEntry: "afterwards",
        successes: { 202: "It is on its way, and good for an hour" },
        problems: ["subscriber_not_found", "authenticator_not_found", "address_required"],
      }),
      ...bodyMayBeAbsent,
      schema: { params: IdParams, body: NewResetBody, response: { 202: StartedResetBody } },
    },
    async (request, reply) => {
      const subscriberId = subscriberIdOf(request);
      const { tenantId } = request.caller;
      const authenticatorId = bodyId(request.body?.authenticatorId);
      const done = await askOnce(request, reply, (accounts) =>
        accounts.startReset({ tenantId, subscriberId, authenticatorId }),
      );
      if (done.outcome !== "resetStarted") throw accountRefusal(done);
      reply.code(202);
      const { channel, endsAt, sentTo } = done;
      return { subscriberId, sentTo: sentTo ?? null, channel, endsAt: instantOf(endsAt) };
    },
  );

  app.get(
    "/resets/current",
    {
      ...described({
        operationId: "checkReset",
        tag: "Recovery",
        summary: "Look at what the link of a reset holds",
        description: "For the page behind the link; uses nothing up, however often a mail scanner opens it.",
        scope: "sessions:write",
        headers: resetHeaders,
        successes: { 200: "It is good" },
        problems: ["reset_invalid"],
      }),
      schema: { response: { 200: OpenResetBody } },
    },
    async (request) => {
      const done = await app.accounts.checkReset({
        reset: header(request, "countersign-reset") ?? "",
        tenantId: request.caller.tenantId,
      });
      if (done.outcome !== "resetOpen") throw accountRefusal(done);
      const { subscriberId, needsPassword, endsAt } = done;
      return { subscriberId, needsPassword, endsAt: instantOf(endsAt) };
    },
  );

  app.post(
    "/resets/complete",
    {
      ...described({
        operationId: "completeReset",
        tag: "Recovery",
        summary: "Begin anew with a password of their own",
        description:
          "Everything that was enrolled is gone but e-mail addresses, all sessions end, and the pending session becomes active with the first authenticator that is enrolled.",
        scope: "sessions:write",
        successes: { 200: "They begin anew" },
        problems: ["reset_invalid", "password_refused", "sign_in_congested", "not_found"],
        example: { body: { reset: "csr_...", password: "seven quiet lighthouses" } },
      }),
      schema: { body: CompleteResetBody, response: { 200: DoneResetBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.completeReset({ ...request.body, tenantId }),
      );
      if (done.outcome !== "resetDone") throw accountRefusal(done);
      return { subscriberId: done.subscriberId, pending: toBegunBody(done.pending) };
    },
  );

  app.get(
    "/notices/current",
    {
      ...described({
        operationId: "checkNotice",
        tag: "Recovery",
        summary: "Look at what the link of a notice holds",
        description: "For the page behind “this was not me”; changes nothing.",
        scope: "sessions:write",
        headers: noticeHeaders,
        successes: { 200: "It is good" },
        problems: ["notice_invalid"],
      }),
      schema: { response: { 200: OpenNoticeBody } },
    },
    async (request) => {
      const done = await app.accounts.checkNotice({
        notice: header(request, "countersign-notice") ?? "",
        tenantId: request.caller.tenantId,
      });
      if (done.outcome !== "noticeOpen") throw accountRefusal(done);
      return { subscriberId: done.subscriberId, madeAt: instantOf(done.madeAt), kind: done.kind };
    },
  );

  app.post(
    "/notices/dispute",
    {
      ...described({
        operationId: "disputeNotice",
        tag: "Recovery",
        summary: "Say that a change was not theirs",
        description:
          "Ends all sessions, disables what was enrolled in the last seven days (of the hour in which the account was opened only what came after the link), voids a password that was set in them, keeps what was to be removed, voids a reset on its way, and stops all changes until a recovery or a reset. Once; older links are used with it.",
        scope: "sessions:write",
        successes: { 200: "Everything is stopped" },
        problems: ["notice_invalid"],
        example: { body: { notice: "csn_..." } },
      }),
      schema: { body: NoticeBody, response: { 200: DisputedBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await askOnce(request, reply, (accounts) =>
        accounts.disputeNotice({ ...request.body, tenantId }),
      );
      if (done.outcome !== "disputed") throw accountRefusal(done);
      return { subscriberId: done.subscriberId };
    },
  );
};
