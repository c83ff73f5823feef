import assert from "node:assert/strict";
import { key, type Tables } from "../../store/index.ts";
import type { Chapter } from "./kit.ts";
import { began, fill, put } from "./rows.ts";

/** The data keys of one tenant. */
export function dataKeysRow(n: number): Tables["dataKeys"] {
  return { id: `t${n}`, keys: [{ id: `dk${n}`, wrapped: `id.${n}`, createdAt: began + n }] };
}

/** A rotation at its beginning. */
export function rotationRow(over: Partial<Tables["rotation"]> = {}): Tables["rotation"] {
  return {
    id: "current",
    startedAt: began,
    tenantId: null,
    replacesDataKeys: true,
    keyId: "00000000",
    pass: 1,
    passFrom: began,
    place: { table: "tenant", after: null },
    looked: 0,
    sealed: 0,
    sealedInPass: 0,
    broken: 0,
    finishedAt: null,
    worker: null,
    leaseUntil: 0,
    ...over,
  };
}

/** What sealing and its rotation stand on. */
export function dataKeyChecks({ check }: Chapter): void {
  check("K-3: of many first data keys of one tenant at once one is kept, for all", async ({ store }) => {
    const rowKey = key("dataKeys", "t0");
    const kept = await Promise.all(
      fill(16, (n) =>
        store.update<string>([rowKey], (rows) => {
          const there = rows.get(rowKey);
          if (there !== undefined) return { writes: [], result: there.keys[0]?.id ?? "" };
          const row = { id: "t0", keys: [{ id: `dk${n}`, wrapped: "id.x", createdAt: began }] };
          return { writes: [{ table: "dataKeys", id: "t0", row }], result: `dk${n}` };
        }),
      ),
    );
    assert.equal(new Set(kept).size, 1);
    assert.equal((await store.get(rowKey))?.keys[0]?.id, kept[0]);
  });

  check("K-4: rows with all their fields come back, are replaced and removed", async ({ store }) => {
    const row = dataKeysRow(1);
    const rotation = rotationRow({ place: null, finishedAt: began + 1, tenantId: "t1", worker: "w" });
    await put(store, [
      { table: "dataKeys", id: row.id, row },
      { table: "rotation", id: rotation.id, row: rotation },
    ]);
    assert.deepEqual(await store.get(key("dataKeys", row.id)), row);
    assert.deepEqual(await store.get(key("rotation", rotation.id)), rotation);
    const two = { ...row, keys: [...dataKeysRow(2).keys, ...row.keys] };
    await put(store, [
      { table: "dataKeys", id: row.id, row: two },
      { table: "rotation", id: rotation.id, row: null },
    ]);
    assert.deepEqual(await store.get(key("dataKeys", row.id)), two);
    assert.equal(await store.get(key("rotation", rotation.id)), undefined);
  });

  check("K-4: of 16 workers that ask for the lease of a rotation at once one has it", async ({ store }) => {
    const rotation = rotationRow();
    await put(store, [{ table: "rotation", id: rotation.id, row: rotation }]);
    const rowKey = key("rotation", rotation.id);
    const claims = await Promise.all(
      fill(16, (n) =>
        store.update<boolean>([rowKey], (rows) => {
          const row = rows.get(rowKey);
          if (row === undefined || row.worker !== null) return { writes: [], result: false };
          const next = { ...row, worker: `w${n}`, leaseUntil: began + 1 };
          return { writes: [{ table: "rotation", id: row.id, row: next }], result: true };
        }),
      ),
    );
    assert.equal(claims.filter(Boolean).length, 1);
  });
}
