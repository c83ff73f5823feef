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
