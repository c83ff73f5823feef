import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { AdminRequests } from "./admin-socket.ts";
import { namesThisMachine } from "./client-address.ts";
import { Problem } from "./problems.ts";
import { ownOrigins, sourceOf } from "./same-origin.ts";

/**
 * Lets only requests pass that name this machine, or PUBLIC_URL, in their Host header. A foreign page whose name
 * suddenly resolves to 127.0.0.1 (DNS rebinding) could otherwise read the virtual phones from a developer's browser.
 */
export function onlyOwnHosts(
  publicUrl: string | null,
  admin: AdminRequests,
): (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void {
  const publicHost = publicUrl === null ? null : new URL(publicUrl).host.toLowerCase();
  return (request, _reply, done) => {
    if (admin.has(request.raw)) return done();
    const host = onlyHost(request.raw.rawHeaders);
    if (host !== null && (namesThisMachine(host) || host.toLowerCase() === publicHost)) return done();
    done(new Problem("host_not_allowed"));
  };
}

/** The one Host header; of several, `headers` would show the first. */
function onlyHost(rawHeaders: readonly string[]): string | null {
  let host: string | null = null;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length !== 4 || name.toLowerCase() !== "host") continue;
    if (host !== null) return null;
    host = rawHeaders[at + 1] ?? "";
  }
  return host;
}

/**
 * Refuses what a page of another site asks for, except to be shown. Programs may ask: the command line is one (W-13).
 */
export function onlyOwnPages(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  const { headers } = request.raw;
  // A proxy of the developer's may speak https for us and not say so.
  const own = [...ownOrigins(request), `http://${headers.host}`, `https://${headers.host}`];
  if (sourceOf(headers, own) === "elsewhere" && !isShown(request)) done(new Problem("cross_site_refused"));
  else done();
}

/** Whether somebody follows a link to us: the page that has it sees nothing of what is shown. */
function isShown({ raw: { method, headers } }: FastifyRequest): boolean {
  const reads = method === "GET" || method === "HEAD";
  return reads && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
}
