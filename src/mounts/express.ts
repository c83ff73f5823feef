import type { ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import type { ExpressRequest } from "./express-request.ts";
import { createMount } from "./mount.ts";
import type { MountOptions } from "./options.ts";

export {
  type ExpressTwoFactorGuard,
  requireTwoFactor,
  requireVerified,
  twoFactorOf,
} from "./express-guards.ts";
export type { ExpressRequest } from "./express-request.ts";
export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";
export type { TwoFactorOptions, TwoFactorSession } from "./two-factor.ts";

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
