import type { Keyring } from "../secrets/index.ts";
import type { Store, Write } from "../store/index.ts";
import {
  auditEntryId,
  auditHeadKey,
  auditWrites,
  canVerify,
  headOf,
  headWrite,
  isHeadIntact,
  isIntact,
} from "./chain.ts";
import type { AuditAct, AuditEntry, AuditHead, AuditLink } from "./records.ts";

/** What the audit log stands on. */
export interface AuditParts {
  readonly store: Store;
  readonly keyring: Keyring;
}

const pageMax = 500;

/** Appends an act whose change is no update of its own; on all nodes one after the other. */
export async function appendAudit({ store, keyring }: AuditParts, act: AuditAct): Promise<void> {
  await store.update([auditHeadKey], (rows, now) => ({
    writes: auditWrites(keyring, rows, [act], now),
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
  // A scan goes on behind a row; of that row it looks at the id alone.
  const last = { id: auditEntryId(sequence) } as AuditEntry;
  const rows = await store.scan("audit", last, limit);
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
  let at = head.removed;
  let isKnownMet = known === null || known.sequence < at.sequence || isSame(known, at);
  while (at.sequence < head.last.sequence) {
    const page = await pageAfter(store, at.sequence, Math.min(pageMax, head.last.sequence - at.sequence));
    if (page.length === 0) return broken(at.sequence + 1, "missing");
    for (const entry of page) {
      if (entry.sequence > head.last.sequence) return broken(at.sequence + 1, "missing");
      if (entry.sequence !== at.sequence + 1 || entry.id !== auditEntryId(entry.sequence)) {
        return broken(at.sequence + 1, "missing");
      }
      if (!canVerify(keyring, entry)) return broken(entry.sequence, "secretMissing");
      if (!isIntact(keyring, entry, at.digest)) return broken(entry.sequence, "changed");
      at = { sequence: entry.sequence, digest: entry.digest };
      isKnownMet ||= known !== null && isSame(known, at);
    }
  }
  if (!isSame(at, head.last)) return broken(at.sequence, "headChanged");
  if (known !== null && !isKnownMet) return broken(known.sequence, "notAsKnown");
  return { outcome: "intact", first: head.removed.sequence + 1, last: head.last };
}

function isSame(one: AuditLink, other: AuditLink): boolean {
  return one.sequence === other.sequence && one.digest === other.digest;
}

function broken(sequence: number, why: AuditFault): AuditVerdict {
  return { outcome: "broken", sequence, why };
}

/**
 * Removes the oldest entries from before an instant, at most `limit`; how many. The head remembers the last one that
 * went, so that what is left is still a chain.
 */
export async function trimAudit(
  { store, keyring }: AuditParts,
  before: number,
  limit: number,
): Promise<number> {
  const head = headOf(await store.get(auditHeadKey));
  if (head === null) return 0;
  const page = await pageAfter(store, head.removed.sequence, limit);
  const young = page.findIndex(({ at }) => at >= before);
  const old = young === -1 ? page : page.slice(0, young);
  const last = old.at(-1);
  if (last === undefined) return 0;
  return await store.update<number>([auditHeadKey], (rows) => {
    const current = headOf(rows.get(auditHeadKey));
    // Another node did it, or somebody changed the head: then it stays as it is, to be found.
    if (
      current?.removed.sequence !== head.removed.sequence ||
      !canVerify(keyring, current) ||
      !isHeadIntact(keyring, current)
    ) {
      return { writes: [], result: 0 };
    }
    const removed = { sequence: last.sequence, digest: last.digest };
    const gone = old.map(({ id }): Write => ({ table: "audit", id, row: null }));
    return { writes: [...gone, headWrite(keyring, current.last, removed)], result: old.length };
  });
}
