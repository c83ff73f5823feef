import type { FastifyPluginAsync, FastifyReply } from "fastify";
import { uuidPattern } from "../clock/index.ts";
import { key } from "../store/index.ts";
import { Problem } from "./problems.ts";

/** How long a verifier may keep the keys: after a change of the master secret it finds the new one within this time. */
const keptSeconds = 300;

/** The public keys of statements, below the address of their issuer. For everybody: they are no secret. */
export const jwksRoutes: FastifyPluginAsync = async (app) => {
  const send = (reply: FastifyReply, tenantId: string): FastifyReply =>
    reply
      .type("application/jwk-set+json")
      .header("cache-control", `public, max-age=${keptSeconds}`)
      .header("access-control-allow-origin", "*")
      .serializer(String)
      .send(JSON.stringify(app.accounts.jwks({ tenantId })));

  app.get("/.well-known/jwks.json", async (_request, reply) => {
    const tenantId = app.parts.statements?.tenantId;
    if (tenantId === undefined) throw new Problem("not_found");
    return send(reply, tenantId);
  });

  app.get("/tenants/:tenant/.well-known/jwks.json", async (request, reply) => {
    const { tenant } = request.params as { readonly tenant: string };
    const found = uuidPattern.test(tenant) ? await app.parts.store.get(key("tenant", tenant)) : undefined;
    if (found === undefined) throw new Problem("not_found");
    return send(reply, found.id);
  });
};
