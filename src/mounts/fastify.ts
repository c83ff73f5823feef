import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Countersign } from "../library/index.ts";
import { createMount } from "./mount.ts";
import type { MountOptions } from "./options.ts";

export {
  type FastifyTwoFactorGuard,
  requireTwoFactor,
  requireVerified,
  twoFactorOf,
} from "./fastify-guards.ts";
export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";
export type { TwoFactorOptions, TwoFactorSession } from "./two-factor.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Nothing is parsed in our scope; a hook of the host's that reads bodies leaves the bytes beside the request. */
function bodyOf(request: FastifyRequest): unknown {
  return (request as { readonly rawBody?: unknown }).rawBody ?? request.body;
}

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
      // What the host's hooks have set, such as CORS, belongs to the answer as well.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      // A proxy may ask in the absolute form, which Fastify takes for its path.
      const url = (raw.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "").slice(prefix.length);
      const origin = `${request.protocol}://${request.host}`;
      const host = { url, prefix, origin, address: request.ip, body: bodyOf(request) };
      // What a router that is more generous than ours has brought here has no other handler to go to.
      if (!(await mount.answer(raw, reply.raw, host))) reply.raw.writeHead(404).end();
      // Not before: of a reply that is ours already, Fastify only logs what was thrown, and the client would wait for ever.
      reply.hijack();
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
