import type { IncomingMessage, ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import { createMount } from "./mount.ts";
import { below, type MountOptions, prefixOf } from "./prefix.ts";

/** What Koa 3 gives a middleware. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** By Koa's own setting `proxy`. */
  readonly ip: string;
  readonly url: string;
  readonly request: { readonly body?: unknown; readonly rawBody?: unknown };
  respond?: boolean;
}

export type KoaMount = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * Countersign's HTTP API as a middleware for Koa 3. Paths that are not its own go on to the next middleware; what fails
 * is thrown. The middleware before it goes on when the answer is complete.
 * @example
 * app.use(mountKoa(countersign)); // or mountKoa(countersign, { prefix: "/verify" })
 */
export function mountKoa(countersign: Countersign, options: MountOptions = {}): KoaMount {
  const mount = createMount(countersign);
  const prefix = prefixOf(options);
  return async (context, next) => {
    const url = below(prefix, context.url);
    const { hasPath } = await mount.ready();
    if (url === null || !hasPath(url.split("?", 1)[0] ?? "")) {
      await next();
      return;
    }
    const { req, res, request, ip } = context;
    const body = request.rawBody ?? request.body;
    context.respond = false;
    await mount.answer(req, res, { url, prefix, address: ip, body });
  };
}
