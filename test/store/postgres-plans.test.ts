import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dueStatements } from "../../src/store/postgres/due.ts";
import { queries } from "../../src/store/postgres/queries.ts";
import { getRow, lockFreeRows, lockRows, readRows } from "../../src/store/postgres/reads.ts";
import { judgeServer } from "../../src/store/postgres/server-checks.ts";
import { startPostgres } from "../support/postgres.ts";

const server = await startPostgres();
afterAll(() => server.stop(), 60_000);

const known = "01920000-0000-7000-8000-000000000001";
const keyLists = `array['r1'], array['${known}']::uuid[], array['${known}']::uuid[], array[1], array['i1'],
  array['t1'], array['s1'], array['k1']`;

/** Every statement of the hot path, with arguments as SQL. */
const hot: readonly (readonly [pg.QueryConfig, string])[] = [
  [readRows, keyLists],
  [lockRows, `${keyLists}, 'lane', '1'`],
  [lockFreeRows, `${keyLists}, 'lane', '1'`],
  ...Object.entries(getRow).map(([table, statement]) => {
    const id = table === "verification" ? `'${known}'` : table === "delivery" ? `'${known}', 1` : "'r1'";
    return [statement, id] as const;
  }),
  [dueStatements.delivery, "1, 100, 0"],
  [dueStatements.alarm, "1, 100, 0"],
  [queries.deliveriesOf, `'${known}'`],
  [queries.nextDue, ""],
  [queries.byRecipient, `'t1', '${known}', null, 10, 'r1'`],
  [queries.keyByDigest, "'d1'"],
  [queries.services, "'t1'"],
  [queries.readMeta, "'m1'"],
];

const session =
  "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off";

async function planOf(client: pg.Client, statement: pg.QueryConfig, values: string): Promise<string> {
  await client.query("begin");
  await client.query(`prepare hot as ${statement.text}`);
  const call = values === "" ? "hot" : `hot(${values})`;
  const { rows } = await client.query<{ "QUERY PLAN": string }>(
    `explain (analyze, costs off, timing off, summary off) execute ${call}`,
  );
  await client.query("deallocate hot");
  await client.query("rollback");
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

describe.each(["empty", "filled"])("plans on %s tables", (state) => {
  let client: pg.Client;
  beforeAll(async () => {
    const url = await server.database();
    client = new pg.Client({ connectionString: url, options: session });
    await client.connect();
    if (state === "filled") await client.query(filling);
  }, 60_000);
  afterAll(() => client.end());

  test.each(hot.map(([statement, values]) => [statement.name, statement, values] as const))(
    "%s reads by index alone and looks into no partition that cannot hold its rows",
    async (_name, statement, values) => {
      const plan = await planOf(client, statement, values);
      expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
      const isByKey = /^(get_|read_rows|lock_|deliveries_of)/.test(statement.name ?? "");
      // With the default partition there are at least five a table.
      if (isByKey) expect(looked(plan, "verifications")).toBeLessThanOrEqual(1);
      if (isByKey) expect(looked(plan, "deliveries")).toBeLessThanOrEqual(1);
    },
  );
});

/** How many partitions a plan went into. */
function looked(plan: string, table: string): number {
  const isScan = new RegExp(`(?<!Bitmap Index )Scan .*on ${table}_`);
  const scans = plan.split("\n").filter((line) => isScan.test(line));
  return scans.filter((line) => !line.includes("never executed")).length;
}

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
    expect(judgeServer(good, 10)).toEqual([]);
  });

  test("R-07: synchronous_commit that loses acknowledged commits is warned of, with what to set", () => {
    expect(judgeServer({ ...good, synchronous_commit: "off" }, 0)).toEqual([
      expect.stringMatching(/Set it to on/),
    ]);
    expect(judgeServer({ ...good, synchronous_commit: "local", standbys: "s1" }, 0)).toEqual([
      expect.stringMatching(/fail-over/),
    ]);
    expect(judgeServer({ ...good, synchronous_commit: "local" }, 0)).toEqual([]);
  });

  test("D-15: clocks that differ, and fsync = off, are warned of", () => {
    expect(judgeServer({ ...good, fsync: "off" }, -9_000)).toEqual([
      expect.stringMatching(/fsync/),
      expect.stringMatching(/differ by 9 s/),
    ]);
  });

  test("one that is too old or read-only is refused", () => {
    expect(() => judgeServer({ ...good, version: 140_011 }, 0)).toThrow(/version 14, 15 or newer/);
    expect(() => judgeServer({ ...good, read_only: true }, 0)).toThrow(/read-only/);
  });
});
