import { everyRow, key, type Store } from "../../src/store/index.ts";
import { recipientRow, t0 } from "./rows.ts";

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

const counters = "counter of ";
const underWay = { id: "-", endsAt: t0, serviceId: "-", purpose: "-", subject: null, binding: null };

/** The same with rows of the hot path; one counts for all whose names begin alike up to a hyphen. */
export function countUpHot(store: Store, name: string): Promise<number> {
  const hotCounterKey = key("recipient", counters.concat(name.split("-", 1)[0] ?? ""));
  const ownKey = key("recipient", name);
  return store.update<number>([hotCounterKey, ownKey], (rows) => {
    if (rows.get(ownKey) !== undefined) throw new RangeError(`${name} was counted already`);
    const next = (rows.get(hotCounterKey)?.askedSends ?? 0) + 1;
    const counter = recipientRow({ id: hotCounterKey.id, askedSends: next, pending: [underWay] });
    return {
      writes: [
        { ...hotCounterKey, row: counter },
        { ...ownKey, row: recipientRow({ id: name, askedSends: next }) },
      ],
      result: next,
    };
  });
}

/** The count and the rows, of both kinds: equal, unless an update was lost, half done or done twice. */
export async function counted(store: Store): Promise<{ count: number; names: Set<string> }> {
  const services = await store.services("counter");
  const names = new Set(services.map(({ id }) => id));
  let count = (await store.get(counterKey))?.createdAt ?? 0;
  for await (const { id, askedSends } of everyRow(store, "recipient")) {
    if (id.startsWith(counters)) count += askedSends;
    else names.add(id);
  }
  return { count, names };
}
