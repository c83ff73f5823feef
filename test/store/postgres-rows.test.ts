import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock, uuidv7Floor } from "../../src/clock/index.ts";
import { key, openPostgresStore, type PostgresStore, type Tables } from "../../src/store/index.ts";
import { makeMarker } from "../../src/store/postgres/commit-marker.ts";
import { openConnections } from "../../src/store/postgres/connections.ts";
import { PostgresGroupCommit } from "../../src/store/postgres/group-commit.ts";
import { KnownRows } from "../../src/store/postgres/known-rows.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { startPostgres } from "../support/postgres.ts";
import { day, minute, pendingRow, recipientRow, settledRow, t0 } from "../support/rows.ts";

const server = await startPostgres();
afterAll(() => server.stop());

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

describe("the verifications of a recipient", () => {
  test("are listed from the newest backwards, of every day and status, until retention has cut them off", async () => {
    const store = await open(await server.database());
    const [gone, first, second, third] = [0, 1, 2, 3].map((n) => uuidv7Floor(t0 + n * day)) as Ids;
    const rows = [
      settledRow("approved", { id: first, previousId: gone }),
      settledRow("canceled", { id: second, previousId: first }),
      pendingRow({ id: third, previousId: second, endsAt: t0 + 40 * day }),
    ];
    const recipient = recipientRow({ newestId: third });
    await store.update([key("recipient", recipient.id)], () => ({
      writes: [
        { table: "recipient", id: recipient.id, row: recipient },
        ...rows.map((row) => ({ table: "verification", id: row.id, row }) as const),
      ],
      result: null,
    }));
    const asked = { tenantId: "tenant-1", recipientId: recipient.id, at: t0 + 4 * day, limit: 10 };
    const ids = async (more: object): Promise<string[]> =>
      (await store.verifications({ ...asked, ...more })).map(({ id }) => id);
    expect(await ids({})).toEqual([third, second, first]);
    expect(await ids({ before: third })).toEqual([second, first]);
    expect(await ids({ limit: 1, before: second })).toEqual([first]);
    expect(await ids({ status: "approved" })).toEqual([first]);
    expect(await ids({ tenantId: "tenant-2" })).toEqual([]);
    expect(await ids({ recipientId: "recipient-2" })).toEqual([]);
  });
});

type Ids = [string, string, string, string];

describe("updates that pour in", () => {
  test("share a batch, for as long as each turn of the event loop brings one and the time allows it", async () => {
    const url = await server.database();
    await open(url);
    const node = "gathering";
    const connections = await openConnections({ url, node, waits: systemClock() });
    onTestFinished(() => connections.end());
    await makeMarker(connections, `${node}.0`);
    const parts = { connections, node, clock: null, known: new KnownRows(), queueMax: 100, lanes: 1 };
    const commits = new PostgresGroupCommit({ ...parts, batchMax: 8, waits: createFakeClock(t0) });
    const done: Promise<unknown>[] = [];
    for (let turn = 0; turn < 8; turn++) {
      done.push(commits.update([key("tenant", `t${turn}`)], () => ({ writes: [], result: null })));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(done);
    const batches = await server.sql(`select batch from commit_markers where slot = '${node}.0'`, url);
    expect(batches).toEqual([{ batch: "1" }]);
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

describe("what changed of the endpoints", () => {
  const put = (id: string) =>
    `insert into endpoints values ('${id}', 't', '{"id":"${id}","tenantId":"t"}')
       on conflict (id) do update set doc = excluded.doc`;
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

  test("is told by the transaction that began first and ended last, and by a version that knows no changes", async () => {
    const url = await server.database();
    const store = await open(url);
    const slow = server.client(url);
    await slow.connect();
    await slow.query("begin");
    await slow.query(put("slow"));
    await server.sql(put("quick"), url);
    const first = await store.endpointChanges(null);
    expect(ids(first.rows)).toEqual(["quick"]);
    await slow.query("commit");
    await slow.end();
    const second = await store.endpointChanges(first.revision);
    expect(second.isWhole).toBe(false);
    expect(ids(second.rows)).toContain("slow");
    await server.sql("delete from endpoints where id = 'slow'", url);
    expect(await store.endpointChanges(second.revision)).toMatchObject({ removed: ["slow"] });
  });

  test("is told whole by another server at the same address, and by one that was set back, whatever it counts", async () => {
    const url = await server.database();
    const store = await open(url);
    await server.sql(put("one"), url);
    const { revision } = await store.endpointChanges(null);
    const [started, counted] = revision.split("/");
    expect((await store.endpointChanges(`${started}/${counted}`)).isWhole).toBe(false);
    for (const ahead of [0, 1_000_000]) {
      const another = `1763856000.123456/${Number(counted) + ahead}`;
      const changes = await store.endpointChanges(another);
      expect([changes.isWhole, ids(changes.rows), changes.revision]).toEqual([true, ["one"], revision]);
    }
  });

  test("is told once of a database that was brought from a server that had counted further", async () => {
    const url = await server.database();
    const store = await open(url);
    await server.sql(put("one"), url);
    await server.sql("update endpoint_changes set changed_in = '123456789'", url);
    const first = await store.endpointChanges(null);
    expect(await store.endpointChanges(first.revision)).toMatchObject({ isWhole: false, rows: [] });
    await server.sql(put("one"), url);
    expect(ids((await store.endpointChanges(first.revision)).rows)).toEqual(["one"]);
  });

  test("of what was removed is forgotten with the purge, and of what is there is not", async () => {
    const url = await server.database();
    const store = await open(url);
    await server.sql(put("gone"), url);
    await server.sql(put("there"), url);
    await server.sql("delete from endpoints where id = 'gone'", url);
    const left = async () =>
      (await server.sql("select endpoint_id as id from endpoint_changes order by 1", url)).map(
        (row) => row["id"],
      );
    await store.purge({ settled: t0, idempotency: t0 }, 100);
    expect(await left()).toEqual(["gone", "there"]);
    const later = systemClock().now() + day;
    await store.purge({ settled: later, idempotency: t0 }, 100);
    expect(await left()).toEqual(["there"]);
  });
});
