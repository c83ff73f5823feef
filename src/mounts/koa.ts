import type { IncomingMessage, ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";
import { createMount } from "./mount.ts";
import { below, type PlacedMountOptions, prefixOf } from "./options.ts";
import {
  createTwoFactorGuard,
  isRefusal,
  type TwoFactorOptions,
  type TwoFactorSession,
} from "./two-factor.ts";

export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";

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
  set(headers: Readonly<Record<string, string>>): void;
  status: number;
  body: unknown;
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

/**
 * A route that needs a fresh proof of this session's number: without one, a browser is led to the verification page and
 * comes back here. It stands after what makes sessions (`koa-session` or the like).
 * @example
 * app.use(requireVerified(countersign, { to: (context) => context.session.phone }));
 */
export function requireVerified<C extends KoaContext>(
  countersign: Countersign,
  options: RequireVerifiedOptions<C> = {},
): (context: C, next: () => Promise<unknown>) => Promise<void> {
  const guard = createGuard(countersign, options);
  return async (context, next) => {
    const { method, originalUrl: url, req } = context;
    const answer = await guard(context, { method, url, accept: req.headers.accept });
    if (answer === null) return void (await next());
    context.status = answer.status;
    context.set(answer.headers);
    context.body = answer.body;
  };
}

export type { TwoFactorOptions, TwoFactorSession };

/** What the guard reads and sets of Koa's context. */
interface KoaGuardContext {
  readonly req: IncomingMessage;
  readonly state: { twoFactor?: TwoFactorSession };
  status: number;
  body: unknown;
  set(headers: Readonly<Record<string, string>>): void;
}

export type KoaTwoFactorGuard = (context: KoaGuardContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * Lets through who signed in with two factors, and puts their session on `context.state.twoFactor`. All others get 401
 * `{"outcome":"sessionInvalid"}` or 403 `{"outcome":"stepUpRequired"}`.
 * @example
 * router.post("/payout", requireTwoFactor(countersign, { maxAgeSeconds: 600 }), payOut);
 */
export function requireTwoFactor(
  countersign: Countersign,
  options: TwoFactorOptions = {},
): KoaTwoFactorGuard {
  const guard = createTwoFactorGuard(countersign, options);
  return async (context, next) => {
    const found = await guard(context.req);
    if (!isRefusal(found)) {
      context.state.twoFactor = found;
      await next();
      return;
    }
    context.set({ "cache-control": "no-store" });
    context.status = found.status;
    context.body = { outcome: found.outcome };
  };
}
