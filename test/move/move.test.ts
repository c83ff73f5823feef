import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { openInstance } from "../../src/instance/instance.ts";
import { bearerDigest } from "../../src/secrets/index.ts";
import {
  key,
  moveData,
  openPostgresStore,
  openSqliteStore,
  tableOrder,
  undoMove,
} from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { put, startedRows, writesOf } from "../../src/testing/store-conformance/rows.ts";
import { hasTerminals, type Process, startCountersign, startOnTerminal } from "../cli/process.ts";
import { codeOn, openNode } from "../nodes/nodes.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { alice, mallory, openTestInstance, testSecret, wrongCode } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { fillInstallation, pendingCode } from "./filled-installation.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const day = 86_400_000;

function move(folder: string, url: string, ...more: string[]): Process {
  const one = startCountersign(["move", "--from", folder, "--to", url, ...more], folder, {
    COUNTERSIGN_SECRET: testSecret.reveal(),
  });
  one.endInput();
  return one;
}

interface Answer {
  readonly moved: boolean;
  readonly code: string;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly digest: string }[];
}

async function moved(folder: string, url: string, exitCode = 0, ...more: string[]): Promise<Answer> {
  const one = move(folder, url, "--json", ...more);
  expect(await one.ended("move"), one.stderr()).toBe(exitCode);
  return JSON.parse(one.stdout()) as Answer;
}

async function filledFolder(clock = createFakeClock()) {
  const folder = tempFolder();
  return { clock, folder, ...(await fillInstallation(folder, clock)) };
}

const fillHashes = /^[0-9a-f]{16}$/;

describe("moving a data folder to PostgreSQL", () => {
  test("R-19: a pending verification goes on there: its call goes out when it is due, its code is right, its replay is known", async () => {
    const { clock, folder, tenantId, pendingId, approvedId, idempotency, firstKey } = await filledFolder();
    const url = await server.emptyDatabase();
    const answer = await moved(folder, url);
    expect(answer).toMatchObject({ moved: true, from: folder, sourceKept: false });
    expect(answer.tables.map((one) => one.table)).toEqual([...tableOrder]);
    for (const { rows, digest } of answer.tables) {
      expect(rows).toBeGreaterThan(0);
      expect(digest).toMatch(fillHashes);
    }

    const node = await openNode(url, { clock });
    expect(node.tenant.id).toBe(tenantId);
    expect(node.firstKey).toBeNull();
    expect((await node.store.apiKeyByDigest(bearerDigest(firstKey)))?.tenantId).toBe(tenantId);
    const replayed = await node.engine.start({ tenantId, to: alice, idempotency, code: pendingCode });
    expect(replayed).toMatchObject({ replayed: true, verification: { id: pendingId } });
    expect((await node.engine.get({ tenantId, id: approvedId }))?.status).toBe("approved");
    expect((await node.engine.start({ tenantId, to: mallory })).outcome).not.toBe("numberInvalid");

    await clock.advance(39_000);
    await node.engine.tick();
    expect(node.sandbox?.phones.messages(alice)).toEqual([]);
    await clock.advance(1_000);
    await node.engine.tick();
    expect(node.sandbox?.phones.messages(alice)).toMatchObject([{ channel: "voice" }]);
    expect(codeOn([node], alice)).toBe(pendingCode);
    const check = { tenantId, id: pendingId, code: pendingCode };
    expect((await node.engine.check(check)).outcome).toBe("approved");
  });

  test("A-5: guesses that were counted before the move count after it", async () => {
    const clock = createFakeClock();
    const folder = tempFolder();
    const one = await openTestInstance({ clock, folder });
    const { id } = await one.start({ to: alice });
    const code = one.codeOn(alice);
    for (const nth of [1, 2, 3, 4]) {
      await one.engine.check({ tenantId: one.tenantId, id, code: wrongCode(code, nth) });
    }
    await one.close();
    const url = await server.emptyDatabase();
    await moved(folder, url);
    const node = await openNode(url, { clock });
    const guess = { tenantId: one.tenantId, id, code: wrongCode(code, 5) };
    expect(await node.engine.check(guess)).toMatchObject({ verification: { status: "exhausted" } });
    expect((await node.engine.check({ ...guess, code })).outcome).not.toBe("approved");
  });

  test("the folder refuses to start afterwards, the move is known when it is asked for again, and undo opens it", async () => {
    const { folder, clock } = await filledFolder();
    const url = await server.emptyDatabase();
    await moved(folder, url);
    const open = () => openInstance({ folder, clock, secrets: [testSecret] });
    await expect(open()).rejects.toThrow(/was moved to PostgreSQL.*set DATABASE_URL.*move --undo/);
    const byHabit = startCountersign(["serve", "--data", folder], folder, {
      COUNTERSIGN_SECRET: testSecret.reveal(),
    });
    expect(await byHabit.ended("serve")).toBe(4);
    expect(byHabit.stderr()).toMatch(/was moved to PostgreSQL.*\n {2}What to do: Set DATABASE_URL, or take/);
    expect(await moved(folder, url)).toMatchObject({ moved: false });
    const elsewhere = await server.emptyDatabase();
    expect(await moved(folder, elsewhere, 1)).toMatchObject({ code: "moved_elsewhere" });

    const undone = move(folder, url, "--undo", "--json");
    expect(await undone.ended("undo"), undone.stderr()).toBe(0);
    await expect(openNode(url, { clock })).rejects.toThrow(/not finished/);
    const again = await open();
    expect((await again.store.tenants()).length).toBe(1);
    // What happened in the folder since comes along the second time.
    const later = await again.engine.start({ tenantId: again.tenant.id, to: "+14155550150" });
    await again.close();
    expect(await moved(folder, url)).toMatchObject({ moved: true });
    const node = await openNode(url, { clock });
    const found = await node.engine.get({
      tenantId: node.tenant.id,
      id: later.verification?.id ?? "",
    });
    expect(found?.status).toBe("pending");
  });

  test("a target that holds data is refused, and so is a second installation on an unfinished move", async () => {
    const { folder } = await filledFolder();
    const url = await server.database();
    await openNode(url);
    expect(await moved(folder, url, 1)).toMatchObject({ code: "target_holds_data" });
    const rehearsal = await server.emptyDatabase();
    expect(await moved(folder, rehearsal, 0, "--keep-source")).toMatchObject({ sourceKept: true });
    expect(await moved(folder, rehearsal, 1)).toMatchObject({ code: "target_holds_data" });
    const one = await openInstance({ folder, secrets: [testSecret] });
    await one.close();
  });

  test("K-5: with another master secret nothing is moved", async () => {
    const { folder } = await filledFolder();
    const url = await server.emptyDatabase();
    const one = startCountersign(["move", "--from", folder, "--to", url, "--json"], folder, {
      COUNTERSIGN_SECRET: "Xb81kQ0fUuZr5WmE3cTgV7yHn2LdPaSj",
    });
    expect(await one.ended("move")).toBe(3);
    expect(JSON.parse(one.stdout())).toMatchObject({ code: "secret_invalid" });
    await openNode(url);
  });
});

