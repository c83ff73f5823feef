import { isUtf8 } from "node:buffer";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock } from "../clock/index.ts";
import { type Accounts, createAccounts, type Engine, type EngineParts } from "../engine/index.ts";
import type { Directory } from "../tenants/directory.ts";
import { errorPageRoutes } from "./about/error-pages.ts";
import { api } from "./api/index.ts";
import type { Caller } from "./caller.ts";
import { proxyTrust } from "./client-address.ts";
import { guardRequests, requestProblem, setSecurityHeaders } from "./guards.ts";
import { jsonProblem } from "./json-body.ts";
import { jwksRoutes } from "./jwks.ts";
import { noteAnswer, noteFailure, noteRoutes } from "./notes.ts";
import { noRoute, Problem, sendProblem, toProblem } from "./problems.ts";
import { requestIds } from "./request-ids.ts";
import type { Runtime } from "./runtime.ts";
import { compileSchemasLate } from "./schema-compilers.ts";

/** An answer to what went wrong, as a vendor writes it. */
type OtherWords = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

declare module "fastify" {
  interface FastifyInstance {
    readonly clock: Clock;
    readonly directory: Directory;
    readonly engine: Engine;
    readonly accounts: Accounts;
    readonly parts: EngineParts;
    /** Null without a running server around the app: then nothing is limited or measured. */
    readonly runtime: Runtime | null;
    /** The caller of a request that came over the admin socket; null for all others. */
    adminCaller(request: FastifyRequest): Caller | null;
    /** Where browsers find this server: PUBLIC_URL, else what the request says. Without a slash at the end. */
    publicOrigin(request: FastifyRequest): string;
    /** The path that we are mounted at in the application around us; empty at the root, and where nothing is around us. */
    basePath(request: FastifyRequest): string;
    /** The client's address as the application around us knows it; null where nothing is around us. */
    hostAddress(request: FastifyRequest): string | null;
    /** Who answers in other words than ours below a path, also where the router cannot read the rest of it. */
    readonly otherWords: Map<string, OtherWords>;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

export interface AppParts {
  readonly engine: Engine;
  /** Of the same engine; made here where it is left out, with slow hashes of its own. */
  readonly accounts?: Accounts;
  readonly parts: EngineParts;
  /** Further routes: sandbox, pages, administration. */
  readonly register?: (app: FastifyInstance) => void;
  readonly adminCaller?: (request: FastifyRequest) => Caller | null;
  /** Limits, health and metrics of a running server. */
  readonly runtime?: Runtime;
  readonly publicUrl?: string | null;
  /** Addresses and ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  /** What the application around us knows of a request; null where there is none. */
  readonly hostView?: (request: FastifyRequest) => HostView | null;
  /** The page for a browser at an address where there is nothing; null where a problem says it. */
  readonly nothingHere?: (request: FastifyRequest, reply: FastifyReply) => string | null;
}

/** What the application around us knows of a request and we could only guess. */
export interface HostView {
  /** The client's address, by the application's own rule for proxies. */
  readonly address: string;
  /** The path that we are mounted at; empty at the root. */
  readonly prefix: string;
  /** Where browsers find the application, such as `https://app.example.com`. */
  readonly origin: string;
}

export const bodyBytesMax = 65_536;

/** The HTTP face: routes, limits and problems. It listens nowhere by itself. */
export function createApp(appParts: AppParts): FastifyInstance {
  const { engine, parts, register, adminCaller } = appParts;
  const runtime = appParts.runtime ?? null;
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: 128 },
    trustProxy: proxyTrust(appParts.trustedProxies ?? []),
    genReqId: requestIds(parts.random),
    requestIdHeader: false,
    return503OnClosing: true,
    // What the router itself refuses, such as %zz, meets no hook.
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(reply);
      const problem = requestProblem(request) ?? toProblem(error);
      const other = [...app.otherWords].find(([path]) => request.url.startsWith(path));
      if (other === undefined) sendProblem(request, reply, problem);
      else other[1](problem, request, reply);
      noteAnswer(parts.log, runtime, request, reply, "unmatched");
    },
  });
  compileSchemasLate(app);
  app.decorate("clock", parts.clock);
  app.decorate("directory", parts.directory);
  app.decorate("engine", engine);
  app.decorate("accounts", appParts.accounts ?? createAccounts(parts, engine));
  app.decorate("parts", parts);
  app.decorate("runtime", runtime);
  app.decorate("adminCaller", adminCaller ?? (() => null));
  app.decorate("otherWords", new Map());
  decorateAddresses(app, appParts.publicUrl ?? null, appParts.hostView);
  app.decorateRequest("caller", undefined as unknown as Caller);
  readStrictJson(app);
  guardRequests(app, runtime);
  noteRoutes(app, parts.log, runtime);
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error, request.headers["content-type"]);
    if (problem.code === "internal_error") noteFailure(request, error);
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const page = appParts.nothingHere?.(request, reply) ?? null;
    if (page === null) return sendProblem(request, reply, noRoute());
    return reply.code(404).send(page);
  });
  app.register(api, { prefix: "/api" });
  app.register(errorPageRoutes);
  app.register(jwksRoutes);
  register?.(app);
  return app;
}

/** Under which address browsers and callers know this app, and whose client a request is. */
export function decorateAddresses(
  app: FastifyInstance,
  publicUrl: string | null,
  hostView: (request: FastifyRequest) => HostView | null = () => null,
): void {
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  app.decorate(
    "publicOrigin",
    (request) => publicOrigin ?? hostView(request)?.origin ?? `${request.protocol}://${request.host}`,
  );
  app.decorate("basePath", (request) => hostView(request)?.prefix ?? "");
  app.decorate("hostAddress", (request) => hostView(request)?.address ?? null);
}

/** JSON and nothing else: valid UTF-8, no repeated keys, no way to a prototype, no endless nesting (W-7). */
export function readStrictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    if (!isUtf8(body)) return done(new Problem("request_malformed", "The body is not valid UTF-8."));
    const text = body.toString("utf8");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return done(new Problem("request_malformed", "The body is not valid JSON."));
    }
    const problem = jsonProblem(text);
    if (problem !== null)
      return done(new Problem("request_malformed", `The body is refused: ${problem.detail}.`));
    done(null, value);
  });
}
