import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { Problem, sendProblem } from "../problems.ts";

/** Which methods a path has: filled while routes are registered. */
export type MethodsByPath = Map<string, Set<string>>;

const everyMethod = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

export function noteMethods(methods: MethodsByPath, route: RouteOptions & { routePath: string }): void {
  const known = methods.get(route.routePath) ?? new Set();
  for (const method of [route.method].flat()) known.add(method);
  methods.set(route.routePath, known);
}

/**
 * Answers the methods that a path does not have: OPTIONS with what it has, all others with 405 (C-37). Decided before
 * any body is read, and the same for everybody: which paths exist is no secret.
 */
export function answerOtherMethods(app: FastifyInstance, methods: MethodsByPath): void {
  for (const [url, known] of [...methods]) {
    const allow = [...known, "OPTIONS"].sort().join(", ");
    const others = everyMethod.filter((method) => !known.has(method));
    app.route({
      method: others,
      url,
      onRequest: (request: FastifyRequest, reply: FastifyReply): void => {
        void reply.header("allow", allow);
        if (request.method === "OPTIONS") void reply.code(204).send();
        else void sendProblem(request, reply, new Problem("method_not_allowed", `Use one of: ${allow}.`));
      },
      handler: () => undefined,
    });
  }
}
