import assert from "node:assert/strict";
import {
  type AuditAct,
  type AuditEntry,
  type AuditHead,
  type AuditLink,
  acceptAudit,
  appendAudit,
  auditEntries,
  auditEntryId,
  auditHeadKey,
  beginAudit,
  trimAudit,
  verifyAudit,
} from "../../audit/index.ts";
import { createKeyring, Secret } from "../../secrets/index.ts";
import { key, type Store } from "../../store/index.ts";
import type { Chapter } from "./kit.ts";
import { began, fill, put, tenantId } from "./rows.ts";

const keyring = createKeyring([new Secret("Wq3v8Zr1Xk6Tn0Ys5Bd2Fg7Hj4Lm9PcVx0Qe")]);

const act: AuditAct = {
  actor: { kind: "key", id: "k1" },
  operation: "createKey",
  tenantId,
  target: "k2",
  outcome: "done",
  address: "192.0.2.7",
};

/** An entry of no chain, for what just keeps rows. */
export function auditEntryRow(sequence: number): AuditEntry {
  const id = auditEntryId(sequence);
  return { ...act, id, sequence, at: began + sequence, keyId: "00000000", digest: `d${sequence}` };
}

async function append(store: Store, count: number): Promise<void> {
  await beginAudit({ store, keyring });
  for (let n = 0; n < count; n++) await appendAudit({ store, keyring }, { ...act, target: `k${n}` });
}

async function change(store: Store, sequence: number, to: Partial<AuditEntry> | null): Promise<void> {
  const id = auditEntryId(sequence);
  const row = (await store.get(key("audit", id))) as AuditEntry;
  await put(store, [{ table: "audit", id, row: to === null ? null : { ...row, ...to } }]);
}

/** The audit log: a chain, whoever appends to it. */
export function auditChecks({ check }: Chapter): void {
  check("entries appended at once make one chain without a gap", async ({ store }) => {
    await beginAudit({ store, keyring });
    await Promise.all(fill(40, (n) => appendAudit({ store, keyring }, { ...act, target: `k${n}` })));
    const verdict = await verifyAudit({ store, keyring });
    assert.equal(verdict.outcome, "intact");
    assert.equal(verdict.outcome === "intact" && verdict.last.sequence, 40);
    const targets = new Set((await auditEntries(store, { limit: 100 })).map(({ target }) => target));
    assert.equal(targets.size, 40);
  });

  check("a list is newest first, a page at a time", async ({ store }) => {
    assert.deepEqual(await auditEntries(store, { limit: 5 }), []);
    await append(store, 7);
    const first = (await auditEntries(store, { limit: 3 })).map(({ sequence }) => sequence);
    assert.deepEqual(first, [7, 6, 5]);
    const rest = (await auditEntries(store, { before: 5, limit: 9 })).map(({ sequence }) => sequence);
    assert.deepEqual(rest, [4, 3, 2, 1]);
    assert.deepEqual(await auditEntries(store, { before: 1, limit: 9 }), []);
  });

  faultChecks({ check });
  lookChecks({ check });
}

function faultChecks({ check }: Chapter): void {
  check("what is changed in an entry, or an entry that is gone, is found", async ({ store }) => {
    await append(store, 6);
    const { digest } = (await store.get(key("audit", auditEntryId(3)))) as AuditEntry;
    await change(store, 3, { target: "another" });
    assert.deepEqual(await verifyAudit({ store, keyring }), {
      outcome: "broken",
      sequence: 3,
      why: "changed",
    });
    await change(store, 3, { target: "k2", digest });
    assert.equal((await verifyAudit({ store, keyring })).outcome, "intact");
    await change(store, 4, null);
    const verdict = await verifyAudit({ store, keyring });
    assert.deepEqual(verdict, { outcome: "broken", sequence: 4, why: "missing" });
  });

  check("a chain that was cut off at its end, or lost its head, is found", async ({ store }) => {
    await append(store, 5);
    const head = await store.get(auditHeadKey);
    assert.ok(head !== undefined && "last" in head);
    const fourth = (await store.get(key("audit", auditEntryId(4)))) as AuditEntry;
    const last = { sequence: 4, digest: fourth.digest };
    await change(store, 5, null);
    assert.deepEqual(await verifyAudit({ store, keyring }), {
      outcome: "broken",
      sequence: 5,
      why: "missing",
    });
    await put(store, [{ table: "audit", id: "head", row: { ...head, last } }]);
    const cut = await verifyAudit({ store, keyring });
    assert.deepEqual(cut, { outcome: "broken", sequence: 4, why: "headChanged" });
    await put(store, [{ table: "audit", id: "head", row: null }]);
    const headless = await verifyAudit({ store, keyring });
    assert.deepEqual(headless, { outcome: "broken", sequence: 1, why: "headMissing" });
  });

  check("a log that does not have the place that was written down is found", async ({ store }) => {
    await append(store, 2);
    const verdict = await verifyAudit({ store, keyring });
    assert.ok(verdict.outcome === "intact");
    await append(store, 1);
    assert.equal((await verifyAudit({ store, keyring }, verdict.last)).outcome, "intact");
    const other = await verifyAudit({ store, keyring }, { sequence: 2, digest: "other" });
    assert.deepEqual(other, { outcome: "broken", sequence: 2, why: "notAsKnown" });
  });

  check("what is left when the oldest were removed is still a chain", async ({ store }) => {
    await append(store, 6);
    const fourth = (await store.get(key("audit", auditEntryId(4)))) as AuditEntry;
    const trimmed = async (before: number, limit: number): Promise<number> =>
      (await trimAudit({ store, keyring }, before, limit)).removed;
    assert.equal(await trimmed(0, 10), 0);
    assert.equal(await trimmed(Number.MAX_SAFE_INTEGER, 4), 4);
    const verdict = await verifyAudit({ store, keyring });
    assert.ok(verdict.outcome === "intact");
    assert.equal(verdict.first, 5);
    // A place that was removed says nothing of what is left, which might be another log.
    const third = { sequence: 3, digest: "whatever it was" };
    const old = await verifyAudit({ store, keyring }, third);
    assert.deepEqual(old, { outcome: "broken", sequence: 3, why: "knownRemoved" });
    await append(store, 1);
    const left = (await auditEntries(store, { limit: 9 })).map(({ sequence }) => sequence);
    assert.deepEqual(left, [7, 6, 5]);
    // What was removed belongs to the chain; another past does not.
    await put(store, [{ table: "audit", id: fourth.id, row: fourth }]);
    assert.equal((await verifyAudit({ store, keyring })).outcome, "intact");
  });
}

