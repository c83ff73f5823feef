import { codesEqual, keyedDigest, requireKey } from "../secrets/index.ts";
import { type IdempotencyRecord, type Key, key, type Rows, type UpdateDecision } from "../store/index.ts";
import { redeemable, type Verification } from "../verification/index.ts";
import { addressOf } from "./address.ts";
import type { EngineParts } from "./parts.ts";
import { get } from "./read.ts";
import { useKey, useRecord } from "./single-use.ts";
import type { Idempotency } from "./transaction.ts";
import type { VerbRequest } from "./verbs.ts";
import { toView, type ViewTo } from "./view.ts";

const idBytes = 16;
const proofBytes = 24;
const ticketPattern = /^[A-Za-z0-9_-]{54}$/;

/** The ticket of a verification: its id, and a proof that we made it. The same each time it is asked for. */
function ticketOf(parts: EngineParts, tenantId: string, id: string, keyId?: string): string {
  const secret = requireKey(parts.keyring, "ticket", keyId);
  const proof = keyedDigest(secret, [tenantId, id]).subarray(0, proofBytes);
  return Buffer.concat([Buffer.from(id.replaceAll("-", ""), "hex"), proof]).toString("base64url");
}

/**
 * A ticket for the browser that was approved: whoever repeats the binding gets it, for as long as it can be redeemed.
 * Null for everybody else and at any other time.
 */
export async function issueTicket(parts: EngineParts, request: VerbRequest): Promise<string | null> {
  const view = await get(parts, request);
  if (view === null) return null;
  const row = await parts.store.get(key("verification", request.id));
  if (redeemable(row, false, parts.clock.now()) === null) return null;
  return ticketOf(parts, request.tenantId, request.id);
}

export interface RedeemRequest {
  readonly tenantId: string;
  readonly ticket: string;
  readonly idempotency?: Idempotency | undefined;
}

export type RedeemResult =
  | { readonly outcome: "redeemed"; readonly verification: ViewTo<string>; readonly replayed: boolean }
  /** Unknown, another tenant's, redeemed before or too old: no answer tells which. */
  | { readonly outcome: "ticketInvalid" }
  | { readonly outcome: "idempotencyKeyReused" };

/** Redeems a ticket, once: of any number of attempts on any number of nodes, one succeeds (W-14). */
export async function redeemTicket(parts: EngineParts, request: RedeemRequest): Promise<RedeemResult> {
  const id = idIn(request.ticket);
  const ring = parts.keyring.ids;
  const isOurs =
    ring.filter((one) =>
      codesEqual(parts.keyring, ticketOf(parts, request.tenantId, id ?? "", one), request.ticket),
    ).length > 0;
  if (id === null || !isOurs) return await refuseUnknown(parts, request);
  const used = useKey(parts, "ticket", id);
  const repeated = request.idempotency === undefined ? null : key("idempotency", request.idempotency.id);
  const keys = { used, repeated, verification: key("verification", id) };
  const all: Key[] = [keys.verification, used, ...(repeated === null ? [] : [repeated])];
  return await parts.store.update<RedeemResult>(all, (rows, now) =>
    decideRedeem(parts, request, keys, rows, now),
  );
}

/** Of a ticket that is none of ours, one thing is said first: that its Idempotency-Key belongs to another request. */
async function refuseUnknown(parts: EngineParts, { idempotency }: RedeemRequest): Promise<RedeemResult> {
  const record =
    idempotency === undefined ? undefined : await parts.store.get(key("idempotency", idempotency.id));
  const isReused = record !== undefined && record.fingerprint !== idempotency?.fingerprint;
  return { outcome: isReused ? "idempotencyKeyReused" : "ticketInvalid" };
}

interface Keys {
  readonly used: Key<"idempotency">;
  readonly repeated: Key<"idempotency"> | null;
  readonly verification: Key<"verification">;
}

function decideRedeem(
  parts: EngineParts,
  { idempotency }: RedeemRequest,
  keys: Keys,
  rows: Rows,
  now: number,
): UpdateDecision<RedeemResult> {
  const before = keys.repeated === null ? undefined : rows.get(keys.repeated);
  if (before !== undefined && before.fingerprint !== idempotency?.fingerprint) {
    return { writes: [], result: { outcome: "idempotencyKeyReused" } };
  }
  const stored = rows.get(keys.verification);
  const verification =
    before === undefined ? redeemable(stored, rows.get(keys.used) !== undefined, now) : (stored ?? null);
  if (verification === null) return { writes: [], result: { outcome: "ticketInvalid" } };
  const recipientKey = key("recipient", verification.recipientId);
  if (!rows.has(recipientKey)) return { need: [recipientKey] };
  const recipient = rows.get(recipientKey);
  if (recipient === undefined) return { writes: [], result: { outcome: "ticketInvalid" } };
  const view = toView(verification, addressOf(parts.keyring, recipient), now);
  const result = { outcome: "redeemed", verification: view, replayed: before !== undefined } as const;
  if (before !== undefined) return { writes: [], result };
  return { writes: records(keys, verification, idempotency, now).map(put), result };
}

function records(
  { used }: Keys,
  { id }: Verification,
  idempotency: Idempotency | undefined,
  now: number,
): IdempotencyRecord[] {
  const outcome = { type: "redeemed" };
  return [
    useRecord(used.id, id, "", now),
    ...(idempotency === undefined ? [] : [{ ...idempotency, verificationId: id, outcome, createdAt: now }]),
  ];
}

function put(row: IdempotencyRecord): { table: "idempotency"; id: string; row: IdempotencyRecord } {
  return { table: "idempotency", id: row.id, row };
}

/** The id in a ticket; null for what cannot be one. */
function idIn(ticket: string): string | null {
  if (!ticketPattern.test(ticket)) return null;
  const hex = Buffer.from(ticket, "base64url").subarray(0, idBytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
