import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import type { Countersign } from "../library/index.ts";
import { createMount } from "./mount.ts";
import { aFunction, below, type PlacedMountOptions, pathPrefix } from "./options.ts";

export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";
export { type GuardedWebRequest, requireVerified } from "./web-guard.ts";

export interface WebMountOptions extends PlacedMountOptions {
  /**
   * The client's address, where the request says it; or hand it over with each request. Without it, keys that are bound to
   * addresses are refused, all who come to a page by themselves share what one address may start, and the virtual phones
   * answer nobody.
   */
  readonly clientAddress?: (request: Request) => string | undefined;
}

/** `address` is the client's, where whoever calls knows it and the request does not say it. */
export type WebHandler = (request: Request, address?: string) => Promise<Response | null>;

/**
 * Countersign's HTTP API and pages as a function from a `Request` to a `Response`, or to null where the path is not its own: for
 * Hono, Next.js route handlers and whatever else speaks the web's own types on Node.
 * @example
 * const handle = mountWeb(countersign);
 * app.use(async (context, next) => (await handle(context.req.raw, getConnInfo(context).remote.address)) ?? next());
 */
export function mountWeb(countersign: Countersign, options: WebMountOptions = {}): WebHandler {
  const mount = createMount(countersign, options, { prefix: pathPrefix, clientAddress: aFunction });
  const { prefix = "" } = options;
  return async (request, from) => {
    const { pathname, search, host, origin } = new URL(request.url);
    const path = below(prefix, pathname);
    const { hasPath } = await mount.ready();
    if (path === null || !hasPath(path)) return null;
    if (request.bodyUsed) {
      throw new TypeError("the body was read before Countersign: hand it over first, or give it a clone");
    }
    const payload = request.body === null ? undefined : Readable.fromWeb(request.body as ReadableStream);
    // Never left out: then everybody would seem to be on this machine.
    const address = (typeof from === "string" ? from : options.clientAddress?.(request)) ?? "unknown";
    const answer = await mount.inject(
      { address, prefix, origin },
      {
        method: request.method as InjectOptions["method"] & string,
        url: path + search,
        headers: { host, ...Object.fromEntries(request.headers) },
        remoteAddress: address,
        signal: request.signal,
        ...(payload === undefined ? {} : { payload }),
      },
    );
    return toResponse(answer);
  };
}

/** Statuses whose answers have no body: a `Response` refuses to be made with one. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

function toResponse(answer: LightMyRequestResponse): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, String(one));
  }
  const { statusCode: status } = answer;
  const body = bodiless.has(status) ? null : (Readable.toWeb(answer.stream()) as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
}
