import { chmodSync, rmSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type AddressInfo, type ListenOptions, Server as NetServer } from "node:net";
import type { Clock } from "../clock/index.ts";
import { StartRefused } from "../instance/start-refused.ts";
import { http } from "../platform/http.ts";
import { answerParserError } from "./parser-errors.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** How long and how much a connection may take (R-12). Times of sockets are real times, whatever clock the engine has. */
export interface ConnectionLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** How often the two timeouts above are looked at. */
  readonly checkEveryMs: number;
  readonly headerBytesMax: number;
  readonly headersMax: number;
  readonly connectionsMax: number;
  readonly requestsPerSocketMax: number;
  /** How long a stop waits for the requests under way. */
  readonly drainMs: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 5_000,
  checkEveryMs: 1_000,
  headerBytesMax: 16_384,
  headersMax: 100,
  connectionsMax: 16_384,
  requestsPerSocketMax: 100_000,
  drainMs: 10_000,
};

/** Several sockets that answer with one handler. */
export interface Listeners {
  /** Such as `http://127.0.0.1:3000`. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Takes no new connections, lets the requests that are under way finish, and cuts what takes too long. */
  drain(): Promise<void>;
  connections(): Promise<number>;
}

const freePortAttemptsMax = 20;
const backlog = 1_024;

/**
 * Listens on every address with the same port; port 0 takes one that is free on all of them.
 * @throws StartRefused
 */
export async function listen(
  hosts: readonly string[],
  port: number,
  handler: Handler,
  limits: ConnectionLimits,
  clock: Clock,
): Promise<Listeners> {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = [];
    try {
      const bound = await bindAll(hosts, port, servers, handler, limits);
      return listeners(servers, bound, limits, clock);
    } catch (cause) {
      await Promise.all(servers.map(closeNow));
      const mayRetry = port === 0 && isCode(cause, "EADDRINUSE") && attempt < freePortAttemptsMax;
      if (!mayRetry) throw refused(cause, port);
    }
  }
}

async function bindAll(
  hosts: readonly string[],
  port: number,
  servers: Server[],
  handler: Handler,
  limits: ConnectionLimits,
): Promise<number> {
  let bound = port;
  for (const host of hosts) {
    const server = createLimitedServer(handler, limits);
    try {
      // Beside an IPv4 address, :: must not claim IPv4 for itself.
      const ipv6Only = host.includes(":") && hosts.some((one) => !one.includes(":"));
      await bind(server, { host, port: bound, backlog, ipv6Only });
    } catch (cause) {
      // Many machines have no IPv6 loopback: one of the two is enough.
      if (host === "::1" && hosts.length > 1 && isMissingAddress(cause)) continue;
      throw cause;
    }
    servers.push(server);
    bound = (server.address() as AddressInfo).port;
  }
  return bound;
}

function listeners(
  servers: readonly Server[],
  port: number,
  limits: ConnectionLimits,
  clock: Clock,
): Listeners {
  return {
    addresses: servers.map((server) => {
      const { address, family } = server.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    }),
    port,
    drain: () => drain(servers, limits.drainMs, clock),
    async connections() {
      const counts = await Promise.all(servers.map(connectionsOf));
      return counts.reduce((sum, one) => sum + one, 0);
    },
  };
}

/** The socket in the data folder: who may open it is the local administrator. */
export async function listenOnSocket(path: string, handler: Handler, clock: Clock): Promise<Listeners> {
  // The data folder is ours alone: a socket that lies there belongs to a process that died.
  if (process.platform !== "win32") rmSync(path, { force: true });
  const server = createLimitedServer(handler, defaultConnectionLimits);
  await bind(server, { path });
  if (process.platform !== "win32") chmodSync(path, 0o600);
  return {
    addresses: [path],
    port: 0,
    drain: () => drain([server], defaultConnectionLimits.drainMs, clock),
    connections: () => connectionsOf(server),
  };
}

function createLimitedServer(handler: Handler, limits: ConnectionLimits): Server {
  const server = http.createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytesMax,
      insecureHTTPParser: false,
      // Answered by us, as a problem.
      requireHostHeader: false,
      noDelay: true,
    },
    handler,
  );
  server.maxHeadersCount = limits.headersMax;
  server.maxConnections = limits.connectionsMax;
  server.maxRequestsPerSocket = limits.requestsPerSocketMax;
  server.on("clientError", answerParserError);
  // An expectation that nobody knows changes nothing about the request; Node would answer 417 without a problem.
  server.on("checkExpectation", handler);
  return server;
}

function bind(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** How long kept connections may still bring the request that their client is just writing. */
const lastRequestsMs = 250;

async function drain(servers: readonly Server[], drainMs: number, clock: Clock): Promise<void> {
  const closed = Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          // Only the listening socket for now. http.Server's own close() cuts idle connections at once, and with them
          // the request that a client just wrote into one.
          NetServer.prototype.close.call(server, () => resolve());
        }),
    ),
  );
  const over = new AbortController();
  void closed.then(() => over.abort());
  const until = clock.now() + drainMs;
  while (!over.signal.aborted && clock.now() < until) {
    await clock.sleep(lastRequestsMs, over.signal);
    for (const server of servers) server.closeIdleConnections();
  }
  for (const server of servers) server.closeAllConnections();
  // Stops the timer that looks for slow connections.
  for (const server of servers) server.close();
  await closed;
}

function closeNow(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.getConnections((error, count) => resolve(error === null ? count : 0)),
  );
}

function isCode(cause: unknown, code: string): boolean {
  return (cause as NodeJS.ErrnoException | null)?.code === code;
}

function isMissingAddress(cause: unknown): boolean {
  return isCode(cause, "EADDRNOTAVAIL") || isCode(cause, "EAFNOSUPPORT");
}

function refused(cause: unknown, port: number): unknown {
  const { code, address } = cause as NodeJS.ErrnoException & { address?: string };
  const where = address ?? "this machine";
  if (code === "EADDRINUSE") {
    const message = `port ${port} of ${where} is in use by another program: stop it, or choose another port with PORT (0 takes a free one)`;
    return new StartRefused("address_in_use", message, { cause });
  }
  if (code === "EACCES") {
    const message = `this user may not listen on port ${port} of ${where}: choose a port above 1023 with PORT`;
    return new StartRefused("address_unusable", message, { cause });
  }
  if (isMissingAddress(cause)) {
    const message = `${where} is no address of this machine: correct HOST`;
    return new StartRefused("address_unusable", message, { cause });
  }
  return cause;
}
