import type { IncomingMessage, ServerResponse } from "node:http";
import type { Countersign } from "../library/index.ts";
import { createMount } from "./mount.ts";

/** What Express 4 and 5 add to a request. */
interface ExpressRequest extends IncomingMessage {
  /** By Express's own setting `trust proxy`. */
  readonly ip?: string | undefined;
  /** The path that we are mounted at. */
  readonly baseUrl?: string;
  readonly body?: unknown;
}

export type ExpressMount = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Countersign's HTTP API as a middleware for Express 4 and 5. Paths that are not its own go on to the next handler, and
 * so does what fails. Whether a body parser stands before it makes no difference.
 * @example
 * app.use(mountExpress(countersign)); // or app.use("/verify", mountExpress(countersign))
 */
export function mountExpress(countersign: Countersign): ExpressMount {
  const mount = createMount(countersign);
  return (request, response, next) => {
    const host = {
      url: request.url ?? "/",
      prefix: request.baseUrl ?? "",
      address: request.ip ?? request.socket.remoteAddress ?? "unknown",
      body: request.body,
    };
    mount.answer(request, response, host).then((isOurs) => {
      if (!isOurs) next();
    }, next);
  };
}
