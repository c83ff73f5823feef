import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import express5 from "express";
import express4 from "express4";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { type Countersign, countersignOf } from "../../src/library/countersign.ts";
import { mountExpress } from "../../src/mounts/express.ts";
import { mountFastify } from "../../src/mounts/fastify.ts";
import { mountKoa } from "../../src/mounts/koa.ts";
import type { MountOptions } from "../../src/mounts/options.ts";
import { mountWeb } from "../../src/mounts/web.ts";
import type { Door } from "../http/door.ts";

export interface HostOptions {
  /** Where Countersign is mounted; empty for the root. */
  readonly prefix?: string;
  /** The framework's own body parsers stand before it. */
  readonly parsesBodies?: boolean;
  /** The framework believes its proxies. */
  readonly trustsProxies?: boolean;
  readonly mount?: MountOptions;
  /** Called with what the framework's own error handler got. */
  readonly onError?: (cause: unknown) => void;
}

/** A framework's application with routes of its own around a mount: `GET /api/v1/own`, and a 404 that says `host`. */
export type Host = (countersign: Countersign, options: HostOptions) => Promise<RequestListener>;

const express =
  (framework: typeof express5): Host =>
  async (countersign, { prefix = "", parsesBodies, trustsProxies, mount, onError }) => {
    const app = framework();
    app.set("trust proxy", trustsProxies === true);
    if (parsesBodies === true) app.use(framework.json(), framework.urlencoded({ extended: false }));
    app.use(prefix === "" ? "/" : prefix, mountExpress(countersign, mount));
    app.get("/api/v1/own", (_request, response) => void response.send("own"));
    app.use((_request, response) => void response.status(404).send("host"));
    app.use((cause: unknown, _request: unknown, response: ServerResponse, _next: unknown) => {
      onError?.(cause);
      response.writeHead(500).end("host");
    });
    return app;
  };

const koa: Host = async (countersign, { prefix = "", parsesBodies, trustsProxies, mount, onError }) => {
  const app = new Koa({ proxy: trustsProxies === true });
  app.on("error", (cause) => onError?.(cause));
  if (parsesBodies === true) {
    app.use(async (context, next) => {
      const { body, rawBody } = await parsed(context.req);
      Object.assign(context.request, { body, rawBody });
      await next();
    });
  }
  app.use(mountKoa(countersign, { ...mount, prefix }));
  app.use((context) => {
    if (context.path === "/api/v1/own") context.body = "own";
    else Object.assign(context, { status: 404, body: "host" });
  });
  return app.callback();
};

/** As body parsers for Koa do. */
async function parsed(request: IncomingMessage): Promise<{ body: unknown; rawBody: string }> {
  let rawBody = "";
  for await (const chunk of request) rawBody += String(chunk);
  const isJson = request.headers["content-type"]?.includes("json") === true;
  return { rawBody, body: isJson && rawBody !== "" ? JSON.parse(rawBody) : {} };
}

const fastify: Host = async (countersign, { prefix = "", trustsProxies, mount, onError }) => {
  const app = Fastify({ trustProxy: trustsProxies === true });
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("x-host", "fastify");
  });
  await app.register(mountFastify(countersign, mount), { prefix });
  app.get("/api/v1/own", () => "own");
  app.post("/api/v1/own", (request) => request.body);
  app.setNotFoundHandler((_request, reply) => reply.code(404).send("host"));
  app.setErrorHandler((cause, _request, reply) => {
    onError?.(cause);
    return reply.code(500).send("host");
  });
  await app.ready();
  return (request, response) => app.routing(request, response);
};

const hono: Host = async (countersign, { prefix = "", trustsProxies, mount }) => {
  const app = new Hono();
  const forwarded = (request: Request): string | undefined =>
    trustsProxies === true ? request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  const clientAddress = (request: Request): string | undefined =>
    forwarded(request) ?? request.headers.get("x-test-socket") ?? undefined;
  const handle = mountWeb(countersign, { ...mount, prefix, clientAddress });
  app.use(async (context, next) => (await handle(context.req.raw)) ?? (await next()));
  app.get("/api/v1/own", (context) => context.text("own"));
  app.notFound((context) => context.text("host", 404));
  return (request, response) => void serve(request, response, (one) => app.fetch(one));
};

/** What a server for web handlers does, in short. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  // No `Request` can be made of it.
  if (method === "TRACE") return void response.writeHead(405).end("host");
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  headers.set("x-test-socket", request.socket.remoteAddress ?? "");
  const body = method === "GET" || method === "HEAD" ? null : (Readable.toWeb(request) as ReadableStream);
  const init = { method, headers, ...(body === null ? {} : { body, duplex: "half" as const }) };
  const answer = await handle(new Request(`http://${request.headers.host}${url}`, init));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) response.end();
  else Readable.fromWeb(answer.body as never).pipe(response);
}

export const hosts = {
  "express 5": express(express5),
  "express 4": express(express4 as unknown as typeof express5),
  "koa 3": koa,
  "fastify 5": fastify,
  "hono 4 (web)": hono,
} as const satisfies Readonly<Record<string, Host>>;

export type HostName = keyof typeof hosts;
export const hostNames = Object.keys(hosts) as readonly HostName[];

/** Listens on a free port. */
export async function listen(
  listener: RequestListener,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  // On a busy machine the default of five seconds ends between two requests, and the second one meets a closed socket.
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Files of the HTTP suite in which what is asked and answered counts: every host hands it over in its own way. */
const behindEach = [
  "document",
  "fuzz",
  "idempotency",
  "input",
  "lists",
  "messages",
  "problems",
  "roles",
  "skeleton",
  "texts",
  "webhooks",
  "wrong-fields",
] as const;

/** Those in which it counts what operations do, whoever hands their requests over: each behind one of the hosts. */
const behindOne = [
  "account-problems",
  "account-repeats",
  "accounts",
  "administration",
  "authenticator-names",
  "challenge-payments",
  "key-rights",
  "login-model",
  "one-code-once",
  "session-matrix",
  "statements",
  "trusted-devices",
] as const;

type HttpPart = (typeof behindEach)[number] | (typeof behindOne)[number];

/** The files of the HTTP suite that are done behind a host; of random requests it gets 400, of long tables a fifth. */
export function httpSuiteOf(name: HostName): readonly HttpPart[] {
  const { turn, doors } = turnOf(name);
  return [...behindEach, ...behindOne.filter((_part, index) => index % doors === turn)];
}

/** The files of the suite of facades that open an installation; in those left out, time is what counts, not the door. */
export const facadeSuite = [
  "telnyx-profiles",
  "telnyx-verifications",
  "telnyx-webhooks",
  "vonage-door",
  "vonage-insight",
  "vonage-verify",
] as const;

/** Which of the hosts it is: of a long table every host gets its rows. */
export const turnOf = (name: HostName): { readonly turn: number; readonly doors: number } => ({
  turn: hostNames.indexOf(name),
  doors: hostNames.length,
});

/** The door of the HTTP suite that leads through a framework. */
export function doorOf(name: HostName, more: HostOptions = {}): Door {
  const limits = { keyRequestsPerSecond: 0, addressRequestsPerSecond: 0, addressFailuresPerMinute: 0 };
  const mount = { limits, ...more.mount };
  return async (instance) => await listen(await hosts[name](countersignOf(instance), { ...more, mount }));
}

/** The same with other vendors' APIs; a host that parses bodies hands over what it made of them. */
export function facadeDoorOf(name: HostName, parsesBodies = false): Door {
  return doorOf(name, { parsesBodies, mount: { facades: ["vonage", "telnyx", "flowroute"] } });
}
