import type { FastifyReply, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { uuidPattern } from "../../clock/index.ts";
import { type Idempotency, isOfAuthenticator, type VerificationView } from "../../engine/index.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem } from "../problems.ts";
import { type RefusedOutcome, refusal } from "./outcomes.ts";
import { toBody } from "./verification-body.ts";
import { bindingLengthMax } from "./verification-schemas.ts";

/** Where a GET or DELETE, which has no body, repeats its binding: never in the URL, which ends in logs. */
const bindingHeader = "countersign-binding";

export const bindingHeaders = {
  "Countersign-Binding": "What the start was given as `binding`; with another or none, nothing is found.",
} as const;

interface Verb {
  readonly tenantId: string;
  readonly id: string;
  readonly idempotency: Idempotency | undefined;
}

/** The verification that a call names. What cannot be an id finds nothing, like any other unknown id (C-12). */
export function verb(request: FastifyRequest): Verb {
  const { id } = request.params as { id: string };
  if (!uuidPattern.test(id)) throw new Problem("verification_not_found");
  const idempotency = request.method === "POST" ? idempotencyOf(request) : undefined;
  return { tenantId: request.caller.tenantId, id, idempotency };
}

export function bindingOf(request: FastifyRequest): { binding?: string } {
  const header = request.headers[bindingHeader];
  if (header === undefined) return {};
  // No start was given one of this form: it must not count as none at all, which would find what has no binding.
  if (typeof header !== "string" || header.length > bindingLengthMax || isOfAuthenticator(header)) {
    throw new Problem("verification_not_found");
  }
  return { binding: header };
}

/** A code of a wrong type is no code, like any other text that cannot be one: nothing is compared or counted (C-09). */
export function malformedCode(errors: FastifySchemaValidationError[]): Error {
  if (errors[0]?.instancePath === "/code") return new Problem("code_malformed");
  // Fastify adds the errors themselves, and the error handler names the field.
  return new Error("the request does not match its schema");
}

interface Answered {
  readonly outcome: string;
  readonly verification: VerificationView | null;
  readonly replayed: boolean;
}

/** The status of a success, or the problem of a refusal. */
export function answer(
  reply: FastifyReply,
  result: Answered,
  successes: Readonly<Record<string, 200 | 201>>,
): ReturnType<typeof toBody> {
  if (result.replayed) reply.header("idempotency-replayed", "true");
  const status = successes[result.outcome];
  if (status === undefined) throw refusal({ ...result, outcome: result.outcome as RefusedOutcome });
  if (result.verification === null) throw new Problem("verification_not_found");
  reply.code(status);
  return toBody(result.verification);
}
