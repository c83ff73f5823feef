import type { Keyring } from "../secrets/index.ts";
import { everyRow, type Store, type Write } from "../store/index.ts";
import {
  acceptingWrites,
  auditEntryId,
  auditHeadKey,
  auditWrites,
  canVerify,
  doubted,
  headOf,
  headWrite,
  isHeadIntact,
  isIntact,
  linkOf,
  nothing,
} from "./chain.ts";
import type { AuditAct, AuditEntry, AuditHead, AuditLink } from "./records.ts";

/** What the audit log stands on. */
export interface AuditParts {
  readonly store: Store;
  readonly keyring: Keyring;
}

/** In `meta`: that there is a log, so that one that lost its head is not taken for a new one. */
const begunName = "audit_begun";

/**
 * At each start, before anything is administered: a new log gets its head, one that lost it goes on behind what is left
 * and is marked as broken, and the head comes under the current secret.
 */
export async function beginAudit({ store, keyring }: AuditParts): Promise<void> {
  const head = headOf(await store.get(auditHeadKey));
  const isNew = (await store.readMeta(begunName)) === undefined;
  const left = head === null ? await lastLeft(store) : nothing;
  if (head?.keyId !== keyring.currentId) await writeHead({ store, keyring }, left, isNew);
  // After the head: a start that ends in between has begun nothing yet.
  if (isNew) await store.writeMeta(begunName, "yes");
}

async function writeHead({ store, keyring }: AuditParts, left: AuditLink, isNew: boolean): Promise<void> {
  await store.update([auditHeadKey], (rows) => {
    const current = headOf(rows.get(auditHeadKey));
    if (current !== null)
      return { writes: [headWrite(keyring, doubted(keyring, current))], result: undefined };
    const isBroken = !isNew || left.sequence > 0;
    const mark = isBroken ? { brokenAt: left.sequence + 1 } : {};
    return { writes: [headWrite(keyring, { last: left, removed: nothing, ...mark })], result: undefined };
  });
}

async function lastLeft(store: Store): Promise<AuditLink> {
  let last = nothing;
  for await (const entry of entriesBehind(store, 0)) last = linkOf(entry);
  return last;
}

/** The head, whose id sorts behind all of theirs, is none of them. */
async function* entriesBehind(store: Store, sequence: number): AsyncGenerator<AuditEntry, void, undefined> {
  for await (const row of everyRow(store, "audit", auditEntryId(sequence))) if ("sequence" in row) yield row;
}

/**
 * Takes the log as it is, after somebody looked at what is wrong with it: from then on what is behind is verified. An
 * entry of its own says who did.
 */
export async function acceptAudit({ store, keyring }: AuditParts, act: AuditAct): Promise<void> {
  await store.update([auditHeadKey], (rows, now) => ({
    writes: acceptingWrites(keyring, rows, act, now),
    result: undefined,
  }));
}

/** Appends an act whose change is no update of its own; on all nodes one after the other. */
export async function appendAudit({ store, keyring }: AuditParts, act: AuditAct): Promise<void> {
  await store.update([auditHeadKey], (rows, now) => ({
    writes: auditWrites(keyring, rows, act, now),
    result: undefined,
  }));
}

