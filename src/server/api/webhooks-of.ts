import type { FastifyRequest } from "fastify";
import type { Webhooks } from "../../events/index.ts";
import { Problem } from "../problems.ts";

/** Every instance has them; an app that a test puts together by hand may not. */
export function webhooksOf(request: FastifyRequest): Webhooks {
  const { webhooks } = request.server.parts;
  if (webhooks === undefined) throw new Problem("not_found");
  return webhooks;
}
