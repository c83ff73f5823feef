import { type Keyring, keyedDigest, requireKey, textsEqual } from "../secrets/index.ts";
import { type Key, key, type Rows, StorageUnavailable, type Write } from "../store/index.ts";
import type { AuditAct, AuditEntry, AuditHead, AuditLink, AuditRow } from "./records.ts";

/** Who appends locks this row first: entries of all nodes come one after the other. */
export const auditHeadKey: Key<"audit"> = key("audit", "head");

/** Before the first entry. */
export const nothing: AuditLink = { sequence: 0, digest: "" };

/** The id under which the entry of a sequence is kept. */
export function auditEntryId(sequence: number): string {
  return String(sequence).padStart(12, "0");
}

/** What somebody did who may open the data folder, or the server itself. */
export function machineAct(
  operation: string,
  { tenantId, target }: Pick<AuditAct, "tenantId" | "target"> = { tenantId: null, target: null },
): AuditAct {
  return { actor: { kind: "machine", id: "" }, operation, tenantId, target, outcome: "done", address: null };
}

/**
 * What an act adds to the writes of the update that does it, so that there is no act without its entry. The update must
 * have locked `auditHeadKey`. Behind a head that somebody changed the chain goes on, and the new head says so for good: a
 * signature of ours must not make theirs good.
 * @throws StorageUnavailable where the head is missing, which is there from the first start on
 */
export function auditWrites(keyring: Keyring, rows: Rows, act: AuditAct, now: number): readonly Write[] {
  const head = neededHead(rows);
  const entry = entryBehind(keyring, head, act, now);
  const next = headWrite(keyring, { ...doubted(keyring, head), last: linkOf(entry) });
  return [{ table: "audit", id: entry.id, row: entry }, next];
}

/** The same for the act that takes the log as it is: the new head doubts nothing, and says from where it is verified. */
export function acceptingWrites(keyring: Keyring, rows: Rows, act: AuditAct, now: number): readonly Write[] {
  const { brokenAt: _found, ...head } = neededHead(rows);
  const entry = entryBehind(keyring, head, act, now);
  const next = headWrite(keyring, { ...head, last: linkOf(entry), acceptedUntil: head.last });
  return [{ table: "audit", id: entry.id, row: entry }, next];
}

function neededHead(rows: Rows): AuditHead {
  const head = headOf(rows.get(auditHeadKey));
  if (head !== null) return head;
  throw new StorageUnavailable(
    "the head of the audit log is missing: keep a copy of the database, and start Countersign again; it then goes on behind the entries that are left",
  );
}

function entryBehind(keyring: Keyring, { last }: AuditHead, act: AuditAct, now: number): AuditEntry {
  const sequence = last.sequence + 1;
  const placed = { ...act, id: auditEntryId(sequence), sequence, at: now, keyId: keyring.currentId };
  return { ...placed, digest: digestOf(keyring, placed, last.digest) };
}

/** The place of an entry. */
export function linkOf({ sequence, digest }: AuditEntry): AuditLink {
  return { sequence, digest };
}

/** The head as it is to be written again: marked where it is not as we wrote it. */
export function doubted(keyring: Keyring, head: AuditHead): AuditHead {
  if (canVerify(keyring, head) && isHeadIntact(keyring, head)) return head;
  const next = head.last.sequence + 1;
  return { ...head, brokenAt: Math.min(head.brokenAt ?? next, next) };
}

/** The head as it is written, under the current secret. */
export function headWrite(keyring: Keyring, head: Omit<AuditHead, "id" | "keyId" | "digest">): Write {
  const { last, removed, brokenAt, acceptedUntil } = head;
  const places = {
    last,
    removed,
    ...(brokenAt === undefined ? {} : { brokenAt }),
    ...(acceptedUntil === undefined ? {} : { acceptedUntil }),
  };
  const keyId = keyring.currentId;
  const digest = headDigest(keyring, { ...places, keyId });
  return { table: "audit", id: "head", row: { id: "head", ...places, keyId, digest } };
}

export function headOf(row: AuditRow | undefined): AuditHead | null {
  return row !== undefined && "last" in row ? row : null;
}

/** Whether the master secret is here that something was sealed with. */
export function canVerify(keyring: Keyring, { keyId }: { readonly keyId: string }): boolean {
  return keyring.key("audit", keyId) !== undefined;
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
  { last, removed, brokenAt, acceptedUntil, keyId }: Omit<AuditHead, "id" | "digest">,
): string {
  const places = [last, removed, acceptedUntil ?? nothing].flatMap(({ sequence, digest }) => [
    String(sequence),
    digest,
  ]);
  return sealed(keyring, keyId, ["head", ...places, String(brokenAt ?? "")]);
}

function sealed(keyring: Keyring, keyId: string, parts: readonly string[]): string {
  return keyedDigest(requireKey(keyring, "audit", keyId), parts).toString("base64url");
}
