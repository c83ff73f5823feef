import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { examineData } from "../../src/store/index.ts";
import { readMigrations } from "../../src/store/migrations.ts";
import { indexesOf } from "../../src/store/postgres/examine.ts";
import { ownMigrations } from "../../src/store/postgres/migrate.ts";
import { judgePartitions, judgeRoom, judgeSettings } from "../../src/store/postgres/verdicts.ts";
import { startCountersign } from "../cli/process.ts";
import { openNode } from "../nodes/nodes.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { testSecret } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { startTransactionPooler } from "../support/transaction-pooler.ts";

const server = await startPostgres();
afterAll(() => server.stop());

async function examined(url: string): Promise<Readonly<Record<string, string>>> {
  const place = { databaseUrl: url, folder: "", clock: systemClock(), lockWaitMs: 0 };
  const { findings } = await examineData(place, false);
  return Object.fromEntries(findings.map(({ check, level, found }) => [check, `${level}: ${found}`]));
}

describe("the doctor of a PostgreSQL database", () => {
  test("finds a good one good, in every point", async () => {
    const url = await server.database();
    await openNode(url);
    const found = await examined(url);
    const bad = Object.entries(found).filter(([, text]) => !text.startsWith("ok"));
    expect(bad).toEqual([]);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining(["version", "fsync", "pooler", "indexes", "plans", "partitions", "migrations"]),
    );
    expect(found["connections"]).toMatch(/1 servers here/);
  });

  test("the indexes that it expects are those that the migrations make", async () => {
    const url = await server.database();
    const rows = await server.sql(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
        join pg_class t on t.oid = i.indrelid
        where c.relnamespace = 'public'::regnamespace and not t.relispartition and c.relname !~ '_key$'`,
      url,
    );
    const made = rows.map((row) => String(row["name"])).sort();
    expect([...indexesOf(readMigrations(ownMigrations))].sort()).toEqual(made);
  });

  test("names an index that is missing, and the statement that scans without it", async () => {
    const url = await server.database();
    await server.sql("drop index verifications_by_alarm", url);
    const found = await examined(url);
    expect(found["indexes"]).toBe("fail: missing: verifications_by_alarm");
    expect(found["plans"]).toMatch(/fail: .*due_alarms: Seq Scan/);
  });

  test("names an index that a build cut short left invalid", async () => {
    const url = await server.database();
    await server.sql("insert into recipients values ('a', 't', 1, '{}'), ('b', 't', 1, '{}')", url);
    await server
      .sql("create unique index concurrently broken on recipients (last_seen_at)", url)
      .catch(() => undefined);
    expect((await examined(url))["indexes"]).toBe("fail: invalid: broken");
  });

  test("R-07: settings that lose what was acknowledged are failures", async () => {
    const url = await server.database();
    const name = new URL(url).pathname.slice(1);
    await server.sql(`alter database ${name} set synchronous_commit = off`);
    expect((await examined(url))["synchronous_commit"]).toMatch(/^fail: off/);
  });

  test("an empty database lacks its migrations, and one on the way in is closed", async () => {
    const empty = await server.emptyDatabase();
    const found = await examined(empty);
    expect(found["migrations"]).toMatch(/^warn: schema 0/);
    expect(found["indexes"]).toBeUndefined();
    const arriving = await server.database();
    await server.sql(`insert into meta values ('move', '{"state":"arriving","source":"x"}')`, arriving);
    expect((await examined(arriving))["move"]).toMatch(/^fail: a move into this database/);
  });

  test("a pooler by transaction that keeps no prepared statements is found out, and the settings that do not arrive", async () => {
    const url = new URL(await server.database());
    const pooler = await startTransactionPooler(server.port, url.pathname.slice(1));
    onTestFinished(() => pooler.close());
    url.port = String(pooler.port);
    const found = await examined(url.href);
    expect(found["pooler"]).toMatch(/^fail: one that pools by transaction and does not keep/);
    expect(found["planner"]).toMatch(/^warn/);
  });

  test("one that cannot be reached is a finding, not a crash", async () => {
    const found = await examined("postgres://nobody@127.0.0.1:1/none");
    expect(found).toEqual({ connection: expect.stringMatching(/^fail: .*nothing listens/) });
  });
});

test("countersign doctor says it with an exit code, and notices another master secret (K-5)", async () => {
  const url = await server.database();
  await openNode(url);
  const asked = async (secret: string) => {
    const one = startCountersign(["doctor", "--json"], tempFolder(), {
      DATABASE_URL: url,
      COUNTERSIGN_SECRET: secret,
    });
    const exitCode = await one.ended("doctor");
    const answer = JSON.parse(one.stdout()) as {
      readonly healthy: boolean;
      readonly findings: readonly { check: string; level: string; remedy: string | null }[];
    };
    return { exitCode, ...answer };
  };
  expect(await asked(testSecret.reveal())).toMatchObject({ exitCode: 0, healthy: true });
  const other = await asked("Xb81kQ0fUuZr5WmE3cTgV7yHn2LdPaSj");
  expect(other).toMatchObject({ exitCode: 1, healthy: false });
  const failed = other.findings.filter(({ level }) => level === "fail");
  expect(failed).toMatchObject([{ check: "secret", remedy: expect.stringMatching(/^Bring it back/) }]);
});

describe("what a server says of itself", () => {
  const good = {
    version: 180_000,
    readOnly: false,
    synchronousCommit: "on",
    standbys: "",
    fsync: "on",
    fullPageWrites: "on",
    checksums: "on",
    pinned: true,
  };
  const levels = (server: Partial<typeof good>, skewMs = 0) =>
    judgeSettings({ ...good, ...server }, skewMs)
      .filter(({ level }) => level !== "ok")
      .map(({ check, level }) => `${level} ${check}`);

  test.each([
    [{}, []],
    [{ version: 140_011 }, ["fail version"]],
    [{ version: 150_000 }, []],
    [{ version: 190_001 }, ["warn version"]],
    [{ readOnly: true }, ["fail writable"]],
    [{ fsync: "off", fullPageWrites: "off" }, ["fail fsync", "fail full_page_writes"]],
    [{ synchronousCommit: "off" }, ["fail synchronous_commit"]],
    [{ synchronousCommit: "local", standbys: "s1" }, ["fail synchronous_commit"]],
    [{ synchronousCommit: "local" }, []],
    [{ checksums: "off" }, ["warn data_checksums"]],
    [{ pinned: false }, ["warn planner"]],
  ])("%o gives %o", (server, expected) => {
    expect(levels(server)).toEqual(expected);
  });

  test("D-15: a clock that is more than 2 s off is warned of", () => {
    expect(levels({}, -2_100)).toEqual(["warn clock"]);
    expect(levels({}, 1_900)).toEqual([]);
  });

  test("connections must be enough for one server more", () => {
    expect(judgeRoom({ max: 100, reserved: 3, used: 20, nodes: 2 }).level).toBe("ok");
    expect(judgeRoom({ max: 100, reserved: 3, used: 92, nodes: 2 }).level).toBe("warn");
    expect(judgeRoom({ max: 100, reserved: 3, used: 20, nodes: 12 }).level).toBe("warn");
  });

  test("a partition for tomorrow must be there, and rows in their own", () => {
    const one = { days: 4, oldest: "20261101", newest: "20261124", tomorrow: "20261122" };
    const both = ["verifications", "deliveries"].map((parent) => ({ ...one, parent }));
    expect(judgePartitions(both, false).level).toBe("ok");
    expect(judgePartitions(both, true).level).toBe("warn");
    expect(
      judgePartitions(
        both.map((row) => ({ ...row, newest: "20261121" })),
        false,
      ).level,
    ).toBe("warn");
    expect(judgePartitions([], false).found).toMatch(/none for tomorrow/);
  });
});
