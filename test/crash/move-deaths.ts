import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/clock/index.ts";
import { openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import {
  openPostgresStore,
  openSqliteStore,
  readMark,
  refuseMoved,
  type Store,
  tableOrder,
} from "../../src/store/index.ts";
import { digestOf } from "../../src/store/move/rows.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { type Process, startCountersign } from "../cli/process.ts";
import { type Filled, fillInstallation, pendingCode } from "../move/filled-installation.ts";
import { quickHashes, testSecret } from "../support/instance-values.ts";
import type { TestPostgres } from "../support/postgres.ts";

/** What is killed, and how it is gone on with. */
export const moveCases = [
  "move",
  "undo",
  "undo, with more in the database, undone again",
  "undo, with more in the database, moved again",
] as const;
export type MoveCase = (typeof moveCases)[number];

export interface MoveDeath {
  readonly what: MoveCase;
  /** At which of its writes the command dies, in turn: a second one is for the repeat. */
  readonly at: readonly string[];
}

/** Folders and databases as they are before each kind of command, of which every death gets a copy. */
export interface MoveScene {
  /** How many writes a command does that nobody kills. */
  readonly writes: Readonly<Record<"move" | "undo" | "undoOfMore", number>>;
  /** What is wrong after that death; empty where all is as promised. Says as well how many kills there were. */
  play(death: MoveDeath): Promise<{ readonly anomalies: readonly string[]; readonly kills: number }>;
}

/** How many writes the command of a case does that nobody kills. */
export function writesOf({ writes }: MoveScene, what: MoveCase): number {
  if (what === "move" || what === "undo") return writes[what];
  return writes.undoOfMore;
}

const preload = join(import.meta.dirname, "dying.ts");
const killedBy = 137;
const sideName = "side";
type Kept = "before" | "moved" | "more";

interface Side {
  readonly folder: string;
  readonly database: string;
}

/** Makes what moves, once, and what was moved already. `folder` is for all of it. */
export async function openMoveScene(postgres: TestPostgres, folder: string): Promise<MoveScene> {
  const scene = new Scene(postgres, folder);
  await scene.prepare();
  return scene;
}

class Scene implements MoveScene {
  readonly #postgres: TestPostgres;
  readonly #folder: string;
  readonly #clock: FakeClock = createFakeClock();
  readonly writes = { move: 0, undo: 0, undoOfMore: 0 };
  #filled: Filled | null = null;
  #digests = "";
  #made = 0;
  #laterId = "";
  #url = "";

  constructor(postgres: TestPostgres, folder: string) {
    this.#postgres = postgres;
    this.#folder = folder;
  }

  async prepare(): Promise<void> {
    this.#filled = await fillInstallation(this.#at("before"), this.#clock);
    const empty = new URL(await this.#postgres.database());
    await this.#postgres.sql(`alter database ${empty.pathname.slice(1)} rename to scene_before`);
    empty.pathname = `/${sideName}`;
    this.#url = empty.href;
    const moved = await this.#copy("before");
    this.#digests = await withFolder(moved.folder, digests);
    this.writes.move = await this.#counted(["move"], moved);
    await this.#keep(moved, "moved");
    const undone = await this.#copy("moved");
    this.writes.undo = await this.#counted(["move", "--undo"], undone);
    await this.#drop(undone);
    const more = await this.#copy("moved");
    await this.#useDatabase(more);
    await this.#keep(more, "more");
    const undoneMore = await this.#copy("more");
    this.writes.undoOfMore = await this.#counted(["move", "--undo"], undoneMore);
    await this.#drop(undoneMore);
  }

  async play({ what, at }: MoveDeath): Promise<{ anomalies: string[]; kills: number }> {
    const side = await this.#copy(what === "move" ? "before" : what === "undo" ? "moved" : "more");
    const anomalies: string[] = [];
    let kills = 0;
    const first = what === "move" ? ["move"] : ["move", "--undo"];
    const repeat = what === "move" || what.endsWith("moved again") ? ["move"] : ["move", "--undo"];
    for (const [index, point] of at.entries()) {
      const one = this.#run(index === 0 ? first : repeat, side, { TEST_DIES_AT: point });
      const exitCode = await one.ended(what);
      if (exitCode === killedBy) kills += 1;
      else if (!this.#isEnd(what, exitCode, one.stdout()))
        anomalies.push(`exit ${exitCode}: ${one.stdout()}`);
      anomalies.push(...(await this.#bothStart(side)));
    }
    const last = this.#run(repeat, side, {});
    const exitCode = await last.ended(what);
    if (!this.#isEnd(what, exitCode, last.stdout())) {
      anomalies.push(`repeated, exit ${exitCode}: ${last.stdout()}${last.stderr()}`);
    }
    anomalies.push(...(await this.#isWhole(what, side, last.stdout())));
    await this.#drop(side);
    return { anomalies: anomalies.map((text) => `${what}, ${at.join(", then ")}: ${text}`), kills };
  }

  #isEnd(what: MoveCase, exitCode: number, stdout: string): boolean {
    if (exitCode === 0) return true;
    const { code } = JSON.parse(stdout) as { code: string };
    // It was done before it was killed, and says so.
    if (what === "move") return false;
    return code === (what.endsWith("moved again") ? "target_holds_data" : "not_moved");
  }

  /** At no moment may servers start on both. */
  async #bothStart(side: Side): Promise<string[]> {
    const opens = async (store: Store): Promise<boolean> => {
      const isFilled = (await store.tenants()).length > 0;
      return (
        isFilled &&
        (await refuseMoved(store, "it").then(
          () => true,
          () => false,
        ))
      );
    };
    const folder = await withFolder(side.folder, opens);
    const database = await withDatabase(side.database, opens);
    return folder && database ? ["servers start on both sides"] : [];
  }

  /** All that was there is where servers start now, as it was, and its code is right. */
  async #isWhole(what: MoveCase, side: Side, stdout: string): Promise<string[]> {
    const wrong = await this.#bothStart(side);
    const isThere =
      what === "move" || (what.endsWith("moved again") && !stdout.includes("target_holds_data"));
    const isMore = what.includes("more in the database");
    const folder = await withFolder(side.folder, digests);
    if (folder !== this.#digests) wrong.push("the folder holds something else than before");
    if (!isMore) {
      const database = await withDatabase(side.database, digests);
      if (database !== this.#digests) wrong.push("the database holds something else than the folder");
    }
    const mark = await withDatabase(side.database, readMark);
    const expected = isThere ? "arrived" : isMore ? "closed" : "arriving";
    if (mark?.state !== expected) wrong.push(`the database is ${mark?.state}, not ${expected}`);
    if (isMore && (await this.#later(side)) === 0) wrong.push("what servers did there is gone");
    wrong.push(...(await this.#works(isThere ? side.database : null, side.folder)));
    return wrong;
  }

  async #later({ database }: Side): Promise<number> {
    const found = `select count(*)::int as n from verifications where id = '${this.#laterId}'`;
    return Number((await this.#postgres.sql(found, database))[0]?.["n"]);
  }

  async #works(database: string | null, folder: string): Promise<string[]> {
    const { tenantId, pendingId: id } = this.#filled as Filled;
    const one = await this.#open(database, folder);
    try {
      const { outcome } = await one.engine.check({ tenantId, id, code: pendingCode });
      return outcome === "approved" ? [] : [`the pending code is answered ${outcome}`];
    } finally {
      await one.close();
    }
  }

  #open(database: string | null, folder: string) {
    const databaseUrl = database === null ? {} : { databaseUrl: new Secret(database) };
    const elsewhere = database === null ? folder : mkdtempSync(join(this.#folder, "node-"));
    const common = { secrets: [testSecret], clock: this.#clock, hashCost: quickHashes };
    return openInstance({ folder: elsewhere, ...common, ...databaseUrl });
  }

  async #useDatabase({ database, folder }: Side): Promise<void> {
    const one = await this.#open(database, folder);
    const result = await one.engine.start({ tenantId: one.tenant.id, to: "+14155550150" });
    this.#laterId = result.verification?.id ?? "";
    await one.close();
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }

  /** Always under one name: that of the database is written in the folder that was moved there. */
  async #copy(name: Kept): Promise<Side> {
    this.#made += 1;
    const folder = this.#at(`copy-${this.#made}`);
    cpSync(this.#at(name), folder, { recursive: true });
    await this.#postgres.sql(`create database ${sideName} template scene_${name} strategy wal_log`);
    return { folder, database: this.#url };
  }

  async #drop({ folder }: Side): Promise<void> {
    rmSync(folder, { recursive: true });
    await this.#postgres.sql(`drop database ${sideName} with (force)`);
  }

  /** What a side is now is what others begin with. */
  async #keep({ folder }: Side, name: Kept): Promise<void> {
    cpSync(folder, this.#at(name), { recursive: true });
    await this.#postgres.sql(`alter database ${sideName} rename to scene_${name}`);
  }

  async #counted(command: readonly string[], side: Side): Promise<number> {
    const report = this.#at("writes");
    const one = this.#run(command, side, { TEST_WRITES_TO: report });
    const exitCode = await one.ended("a calm run");
    if (exitCode !== 0) throw new Error(one.stdout() + one.stderr());
    return Number(readFileSync(report, "utf8"));
  }

  #run(command: readonly string[], side: Side, environment: Readonly<Record<string, string>>): Process {
    const args = [...command, "--from", side.folder, "--to", side.database, "--json"];
    const one = startCountersign(args, side.folder, {
      COUNTERSIGN_SECRET: testSecret.reveal(),
      NODE_OPTIONS: `--import ${preload}`,
      ...environment,
    });
    one.endInput();
    return one;
  }
}

async function digests(store: Store): Promise<string> {
  const all: string[] = [];
  for (const table of tableOrder) all.push((await digestOf(store, table)).digest);
  return all.join(" ");
}

async function withFolder<R>(folder: string, work: (store: Store) => Promise<R>): Promise<R> {
  return await using(await openSqliteStore({ folder, clock: systemClock() }), work);
}

async function withDatabase<R>(url: string, work: (store: Store) => Promise<R>): Promise<R> {
  return await using(await openPostgresStore({ url }), work);
}

async function using<R>(store: Store, work: (store: Store) => Promise<R>): Promise<R> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