/** Newest first: those before a sequence, or the last ones. */
export async function auditEntries(
  store: Store,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly AuditEntry[]> {
  const head = headOf(await store.get(auditHeadKey));
  if (head === null) return [];
  const end = Math.min(before ?? head.last.sequence + 1, head.last.sequence + 1);
  const after = Math.max(head.removed.sequence, end - 1 - limit);
  const page = await pageAfter(store, after, Math.max(0, end - 1 - after));
  return page.filter(({ sequence }) => sequence < end).reverse();
}

async function pageAfter(store: Store, sequence: number, limit: number): Promise<readonly AuditEntry[]> {
  if (limit === 0) return [];
  const rows = await store.scan("audit", auditEntryId(sequence), limit);
  return rows.filter((row): row is AuditEntry => "sequence" in row);
}

/** What verifying the chain found. */
export type AuditVerdict =
  | { readonly outcome: "empty" }
  | { readonly outcome: "intact"; readonly first: number; readonly last: AuditLink }
  /** The first place where something is not as it was written. */
  | { readonly outcome: "broken"; readonly sequence: number; readonly why: AuditFault };

/** With `secretMissing`, whether it is intact shows when the former master secret is given again. */
export type AuditFault =
  | "secretMissing"
  | "changed"
  | "missing"
  | "headChanged"
  | "headMissing"
  /** The chain is whole, but before this entry was written its head was not as we had written it. */
  | "wasBroken"
  /** The place lies before the first entry that is verified: it was removed because of its age, or taken as it was. */
  | "knownRemoved"
  | "notAsKnown";

/**
 * Reads the whole chain. `known` is a place that somebody wrote down elsewhere: a log that was thrown away whole, or cut
 * off by whoever has the master secret, does not have it any more.
 */
export async function verifyAudit(parts: AuditParts, known: AuditLink | null = null): Promise<AuditVerdict> {
  const { store, keyring } = parts;
  const head = headOf(await store.get(auditHeadKey));
  if (head === null) {
    const [left] = await pageAfter(store, 0, 1);
    if (left !== undefined) return broken(left.sequence, "headMissing");
    return known === null ? { outcome: "empty" } : broken(known.sequence, "notAsKnown");
  }
  if (!canVerify(keyring, head)) return broken(head.last.sequence, "secretMissing");
  if (!isHeadIntact(keyring, head)) return broken(head.last.sequence, "headChanged");
  const verdict = await walk(parts, head, known);
  if (verdict.outcome !== "broken") return verdict;
  // The oldest may have been removed meanwhile, which moves the beginning.
  const now = headOf(await store.get(auditHeadKey));
  const hasMoved = now !== null && now.removed.sequence !== head.removed.sequence;
  return hasMoved && isHeadIntact(keyring, now) ? await walk(parts, now, known) : verdict;
}

async function walk(
  { store, keyring }: AuditParts,
  head: AuditHead,
  known: AuditLink | null,
): Promise<AuditVerdict> {
  const { acceptedUntil = nothing } = head;
  let at = acceptedUntil.sequence > head.removed.sequence ? acceptedUntil : head.removed;
  const first = at.sequence + 1;
  // Where it lies before what is verified, it says nothing of that: not even that it is the same log.
  if (known !== null && known.sequence < at.sequence) return broken(known.sequence, "knownRemoved");
  let isKnownMet = known === null || isSame(known, at);
  for await (const entry of entriesBehind(store, at.sequence)) {
    // What was appended since the head was read is for the next look.
    if (at.sequence >= head.last.sequence) break;
    if (entry.sequence !== at.sequence + 1 || entry.id !== auditEntryId(entry.sequence)) {
      return broken(at.sequence + 1, "missing");
    }
    if (!canVerify(keyring, entry)) return broken(entry.sequence, "secretMissing");
    if (!isIntact(keyring, entry, at.digest)) return broken(entry.sequence, "changed");
    at = linkOf(entry);
    isKnownMet ||= known !== null && isSame(known, at);
  }
  if (at.sequence < head.last.sequence) return broken(at.sequence + 1, "missing");
  if (!isSame(at, head.last)) return broken(at.sequence, "headChanged");
  if (head.brokenAt !== undefined) return broken(head.brokenAt, "wasBroken");
  if (known !== null && !isKnownMet) return broken(known.sequence, "notAsKnown");
  return head.last.sequence === 0 ? { outcome: "empty" } : { outcome: "intact", first, last: head.last };
}

function isSame(one: AuditLink, other: AuditLink): boolean {
  return one.sequence === other.sequence && one.digest === other.digest;
}

function broken(sequence: number, why: AuditFault): AuditVerdict {
  return { outcome: "broken", sequence, why };
}

/** What the removal of the oldest entries came to. */
export interface Trimmed {
  readonly removed: number;
  /** Whether it stopped, or did not begin, because something is not as it was written: that stays, to be found. */
  readonly isBroken: boolean;
  /** Where the log stands, to be kept elsewhere. */
  readonly last: AuditLink;
}

/**
 * Removes the oldest entries from before an instant, at most `limit`. The head remembers the last one that went, so that
 * what is left is still a chain; an entry goes only if it is as it was written, its age as well.
 */
export async function trimAudit(parts: AuditParts, before: number, limit: number): Promise<Trimmed> {
  const { store, keyring } = parts;
  const head = headOf(await store.get(auditHeadKey));
  if (head === null) return { removed: 0, isBroken: true, last: nothing };
  const { last } = head;
  const isSound = canVerify(keyring, head) && isHeadIntact(keyring, head);
  if (!isSound) return { removed: 0, isBroken: true, last };
  const { old, isBroken } = oldestOf(
    keyring,
    head,
    await pageAfter(store, head.removed.sequence, limit),
    before,
  );
  const end = old.at(-1);
  // Of what another node removed since the head was read, nothing is left to be found.
  if (isBroken && (await hasMovedSince(store, head))) return { removed: 0, isBroken: false, last };
  const found = { isBroken: isBroken || head.brokenAt !== undefined, last };
  if (end === undefined) return { removed: 0, ...found };
  const removed = await store.update<number>([auditHeadKey], (rows) => {
    const current = headOf(rows.get(auditHeadKey));
    // Another node did it, or somebody changed the head.
    const isSame = current?.removed.sequence === head.removed.sequence && canVerify(keyring, current);
    if (!isSame || !isHeadIntact(keyring, current)) return { writes: [], result: 0 };
    const gone = old.map(({ id }): Write => ({ table: "audit", id, row: null }));
    const next = headWrite(keyring, { ...current, removed: linkOf(end) });
    return { writes: [...gone, next], result: old.length };
  });
  return { removed, ...found };
}

async function hasMovedSince(store: Store, { removed }: AuditHead): Promise<boolean> {
  const now = headOf(await store.get(auditHeadKey));
  return now !== null && now.removed.sequence > removed.sequence;
}

/** Those that may go: from the first on, each behind the one before, as they were written or taken as they are. */
function oldestOf(
  keyring: Keyring,
  { removed, last, acceptedUntil = nothing }: AuditHead,
  page: readonly AuditEntry[],
  before: number,
): { readonly old: readonly AuditEntry[]; readonly isBroken: boolean } {
  const old: AuditEntry[] = [];
  let at = removed;
  for (const entry of page) {
    // What was appended since the head was read is for the next look.
    if (at.sequence >= last.sequence) break;
    const isAccepted = entry.sequence <= acceptedUntil.sequence;
    const isNext = entry.sequence === at.sequence + 1;
    const isSound = isNext && canVerify(keyring, entry) && isIntact(keyring, entry, at.digest);
    if (!(isAccepted || isSound)) return { old, isBroken: true };
    if (entry.at >= before) break;
    old.push(entry);
    at = linkOf(entry);
  }
  return { old, isBroken: false };
}
