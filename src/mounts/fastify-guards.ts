import type { FastifyReply, FastifyRequest } from "fastify";
import type { Countersign } from "../library/index.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";
import { createTwoFactorGuard, type TwoFactorOptions, type TwoFactorSession } from "./two-factor.ts";

/**
 * A hook for routes that need a fresh proof of this session's number: without one, a browser is led to the verification
 * page and comes back here. `@fastify/session` or the like makes the session.
 * @example
 * app.get("/transfer", { preHandler: requireVerified(countersign, { to: ({ session }) => session.phone }) }, transfer);
 */
export function requireVerified(
  countersign: Countersign,
  options: RequireVerifiedOptions<FastifyRequest> = {},
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const guard = createGuard(countersign, options);
  return async (request, reply) => {
    const { method, originalUrl: url, headers } = request;
    const answer = await guard(request, { method, url, accept: headers.accept });
    return answer === null ? undefined : reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
}

export type FastifyTwoFactorGuard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Fastify's requests keep their shape: what the guard found is kept beside them. */
const sessions = new WeakMap<object, TwoFactorSession>();

/**
 * A hook that lets through who signed in with two factors; `twoFactorOf(request)` is their session. All others get 401
 * `{"outcome":"sessionInvalid"}` or 403 `{"outcome":"stepUpRequired"}`; with `pages`, a browser is led to the account pages
 * and comes back here.
 * @example
 * app.post("/payout", { onRequest: requireTwoFactor(countersign, { maxAgeSeconds: 600 }) }, payOut);
 */
export function requireTwoFactor(
  countersign: Countersign,
  options: TwoFactorOptions = {},
): FastifyTwoFactorGuard {
  const guard = createTwoFactorGuard(countersign, options);
  return async (request, reply) => {
    const { method, originalUrl: url, headers } = request;
    const found = await guard(request.raw, { method, url, accept: headers.accept });
    if ("session" in found) {
      sessions.set(request, found.session);
      return undefined;
    }
    const { answer } = found;
    return await reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
}

/** The session that the guard let through; undefined where it did not stand before the route. */
export function twoFactorOf(request: FastifyRequest): TwoFactorSession | undefined {
  return sessions.get(request);
}
