import type { Countersign } from "../library/index.ts";
import type { KoaContext } from "./koa-context.ts";
import { createMount } from "./mount.ts";
import { below, type PlacedMountOptions, pathPrefix } from "./options.ts";

export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";
export type { KoaContext } from "./koa-context.ts";
export { type KoaTwoFactorGuard, requireTwoFactor, requireVerified } from "./koa-guards.ts";
export type { TwoFactorOptions, TwoFactorSession } from "./two-factor.ts";

export type KoaHandler = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * Countersign's HTTP API, pages and virtual phones as a middleware for Koa 3. Paths that are not its own go on to the
 * next middleware; what fails is thrown. The middleware before it goes on when the answer is complete.
 * @example
 * app.use(mountKoa(countersign)); // or mountKoa(countersign, { prefix: "/verify" })
 */
export function mountKoa(countersign: Countersign, options: PlacedMountOptions = {}): KoaHandler {
  const mount = createMount(countersign, options, { prefix: pathPrefix });
  const { prefix = "" } = options;
  return async (context, next) => {
    const url = below(prefix, context.url);
    const { hasPath } = await mount.ready();
    if (url === null || !hasPath(url.split("?", 1)[0] ?? "")) {
      await next();
      return;
    }
    const { req, res, request, ip, protocol, host } = context;
    // Koa's own `origin` is what the browser's header says, whoever sent it.
    const origin = `${protocol}://${host}`;
    const body = request.rawBody ?? request.body;
    context.respond = false;
    await mount.answer(req, res, { url, prefix, address: ip, origin, body });
  };
}