describe("a move that is killed", () => {
  test("R-20: leaves the folder as it was and the database closed, and goes on when it is run again", async () => {
    const folder = tempFolder();
    const made = await openInstance({ folder, secrets: [testSecret] });
    await made.close();
    const rows = 6_000;
    const now = systemClock().now();
    const source = await openSqliteStore({ folder, clock: systemClock() });
    for (let n = 0; n < rows; n += 500) {
      const some = Array.from({ length: 500 }, (_, index) => startedRows(n + index, now - (n % 7) * day));
      await put(source, some.flatMap(writesOf));
    }
    await source.close();
    const before = readFileSync(join(folder, "countersign.db"));
    const url = await server.database();
    const running = move(folder, url);
    const arrived = "select count(*)::int as n from recipients";
    for (let look = 0; look < 3_000; look++) {
      if (Number((await server.sql(arrived, url))[0]?.["n"]) > 0) break;
    }
    running.kill("SIGKILL");
    expect(await running.ended("move")).toBe(137);
    const there = Number((await server.sql(arrived, url))[0]?.["n"]);
    expect(there).toBeGreaterThan(0);
    expect(Number((await server.sql("select count(*)::int as n from api_keys", url))[0]?.["n"])).toBe(0);
    await expect(openNode(url)).rejects.toThrow(/not finished.*run the same/);
    expect(readFileSync(join(folder, "countersign.db")).equals(before)).toBe(true);

    // The folder is used again meanwhile: what changed and what went is changed and removed there, too.
    const again = await openSqliteStore({ folder, clock: systemClock() });
    const gone = startedRows(0, now);
    const changed = startedRows(1, now);
    await put(again, [
      { table: "recipient", id: gone.recipient.id, row: null },
      { table: "recipient", id: changed.recipient.id, row: { ...changed.recipient, lastSeenAt: now + 5 } },
    ]);
    await again.close();
    const answer = await moved(folder, url);
    expect(answer.tables.find((one) => one.table === "recipient")?.rows).toBe(rows - 1);
    expect(answer.tables.find((one) => one.table === "verification")?.rows).toBe(rows);
    const target = await openPostgresStore({ url });
    onTestFinished(() => target.close());
    expect((await target.get(key("recipient", changed.recipient.id)))?.lastSeenAt).toBe(now + 5);
    expect(await target.get(key("recipient", gone.recipient.id))).toBeUndefined();
    // Rows of the past lie in the partitions of their days.
    const misplaced = "select count(*)::int as n from verifications_default";
    expect(await server.sql(misplaced, url)).toEqual([{ n: 0 }]);
  });

  test("between the two marks neither side starts, and the next run finishes it", async () => {
    const { folder } = await filledFolder();
    const url = await server.emptyDatabase();
    const one = startCountersign(["move", "--from", folder, "--to", url], folder, {
      COUNTERSIGN_SECRET: testSecret.reveal(),
      NODE_OPTIONS: `--import ${join(import.meta.dirname, "..", "crash", "dying.ts")}`,
      TEST_DIES_AT: 'after "state":"left"',
    });
    expect(await one.ended("move"), one.stderr()).toBe(137);
    await expect(openInstance({ folder, secrets: [testSecret] })).rejects.toThrow(/was moved/);
    await expect(openNode(url)).rejects.toThrow(/not finished/);
    expect(await moved(folder, url)).toMatchObject({ moved: true });
    await openNode(url);
  });
});

