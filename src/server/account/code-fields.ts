import type { FastifyRequest } from "fastify";
import type { CodeFields } from "../pages/views.ts";
import type { Current } from "./current.ts";
import type { SentCode } from "./visit.ts";

/** What is entered, and when it may be asked for again. */
export function codeFields(
  request: FastifyRequest,
  { policy }: Current,
  nextAt: number | null,
): Omit<CodeFields, "mayCall"> {
  const now = request.server.clock.now();
  return {
    length: policy.codeLength,
    isDecimal: policy.alphabet === "decimal",
    waitSeconds: nextAt === null ? null : Math.max(0, Math.ceil((nextAt - now) / 1_000)),
  };
}

/** An app's code has six digits, or as many as it was imported with. */
export const appFields = { length: 8, isDecimal: true, waitSeconds: null, mayCall: false };

export function ofPhone(request: FastifyRequest, current: Current, sent: SentCode | null): CodeFields {
  return {
    ...codeFields(request, current, sent?.nextAt ?? null),
    mayCall: sent?.channel === "sms",
  };
}
