import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, type Store } from "../../store/index.ts";
import type { Chapter } from "./kit.ts";
import { began, fill, put, startedRows, tenantId, tenantRow, writesOf } from "./rows.ts";

const updates = 400;

/** A copy made while updates go on is a state that the store was in. */
export function backupChecks({ check }: Chapter): void {
  check("R-19: a backup under load opens and is a prefix of the history", async ({ store, openBackup }) => {
    if (openBackup === undefined) return;
    const folder = mkdtempSync(join(tmpdir(), "countersign-backup-"));
    try {
      await put(store, [{ table: "tenant", id: tenantId, row: tenantRow(tenantId, "0") }]);
      const before = await write(store, 0, 100);
      const path = join(folder, "copy");
      const [, acknowledged] = await Promise.all([store.backup(path), write(store, before, updates)]);
      const copy = await openBackup(path);
      try {
        const last = await lastOf(copy);
        assert.ok(last >= before && last <= acknowledged, `${last} of ${before} to ${acknowledged}`);
        for (const n of fill(acknowledged, (index) => index + 1)) {
          const row = await copy.get(key("recipient", `recipient-${n}`));
          assert.equal(row !== undefined, n <= last, `update ${n} in a copy of ${last}`);
        }
      } finally {
        await copy.close();
      }
      assert.equal(await lastOf(store), acknowledged);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** Each update writes its rows and its number; a few are under way at any time, so that some meet the copy. */
async function write(store: Store, from: number, count: number): Promise<number> {
  for (let done = from; done < from + count; done += 10) {
    await Promise.all(fill(10, () => writeNext(store)));
  }
  return await lastOf(store);
}

function writeNext(store: Store): Promise<void> {
  const tenantKey = key("tenant", tenantId);
  return store.update([tenantKey], (rows) => {
    const next = Number(rows.get(tenantKey)?.name) + 1;
    const numbered = { table: "tenant", id: tenantId, row: tenantRow(tenantId, String(next)) } as const;
    return { writes: [numbered, ...writesOf(startedRows(next, began))], result: undefined };
  });
}

async function lastOf(store: Store): Promise<number> {
  return Number((await store.get(key("tenant", tenantId)))?.name);
}
