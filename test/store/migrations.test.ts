import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import {
  DataUnreadable,
  key,
  migrateData,
  openPostgresStore,
  openSqliteStore,
  type Store,
  schemaStanding,
} from "../../src/store/index.ts";
import { fill } from "../../src/testing/store-conformance/rows.ts";
import { generous } from "../support/limits.ts";
import { startPostgres } from "../support/postgres.ts";
import { countOf, laterName, laterVersion } from "./migration-steps.ts";
import { tempFolder } from "./temp-folder.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const clock = systemClock();
const known = countOf("postgres");
const knownEmbedded = countOf("sqlite");
const expansion = "-- expands\nalter table tenants add column note text;";
const contraction = "alter table tenants drop column note;";

const placeOf = (databaseUrl: string | null, folder: string, migrationsFolder?: string) => ({
  databaseUrl,
  folder,
  clock,
  lockWaitMs: 0,
  ...(migrationsFolder === undefined ? {} : { migrationsFolder }),
});

async function nodeOf(url: string, migrationsFolder?: string): Promise<{ store: Store; said: string[] }> {
  const said: string[] = [];
  const store = await openPostgresStore({
    url,
    onWarning: (sentence) => said.push(sentence),
    ...(migrationsFolder === undefined ? {} : { migrationsFolder }),
  });
  onTestFinished(() => store.close());
  return { store, said };
}

let written = 0;

async function write(store: Store): Promise<void> {
  written += 1;
  const row = { id: `tenant-${written}`, name: "t", createdAt: 0 };
  await store.update([key("tenant", row.id)], () => ({
    writes: [{ table: "tenant", id: row.id, row }],
    result: undefined,
  }));
  expect(await store.get(key("tenant", row.id))).toEqual(row);
}

describe("C-46: nodes of version N and N+1 side by side", () => {
  test("a running node of N works on while N+1 expands the schema, and one of N that starts afterwards joins", async () => {
    const url = await server.database();
    const running = await nodeOf(url);
    const { worksFrom } = await schemaStanding(placeOf(url, ""));
    const later = laterVersion("postgres", [expansion]);
    const [report] = await Promise.all([
      migrateData(placeOf(url, "", later)),
      ...fill(20, () => write(running.store)),
    ]);
    expect(report).toEqual({ from: known, to: known + 1, applied: [laterName(known + 1)] });
    const newer = await nodeOf(url, later);
    const restarted = await nodeOf(url);
    for (const { store } of [running, newer, restarted]) await write(store);
    expect(restarted.said).toEqual([expect.stringMatching(/still works with it: upgrade soon/)]);
    expect(newer.said).toEqual([]);
    expect(await schemaStanding(placeOf(url, ""))).toMatchObject({
      standing: "newer",
      version: known + 1,
      // What was expanded before is no reason to refuse either.
      worksFrom,
    });
  });

  test("after a step that is no expansion a node that does not know it is refused, with what to do", async () => {
    const url = await server.database();
    await migrateData(placeOf(url, "", laterVersion("postgres", [expansion, contraction])));
    await expect(nodeOf(url)).rejects.toThrow(
      `schema ${known + 2}, this version knows ${known}: run the newer`,
    );
    await expect(nodeOf(url)).rejects.toBeInstanceOf(DataUnreadable);
    await expect(migrateData(placeOf(url, ""))).rejects.toBeInstanceOf(DataUnreadable);
    expect(await schemaStanding(placeOf(url, ""))).toMatchObject({ standing: "tooNew" });
    // A version that knows the last contraction works on what was expanded since.
    const between = laterVersion("postgres", [expansion, contraction]);
    const last = laterVersion("postgres", [expansion, contraction, "-- expands\nselect 1;"]);
    await migrateData(placeOf(url, "", last));
    await write((await nodeOf(url, between)).store);
  });

  test("the embedded database keeps the same rule", async () => {
    const folder = tempFolder();
    const place = (steps: readonly string[]) => placeOf(null, folder, laterVersion("sqlite", steps));
    expect(await schemaStanding(placeOf(null, folder))).toMatchObject({ version: 0, standing: "older" });
    await migrateData(place([expansion]));
    const older = await openSqliteStore({ folder, clock });
    await write(older);
    // A server runs: its folder is left alone, and still can be asked.
    await expect(migrateData(place([expansion]))).rejects.toThrow(/already open in this process/);
    expect(await schemaStanding(placeOf(null, folder))).toMatchObject({ standing: "newer" });
    await older.close();
    await migrateData(place([expansion, contraction]));
    await expect(openSqliteStore({ folder, clock })).rejects.toBeInstanceOf(DataUnreadable);
    expect(await schemaStanding(placeOf(null, folder))).toMatchObject({
      standing: "tooNew",
      version: knownEmbedded + 2,
    });
  });
});

