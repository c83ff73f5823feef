import type { ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import type { GuardedRequest } from "./answers.ts";
import type { ExpressRequest } from "./express-request.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";
import { createTwoFactorGuard, type TwoFactorOptions, type TwoFactorSession } from "./two-factor.ts";

/**
 * A route that needs a fresh proof of this session's number: without one, a browser is led to the verification page and
 * comes back here. It stands after what makes sessions (`express-session` or the like).
 * @example
 * app.get("/transfer", requireVerified(countersign, { to: (request) => request.session.user.phone }), transfer);
 */
export function requireVerified<R extends ExpressRequest>(
  countersign: Countersign,
  options: RequireVerifiedOptions<R> = {},
): (request: R, response: ServerResponse, next: (error?: unknown) => void) => void {
  const guard = createGuard(countersign, options);
  return (request, response, next) => {
    guard(request, seenOf(request)).then((answer) => {
      if (answer === null) return next();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }, next);
  };
}

function seenOf({ originalUrl, url, method, headers }: ExpressRequest): GuardedRequest {
  return { method: method ?? "GET", url: originalUrl ?? url ?? "/", accept: headers.accept };
}

interface Guarded extends ExpressRequest {
  /** Set by the guard on what it lets through. */
  twoFactor?: TwoFactorSession;
}

export type ExpressTwoFactorGuard = (
  request: Guarded,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Lets through who signed in with two factors, and puts their session on `request.twoFactor` (`twoFactorOf`). All others get 401
 * `{"outcome":"sessionInvalid"}` or 403 `{"outcome":"stepUpRequired"}`; with `pages`, a browser is led to the account pages
 * and comes back here.
 * @example
 * app.post("/payout", requireTwoFactor(countersign, { maxAgeSeconds: 600 }), payOut);
 */
export function requireTwoFactor(
  countersign: Countersign,
  options: TwoFactorOptions = {},
): ExpressTwoFactorGuard {
  const guard = createTwoFactorGuard(countersign, options);
  return (request, response, next) => {
    guard(request, seenOf(request)).then((found) => {
      if ("session" in found) {
        request.twoFactor = found.session;
        next();
        return;
      }
      const { status, headers, body } = found.answer;
      response.writeHead(status, headers).end(body);
    }, next);
  };
}

/** The session that the guard let through, `request.twoFactor`; undefined where it did not stand before the route. */
export function twoFactorOf(request: ExpressRequest): TwoFactorSession | undefined {
  return (request as Guarded).twoFactor;
}
