import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidPattern } from "../../clock/index.ts";
import type { VerificationView } from "../../engine/index.ts";
import { requireScope } from "../caller.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem } from "../problems.ts";
import { type RefusedOutcome, refusal } from "./outcomes.ts";
import { toBody } from "./verification-body.ts";
import {
  CheckBody,
  ContinueBody,
  IdParams,
  SettleBody,
  StartBody,
  VerificationBody,
} from "./verification-schemas.ts";

/** Where a GET or DELETE, which has no body, repeats its binding: never in the URL, which ends in logs. */
const bindingHeader = "countersign-binding";

const write = requireScope("verifications:write");

/** Starting, checking and going on with verifications. */
export const verificationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.addSchema(VerificationBody);

  app.post(
    "/verifications",
    {
      onRequest: write,
      schema: { body: StartBody, response: { 200: VerificationBody, 201: VerificationBody } },
    },
    async (request, reply) => {
      const { workflow, ...asked } = request.body;
      const result = await app.engine.start({
        ...asked,
        workflow: workflow?.map(({ channel, waitSeconds }) => ({ channel, waitMs: waitSeconds * 1_000 })),
        tenantId: request.caller.tenantId,
        idempotency: idempotencyOf(request),
      });
      if (result.outcome === "started")
        reply.header("location", `/api/v1/verifications/${result.verification?.id}`);
      return answer(reply, result, { started: 201, continued: 200 });
    },
  );

  app.post(
    "/verifications/:id/check",
    { onRequest: write, schema: { params: IdParams, body: CheckBody, response: { 200: VerificationBody } } },
    async (request, reply) =>
      answer(reply, await app.engine.check({ ...request.body, ...verb(request) }), { approved: 200 }),
  );

  for (const name of ["resend", "next"] as const) {
    app.post(
      `/verifications/:id/${name}`,
      {
        onRequest: write,
        schema: { params: IdParams, body: ContinueBody, response: { 200: VerificationBody } },
      },
      async (request, reply) =>
        answer(reply, await app.engine[name]({ ...request.body, ...verb(request) }), { sent: 200 }),
    );
  }

  app.post(
    "/verifications/:id/settle",
    {
      onRequest: requireScope("verifications:settle"),
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
    { onRequest: write, schema: { params: IdParams, response: { 200: VerificationBody } } },
    async (request, reply) =>
      answer(reply, await app.engine.cancel({ ...bindingOf(request), ...verb(request) }), { canceled: 200 }),
  );

  app.get(
    "/verifications/:id",
    { onRequest: requireScope("verifications:read"), schema: { params: IdParams } },
    async (request) => {
      const found = await app.engine.get({ ...bindingOf(request), ...verb(request) });
      if (found === null) throw new Problem("verification_not_found");
      return toBody(found);
    },
  );
};

/** The verification that a call names. What cannot be an id finds nothing, like any other unknown id (C-12). */
function verb(request: FastifyRequest): {
  tenantId: string;
  id: string;
  idempotency: ReturnType<typeof idempotencyOf>;
} {
  const { id } = request.params as { id: string };
  if (!uuidPattern.test(id)) throw new Problem("verification_not_found");
  const idempotency = request.method === "POST" ? idempotencyOf(request) : undefined;
  return { tenantId: request.caller.tenantId, id, idempotency };
}

function bindingOf(request: FastifyRequest): { binding?: string } {
  const header = request.headers[bindingHeader];
  return typeof header === "string" && header.length <= 200 ? { binding: header } : {};
}

interface Answered {
  readonly outcome: string;
  readonly verification: VerificationView | null;
  readonly replayed: boolean;
}

/** The status of a success, or the problem of a refusal. */
function answer(
  reply: FastifyReply,
  result: Answered,
  successes: Readonly<Record<string, 200 | 201>>,
): ReturnType<typeof toBody> {
  if (result.replayed) reply.header("idempotency-replayed", "true");
  const status = successes[result.outcome];
  if (status === undefined) throw refusal({ ...result, outcome: result.outcome as RefusedOutcome });
  if (result.verification === null) throw new Problem("verification_not_found");
  reply.code(status);
  return toBody(result.verification);
}
