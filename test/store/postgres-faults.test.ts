import pg from "pg";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { uuidv7Floor } from "../../src/clock/index.ts";
import {
  deliveryId,
  key,
  openPostgresStore,
  type PostgresStore,
  type PostgresStoreOptions,
  StorageOverloaded,
  StorageUnavailable,
} from "../../src/store/index.ts";
import { commitCuts } from "../support/commit-cuts.ts";
import { counted, countUp } from "../support/counted.ts";
import { databaseKills } from "../support/database-kills.ts";
import { generous } from "../support/limits.ts";
import { startPostgres } from "../support/postgres.ts";
import { startTcpProxy, type TcpProxy, through } from "../support/tcp-proxy.ts";

const server = await startPostgres();
afterAll(() => server.stop());

async function open(url: string, more: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> {
  const store = await openPostgresStore({ url, ...more });
  onTestFinished(() => store.close());
  return store;
}

async function proxied(): Promise<{ proxy: TcpProxy; url: string; store: PostgresStore }> {
  const url = await server.database();
  const proxy = await startTcpProxy(server.port);
  onTestFinished(() => proxy.close());
  return { proxy, url, store: await open(through(url, proxy.port)) };
}

async function rawClient(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe("a connection that breaks", () => {
  test("R-09: of 50 commits cut before or after the server saw them none is lost, doubled or even refused", async () => {
    const { proxy, url, store } = await proxied();
    const report = await commitCuts(store, await open(url), proxy, 50);
    expect(report).toMatchObject({ cuts: 50, before: 25, after: 25, acknowledged: 400 });
    expect(report).toMatchObject({ refused: 0, lost: 0, doubled: 0 });
  });

  test("R-08: while the network swallows everything updates are refused in bounded time, and soon after it heals they work", async () => {
    const { proxy, url, store } = await proxied();
    await countUp(store, "before");
    proxy.judge = () => "swallow";
    const startedAt = performance.now();
    const outcomes = await Promise.allSettled([countUp(store, "during-1"), countUp(store, "during-2")]);
    expect(performance.now() - startedAt).toBeLessThan(generous(20_000));
    for (const one of outcomes) {
      expect(one.status === "rejected" && one.reason).toBeInstanceOf(StorageUnavailable);
    }
    proxy.judge = () => "pass";
    const healedAt = performance.now();
    await countUp(store, "after");
    expect(performance.now() - healedAt).toBeLessThan(generous(5_000));
    const { count, names } = await counted(await open(url));
    expect(count).toBe(names.size);
    expect(names).toContain("before");
    expect(names).toContain("after");
  });

  test("R-08: connections cut while they are idle are replaced without a word to any caller", async () => {
    const { proxy, store } = await proxied();
    for (let round = 0; round < 10; round++) {
      await Promise.all([countUp(store, `idle-${round}`), store.tenants(), store.services("counter")]);
      proxy.cutAll();
      expect(await store.readMeta("nothing")).toBeUndefined();
    }
    expect((await counted(store)).count).toBe(10);
  });

  test("a pooler that takes no start-up options is served, with a warning that says what to set", async () => {
    const url = await server.database();
    const proxy = await startTcpProxy(server.port);
    onTestFinished(() => proxy.close());
    proxy.judge = (piece, from, pair) => {
      if (from === "server" || pair.notes.has("started")) return "pass";
      pair.notes.add("started");
      return piece.includes("options\0-c ") ? errorMessage("unsupported startup parameter: options") : "pass";
    };
    const warnings: string[] = [];
    const store = await open(through(url, proxy.port), { onWarning: (one) => warnings.push(one) });
    await countUp(store, "pooled");
    expect(warnings).toEqual([expect.stringMatching(/planner's settings.*docs\/operate\.md/)]);
  });
});

/** An ErrorResponse of the protocol. */
function errorMessage(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

describe("a transaction that fails", () => {
  test("a deadlock with somebody else's transaction (40P01) is tried again and reaches no caller", async () => {
    const url = await server.database();
    const store = await open(url);
    await Promise.all([countUp(store, "a"), countUp(store, "b")]);
    const rival = await rawClient(url);
    await rival.query("begin");
    await rival.query("select from services where id = 'b' for update");
    const touched = store.update([key("tenant", "counter"), key("service", "b")], (rows) => ({
      writes: [],
      result: rows.get(key("tenant", "counter"))?.createdAt,
    }));
    await waits(url, "select from pg_locks where not granted");
    // The store waited first, so its time-out finds the deadlock and it is the one that gives way.
    await rival.query("select from tenants where id = 'counter' for update");
    await rival.query("commit");
    expect(await touched).toBe(2);
    // There was one: without it this test would show nothing.
    await waits(url, "select from pg_stat_database where datname = current_database() and deadlocks > 0");
  });

  test("a serialization failure (40001) is tried again and reaches no caller", async () => {
    const url = await server.database();
    const store = await open(url);
    const client = await rawClient(url);
    await client.query(`create sequence failures;
      create function fail_twice() returns trigger language plpgsql as $$ begin
        if nextval('failures') <= 2 then raise exception 'not now' using errcode = '40001'; end if;
        return new; end $$;
      create trigger fail before insert on services for each row execute function fail_twice()`);
    expect(await countUp(store, "tried-again")).toBe(1);
    const { rows } = await client.query<{ last_value: string }>("select last_value from failures");
    expect(rows[0]?.last_value).toBe("3");
  });

  test("of a batch with one write that cannot be made all others are made", async () => {
    const url = await server.database();
    const store = await open(url);
    const client = await rawClient(url);
    await client.query("alter table services add check (id <> 'bad')");
    const names = Array.from({ length: 40 }, (_, n) => (n === 17 ? "bad" : `good-${n}`));
    const settled = await Promise.allSettled(names.map((name) => countUp(store, name)));
    const refused = settled.flatMap((one, index) => (one.status === "rejected" ? [names[index]] : []));
    expect(refused).toEqual(["bad"]);
    expect(await counted(store)).toMatchObject({ count: 39 });
  });

  test("ids that no row can have find nothing and harm no neighbour of their batch", async () => {
    const store = await open(await server.database());
    const odd = ["", "no-uuid", "x.1", "01920000-0000-7000-8000-000000000000.99999999999", "a\0b"];
    const asked = odd.flatMap((id) => [key("verification", id), key("delivery", id), key("recipient", id)]);
    const found = asked.map((one) => store.update([one], (rows) => ({ writes: [], result: rows.get(one) })));
    const results = await Promise.all([...found, countUp(store, "neighbour")]);
    expect(results).toEqual([...asked.map(() => undefined), 1]);
    for (const one of asked) expect(await store.get(one)).toBeUndefined();
  });
});

async function waits(url: string, text: string): Promise<void> {
  for (let look = 0; look < 500; look++) {
    if ((await server.sql(text, url)).length > 0) return;
  }
  throw new Error(`nothing came of: ${text}`);
}

describe("a recipient and its rows that change while a batch waits", () => {
  test("are all found, of every day, and it is decided once under the locks", async () => {
    const url = await server.database();
    const store = await open(url);
    const rival = await rawClient(url);
    const now = Date.now();
    const ids = [0, 1, 2].map((day) => uuidv7Floor(now + day * 86_400_000));
    await rival.query(
      "insert into recipients (id, tenant_id, last_seen_at, doc) values ('r', 't', 0, '[\"sealed\", 0]')",
    );
    for (const id of ids) {
      await rival.query({ text: insertDelivery, values: [id] });
    }
    const keys = [key("recipient", "r"), ...ids.map((id) => key("delivery", deliveryId(id, 1)))];
    for (let round = 0; round < 10; round++) {
      await rival.query("begin; update recipients set doc = doc; update deliveries set doc = doc");
      let decided = 0;
      const update = store.update(keys, (rows) => {
        decided += 1;
        return { writes: [], result: keys.filter((one) => rows.get(one) !== undefined).length };
      });
      await waits(url, "select from pg_locks where not granted");
      await rival.query("commit");
      expect(await update).toBe(4);
      expect(decided).toBe(1);
    }
  });
});

const insertDelivery = `insert into deliveries (verification_id, sequence, recipient_id, due_at, doc)
  values ($1, 1, 'r', null, '[null, "t", 0, 0, 0]')`;

describe("more work than can be done", () => {
  test("R-15: what finds the queue full is refused at once, and whatever was accepted is done when the database goes on", async () => {
    const url = await server.database();
    const store = await open(url, { batchMax: 10, queueMax: 100 });
    await countUp(store, "first");
    const rival = await rawClient(url);
    await rival.query("begin; select from tenants where id = 'counter' for update");
    const askedAt = performance.now();
    const asked = Array.from({ length: 500 }, (_, n) =>
      countUp(store, `asked-${n}`).then(
        () => "done",
        (cause: unknown) => cause,
      ),
    );
    // They come in one turn, before a batch can take any of them out of the queue.
    for (const cause of await Promise.all(asked.slice(100))) expect(cause).toBeInstanceOf(StorageOverloaded);
    expect(performance.now() - askedAt).toBeLessThan(generous(1_000));
    await rival.query("commit");
    expect(new Set(await Promise.all(asked.slice(0, 100)))).toEqual(new Set(["done"]));
    expect(await counted(store)).toMatchObject({ count: 101 });
    // Nothing of it is left: the next one does not wait.
    expect(await countUp(store, "last")).toBe(102);
  });
});

describe("a server that dies", () => {
  test("R-06: killed twice under load, nothing acknowledged is lost, and nodes go on by themselves within 2 s", async () => {
    const report = await databaseKills(server, await server.database(), 2);
    expect(report).toMatchObject({ kills: 2, lost: 0, doubled: 0 });
    expect(report.acknowledged).toBeGreaterThan(80);
    expect(report.refused).toBeGreaterThan(0);
    expect(report.recoveryMs.at(-1)).toBeLessThan(generous(2_000));
  });
});
