import { key, type Store } from "../../src/store/index.ts";
import {
  began,
  put,
  startedRows,
  tenantId,
  tenantRow,
  writesOf,
} from "../../src/testing/store-conformance/rows.ts";

const tenantKey = key("tenant", tenantId);

/** Begins a history whose updates are numbered: update n writes the rows of start n, and n. */
export function beginHistory(store: Store): Promise<void> {
  return put(store, [{ table: "tenant", id: tenantId, row: tenantRow(tenantId, "0") }]);
}

/** Adds one update to the history; resolves with its number once it is acknowledged. */
export function addUpdate(store: Store): Promise<number> {
  return store.update([tenantKey], (rows) => {
    const next = Number(rows.get(tenantKey)?.name) + 1;
    const numbered = { table: "tenant", id: tenantId, row: tenantRow(tenantId, String(next)) } as const;
    return { writes: [numbered, ...writesOf(startedRows(next, began))], result: next };
  });
}

/** The number of the last update; throws where the rows are not exactly those of the updates up to it. */
export async function lastUpdate(store: Store, updatesMax: number): Promise<number> {
  const last = Number((await store.get(tenantKey))?.name ?? 0);
  for (let n = 1; n <= updatesMax; n++) {
    const { recipient, verification } = startedRows(n, began);
    const found = [
      (await store.get(key("recipient", recipient.id))) !== undefined,
      (await store.get(key("verification", verification.id))) !== undefined,
      (await store.deliveriesOf(verification.id)).length === 1,
    ];
    if (found.some((one) => one !== n <= last)) {
      throw new Error(`update ${n} of a history of ${last} is ${found.join(", ")}`);
    }
  }
  return last;
}
