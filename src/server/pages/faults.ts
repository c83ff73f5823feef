import type { FastifyRequest } from "fastify";
import { errorTable } from "../../errors/codes.ts";
import { toProblem } from "../problems.ts";

/** The status of a page that failed; what nobody foresaw is noted for the operator. */
export function noteFault(request: FastifyRequest, error: unknown): number {
  const problem = toProblem(error);
  if (problem.code === "internal_error") {
    const name = error instanceof Error ? error.name : "unknown";
    const { log } = request.server.parts;
    log.error({ event: "failure", requestId: request.id, error: name }, "a page failed");
  }
  return errorTable[problem.code].status;
}