describe("a migration of PostgreSQL", () => {
  test("R-20: five that start at once take each step once", async () => {
    const url = await server.emptyDatabase();
    const later = laterVersion("postgres", [
      "create table counted (n integer); insert into counted values (1);",
      "insert into counted values (2);",
    ]);
    const reports = await Promise.all(fill(5, () => migrateData(placeOf(url, "", later))));
    expect(reports.flatMap(({ applied }) => applied)).toHaveLength(known + 2);
    expect(reports.every(({ to }) => to === known + 2)).toBe(true);
    expect(await server.sql("select n from counted order by n", url)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("R-20: one that needs a table somebody reads lets writers pass, and is done when the reader is", async () => {
    const url = await server.database();
    const { store } = await nodeOf(url);
    const reader = server.client(url);
    await reader.connect();
    await reader.query("begin");
    await reader.query("lock table tenants in access share mode");
    let isDone = false;
    const later = laterVersion("postgres", [expansion]);
    const migrating = migrateData(placeOf(url, "", later)).finally(() => {
      isDone = true;
    });
    const startedAt = clock.now();
    let slowestMs = 0;
    while (clock.now() - startedAt < 3_000) {
      const at = clock.now();
      await write(store);
      slowestMs = Math.max(slowestMs, clock.now() - at);
    }
    expect(isDone).toBe(false);
    // A writer that queues behind the step waits a second, not as long as the reader.
    expect(slowestMs).toBeLessThan(generous(2_000));
    await reader.query("rollback");
    await reader.end();
    expect((await migrating).to).toBe(known + 1);
  });

  test("R-20: an index is built outside a transaction, and again after a try that was cut short", async () => {
    const url = await server.database();
    const later = laterVersion("postgres", [
      [
        "-- expands",
        "-- outside a transaction",
        "drop index concurrently if exists recipients_by_age;",
        "create unique index concurrently recipients_by_age on recipients (last_seen_at);",
      ].join("\n"),
    ]);
    await server.sql("insert into recipients values ('a', 't', 1, '{}'), ('b', 't', 1, '{}')", url);
    await expect(migrateData(placeOf(url, "", later))).rejects.toThrow(/cannot be made/);
    const valid = "select indisvalid from pg_index where indexrelid = 'recipients_by_age'::regclass";
    expect(await server.sql(valid, url)).toEqual([{ indisvalid: false }]);
    await server.sql("delete from recipients where id = 'b'", url);
    expect((await migrateData(placeOf(url, "", later))).to).toBe(known + 1);
    expect(await server.sql(valid, url)).toEqual([{ indisvalid: true }]);
  });
});

describe("R-20: a kill during a migration", () => {
  const program = join(import.meta.dirname, "migrating-process.ts");

  async function killedIn(step: string, args: readonly string[]): Promise<void> {
    const child: ChildProcess = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = once(child, "exit");
    const lines = createInterface(child.stdout as NodeJS.ReadableStream);
    for await (const line of lines) {
      expect(line).not.toBe("done");
      if (line === step) child.kill("SIGKILL");
    }
    await ended;
  }

  test("leaves PostgreSQL before the step, frees it within seconds, and the next run goes on", async () => {
    const url = await server.database();
    const quick = "create table counted (n integer); insert into counted values (1);";
    const slow = "insert into counted values (2); select pg_sleep(600);";
    const names = fill(2, (n) => laterName(known + 1 + n));
    await killedIn(names[1] ?? "", [url, "", laterVersion("postgres", [quick, slow])]);
    const report = await migrateData(
      placeOf(url, "", laterVersion("postgres", [quick, "insert into counted values (2);"])),
    );
    expect(report).toEqual({ from: known + 1, to: known + 2, applied: [names[1]] });
    expect(await server.sql("select n from counted order by n", url)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("leaves the embedded database before the step, and the next run goes on", async () => {
    const folder = tempFolder();
    const quick = "create table counted (n integer); insert into counted values (1);";
    const endless = `insert into counted with recursive many (n) as (
      select 1 union all select n + 1 from many) select n from many;`;
    const names = fill(2, (n) => laterName(knownEmbedded + 1 + n));
    await killedIn(names[1] ?? "", ["", folder, laterVersion("sqlite", [quick, endless])]);
    const steps = laterVersion("sqlite", [quick, "insert into counted values (2);"]);
    expect(await migrateData(placeOf(null, folder, steps))).toEqual({
      from: knownEmbedded + 1,
      to: knownEmbedded + 2,
      applied: [names[1]],
    });
    const database = new DatabaseSync(join(folder, "countersign.db"));
    expect(database.prepare("select n from counted order by n").all()).toEqual([{ n: 1 }, { n: 2 }]);
    database.close();
  });
});
