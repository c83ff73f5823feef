import type { IncomingMessage, ServerResponse } from "node:http";
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

/** What Express 4 and 5 add to a request. */
export interface ExpressRequest extends IncomingMessage {
  /** By Express's own setting `trust proxy`, as the two after it. */
  readonly ip?: string | undefined;
  readonly protocol?: string;
  readonly hostname?: string | undefined;
  /** The path that we are mounted at. */
  readonly baseUrl?: string;
  readonly originalUrl?: string;
  readonly body?: unknown;
  readonly session?: unknown;
}

export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Countersign's HTTP API, pages and virtual phones as a middleware for Express 4 and 5. Paths that are not its own go
 * on to the next handler, and so does what fails. Whether a body parser stands before it makes no difference.
 * @example
 * app.use(mountExpress(countersign)); // or app.use("/verify", mountExpress(countersign))
 */
export function mountExpress(countersign: Countersign, options: MountOptions = {}): ExpressHandler {
  const mount = createMount(countersign, options);
  return (request, response, next) => {
    const host = {
      url: request.url ?? "/",
      prefix: request.baseUrl ?? "",
      address: request.ip ?? request.socket.remoteAddress ?? "unknown",
      origin: originOf(request),
      body: request.body,
    };
    mount.answer(request, response, host).then((isOurs) => {
      if (!isOurs) next();
    }, next);
  };
}

/** Where the browser came to, as far as Express believes its proxies: they may have said another host, without a port. */
export function originOf({ protocol = "http", hostname, headers }: ExpressRequest): string {
  const { host = "localhost" } = headers;
  const isForwarded = hostname !== undefined && hostname !== host.replace(/:\d+$/, "");
  return `${protocol}://${isForwarded ? hostname : host}`;
}

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

export type { TwoFactorOptions, TwoFactorSession };

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
