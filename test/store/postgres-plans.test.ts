import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Asked, hotStatements, planFault, planOf } from "../../src/store/postgres/plans.ts";
import { judgeServer } from "../../src/store/postgres/server-checks.ts";
import { startPostgres } from "../support/postgres.ts";

const server = await startPostgres();
afterAll(() => server.stop(), 60_000);

const session =
  "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off";

describe.each(["empty", "filled"])("plans on %s tables", (state) => {
  let client: pg.Client;
  beforeAll(async () => {
    const url = await server.database();
    client = new pg.Client({ connectionString: url, options: session });
    await client.connect();
    if (state === "filled") await client.query(filling);
  }, 60_000);
  afterAll(() => client.end());

  test.each(hotStatements.map((asked) => [asked[0].name, asked] as const))(
    "%s reads by index alone and looks into no partition that cannot hold its rows",
    async (_name, asked) => {
      const plan = await planOf(client, asked);
      // With the default partition there are at least five a table.
      expect(planFault(asked[0], plan), plan).toBeNull();
    },
  );

  test("a plan that scans, or looks into every day for one key, is found out", async () => {
    const [reading] = hotStatements.find(([{ name }]) => name === "get_verification") as Asked;
    const everywhere = { ...reading, text: "select doc from verifications where id::text = $1::text" };
    expect(planFault(reading, await planOf(client, [everywhere, "'-'"]))).not.toBeNull();
    await client.query("set enable_seqscan = on; set enable_indexscan = off; set enable_bitmapscan = off");
    const [byDigest, values] = hotStatements.find(([{ name }]) => name === "key_by_digest") as Asked;
    expect(planFault(byDigest, await planOf(client, [byDigest, values]))).toMatch(/Seq Scan/);
    await client.query("reset enable_seqscan; reset enable_indexscan; reset enable_bitmapscan");
  });
});

const filling = `
  insert into recipients select 'r' || n, 't1', 0, '{}' from generate_series(1, 20000) n;
  insert into verifications select gen_random_uuid(), 't1', 'r' || n, 'pending', n, '{}' from generate_series(1, 20000) n;
  insert into deliveries select id, 1, recipient_id, alarm_at, '{}' from verifications;
  insert into idempotency select 'i' || n, n, '{}' from generate_series(1, 20000) n;
  insert into tenants select 't' || n, '{}' from generate_series(1, 2000) n;
  insert into services select 's' || n, 't' || n, '{}' from generate_series(1, 2000) n;
  insert into api_keys select 'k' || n, 't' || n, 'd' || n, '{}' from generate_series(1, 2000) n;
  insert into commit_markers select 'lane' || n, '0', 0 from generate_series(1, 2000) n;
  insert into meta select 'm' || n, '' from generate_series(1, 2000) n;
  analyze`;

describe("what a server is judged by", () => {
  const good = {
    version: 180_000,
    synchronous_commit: "on",
    standbys: "",
    fsync: "on",
    pinned: true,
    read_only: false,
    now: "0",
  };

  test("a good one gives no warning", () => {
    expect(judgeServer(good, 10, false)).toEqual([]);
  });

  test("R-07: synchronous_commit that loses acknowledged commits is warned of, with what to set", () => {
    expect(judgeServer({ ...good, synchronous_commit: "off" }, 0, false)).toEqual([
      expect.stringMatching(/Set it to on/),
    ]);
    expect(judgeServer({ ...good, synchronous_commit: "local", standbys: "s1" }, 0, false)).toEqual([
      expect.stringMatching(/fail-over/),
    ]);
    expect(judgeServer({ ...good, synchronous_commit: "local" }, 0, false)).toEqual([]);
  });

  test("D-15: clocks that differ, and fsync = off, are warned of", () => {
    expect(judgeServer({ ...good, fsync: "off" }, -9_000, false)).toEqual([
      expect.stringMatching(/fsync/),
      expect.stringMatching(/differ by 9 s/),
    ]);
  });

  test("one that is too old or read-only is refused", () => {
    expect(() => judgeServer({ ...good, version: 140_011 }, 0, false)).toThrow(/version 14, 15 or newer/);
    expect(() => judgeServer({ ...good, read_only: true }, 0, false)).toThrow(/read-only/);
  });
});
