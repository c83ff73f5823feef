import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { uuidv7Floor } from "../../src/clock/index.ts";
import { key, openPostgresStore, type PostgresStore, type Tables } from "../../src/store/index.ts";
import { startPostgres } from "../support/postgres.ts";
import { minute, recipientRow, t0 } from "../support/rows.ts";

const server = await startPostgres();
afterAll(() => server.stop(), 60_000);

async function open(url: string): Promise<PostgresStore> {
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  return store;
}

describe("rows that a node has seen before", () => {
  const mine = key("recipient", "mine");

  async function withPending(): Promise<{ store: PostgresStore; url: string }> {
    const url = await server.database();
    const store = await open(url);
    const first = { id: uuidv7Floor(t0), endsAt: t0 + minute, serviceId: "s", purpose: "verify" } as const;
    const row = recipientRow({ id: mine.id, pending: [{ ...first, subject: null, binding: null }] });
    await store.update([mine], () => ({ writes: [{ ...mine, row }], result: null }));
    return { store, url };
  }

  test("are read anew under their locks: what somebody else wrote meanwhile counts", async () => {
    const { store, url } = await withPending();
    await server.sql("update recipients set doc = '[\"other\", 7]' where id = 'mine'", url);
    const found = await store.update([mine], (rows) => ({ writes: [], result: rows.get(mine) }));
    expect(found).toMatchObject({ sealedAddress: "other", lastSeenAt: 7, pending: [] });
  });

  test("may be gone, and are then made again by one of many who ask at once", async () => {
    const { store, url } = await withPending();
    await server.sql("delete from recipients", url);
    const made = await Promise.all(
      Array.from({ length: 20 }, () =>
        store.update([mine], (rows) => {
          const isFirst = rows.get(mine) === undefined;
          return {
            writes: isFirst ? [{ ...mine, row: recipientRow({ id: mine.id }) }] : [],
            result: isFirst,
          };
        }),
      ),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
  });

  test("tell which rows a decision will ask for: it is decided once, and sees them all", async () => {
    const { store } = await withPending();
    let decided = 0;
    const seen = await store.update([mine], (rows) => {
      const [first] = rows.get(mine)?.pending ?? [];
      if (first === undefined) return { writes: [], result: "none" };
      const asked = key("verification", first.id);
      if (!rows.has(asked)) return { need: [asked] };
      decided += 1;
      return { writes: [], result: rows.get(asked) ?? "missing" };
    });
    expect({ seen, decided }).toEqual({ seen: "missing", decided: 1 });
  });
});

describe("what is written", () => {
  test("is read back letter by letter, whatever stands in ids and documents", async () => {
    const store = await open(await server.database());
    const odd = [
      "null",
      "",
      "{}",
      "a,b",
      '"',
      "\\",
      '\\"',
      "'",
      " x ",
      "\u001e",
      "\n\t\r",
      "ä€😀",
      "$1",
      "\u2028",
    ];
    const keys = odd.map((id) => key("tenant", id));
    const rows = odd.map((id) => ({ id, name: `${id}|${odd.join("|")}`, createdAt: 1 }) as Tables["tenant"]);
    const writes = rows.map((row) => ({ table: "tenant", id: row.id, row }) as const);
    await store.update(keys, () => ({ writes, result: null }));
    for (const [index, one] of keys.entries()) expect(await store.get(one)).toEqual(rows[index]);
    const locked = await store.update(keys, (given) => ({
      writes: [],
      result: keys.map((one) => given.get(one)),
    }));
    expect(locked).toEqual(rows);
  });
});
