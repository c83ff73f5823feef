import type { FastifyPluginCallback } from "fastify";
import { authenticate } from "./caller.ts";
import { isLocalClient } from "./client-address.ts";
import { Problem } from "./problems.ts";
import type { Runtime } from "./runtime.ts";

/** Health and metrics: for those who run the server, outside the API. */
export function operatorRoutes(runtime: Runtime): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get("/health/live", () => ({ status: "live" }));
    app.get("/health/ready", async (request) => {
      const readiness = await runtime.readiness();
      if (readiness.ready) return { status: "ready", store: readiness.store };
      const { reason, detail } = readiness;
      // Which servers there are and what is wrong with them is nobody else's business.
      const told = isLocalClient(request) ? detail : undefined;
      throw new Problem(reason === "storage" ? "storage_unavailable" : reason, told, {
        reasons: [reason],
      });
    });
    app.get("/metrics", async (request, reply) => {
      // How many verifications fail and how many numbers are tried is nobody else's business.
      if (!isLocalClient(request)) await authenticate(request);
      const page = await runtime.metrics.page();
      return reply.type(page.contentType).send(page.text);
    });
    done();
  };
}
