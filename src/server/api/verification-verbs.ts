import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { ErrorCode } from "../../errors/codes.ts";
import { guardCaller } from "../caller.ts";
import { answer, bindingHeaders, bindingOf, verb } from "./continuation.ts";
import { bodyMayBeAbsent, described, type RouteDescription } from "./route.ts";
import { IdParams } from "./schemas.ts";
import { ContinueBody, SettleBody, VerificationBody } from "./verification-schemas.ts";

const settledProblems: readonly ErrorCode[] = [
  "verification_not_found",
  "verification_expired",
  "verification_settled",
  "verification_exhausted",
];
const sendProblems: readonly ErrorCode[] = [
  ...settledProblems,
  "resend_too_soon",
  "send_limit_reached",
  "number_not_allowed",
  "delivery_congested",
];

const resend: RouteDescription = {
  operationId: "resendVerification",
  tag: "Verifications",
  summary: "Send again on the current step",
  description: "The same code, as long as it works; then a new one.",
  scope: "verifications:write",
  successes: { 200: "A further message is on its way" },
  problems: sendProblems,
};

const next: RouteDescription = {
  operationId: "advanceVerification",
  tag: "Verifications",
  summary: "Go to the next step now",
  scope: "verifications:write",
  successes: { 200: "The next step's message is on its way" },
  problems: [...sendProblems, "no_further_step"],
};

/** Going on with verifications, and ending them. */
export const verificationVerbRoutes: FastifyPluginAsyncTypebox = async (app) => {
  for (const [name, description] of [
    ["resend", resend],
    ["next", next],
  ] as const) {
    app.post(
      `/verifications/:id/${name}`,
      {
        ...described(description),
        ...bodyMayBeAbsent,
        schema: { params: IdParams, body: ContinueBody, response: { 200: VerificationBody } },
      },
      async (request, reply) =>
        answer(
          reply,
          await app.engine[name]({ ...request.body, ...verb(request), caller: guardCaller(request) }),
          { sent: 200 },
        ),
    );
  }

  app.post(
    "/verifications/:id/settle",
    {
      ...described({
        operationId: "settleVerification",
        tag: "Verifications",
        summary: "Settle what was verified elsewhere",
        scope: "verifications:settle",
        successes: { 200: "Settled" },
        problems: settledProblems,
        example: { body: { status: "approved" } },
      }),
      schema: { params: IdParams, body: SettleBody, response: { 200: VerificationBody } },
    },
    async (request, reply) =>
      answer(reply, await app.engine.settle({ ...request.body, ...verb(request) }), {
        approved: 200,
        canceled: 200,
      }),
  );

  app.delete(
    "/verifications/:id",
    {
      ...described({
        operationId: "cancelVerification",
        tag: "Verifications",
        summary: "Cancel a verification",
        headers: bindingHeaders,
        description: "At once: what is not sent yet stays unsent.",
        scope: "verifications:write",
        successes: { 200: "Canceled" },
        problems: [...settledProblems, "cancel_refused"],
      }),
      schema: { params: IdParams, response: { 200: VerificationBody } },
    },
    async (request, reply) =>
      answer(reply, await app.engine.cancel({ ...bindingOf(request), ...verb(request) }), { canceled: 200 }),
  );
};
