import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { Static } from "../../schemas/index.ts";
import { guardCaller } from "../caller.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem } from "../problems.ts";
import { isOperator } from "./administration.ts";
import { answer, bindingHeaders, bindingOf, malformedCode, verb } from "./continuation.ts";
import { limitOf, readCursor, writeCursor } from "./cursor.ts";
import { numberOf } from "./numbers.ts";
import { described } from "./route.ts";
import { IdParams } from "./schemas.ts";
import { toDetailsBody, toListedBody } from "./verification-body.ts";
import {
  CheckBody,
  StartBody,
  VerificationBody,
  VerificationDetailsBody,
  VerificationListBody,
  VerificationQuery,
} from "./verification-schemas.ts";
import { verificationVerbRoutes } from "./verification-verbs.ts";

/** Starting, checking and reading verifications. */
// house: size: a list of routes, each of them short
export const verificationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/verifications",
    {
      ...described({
        operationId: "startVerification",
        tag: "Verifications",
        summary: "Start a verification",
        description:
          "Answers as soon as the start is durable; the message goes out on its own. Without `channel` and `workflow`, the service's workflow is followed.",
        scope: "verifications:write",
        successes: {
          201: "Started",
          200: "A pending verification with the same binding goes on, where the service is set to continue",
        },
        problems: [
          "number_invalid",
          "number_not_allowed",
          "service_not_found",
          "recipient_locked",
          "send_limit_reached",
          "verification_pending",
          "delivery_congested",
        ],
        example: { body: { to: "+14155550123" } },
      }),
      schema: { body: StartBody, response: { 200: VerificationBody, 201: VerificationBody } },
    },
    async (request, reply) => {
      const { workflow, ...asked } = request.body;
      const result = await app.engine.start({
        ...asked,
        workflow: workflow?.map(({ channel, waitSeconds }) => ({ channel, waitMs: waitSeconds * 1_000 })),
        tenantId: request.caller.tenantId,
        idempotency: idempotencyOf(request),
        caller: guardCaller(request),
      });
      if (result.outcome === "started")
        reply.header("location", `/api/v1/verifications/${result.verification?.id}`);
      return answer(reply, result, { started: 201, continued: 200 });
    },
  );

  app.post(
    "/verifications/:id/check",
    {
      ...described({
        operationId: "checkVerification",
        tag: "Verifications",
        summary: "Check a code",
        description:
          "200 only if approved. What cannot be a code is refused without counting: nothing was compared. What the start was given as `binding`, `subject`, `amount` and `payee` must be repeated.",
        scope: "verifications:write",
        successes: { 200: "Approved" },
        problems: [
          "verification_not_found",
          "code_malformed",
          "code_mismatch",
          "code_expired",
          "verification_expired",
          "verification_settled",
          "verification_exhausted",
          "recipient_locked",
        ],
        example: { body: { code: "493817", to: "+14155550123" } },
      }),
      schemaErrorFormatter: malformedCode,
      schema: { params: IdParams, body: CheckBody, response: { 200: VerificationBody } },
    },
    async (request, reply) =>
      answer(reply, await app.engine.check({ ...request.body, ...verb(request) }), { approved: 200 }),
  );

  app.get(
    "/verifications/:id",
    {
      ...described({
        operationId: "getVerification",
        tag: "Verifications",
        summary: "Show a verification",
        headers: bindingHeaders,
        description: "With its deliveries and checks.",
        scope: "verifications:read",
        successes: { 200: "The verification as it is now" },
        problems: ["verification_not_found"],
      }),
      schema: { params: IdParams, response: { 200: VerificationDetailsBody } },
    },
    async (request) => {
      const found = await app.engine.get({ ...bindingOf(request), ...verb(request) });
      if (found === null) throw new Problem("verification_not_found");
      return toDetailsBody(found, await isOperator(request));
    },
  );

  app.get(
    "/verifications",
    {
      ...described({
        operationId: "listVerifications",
        tag: "Verifications",
        summary: "List verifications, newest first",
        description: "Numbers are masked. What starts while a list is read is not in its later pages.",
        scope: "verifications:read",
        successes: { 200: "A page of verifications" },
        problems: ["number_invalid", "cursor_invalid"],
      }),
      schema: { querystring: VerificationQuery, response: { 200: VerificationListBody } },
    },
    async (request) => listPage(request, request.query),
  );

  await app.register(verificationVerbRoutes);
};

async function listPage(
  request: FastifyRequest,
  query: Static<typeof VerificationQuery>,
): Promise<Static<typeof VerificationListBody>> {
  const { engine, parts } = request.server;
  const { status } = query;
  // A plus sign that was not written as %2B arrives as a space.
  const to = query.to === undefined ? undefined : numberOf(parts, query.to.replace(/^ /, "+")).e164;
  const listed = { list: "verifications", filter: [to ?? "", status ?? ""] };
  const before = readCursor(request, listed, query.cursor);
  const { tenantId } = request.caller;
  const page = await engine.list({ tenantId, to, status, before, limit: limitOf(query) });
  const next = page.nextBefore;
  return {
    items: page.items.map(toListedBody),
    nextCursor: next === null ? null : writeCursor(request, listed, next),
  };
}
