import assert from "node:assert/strict";
import {
  type AuditAct,
  type AuditEntry,
  appendAudit,
  auditEntries,
  auditEntryId,
  auditHeadKey,
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
    assert.equal(await trimAudit({ store, keyring }, 0, 10), 0);
    assert.equal(await trimAudit({ store, keyring }, Number.MAX_SAFE_INTEGER, 4), 4);
    const verdict = await verifyAudit({ store, keyring });
    assert.ok(verdict.outcome === "intact");
    assert.equal(verdict.first, 5);
    await append(store, 1);
    const left = (await auditEntries(store, { limit: 9 })).map(({ sequence }) => sequence);
    assert.deepEqual(left, [7, 6, 5]);
    // What was removed belongs to the chain; another past does not.
    await put(store, [{ table: "audit", id: fourth.id, row: fourth }]);
    assert.equal((await verifyAudit({ store, keyring })).outcome, "intact");
  });
}
