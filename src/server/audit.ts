import type { FastifyReply, FastifyRequest } from "fastify";
import {
  type AuditAct,
  type AuditActor,
  type AuditOutcome,
  appendAudit,
  auditHeadKey,
  auditWrites,
  machineAct,
} from "../audit/index.ts";
import type { Log } from "../engine/index.ts";
import { maskPhoneNumber, parsePhoneNumber } from "../numbers/index.ts";
import type { Key, Rows, Write } from "../store/index.ts";
import type { Scope } from "../tenants/index.ts";
import type { Caller } from "./caller.ts";
import { clientAddress } from "./client-address.ts";

/** What an update adds, so that it cannot be done without its entry in the audit log. */
export interface Audited {
  readonly keys: readonly Key[];
  writes(rows: Rows, target: string | null, now: number): readonly Write[];
}

/** Whoever holds one of these administers; the others are for programs at their daily work. */
const administrativeScopes: ReadonlySet<Scope> = new Set([
  "keys:write",
  "services:write",
  "webhooks:write",
  "tenants:write",
  "secrets:write",
]);

/** The name of the operation, where it is one for the audit log. */
export function auditedOperation(request: FastifyRequest): string | null {
  const { api } = request.routeOptions.config;
  const isAct = api !== undefined && administrativeScopes.has(api.scope) && api.auditEntry !== "none";
  return isAct ? api.operationId : null;
}

/** The entry of a request's act, for the update that does it. */
export function auditing(request: FastifyRequest, operation: string): Audited {
  const { keyring } = request.server.parts;
  return {
    keys: [auditHeadKey],
    writes: (rows, target, now) =>
      auditWrites(keyring, rows, actOf(request, request.caller, operation, target), now),
  };
}

/**
 * The entry of what programs do all day and is an act where an administrator does it, by their own hand; null for all
 * others.
 */
export function auditingByHand(request: FastifyRequest, operation: string): Audited | null {
  return request.caller.administrator === undefined ? null : auditing(request, operation);
}

/** What somebody did by this request; `target` is an id, or a masked number. */
export function actOf(
  request: FastifyRequest,
  caller: Caller,
  operation: string,
  target: string | null,
  outcome: AuditOutcome = "done",
): AuditAct {
  const { tenantId } = caller;
  if (caller.keyId === localKeyId) return { ...machineAct(operation, { tenantId, target }), outcome };
  const address = clientAddress(request);
  return { actor: actorOf(caller), operation, tenantId, target, outcome, address };
}

/** The caller of whoever may open the data folder. */
export const localKeyId = "local";

function actorOf({ keyId, administrator }: Caller): AuditActor {
  return administrator === undefined
    ? { kind: "key", id: keyId }
    : { kind: "administrator", ...administrator };
}

function masked(request: FastifyRequest, given: string): string {
  const parsed = parsePhoneNumber(given, { allow: request.server.parts.numberOverrides });
  return maskPhoneNumber(parsed.type === "parsed" ? parsed.phoneNumber.e164 : "");
}

/**
 * Writes the entry of an act before its answer leaves: also of one that ended in a fault, which may be done in part, and
 * of a repeat, since the first time may have ended before its entry was written.
 */
export async function noteAct<P>(request: FastifyRequest, reply: FastifyReply, payload: P): Promise<P> {
  const { api } = request.routeOptions.config;
  const outcome = outcomeOf(reply);
  // Nobody is known where their key could not be looked up: then nothing was done either.
  const caller: Caller | undefined = request.caller;
  if (api === undefined || outcome === null || caller === undefined) return payload;
  const { id, number } = request.params as { readonly id?: string; readonly number?: string };
  const target = number === undefined ? (id ?? null) : masked(request, number);
  const { parts } = request.server;
  if (outcome === "failed") await noteFailedAct(request, api.operationId, target);
  else await appendAudit(parts, actOf(request, caller, api.operationId, target, outcome));
  return payload;
}

/** The entry of an act that ended in a fault. That fault, such as a store that is gone, keeps its words. */
export async function noteFailedAct(
  request: FastifyRequest,
  operation: string,
  target: string | null,
): Promise<void> {
  const { parts } = request.server;
  const act = actOf(request, request.caller, operation, target, "failed");
  await appendAudit(parts, act).catch((cause: unknown) => noteUnwritten(parts.log, cause));
}

function noteUnwritten(log: Log, cause: unknown): void {
  log.warn(
    { event: "audit_unwritten", error: String(cause) },
    "an act that failed has no entry in the audit log",
  );
}

/** Null for what was refused: that changed nothing. */
function outcomeOf(reply: FastifyReply): AuditOutcome | null {
  if (reply.statusCode >= 500) return "failed";
  if (reply.statusCode >= 400) return null;
  return reply.getHeader("idempotency-replayed") === undefined ? "done" : "repeated";
}
