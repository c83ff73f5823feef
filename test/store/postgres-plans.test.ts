import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Asked, hotStatements, planFault, planOf } from "../../src/store/postgres/plans.ts";
import { judgeServer } from "../../src/store/postgres/server-checks.ts";
import { sessionOptions } from "../../src/store/postgres/session.ts";
import { startPostgres } from "../support/postgres.ts";

const server = await startPostgres();
afterAll(() => server.stop());

describe.each(["empty", "small", "filled", "old and filled"])("plans on %s tables", (state) => {
  let client: pg.Client;
  beforeAll(async () => {
    const url = await server.database();
    client = new pg.Client({ connectionString: url, options: sessionOptions });
    await client.connect();
    if (state === "small") await client.query(filling.replaceAll("20000", "30").replaceAll("2000", "30"));
    if (state.includes("old")) await client.query(twoMonths);
    if (state.includes("filled")) await client.query(filling);
  });
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
    const [reading] = hotStatements.find(([{ name }]) => name === "deliveries_of") as Asked;
    const everywhere = {
      ...reading,
      text: "select doc from deliveries where verification_id::text = $1::text",
    };
    expect(planFault(reading, await planOf(client, [everywhere, "'-'"]))).not.toBeNull();
    await client.query("set enable_seqscan = on; set enable_indexscan = off; set enable_bitmapscan = off");
    const [byDigest, values] = hotStatements.find(([{ name }]) => name === "key_by_digest") as Asked;
    expect(planFault(byDigest, await planOf(client, [byDigest, values]))).toMatch(/Seq Scan/);
    await client.query("reset enable_seqscan; reset enable_indexscan; reset enable_bitmapscan");
  });
});

/** A partition a day, as after two months, and some rows in each. */
const twoMonths = `
  create function floor_of(at timestamp) returns text language sql immutable as
    $$ select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000' $$;
  create view days as select day, day + interval '1 day' as next
    from generate_series(timestamp '2025-01-01', '2025-03-01', '1 day') day;
  select countersign_add_day(parent, to_char(day, 'YYYYMMDD'),
           (floor_of(day) || '8000000000000000')::uuid, (floor_of(next) || '8000000000000000')::uuid)
    from unnest(array['verifications', 'deliveries']) parent, days;
  insert into verifications
    select (floor_of(day) || '8' || lpad(to_hex(n), 15, '0'))::uuid, 't1', 'r' || n, 'approved', null, repeat('-', 400)
      from days, generate_series(1, 400) n;
  insert into deliveries select id, 1, recipient_id, null, doc from verifications`;

const filling = `
  insert into recipients select 'r' || n, 't1', 0, '{}' from generate_series(1, 20000) n;
  insert into verifications select gen_random_uuid(), 't1', 'r' || n, 'pending', n, '{}' from generate_series(1, 20000) n;
  insert into deliveries select id, 1, recipient_id, alarm_at, '{}' from verifications on conflict do nothing;
  insert into idempotency select 'i' || n, n, '{}' from generate_series(1, 20000) n;
  insert into tenants select 't' || n, '{}' from generate_series(1, 2000) n;
  insert into services select 's' || n, 't' || n, '{}' from generate_series(1, 2000) n;
  insert into api_keys select 'k' || n, 't' || n, 'd' || n, '{}' from generate_series(1, 2000) n;
  insert into commit_markers select 'lane' || n, '0', 0 from generate_series(1, 2000) n;
  insert into meta select 'm' || n, '' from generate_series(1, 2000) n;
  insert into endpoints select 'e' || n, 't' || n, '{}' from generate_series(1, 2000) n;
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
    expect(() => judgeServer({ ...good, version: 140_011 }, 0, false)).toThrow(/version 14, and 15 or newer/);
    expect(() => judgeServer({ ...good, read_only: true }, 0, false)).toThrow(/read-only/);
  });
});
