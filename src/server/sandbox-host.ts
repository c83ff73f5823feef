import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { AdminRequests } from "./admin-socket.ts";
import { namesThisMachine } from "./client-address.ts";
import { Problem } from "./problems.ts";

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
    const hosts = request.raw.headersDistinct["host"] ?? [];
    const [host = ""] = hosts;
    if (hosts.length === 1 && (namesThisMachine(host) || host.toLowerCase() === publicHost)) return done();
    done(new Problem("host_not_allowed", "Use localhost, or set PUBLIC_URL to the address you came by."));
  };
}

/**
 * Refuses what a page of another site asks for, except to be shown: a browser says in Sec-Fetch-Site where a request
 * comes from. Older ones send at least an Origin with what changes something. Programs send neither (W-13).
 */
export function onlyOwnPages(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  if (isFromElsewhere(request)) done(new Problem("cross_site_refused"));
  else done();
}

function isFromElsewhere({ raw: { method, headers } }: FastifyRequest): boolean {
  const reads = method === "GET" || method === "HEAD";
  const site = headers["sec-fetch-site"];
  if (site !== undefined) {
    if (site === "same-origin" || site === "none") return false;
    return !(reads && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document");
  }
  const { origin, host } = headers;
  if (reads || origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}
