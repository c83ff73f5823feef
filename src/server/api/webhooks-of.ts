import type { FastifyRequest } from "fastify";
import type { Endpoint, Webhooks } from "../../events/index.ts";
import { Problem } from "../problems.ts";

/** Every instance has them; an app that a test puts together by hand may not. */
export function webhooksOf(request: FastifyRequest): Webhooks {
  const { webhooks } = request.server.parts;
  if (webhooks === undefined) throw new Problem("not_found");
  return webhooks;
}

/** @throws Problem for one that another vendor's API made: what it is follows from there. */
export function refuseDialect({ dialect }: Endpoint): void {
  if (dialect === undefined) return;
  const detail =
    dialect === "telnyx"
      ? "This webhook is that of a verify profile: change `webhook_url` there, with PATCH /v2/verify_profiles/{id}."
      : "This webhook is where requests are answered that name an address of their own: there is nothing to change.";
  throw new Problem("resource_conflict", detail);
}
