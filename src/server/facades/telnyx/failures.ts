import type { FastifyRequest } from "fastify";
import { toProblem } from "../../problems.ts";
import { problemKinds } from "../problem-kinds.ts";
import { noteFault } from "../wire.ts";
import { type TelnyxError, TelnyxRefusal } from "./errors.ts";
import { problemErrors } from "./translations.ts";

/** Whatever went wrong, as the vendor writes it. */
export function errorOf(error: unknown, request: FastifyRequest): TelnyxError {
  if (error instanceof TelnyxRefusal) return error.error;
  const problem = toProblem(error);
  noteFault(request, problem, error);
  return problemErrors[problemKinds[problem.code]];
}
