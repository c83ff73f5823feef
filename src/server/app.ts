import { isUtf8 } from "node:buffer";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Clock } from "../clock/index.ts";
import type { Engine, EngineParts } from "../engine/index.ts";
import type { Directory } from "../tenants/directory.ts";
import { verificationRoutes } from "./api/verifications.ts";
import type { Caller } from "./caller.ts";
import { jsonProblem } from "./json-body.ts";
import { Problem, sendProblem, toProblem } from "./problems.ts";

declare module "fastify" {
  interface FastifyInstance {
    readonly clock: Clock;
    readonly directory: Directory;
    readonly engine: Engine;
    readonly parts: EngineParts;
    /** The caller of a request that came over the admin socket; null for all others. */
    adminCaller(request: FastifyRequest): Caller | null;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

export interface AppParts {
  readonly engine: Engine;
  readonly parts: EngineParts;
  /** Further routes: sandbox, pages, administration. */
  readonly register?: (app: FastifyInstance) => void;
  readonly adminCaller?: (request: FastifyRequest) => Caller | null;
}

const bodyBytesMax = 65_536;

/** The HTTP face: routes, limits and problems. It listens nowhere by itself. */
export function createApp({ engine, parts, register, adminCaller }: AppParts): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: 128 },
    requestTimeout: 30_000,
    keepAliveTimeout: 5_000,
    // Ids of ours: a caller's header never becomes part of our log.
    genReqId: () => `req-${Buffer.from(parts.random.bytes(9)).toString("base64url")}`,
    requestIdHeader: false,
    return503OnClosing: true,
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false },
    },
  });
  app.decorate("clock", parts.clock);
  app.decorate("directory", parts.directory);
  app.decorate("engine", engine);
  app.decorate("parts", parts);
  app.decorate("adminCaller", adminCaller ?? (() => null));
  app.decorateRequest("caller", undefined as unknown as Caller);
  readStrictJson(app);
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.code === "internal_error") {
      const name = error instanceof Error ? error.name : "unknown";
      const stack = error instanceof Error ? error.stack : undefined;
      parts.log.error(
        { requestId: request.id, route: request.routeOptions.url, error: name, stack },
        "a request failed",
      );
    }
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, new Problem("not_found")));
  app.register(verificationRoutes, { prefix: "/api/v1" });
  register?.(app);
  return app;
}

/** JSON and nothing else: valid UTF-8, no repeated keys, no way to a prototype, no endless nesting (W-7). */
function readStrictJson(app: FastifyInstance): void {
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
