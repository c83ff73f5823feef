import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { DestinationStream } from "pino";
import { machineAct } from "../audit/index.ts";
import type { HashCost } from "../authenticators/index.ts";
import { type Clock, type Random, systemClock } from "../clock/index.ts";
import type { Settings } from "../config/index.ts";
import type { Provider } from "../delivery/index.ts";
import { openConfigured } from "../instance/from-settings.ts";
import type { Instance } from "../instance/instance.ts";
import type { IssuedKey } from "../tenants/index.ts";
import { frontPage } from "./about/front-page.ts";
import {
  type AdminRequests,
  adminSocketPath,
  createAdminRequests,
  localAdministrator,
} from "./admin-socket.ts";
import { createApp } from "./app.ts";
import { callbackRoutes } from "./callbacks/index.ts";
import { hasAdministrators, invite } from "./console/administrators.ts";
import { type ConsoleCalls, consolePages, createConsoleCalls } from "./console/index.ts";
import { facadeRoutes } from "./facades/index.ts";
import {
  type ConnectionLimits,
  defaultConnectionLimits,
  type Handler,
  type Listeners,
  listen,
  listenOnSocket,
} from "./listeners.ts";
import { createLog, type ServerLog } from "./log.ts";
import { machineRoutes, originOf } from "./machine-routes.ts";
import { operatorRoutes } from "./operator-routes.ts";
import { verificationPages } from "./pages/index.ts";
import { bareProblem } from "./parser-errors.ts";
import { createRuntime, type Runtime } from "./runtime.ts";
import { sandboxDoor } from "./sandbox.ts";
import { onlyOwnHosts } from "./sandbox-host.ts";

