import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { anyBody, everyMethod, withDoubledSlash } from "./wire.ts";

/** A vendor's answer to everything below one path of messages. */
export interface MessagesVendor {
  /** `below` is what stands behind the path: an id, or a kind of message; null for the path itself. */
  run(request: FastifyRequest, reply: FastifyReply, below: string | null): Promise<FastifyReply>;
  /** What went wrong, in the vendor's words. */
  fail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

/** One path that two vendors may have: whose it is, the request tells. */
export function messagesPath(
  path: string,
  vendorOf: (request: FastifyRequest) => MessagesVendor,
): FastifyPluginAsync {
  return async (app) => {
    anyBody(app);
    app.setErrorHandler((error, request, reply) => vendorOf(request).fail(error, request, reply));
    app.otherWords.set(`${path}/`, (error, request, reply) => vendorOf(request).fail(error, request, reply));
    for (const url of [...withDoubledSlash(path), ...withDoubledSlash(`${path}/:below`)]) {
      app.route({
        method: [...everyMethod],
        url,
        handler: (request, reply) => {
          const { below = null } = request.params as { readonly below?: string };
          return vendorOf(request).run(request, reply, below);
        },
      });
    }
  };
}

/**
 * `/v2/messages` is Flowroute's with Basic and Telnyx's with Bearer, whichever of them are spoken here. Who brings
 * neither is answered by the one that is there.
 */
export function sharedMessages({
  basic,
  bearer,
}: {
  readonly basic?: MessagesVendor | undefined;
  readonly bearer?: MessagesVendor | undefined;
}): FastifyPluginAsync {
  const only = bearer ?? basic;
  if (only === undefined) return async () => {};
  return messagesPath("/v2/messages", ({ headers: { authorization = "" } }) => {
    if (/^basic /i.test(authorization)) return basic ?? only;
    return only;
  });
}
