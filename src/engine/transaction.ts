import {
  deliveryId,
  type IdempotencyRecord,
  type Key,
  key,
  type Rows,
  type TableName,
  type Tables,
  type Write,
} from "../store/index.ts";
import type { Decision, Delivery, Message, Outcome, Recipient, Verification } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";

/** The caller's `Idempotency-Key`, already bound to tenant, key, method and path (W-4). */
export interface Idempotency {
  /** Digest of all of them: the id of the record. */
  readonly id: string;
  /** Keyed digest of the request's body. */
  readonly fingerprint: string;
}

export interface IdempotencyKeyReused {
  readonly type: "idempotencyKeyReused";
}

/** What came of a transaction, and the rows as it left them. */
export interface Transacted<O> {
  readonly outcome: O | IdempotencyKeyReused;
  readonly verification: Verification | null;
  readonly recipient: Recipient | null;
  /** Whether the recipient proved itself by this, for the first time. */
  readonly isFirstProof?: boolean;
  readonly deliveries: readonly Delivery[];
  /** A text of the caller's own that it wrote. */
  readonly message: Message | null;
  /** Answered from the record of the same request before. */
  readonly replayed: boolean;
  /** When it was decided: what the rows say is said as of then, however late the answer comes. */
  readonly now: number;
}

export type TransactionStep<O extends Outcome> = { readonly need: readonly Key[] } | Decision<O> | Nothing<O>;

/** An outcome that changes nothing, for rows that do not exist. */
export interface Nothing<O extends Outcome> {
  readonly nothing: O;
}

/** What was decided, as those see it who write beside it. */
export type Decided<O> = Pick<Transacted<O>, "outcome" | "verification">;

/** Rows of those whose business a decision is a part of: written in its transaction, so that both hold or neither. */
export interface Beside<O> {
  readonly keys: readonly Key[];
  /**
   * Under the same locks, on the rows as the decision leaves them, and as often as it runs: where both change a row, what
   * is written here goes on from there. A request that is answered from its record writes nothing.
   */
  writes(rows: Rows, decided: Decided<O>, now: number): readonly Write[];
}

/**
 * One durable transaction around one decision: loads, decides, writes what changed and the idempotency record with
 * it, or answers a repeated request from that record without deciding again.
 */
export async function transact<O extends Outcome>(
  parts: EngineParts,
  keys: readonly Key[],
  idempotency: Idempotency | null,
  step: (rows: Rows, now: number) => TransactionStep<O>,
  beside?: Beside<O>,
): Promise<Transacted<O>> {
  const recordKey = idempotency === null ? null : key("idempotency", idempotency.id);
  const allKeys = [...keys, ...(recordKey === null ? [] : [recordKey]), ...(beside?.keys ?? [])];
  return await parts.store.update(allKeys, (rows, now) => {
    const record = recordKey === null ? undefined : rows.get(recordKey);
    if (record !== undefined && idempotency !== null) {
      const replayed = replay<O>(rows, record, idempotency, now);
      if (replayed !== null) return replayed;
    }
    const made = step(rows, now);
    if ("need" in made) return made;
    const decision = "nothing" in made ? null : made;
    const outcome = "nothing" in made ? made.nothing : made.outcome;
    const writes = decision === null ? [] : changes(rows, decision);
    if (idempotency !== null && isRecorded(outcome)) {
      const id = idempotency.id;
      const verificationId = decision?.verification?.id ?? null;
      const row = { ...idempotency, verificationId, outcome: { ...outcome }, createdAt: now };
      writes.push({ table: "idempotency", id, row });
    }
    const result: Transacted<O> = {
      outcome,
      verification: decision?.verification ?? null,
      recipient: decision?.recipient ?? null,
      isFirstProof: decision !== null && isFirstProof(rows, decision.recipient),
      deliveries: decision?.deliveries ?? [],
      message: decision?.message ?? null,
      replayed: false,
      now,
    };
    if (beside !== undefined) writes.push(...beside.writes(asLeft(rows, writes), result, now));
    return { writes, result };
  });
}

function isFirstProof(rows: Rows, { id, provenAt }: Recipient): boolean {
  return provenAt !== null && rows.get(key("recipient", id))?.provenAt === null;
}

/** The rows with what is about to be written. */
function asLeft(rows: Rows, writes: readonly Write[]): Rows {
  return {
    has: (one) => rows.has(one),
    get<T extends TableName>(one: Key<T>): Tables[T] | undefined {
      const written = writes.find(({ table, id }) => table === one.table && id === one.id);
      return written === undefined ? rows.get(one) : ((written.row ?? undefined) as Tables[T] | undefined);
    },
  };
}

/**
 * What the same request was answered before, if it was: for those that are refused before any decision. What refuses
 * them may have changed since, and a repeat gets the answer of the first (W-4).
 */
export async function answeredBefore<O extends Outcome>(
  parts: EngineParts,
  idempotency: Idempotency,
): Promise<Transacted<O> | null> {
  const recordKey = key("idempotency", idempotency.id);
  return await parts.store.update<Transacted<O> | null>([recordKey], (rows, now) => {
    const record = rows.get(recordKey);
    const replayed = record === undefined ? null : replay<O>(rows, record, idempotency, now);
    return replayed ?? { writes: [], result: null };
  });
}

/** A congestion or a burst passes within seconds: a record of it would refuse the same request for a day. */
function isRecorded(outcome: Outcome): boolean {
  return outcome.type !== "deliveryCongested" && outcome.type !== "rateLimited";
}

/** Null for a record whose verification retention has taken: what it promised to show is gone, and it with it. */
function replay<O>(
  rows: Rows,
  record: IdempotencyRecord,
  idempotency: Idempotency,
  now: number,
): { need: readonly Key[] } | { writes: readonly Write[]; result: Transacted<O> } | null {
  const nothing = { verification: null, recipient: null, deliveries: [], message: null, replayed: true, now };
  if (record.fingerprint !== idempotency.fingerprint) {
    return { writes: [], result: { ...nothing, outcome: { type: "idempotencyKeyReused" }, replayed: false } };
  }
  const outcome = record.outcome as unknown as O;
  if (record.verificationId === null) return { writes: [], result: { ...nothing, outcome } };
  const verificationKey = key("verification", record.verificationId);
  if (!rows.has(verificationKey)) return { need: [verificationKey] };
  const verification = rows.get(verificationKey);
  if (verification === undefined) return null;
  const recipientKey = key("recipient", verification.recipientId);
  if (!rows.has(recipientKey)) return { need: [recipientKey] };
  const recipient = rows.get(recipientKey);
  if (recipient === undefined) return null;
  return { writes: [], result: { ...nothing, outcome, verification, recipient } };
}

/** The rows that a decision made different. */
function changes(rows: Rows, decision: Decision): Write[] {
  const writes: Write[] = [];
  const { recipient, verification, replaced, deliveries, message } = decision;
  if (rows.get(key("recipient", recipient.id)) !== recipient) {
    writes.push({ table: "recipient", id: recipient.id, row: recipient });
  }
  for (const row of [verification, replaced]) {
    if (row === null) continue;
    const before = key("verification", row.id);
    if (!rows.has(before) || rows.get(before) !== row)
      writes.push({ table: "verification", id: row.id, row });
  }
  if (message !== undefined) writes.push({ table: "message", id: message.id, row: message });
  for (const row of deliveries) {
    writes.push({ table: "delivery", id: deliveryId(row.verificationId, row.sequence), row });
  }
  return writes;
}
