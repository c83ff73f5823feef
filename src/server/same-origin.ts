import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest } from "fastify";
import { namesThisMachine } from "./client-address.ts";

/** Whose doing a request is: a page of ours, a page of somebody else, or no page that we know of. */
export type Source = "own" | "elsewhere" | "nobody";

/**
 * Who made a browser send this (W-13). It says so in two ways: `Sec-Fetch-Site`, which a page cannot forge, and
 * `Origin`, which our own pages send as `null` because they send no referrer. A typed address is nobody's doing; what
 * says neither is a program, or a browser that is too old to be protected.
 */
export function sourceOf(headers: IncomingHttpHeaders, ownOrigins: readonly string[]): Source {
  const { origin, "sec-fetch-site": site } = headers;
  const isOwn = origin !== undefined && ownOrigins.includes(origin);
  switch (site) {
    case "same-origin":
      return isOwn || origin === undefined || origin === "null" ? "own" : "elsewhere";
    case "none":
      return "nobody";
    case undefined:
      if (origin === undefined) return "nobody";
      return isOwn ? "own" : "elsewhere";
    default:
      return "elsewhere";
  }
}

/** Under which names a browser may know us that sent this. */
export function ownOrigins(request: FastifyRequest): readonly string[] {
  return [request.server.publicOrigin(request), `${request.protocol}://${request.host}`];
}

/** Whether browsers come to us by https. */
export function isSecure(request: FastifyRequest): boolean {
  return request.protocol === "https" || request.server.publicOrigin(request).startsWith("https:");
}

/** Cookies are `__Host-` and Secure, except where a browser came to this machine by plain http (W-13). */
export function hasSecureCookies(request: FastifyRequest): boolean {
  return isSecure(request) || !namesThisMachine(request.host);
}
