import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import type { FacadeName } from "../config/index.ts";
import { settingsTable } from "../config/table.ts";
import type { Tally } from "../engine/index.ts";
import type { Instance } from "../instance/instance.ts";
import { createApp, type HostView } from "./app.ts";
import { callbackRoutes } from "./callbacks/index.ts";
import { isLocalClient } from "./client-address.ts";
import { facadeRoutes } from "./facades/index.ts";
import type { LimitSettings } from "./limits.ts";
import { operatorRoutes } from "./operator-routes.ts";
import { verificationPages } from "./pages/index.ts";
import { Problem } from "./problems.ts";
import { createRuntime } from "./runtime.ts";
import { sandboxDoor } from "./sandbox.ts";

/** The whole application without a socket, to be put into another one. */
export interface MountableApp {
  readonly app: FastifyInstance;
  /** Whether a path, without query and below the prefix, is one of ours: all others are the application's. */
  hasPath(path: string): boolean;
  /** The same as patterns, such as `/api/v1/verifications/:id`. */
  readonly paths: readonly string[];
  /** Ends streams and measurements; requests are still answered, and told that the storage is closed. */
  close(): void;
}

export interface MountableOptions {
  /** Finds what the application around us knows of a request. */
  viewOf(request: IncomingMessage): HostView | undefined;
  /** How many requests pass; what is left out is as in a server. */
  readonly limits: Partial<LimitSettings>;
  /** Whether there are health and metrics. */
  readonly operations: boolean;
  /** Whose APIs are spoken as well. */
  readonly facades: readonly FacadeName[];
  /** What the instance counts, for the metrics. */
  readonly tally?: Tally;
}

/** The app of an instance, which may be inside another application: it takes no path that is not its own. */
export async function openMountableApp(instance: Instance, options: MountableOptions): Promise<MountableApp> {
  const { viewOf } = options;
  const { clock } = instance.parts;
  const runtime = createRuntime(clock, limitsOf(options.limits), options.tally);
  /** By their shape: methods may have different names for a part of one path. */
  const patterns = new Map<string, string>();
  const sandbox = sandboxDoor({ instance, guard: null });
  const app = createApp({
    engine: instance.engine,
    accounts: instance.accounts,
    parts: instance.parts,
    runtime,
    publicUrl: instance.callbacks.publicUrl,
    hostView: (request) => viewOf(request.raw) ?? null,
    register: (one) => {
      one.addHook("onRoute", (route) => {
        const shape = route.url.replaceAll(/:[^/]+/g, ":");
        if (!patterns.has(shape)) patterns.set(shape, route.url);
      });
      one.addHook("onSend", async (request, reply, payload) => {
        const base = one.basePath(request);
        return base === "" ? payload : below(base, reply, payload);
      });
      void one.register(callbackRoutes({ ...instance.parts, ...instance.callbacks }));
      void one.register(verificationPages({ isSandbox: instance.sandbox !== null }));
      if (options.facades.length > 0) void one.register(facadeRoutes(options.facades));
      if (options.operations) void one.register(operatorRoutes(runtime));
      if (instance.sandbox === null) return;
      void one.register(async (scope) => {
        scope.addHook("onRequest", onlyLocalClients);
        sandbox.register(scope);
      });
    },
  });
  await app.ready();
  runtime.become("ready");
  if (options.operations) runtime.watch(instance, []);
  const paths = [...patterns.values()];
  const ours = new RegExp(`^(?:${paths.map(toExpression).join("|")})$`);
  return {
    app,
    paths,
    hasPath: (path) => ours.test(path),
    close() {
      sandbox.close();
      runtime.close();
    },
  };
}

function limitsOf(given: Partial<LimitSettings>): LimitSettings {
  return {
    keyRequestsPerSecond: settingsTable.keyRequestsPerSecond.default,
    addressRequestsPerSecond: settingsTable.addressRequestsPerSecond.default,
    addressFailuresPerMinute: settingsTable.addressFailuresPerMinute.default,
    ...given,
  };
}

/** Whoever reads the virtual phones reads every code, and the application may listen anywhere. */
function onlyLocalClients(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  done(isLocalClient(request) ? undefined : new Problem("not_found"));
}

/** A path of ours in an attribute: text from elsewhere has no quotation marks that are not escaped. */
const ownPath = / (href|src|action|data-proof)="\/(?!\/)/g;

/** Routes and pages know their own paths only: here, and nowhere else, they become those of the application. */
function below(base: string, reply: FastifyReply, payload: unknown): unknown {
  const location = reply.getHeader("location");
  if (typeof location === "string" && /^\/(?!\/)/.test(location)) reply.header("location", base + location);
  const isPage = String(reply.getHeader("content-type")).startsWith("text/html");
  if (!isPage || typeof payload !== "string") return payload;
  const escaped = html`${base}`;
  return payload.replaceAll(ownPath, (_whole, name: string) => ` ${name}="${escaped}/`);
}

/** `/verifications/:id` as part of a regular expression. */
function toExpression(pattern: string): string {
  return pattern
    .split("/")
    .map((part) => {
      if (part === "*") return ".*";
      return part.startsWith(":") ? "[^/]*" : part.replaceAll(/[^\w-]/g, "\\$&");
    })
    .join("/");
}