/** Looks at the log while others work on it. */
function lookChecks({ check }: Chapter): void {
  check("what is appended or removed while the log is looked at is nobody's forgery", async ({ store }) => {
    await append(store, 6);
    const between = (work: () => Promise<unknown>): Store => ({
      ...store,
      scan: async (...asked) => {
        await work();
        return await store.scan(...asked);
      },
    });
    const beside = between(() => append(store, 1));
    assert.equal((await trimAudit({ store: beside, keyring }, 0, 10)).isBroken, false);
    const behind = between(() => trimAudit({ store, keyring }, Number.MAX_SAFE_INTEGER, 2));
    assert.equal((await trimAudit({ store: behind, keyring }, 0, 10)).isBroken, false);
    assert.equal((await verifyAudit({ store, keyring })).outcome, "intact");
  });
}

/** Whoever has the database alone: our own signature must not make good what they did. */
export function auditTamperingChecks({ check }: Chapter): void {
  const broken = async (store: Store): Promise<number | null> => {
    const verdict = await verifyAudit({ store, keyring });
    return verdict.outcome === "broken" ? verdict.sequence : null;
  };
  const headIn = async (store: Store): Promise<AuditHead> => {
    const head = await store.get(auditHeadKey);
    assert.ok(head !== undefined && "last" in head);
    return head;
  };
  const linkOf = async (store: Store, sequence: number): Promise<AuditLink> => {
    const { digest } = (await store.get(key("audit", auditEntryId(sequence)))) as AuditEntry;
    return { sequence, digest };
  };

  check("an act behind a head that was changed does not make it good", async ({ store }) => {
    await append(store, 6);
    const last = await linkOf(store, 4);
    await change(store, 5, null);
    await change(store, 6, null);
    await put(store, [{ table: "audit", id: "head", row: { ...(await headIn(store)), last } }]);
    await append(store, 2);
    assert.equal(await broken(store), 5);
    assert.equal((await trimAudit({ store, keyring }, 0, 10)).isBroken, true);
    // Also after a restart, and until somebody takes it as it is.
    await beginAudit({ store, keyring });
    assert.equal(await broken(store), 5);
    await acceptAudit({ store, keyring }, { ...act, operation: "acceptAudit" });
    assert.equal(await broken(store), null);
    await append(store, 1);
    await change(store, 8, { target: "another" });
    assert.equal(await broken(store), 8);
  });

  check("what goes at the beginning is found after the next act, too", async ({ store }) => {
    await append(store, 5);
    const removed = await linkOf(store, 3);
    for (const gone of [1, 2, 3]) await change(store, gone, null);
    await put(store, [{ table: "audit", id: "head", row: { ...(await headIn(store)), removed } }]);
    await append(store, 1);
    assert.equal(await broken(store), 6);
  });

  check(
    "without its head nothing is administered until the next start, which marks it",
    async ({ store }) => {
      await append(store, 3);
      await put(store, [{ table: "audit", id: "head", row: null }]);
      await assert.rejects(appendAudit({ store, keyring }, act), /head of the audit log is missing/);
      await append(store, 1);
      assert.equal((await auditEntries(store, { limit: 9 }))[0]?.sequence, 4);
      assert.equal(await broken(store), 4);
    },
  );

  check("an entry whose age was changed is not removed for it", async ({ store }) => {
    await append(store, 4);
    const second = (await store.get(key("audit", auditEntryId(2)))) as AuditEntry;
    for (const sequence of [1, 2, 3]) await change(store, sequence, { at: 1 });
    const trimmed = await trimAudit({ store, keyring }, second.at, 10);
    assert.deepEqual([trimmed.removed, trimmed.isBroken], [0, true]);
    assert.equal(await broken(store), 1);
  });
}
