import { key, type Store } from "../../src/store/index.ts";

/** One row that counts, and one row for each count: what was acknowledged can be compared with both. */
const counterKey = key("tenant", "counter");

/** Adds one, and leaves a row of its own; the answer is the new count. */
export function countUp(store: Store, name: string): Promise<number> {
  const ownKey = key("service", name);
  return store.update<number>([counterKey, ownKey], (rows) => {
    if (rows.get(ownKey) !== undefined) throw new RangeError(`${name} was counted already`);
    const next = (rows.get(counterKey)?.createdAt ?? 0) + 1;
    return {
      writes: [
        { table: "tenant", id: "counter", row: { id: "counter", name: "counter", createdAt: next } },
        {
          table: "service",
          id: name,
          row: {
            id: name,
            tenantId: "counter",
            name,
            settings: { brand: "Count", locale: "en", policy: {}, channels: ["sms"] },
            createdAt: next,
            updatedAt: next,
          },
        },
      ],
      result: next,
    };
  });
}

/** The count and the rows: equal, unless an update was lost, half done or done twice. */
export async function counted(store: Store): Promise<{ count: number; names: Set<string> }> {
  const services = await store.services("counter");
  return {
    count: (await store.get(counterKey))?.createdAt ?? 0,
    names: new Set(services.map(({ id }) => id)),
  };
}
