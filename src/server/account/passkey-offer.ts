import type { FastifyRequest } from "fastify";
import { isAllowedOrigin } from "../../accounts/index.ts";
import { passkeysRemedy } from "../../authenticators/index.ts";
import type { EngineParts } from "../../engine/index.ts";
import { ownOrigins } from "../same-origin.ts";

/** Whether a browser that came to us by this address may be asked for passkeys. */
export function hasPasskeys(request: FastifyRequest): boolean {
  const relyingParty = request.server.parts.relyingParty ?? null;
  if (relyingParty === null || passkeysRemedy() !== null) return false;
  return ownOrigins(request).some((origin) => isAllowedOrigin(relyingParty, origin));
}

/** Says once, at the start, why the pages offer none where they could. */
export function notePasskeys({ relyingParty = null, log }: EngineParts): void {
  const remedy = passkeysRemedy();
  if (relyingParty === null || remedy === null) return;
  log.info({ event: "setting" }, `the account pages offer no passkeys: ${remedy}`);
}
