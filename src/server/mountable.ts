import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Instance } from "../instance/instance.ts";
import { createApp } from "./app.ts";
import { isLocalClient } from "./client-address.ts";
import { Problem } from "./problems.ts";
import { sandboxDoor } from "./sandbox.ts";

/** What the application around us knows of a request and we could only guess. */
export interface HostView {
  /** The client's address, by the application's own rule for proxies. */
  readonly address: string;
  /** The path that we are mounted at; empty at the root. */
  readonly prefix: string;
}

/** The whole application without a socket, to be put into another one. */
export interface MountableApp {
  readonly app: FastifyInstance;
  /** Whether a path, without query and below the prefix, is one of ours: all others are the application's. */
  hasPath(path: string): boolean;
  /** The same as patterns, such as `/api/v1/verifications/:id`. */
  readonly paths: readonly string[];
}

/**
 * The app of an instance, which may be inside another application: it takes no path that is not its own.
 * `viewOf` finds what that application knows of a request.
 */
export async function openMountableApp(
  instance: Instance,
  viewOf: (request: IncomingMessage) => HostView | undefined,
): Promise<MountableApp> {
  const patterns = new Set<string>();
  const app = createApp({
    engine: instance.engine,
    parts: instance.parts,
    hostAddress: (request) => viewOf(request.raw)?.address ?? null,
    register: (one) => {
      one.addHook("onRoute", (route) => void patterns.add(route.url));
      one.addHook("onSend", (request, reply, _payload, done) => {
        prefixLocation(reply, viewOf(request.raw)?.prefix ?? "");
        done();
      });
      if (instance.sandbox === null) return;
      const sandbox = sandboxDoor({ instance, guard: null });
      void one.register(async (scope) => {
        scope.addHook("onRequest", onlyLocalClients);
        sandbox.register(scope);
        scope.addHook("onClose", async () => sandbox.close());
      });
    },
  });
  await app.ready();
  const paths = [...patterns];
  const ours = new RegExp(`^(?:${paths.map(toExpression).join("|")})$`);
  return { app, paths, hasPath: (path) => ours.test(path) };
}

/** Whoever reads the virtual phones reads every code, and the application may listen anywhere. */
function onlyLocalClients(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  done(isLocalClient(request) ? undefined : new Problem("not_found"));
}

/** The app knows its own paths only. */
function prefixLocation(reply: FastifyReply, prefix: string): void {
  const location = reply.getHeader("location");
  if (prefix !== "" && typeof location === "string" && location.startsWith("/")) {
    reply.header("location", prefix + location);
  }
}

/** `/verifications/:id` as part of a regular expression. */
function toExpression(pattern: string): string {
  return pattern
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]*" : part.replaceAll(/[^\w-]/g, "\\$&")))
    .join("/");
}
