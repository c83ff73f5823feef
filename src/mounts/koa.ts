import type { IncomingMessage, ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import { createMount } from "./mount.ts";
import { below, type PlacedMountOptions, prefixOf } from "./options.ts";

/** What Koa 3 gives a middleware. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** By Koa's own setting `proxy`, as `origin`. */
  readonly ip: string;
  readonly origin: string;
  readonly url: string;
  readonly originalUrl: string;
  readonly method: string;
  readonly request: { readonly body?: unknown; readonly rawBody?: unknown };
  readonly session?: unknown;
  respond?: boolean;
}

export type KoaHandler = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * Countersign's HTTP API, pages and virtual phones as a middleware for Koa 3. Paths that are not its own go on to the
 * next middleware; what fails is thrown. The middleware before it goes on when the answer is complete.
 * @example
 * app.use(mountKoa(countersign)); // or mountKoa(countersign, { prefix: "/verify" })
 */
export function mountKoa(countersign: Countersign, options: PlacedMountOptions = {}): KoaHandler {
  const mount = createMount(countersign, options);
  const prefix = prefixOf(options);
  return async (context, next) => {
    const url = below(prefix, context.url);
    const { hasPath } = await mount.ready();
    if (url === null || !hasPath(url.split("?", 1)[0] ?? "")) {
      await next();
      return;
    }
    const { req, res, request, ip, origin } = context;
    const body = request.rawBody ?? request.body;
    context.respond = false;
    await mount.answer(req, res, { url, prefix, address: ip, origin, body });
  };
}
