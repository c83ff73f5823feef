import { sealsOf, withSeals } from "../../src/engine/rotation/seals.ts";
import { key, type Store, type TableName, type Tables, type Write } from "../../src/store/index.ts";

/** Changes a few bits in everything that a row holds sealed, as a disk or a hand in the database would. */
export async function breakSeals<T extends TableName>(store: Store, table: T, id: string): Promise<void> {
  const rowKey = key(table, id);
  await store.update([rowKey], (rows) => {
    const row = rows.get(rowKey) as Tables[T];
    const broken = sealsOf(table, row).map(({ sealed }) => [sealed, `${sealed.slice(0, -4)}AAAA`] as const);
    const changed = withSeals(row, new Map(broken));
    return { writes: [{ table, id, row: changed } as unknown as Write], result: undefined };
  });
}
