import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import type { Countersign } from "../library/index.ts";
import { createMount } from "./mount.ts";
import { below, type PlacedMountOptions, prefixOf } from "./options.ts";

export type { RequireVerifiedOptions, VerifiedSession } from "./guard.ts";
export { type GuardedWebRequest, requireVerified } from "./web-guard.ts";

export interface WebMountOptions extends PlacedMountOptions {
  /**
   * The client's address, where the host knows it. Without it, keys that are bound to addresses are refused, and all who
   * come to a page by themselves share what one address may start.
   */
  readonly clientAddress?: (request: Request) => string | undefined;
}

/**
 * Countersign's HTTP API and pages as a function from a `Request` to a `Response`, or to null where the path is not its own: for
 * Hono, Next.js route handlers and whatever else speaks the web's own types on Node.
 * @example
 * const handle = mountWeb(countersign);
 * app.use(async (context, next) => (await handle(context.req.raw)) ?? next());
 */
export function mountWeb(
  countersign: Countersign,
  options: WebMountOptions = {},
): (request: Request) => Promise<Response | null> {
  const mount = createMount(countersign, options);
  const prefix = prefixOf(options);
  return async (request) => {
    const { pathname, search, host, origin } = new URL(request.url);
    const path = below(prefix, pathname);
    const { hasPath } = await mount.ready();
    if (path === null || !hasPath(path)) return null;
    if (request.bodyUsed) {
      throw new TypeError("the body was read before Countersign: hand it over first, or give it a clone");
    }
    const payload = request.body === null ? undefined : Readable.fromWeb(request.body as ReadableStream);
    // Never left out: then everybody would seem to be on this machine.
    const address = options.clientAddress?.(request) ?? "unknown";
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
