import type { IncomingMessage } from "node:http";
import type { Countersign } from "../library/index.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";
import type { KoaContext } from "./koa-context.ts";
import { createTwoFactorGuard, type TwoFactorOptions, type TwoFactorSession } from "./two-factor.ts";

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

/** What the guard reads and sets of Koa's context. */
interface KoaGuardContext {
  readonly req: IncomingMessage;
  readonly method: string;
  readonly originalUrl: string;
  readonly state: { twoFactor?: TwoFactorSession };
  status: number;
  body: unknown;
  set(headers: Readonly<Record<string, string>>): void;
}

export type KoaTwoFactorGuard = (context: KoaGuardContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * Lets through who signed in with two factors, and puts their session on `context.state.twoFactor`. All others get 401
 * `{"outcome":"sessionInvalid"}` or 403 `{"outcome":"stepUpRequired"}`; with `pages`, a browser is led to the account pages
 * and comes back here.
 * @example
 * router.post("/payout", requireTwoFactor(countersign, { maxAgeSeconds: 600 }), payOut);
 */
export function requireTwoFactor(
  countersign: Countersign,
  options: TwoFactorOptions = {},
): KoaTwoFactorGuard {
  const guard = createTwoFactorGuard(countersign, options);
  return async (context, next) => {
    const { method, originalUrl: url, req } = context;
    const found = await guard(req, { method, url, accept: req.headers.accept });
    if ("session" in found) {
      context.state.twoFactor = found.session;
      await next();
      return;
    }
    const { status, headers, body } = found.answer;
    context.status = status;
    context.set(headers);
    context.body = body;
  };
}
