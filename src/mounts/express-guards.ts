import type { IncomingMessage, ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import type { ExpressRequest } from "./express-request.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";
import {
  createTwoFactorGuard,
  isRefusal,
  type TwoFactorOptions,
  type TwoFactorSession,
} from "./two-factor.ts";

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
    const url = request.originalUrl ?? request.url ?? "/";
    const seen = { method: request.method ?? "GET", url, accept: request.headers.accept };
    guard(request, seen).then((answer) => {
      if (answer === null) return next();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }, next);
  };
}

interface Guarded extends IncomingMessage {
  /** Set by the guard on what it lets through. */
  twoFactor?: TwoFactorSession;
}

export type ExpressTwoFactorGuard = (
  request: Guarded,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Lets through who signed in with two factors, and puts their session on `request.twoFactor`. All others get 401
 * `{"outcome":"sessionInvalid"}` or 403 `{"outcome":"stepUpRequired"}`.
 * @example
 * app.post("/payout", requireTwoFactor(countersign, { maxAgeSeconds: 600 }), payOut);
 */
export function requireTwoFactor(
  countersign: Countersign,
  options: TwoFactorOptions = {},
): ExpressTwoFactorGuard {
  const guard = createTwoFactorGuard(countersign, options);
  return (request, response, next) => {
    guard(request).then((found) => {
      if (!isRefusal(found)) {
        request.twoFactor = found;
        next();
        return;
      }
      const { status, outcome } = found;
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify({ outcome }));
    }, next);
  };
}
