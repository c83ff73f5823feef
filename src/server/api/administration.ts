import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidPattern } from "../../clock/index.ts";
import { type Key, key, type Rows, type TableName, type Tables, type Write } from "../../store/index.ts";
import { firstTenant, furtherRight, type Rights } from "../../tenants/index.ts";
import { auditedOperation, auditing } from "../audit.ts";
import type { Caller } from "../caller.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem } from "../problems.ts";

/** A change of keys, services or tenants: what is written, and the id of the row that the answer shows. */
export type Change =
  | { readonly need: readonly Key[] }
  | { readonly writes: readonly Write[]; readonly id: string };

export interface Administered {
  readonly id: string;
  /** Answered from the record of the same request before: nothing secret can be shown again. */
  readonly replayed: boolean;
}

/**
 * One change in one transaction, with the record of its Idempotency-Key (W-4) and its entry in the audit log. `change`
 * refuses by throwing a Problem: nothing is written then, and the same request may be tried again.
 */
export async function administer(
  request: FastifyRequest,
  reply: FastifyReply,
  keys: readonly Key[],
  change: (rows: Rows, now: number) => Change,
): Promise<Administered> {
  const { store, directory } = request.server.parts;
  const idempotency = request.method === "POST" ? idempotencyOf(request) : undefined;
  const recordKey = idempotency === undefined ? null : key("idempotency", idempotency.id);
  const operation = auditedOperation(request);
  const audited = operation === null ? null : auditing(request, operation);
  const allKeys = [...keys, ...(recordKey === null ? [] : [recordKey]), ...(audited?.keys ?? [])];
  const administered = await store.update<Administered>(allKeys, (rows, now) => {
    const record = recordKey === null ? undefined : rows.get(recordKey);
    if (record !== undefined) {
      if (record.fingerprint !== idempotency?.fingerprint) throw keyReused();
      return { writes: [], result: { id: String(record.outcome["id"]), replayed: true } };
    }
    const made = change(rows, now);
    if ("need" in made) return made;
    // What changes nothing is no act.
    const entry = made.writes.length === 0 ? [] : (audited?.writes(rows, made.id, now) ?? []);
    const writes = [...made.writes, ...entry];
    if (idempotency !== undefined) {
      const outcome = { type: "administered", id: made.id };
      const row = { ...idempotency, verificationId: null, outcome, createdAt: now };
      writes.push({ table: "idempotency", id: idempotency.id, row });
    }
    return { writes, result: { id: made.id, replayed: false } };
  });
  directory.forget();
  if (administered.replayed) reply.header("idempotency-replayed", "true");
  return administered;
}

export function keyReused(): Problem {
  return new Problem("idempotency_key_reused");
}

/** The id in the path; what cannot be an id finds nothing, like any other unknown id (C-12). */
export function idOf(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (!uuidPattern.test(id)) throw new Problem("not_found");
  return id;
}

/** The row of the caller's own tenant; another tenant's is not there (W-2). */
export function ownRow<T extends "service" | "apiKey" | "endpoint">(
  request: FastifyRequest,
  row: Tables[T] | undefined,
): Tables[T] {
  if (row === undefined || row.tenantId !== request.caller.tenantId) throw new Problem("not_found");
  return row;
}

/** @throws Problem when there is no such row of this tenant. */
export async function loadOwn<T extends "service" | "apiKey" | "endpoint">(
  request: FastifyRequest,
  table: T & TableName,
  id: string,
): Promise<Tables[T]> {
  return ownRow<T>(request, await request.server.parts.store.get(key<T>(table, id)));
}

/** Whoever hands out a right must hold it: a key cannot make one that may do more, from more places, or for longer. */
export function refuseFurtherRights(caller: Caller, asked: Rights): void {
  const problem = furtherRight({ ...caller, scopes: [...caller.scopes] }, asked);
  if (problem === null) return;
  const { detail, ...fields } = problem;
  throw new Problem("forbidden", detail, fields);
}

/** Whether the key is one of the installation's first tenant. */
export async function isOperator(request: FastifyRequest): Promise<boolean> {
  const first = await firstTenant(request.server.parts.store);
  return first?.id === request.caller.tenantId;
}

/** Tenants and backups concern everybody here: only the tenant that came with the installation may touch them. */
export async function refuseOtherTenants(request: FastifyRequest): Promise<void> {
  if (await isOperator(request)) return;
  throw new Problem("forbidden", "Only keys of the installation's first tenant may do this.");
}
