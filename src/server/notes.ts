import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import type { Log } from "../engine/index.ts";
import type { Runtime } from "./runtime.ts";

/**
 * One line in the log and one measurement a request, by the *pattern* of its route: a URL may hold a number or a
 * secret. The pattern is bound once when a route is made, because asking a request for its own costs more than the line.
 */
export function noteRoutes(app: FastifyInstance, log: Log, runtime: Runtime | null): void {
  app.addHook("onRoute", (route) => {
    const others = route.onResponse ?? [];
    const note = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
      noteAnswer(log, runtime, request, reply, route.url);
      done();
    };
    route.onResponse = [...(Array.isArray(others) ? others : [others]), note];
  });
  // What no route matches has no route's hooks.
  app.addHook("onResponse", (request, reply, done) => {
    if (request.is404) noteAnswer(log, runtime, request, reply, "unmatched");
    done();
  });
}

/** For answers that no hook sees. */
export function noteAnswer(
  log: Log,
  runtime: Runtime | null,
  request: FastifyRequest,
  reply: FastifyReply,
  route: string,
): void {
  const { method } = request.raw;
  const ms = reply.elapsedTime;
  runtime?.metrics.answered(knownMethod(method), route, reply.statusCode, ms / 1_000);
  log.info(
    {
      event: "request",
      requestId: request.id,
      method: knownMethod(method),
      route,
      status: reply.statusCode,
      ms: Math.round(ms * 1_000) / 1_000,
      keyId: request.caller?.keyId,
    },
    "a request was answered",
  );
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A label has few values. */
function knownMethod(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : "other";
}

/** What no one foresaw: where it happened, for the operator. */
export function noteFailure(request: FastifyRequest, error: unknown): void {
  const name = error instanceof Error ? error.name : "unknown";
  const stack = error instanceof Error ? framesOf(error) : undefined;
  request.server.parts.log.error(
    { event: "failure", requestId: request.id, route: request.routeOptions.url, error: name, stack },
    "a request failed",
  );
}

/** Where it happened, without its message: that may repeat what the caller sent (K-7). */
function framesOf(error: Error): string {
  const stack = error.stack ?? "";
  const first = stack.indexOf("\n    at ");
  return first === -1 ? "" : stack.slice(first + 1);
}
