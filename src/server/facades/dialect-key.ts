import type { FastifyReply, FastifyRequest } from "fastify";
import { bearerDigest, textsEqual } from "../../secrets/index.ts";
import { type ApiKey, type Dialect, dialectNames, type Scope } from "../../tenants/index.ts";
import { admitted, type Caller, countRequest, unauthorized } from "../caller.ts";
import { Problem } from "../problems.ts";

/** The keys that a name in a vendor's dialect may mean; those whose dialect was revoked are not among them (W-1). */
export async function keysNamed(
  request: FastifyRequest,
  dialect: Dialect,
  name: string,
): Promise<readonly ApiKey[]> {
  const { directory } = request.server;
  const keys = directory.recentDialectKeys(dialect, name) ?? (await directory.dialectKeys(dialect, name));
  return keys.filter((one) => one.dialects[dialect]?.revokedAt === null);
}

/** The key whose secret in this dialect was presented; the secrets of its other dialects open nothing here. */
export async function keyWithSecret(
  request: FastifyRequest,
  dialect: Dialect,
  user: string,
  secret: string,
): Promise<ApiKey | undefined> {
  const digest = bearerDigest(secret);
  const name = dialectNames[dialect] === "user" ? user : digest;
  const keys = await keysNamed(request, dialect, name);
  return keys.find((one) => textsEqual(one.dialects[dialect]?.digest ?? "", digest));
}

/**
 * Lets a key in that was found, or nobody.
 * @throws Problem `unauthorized`, `forbidden` or `rate_limited`
 */
export function enter(request: FastifyRequest, reply: FastifyReply, key: ApiKey | undefined): Caller {
  const caller = admitted(request, key);
  request.caller = caller;
  countRequest(request, reply, caller);
  return caller;
}

/** @throws Problem `forbidden` */
export function needScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  throw new Problem("forbidden", `This API key lacks the scope ${scope}.`, { scope });
}

/** @throws Problem `unauthorized`, or `rate_limited` for an address that fails again and again. */
export function refuseEntry(request: FastifyRequest, detail: string): never {
  throw unauthorized(request, detail);
}
