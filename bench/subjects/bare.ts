import Fastify, { type FastifyInstance } from "fastify";
import {
  CheckBody,
  IdParams,
  StartBody,
  VerificationBody,
} from "../../src/server/api/verification-schemas.ts";
import { portOf, type Served } from "./served.ts";

export async function serveBare(): Promise<Served> {
  const app = createBareApp();
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    port: portOf(app.server.address()),
    store: null,
    delivered: () => 0,
    drain: () => Promise.resolve(),
    stop: () => app.close(),
  };
}

/**
 * What the framework alone allows: the same two routes with the same schemas, and answers of the same size, without
 * a key, a rule, a store or a message behind them.
 */
function createBareApp(): FastifyInstance {
  const app = Fastify({
    logger: false,
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false },
    },
  });
  app.post(
    "/api/v1/verifications",
    { schema: { body: StartBody, response: { 201: VerificationBody } } },
    async (request, reply) => {
      const { to } = request.body as { to: string };
      reply.code(201).header("location", `/api/v1/verifications/${pending.id}`);
      return { ...pending, to };
    },
  );
  app.post(
    "/api/v1/verifications/:id/check",
    { schema: { params: IdParams, body: CheckBody, response: { 200: VerificationBody } } },
    async (request) => ({ ...approved, id: (request.params as { id: string }).id }),
  );
  return app;
}

const pending = {
  id: "0199c3a0-7b1e-7c3d-9a5f-2b4c6d8e0f1a",
  status: "pending",
  to: "+12025550123",
  channel: "sms",
  step: 0,
  steps: 2,
  service: "0199c3a0-0000-7c3d-9a5f-2b4c6d8e0f1a",
  purpose: "verify",
  subject: null,
  brand: "Countersign",
  locale: "en",
  amount: null,
  payee: null,
  clientRef: null,
  metadata: null,
  checksLeft: 5,
  sends: 1,
  createdAt: "2026-01-01T12:00:00.000Z",
  codeExpiresAt: "2026-01-01T12:05:00.000Z",
  nextStepAt: "2026-01-01T12:01:00.000Z",
  endsAt: "2026-01-01T12:05:00.000Z",
  settledAt: null,
  settledByTenant: false,
};

const approved = {
  ...pending,
  status: "approved",
  checksLeft: 0,
  codeExpiresAt: null,
  nextStepAt: null,
  settledAt: "2026-01-01T12:00:10.000Z",
  assurance: { aal: 1, restricted: true, phishingResistant: false },
};