export interface ServerOptions {
  readonly settings: Settings;
  /** Real carriers. */
  readonly providers?: readonly Provider[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** Where log lines go. Default: standard output. */
  readonly logTo?: DestinationStream;
  /** How long to wait for another process to let go of the data folder. Default 10 s. */
  readonly lockWaitMs?: number;
  /** For tests: a hash that is made at once. */
  readonly hashCost?: HashCost;
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** Runs when the sockets are open, while every request is still answered with 503 `starting`. */
  readonly onListening?: (addresses: readonly string[]) => Promise<void>;
}

/** A server that takes requests. */
export interface RunningServer {
  /** Every address listened on, such as `http://127.0.0.1:3000`. */
  readonly addresses: readonly string[];
  /** The one to show: PUBLIC_URL, or `http://localhost:<port>` where it listens on a loopback address. */
  readonly url: string;
  readonly port: number;
  /** The socket or pipe of the command line; null where the path of the data folder is too long for one. */
  readonly adminSocket: string | null;
  readonly instance: Instance;
  /** Only on the very first start: to be shown once. */
  readonly firstKey: IssuedKey | null;
  /** Only while the console is on and has no administrator: an invitation to be shown once, good for an hour. */
  readonly invitation: string | null;
  readonly log: ServerLog;
  /** Finishes the requests under way (10 s at most), then the engine's work, then lets go of the data. Idempotent. */
  close(): Promise<void>;
}

/** The sockets take requests before there is an app: until then, and after, they answer by themselves. */
interface Door {
  handler: Handler;
}

/**
 * Starts everything: data folder, sockets, engine, routes.
 * @throws StartRefused with a sentence for the operator
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings } = options;
  const socketClock = systemClock();
  const log = createLog(settings.log, options.logTo);
  const runtime = createRuntime(options.clock ?? socketClock, settings);
  const door: Door = { handler: answerStarting };
  const opened: Listeners[] = [];
  const drain = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.drain()));
  };
  const handler: Handler = (request, response) => door.handler(request, response);
  const limits: ConnectionLimits = {
    ...defaultConnectionLimits,
    connectionsMax: settings.connectionsMax,
    ...options.connectionLimits,
  };
  try {
    const instance = await openConfigured(settings, {
      ...instanceOptions(options),
      log,
      meter: runtime.metrics.meter,
      // The folder is held, so that a restart waits for its predecessor and its port; and nothing is made yet, so that
      // a port in use does not swallow the first key.
      onOpen: async () => {
        const listening = await listen(settings.host, settings.port, handler, limits, socketClock);
        opened.push(listening);
        await options.onListening?.(listening.addresses);
      },
    });
    try {
      return await open(instance, options, { runtime, door, opened, drain, log, socketClock });
    } catch (cause) {
      await instance.close();
      throw cause;
    }
  } catch (cause) {
    await drain();
    throw cause;
  }
}

interface Opening {
  readonly runtime: Runtime;
  readonly door: Door;
  readonly opened: Listeners[];
  readonly drain: () => Promise<void>;
  readonly log: ServerLog;
  readonly socketClock: Clock;
}

async function open(instance: Instance, options: ServerOptions, parts: Opening): Promise<RunningServer> {
  const { settings } = options;
  const { runtime, door, opened, log } = parts;
  const admin = createAdminRequests();
  const administrator = localAdministrator(instance.tenant);
  const calls = createConsoleCalls(instance.tenant.id);
  const [listening] = opened;
  const addresses = listening?.addresses ?? [];
  const port = listening?.port ?? settings.port;
  const origin = (): string => originOf(settings, localUrl(addresses, port));
  const sandbox = sandboxDoor({
    instance,
    guard: { publicUrl: settings.publicUrl, admin },
  });
  const front = frontPage();
  const app = createApp({
    engine: instance.engine,
    accounts: instance.accounts,
    parts: instance.parts,
    runtime,
    trustedProxies: settings.trustedProxies,
    publicUrl: settings.publicUrl,
    nothingHere: front.nothingHere,
    adminCaller: (request) => (admin.has(request.raw) ? administrator : calls.callerOf(request)),
    register: (one) => {
      void one.register(callbackRoutes({ ...instance.parts, ...instance.callbacks }));
      void one.register(facadeRoutes(settings.facades));
      one.register(operatorRoutes(runtime));
      one.register(machineRoutes(settings.console ? { origin } : null));
      one.register(front.routes);
      registerPages(one, instance, settings.publicUrl, admin);
      if (settings.console) registerConsole(one, instance, { calls, publicUrl: settings.publicUrl, admin });
      sandbox.register(one);
    },
  });
  await app.ready();
  runtime.watch(instance, opened);
  const adminSocket = await openAdminSocket(settings.data, admin, parts);
  instance.engine.run();
  door.handler = (request, response) => app.routing(request, response);
  runtime.become("ready");

  log.info({ event: "listening", addresses }, "the server takes requests");
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    runtime.become("stopping");
    log.info({ event: "stopping" }, "the server finishes what is under way");
    sandbox.close();
    await parts.drain();
    await app.close();
    await instance.close();
    runtime.close();
    log.info({ event: "stopped" }, "the server has stopped");
    log.flush();
  };
  return {
    addresses,
    url: origin(),
    port,
    adminSocket,
    instance,
    firstKey: instance.firstKey,
    invitation: settings.console ? await firstInvitation(instance) : null,
    log,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** The console; in the sandbox, as all its pages, only by names of this machine. */
function registerConsole(
  app: FastifyInstance,
  { sandbox }: Instance,
  given: { readonly calls: ConsoleCalls; readonly publicUrl: string | null; readonly admin: AdminRequests },
): void {
  const { calls, publicUrl, admin } = given;
  const pages: FastifyPluginAsync = async (scope) => {
    if (sandbox !== null) scope.addHook("onRequest", onlyOwnHosts(publicUrl, admin));
    await scope.register(consolePages(calls));
  };
  void app.register(pages);
}

/** Without a default account, and without anybody who could make the first one by themselves (W-15). */
async function firstInvitation({ parts }: Instance): Promise<string | null> {
  if (await hasAdministrators(parts.store)) return null;
  const { secret } = await invite(parts, machineAct("inviteAdministrator"));
  return secret;
}

/** The verification pages; in the sandbox, only by names of this machine. */
function registerPages(
  app: FastifyInstance,
  { sandbox }: Instance,
  publicUrl: string | null,
  admin: AdminRequests,
): void {
  const pages: FastifyPluginAsync = async (scope) => {
    if (sandbox !== null) scope.addHook("onRequest", onlyOwnHosts(publicUrl, admin));
    await scope.register(verificationPages({ isSandbox: sandbox !== null }));
  };
  void app.register(pages);
}

/** Without it the commands of this machine need a key; that is no reason not to serve. */
async function openAdminSocket(
  dataFolder: string,
  admin: AdminRequests,
  { door, opened, log, socketClock }: Opening,
): Promise<string | null> {
  const path = adminSocketPath(dataFolder);
  if (path === null) {
    log.warn({ event: "admin_socket" }, "the path of the data folder is too long for an admin socket");
    return null;
  }
  const handler: Handler = (request, response) => {
    admin.mark(request);
    door.handler(request, response);
  };
  try {
    opened.push(await listenOnSocket(path, handler, socketClock));
    return path;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    log.warn({ event: "admin_socket", error: code }, "the data folder cannot hold an admin socket");
    return null;
  }
}

function instanceOptions({ providers, clock, random, lockWaitMs, hashCost }: ServerOptions): {
  providers?: readonly Provider[];
  clock?: Clock;
  random?: Random;
  lockWaitMs?: number;
  hashCost?: HashCost;
} {
  return {
    ...(providers === undefined ? {} : { providers }),
    ...(clock === undefined ? {} : { clock }),
    ...(random === undefined ? {} : { random }),
    ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
    ...(hashCost === undefined ? {} : { hashCost }),
  };
}

/** How people call it who sit at this machine. */
export function localUrl(addresses: readonly string[], port: number): string {
  const isLocal = addresses.some((one) => /^http:\/\/(127\.|\[::1\]|0\.0\.0\.0|\[::\])/.test(one));
  return isLocal ? `http://localhost:${port}` : (addresses[0] ?? "");
}

function answerStarting(_request: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body } = bareProblem("starting");
  response.writeHead(status, headers).end(body);
}
