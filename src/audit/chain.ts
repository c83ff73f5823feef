import { type Keyring, keyedDigest, requireKey, textsEqual } from "../secrets/index.ts";
import { type Key, key, type Rows, type Write } from "../store/index.ts";
import type { AuditAct, AuditEntry, AuditHead, AuditLink, AuditRow } from "./records.ts";

/** Who appends locks this row first: entries of all nodes come one after the other. */
export const auditHeadKey: Key<"audit"> = key("audit", "head");

const nothing: AuditLink = { sequence: 0, digest: "" };

/** The id under which the entry of a sequence is kept. */
export function auditEntryId(sequence: number): string {
  return String(sequence).padStart(12, "0");
}

/**
 * What an act adds to the writes of the update that does it, so that there is no act without its entry. The update must
 * have locked `auditHeadKey`.
 */
export function auditWrites(
  keyring: Keyring,
  rows: Rows,
  acts: readonly AuditAct[],
  now: number,
): readonly Write[] {
  const head = headOf(rows.get(auditHeadKey));
  let last = head?.last ?? nothing;
  const writes: Write[] = [];
  for (const act of acts) {
    const sequence = last.sequence + 1;
    const id = auditEntryId(sequence);
    const placed = { ...act, id, sequence, at: now, keyId: keyring.currentId };
    const row: AuditEntry = { ...placed, digest: digestOf(keyring, placed, last.digest) };
    writes.push({ table: "audit", id, row });
    last = { sequence, digest: row.digest };
  }
  writes.push(headWrite(keyring, last, head?.removed ?? nothing));
  return writes;
}

/** The head as it is written. */
export function headWrite(keyring: Keyring, last: AuditLink, removed: AuditLink): Write {
  const keyId = keyring.currentId;
  const digest = headDigest(keyring, { last, removed, keyId });
  return { table: "audit", id: "head", row: { id: "head", last, removed, keyId, digest } };
}

export function headOf(row: AuditRow | undefined): AuditHead | null {
  return row !== undefined && "last" in row ? row : null;
}

/** Whether the master secret is here that something was sealed with. */
export function canVerify(keyring: Keyring, { keyId }: { readonly keyId: string }): boolean {
  return keyring.ids.includes(keyId);
}

/** Whether the entry is as it was written, behind the one with this digest. */
export function isIntact(keyring: Keyring, entry: AuditEntry, previous: string): boolean {
  return textsEqual(digestOf(keyring, entry, previous), entry.digest);
}

/** Whether the head is as it was written. */
export function isHeadIntact(keyring: Keyring, head: AuditHead): boolean {
  return textsEqual(headDigest(keyring, head), head.digest);
}

function digestOf(keyring: Keyring, entry: Omit<AuditEntry, "digest">, previous: string): string {
  const { actor } = entry;
  return sealed(keyring, entry.keyId, [
    "entry",
    previous,
    entry.id,
    String(entry.sequence),
    String(entry.at),
    actor.kind,
    actor.id,
    actor.name ?? "",
    entry.operation,
    entry.tenantId ?? "",
    entry.target ?? "",
    entry.outcome,
    entry.address ?? "",
  ]);
}

function headDigest(
  keyring: Keyring,
  { last, removed, keyId }: Pick<AuditHead, "last" | "removed" | "keyId">,
): string {
  const places = [last, removed].flatMap(({ sequence, digest }) => [String(sequence), digest]);
  return sealed(keyring, keyId, ["head", ...places]);
}

function sealed(keyring: Keyring, keyId: string, parts: readonly string[]): string {
  return keyedDigest(requireKey(keyring, "audit", keyId), parts).toString("base64url");
}