test("what servers did after a move is never written over: not by a move after its undo, nor after one that was cut short", async () => {
  const { clock, folder } = await filledFolder();
  const url = await server.emptyDatabase();
  const source = await openSqliteStore({ folder, clock: systemClock() });
  const target = await openPostgresStore({ url });
  onTestFinished(async () => void (await Promise.all([source.close(), target.close()])));
  const now = (): string => new Date(clock.now()).toISOString();
  const again = () =>
    moveData({
      source,
      target,
      exclusively: (work) => target.exclusively(work),
      targetName: "there",
      now,
      keepsSource: false,
      onProgress: () => {},
    });
  await target.makeRoomSince(clock.now() - day);
  expect((await again()).type).toBe("moved");
  const node = await openNode(url, { clock });
  const later = await node.engine.start({ tenantId: node.tenant.id, to: "+14155550150" });
  await node.close();
  const newer = key("verification", later.verification?.id ?? "");
  const left = (await source.readMeta("move")) ?? "";

  const undone = await undoMove(source, { store: target, name: "there" }, now);
  expect(undone).toEqual({ type: "undone", from: "there", holdsMore: true });
  await expect(openNode(url, { clock })).rejects.toThrow(/taken back.*nowhere else/);
  expect(await again()).toEqual({ type: "targetHoldsData" });
  expect(await target.get(newer)).toBeDefined();

  // As if it had ended after the database's mark and before that of the folder: the way there is still open.
  await source.writeMeta("move", left);
  expect((await again()).type).toBe("movedBefore");
  await openNode(url, { clock });
  expect(await target.get(newer)).toBeDefined();
});

test.skipIf(!hasTerminals)(
  "shows its progress on a terminal, and nowhere else (needs script of util-linux)",
  async () => {
    const { folder } = await filledFolder();
    const environment = { COUNTERSIGN_SECRET: testSecret.reveal() };
    const args = ["move", "--from", folder, "--keep-source", "--to"];
    const watched = startOnTerminal([...args, await server.emptyDatabase()], folder, environment);
    expect(await watched.ended("move")).toBe(0);
    expect(watched.stdout()).toContain("\r\u001b[Krecipient: 4\r");
    const piped = startCountersign([...args, await server.emptyDatabase()], folder, environment);
    expect(await piped.ended("move")).toBe(0);
    expect(`${piped.stdout()}${piped.stderr()}`.includes("\r")).toBe(false);
    expect(piped.stdout()).toMatch(/^recipient +4 +[0-9a-f]{16}$/m);
  },
);

test("a move from a running server's folder says what to do", async () => {
  const { folder, clock } = await filledFolder();
  const running = await openInstance({ folder, clock, secrets: [testSecret] });
  const one = move(folder, await server.emptyDatabase());
  expect(await one.ended("move")).toBe(4);
  expect(one.stderr()).toMatch(/in use by process \d+\.\n.*\n.*Stop the server, run the same command again/);
  await running.close();
});
