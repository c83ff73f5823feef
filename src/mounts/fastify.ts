import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Countersign } from "../library/index.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";
import { createMount } from "./mount.ts";
import type { MountOptions } from "./options.ts";
import {
  createTwoFactorGuard,
  isRefusal,
  type TwoFactorOptions,
  type TwoFactorSession,
} from "./two-factor.ts";

export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/**
 * Countersign's HTTP API, pages and virtual phones as a plugin for Fastify 5, with the `prefix` of its registration.
 * Its routes are the host's own routes, so that all others, and the host's 404, stay what they are.
 * @example
 * await app.register(mountFastify(countersign), { prefix: "/verify" });
 */
export function mountFastify(countersign: Countersign, options: MountOptions = {}): FastifyPluginAsync {
  const mount = createMount(countersign, options);
  return async (scope) => {
    const { paths } = await mount.ready();
    const { prefix } = scope;
    // Inside this scope only: bodies are left for our own, strict parser.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const { raw } = request;
      reply.hijack();
      // What the host's hooks have set, such as CORS, belongs to the answer as well.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      // A proxy may ask in the absolute form, which Fastify takes for its path.
      const url = (raw.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "").slice(prefix.length);
      const origin = `${request.protocol}://${request.host}`;
      const host = { url, prefix, origin, address: request.ip, body: request.body };
      // What a router that is more generous than ours has brought here has no other handler to go to.
      if (!(await mount.answer(raw, reply.raw, host))) reply.raw.writeHead(404).end();
    };
    // A type that Fastify cannot even read meets no parser: nothing of the body was taken, and ours says what is wrong.
    scope.setErrorHandler(async (error: { readonly code?: unknown }, request, reply) => {
      if (error.code !== "FST_ERR_CTP_INVALID_MEDIA_TYPE") throw error;
      await handler(request, reply);
    });
    for (const url of paths) {
      scope.route({ method: methods.filter((one) => scope.supportedMethods.includes(one)), url, handler });
    }
  };
}

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

export type { TwoFactorOptions, TwoFactorSession };

export type FastifyTwoFactorGuard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Fastify's requests keep their shape: what the guard found is kept beside them. */
const sessions = new WeakMap<object, TwoFactorSession>();

/**
 * A hook that lets through who signed in with two factors; `twoFactorOf(request)` is their session. All others get 401
 * `{"outcome":"sessionInvalid"}` or 403 `{"outcome":"stepUpRequired"}`.
 * @example
 * app.post("/payout", { onRequest: requireTwoFactor(countersign, { maxAgeSeconds: 600 }) }, payOut);
 */
export function requireTwoFactor(
  countersign: Countersign,
  options: TwoFactorOptions = {},
): FastifyTwoFactorGuard {
  const guard = createTwoFactorGuard(countersign, options);
  return async (request, reply) => {
    const found = await guard(request.raw);
    if (!isRefusal(found)) {
      sessions.set(request, found);
      return undefined;
    }
    const { status, outcome } = found;
    return await reply.code(status).header("cache-control", "no-store").send({ outcome });
  };
}

/** The session that the guard let through; undefined where it did not stand before the route. */
export function twoFactorOf(request: FastifyRequest): TwoFactorSession | undefined {
  return sessions.get(request);
}
