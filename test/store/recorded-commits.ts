import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../../src/store/index.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { GroupCommit } from "../../src/store/sqlite/group-commit.ts";
import { Journal } from "../../src/store/sqlite/journal.ts";
import type { Sync } from "../../src/store/sqlite/log-sync.ts";
import { prepareTables } from "../../src/store/sqlite/tables.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { tempFolder } from "./temp-folder.ts";

export interface Opened {
  readonly clock: FakeClock;
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly commits: GroupCommit;
  /** Statements that ran, of those that begin or end a transaction. */
  readonly transactions: string[];
  readonly store: Store;
}

export interface CommitOptions {
  readonly sync?: Sync;
  readonly defer?: (turn: () => void) => void;
  /** Without it rows go straight into their tables. */
  readonly journaledMin?: number;
}

/** The writer on a database whose transactions are recorded. */
export function openCommits(
  batchMax: number,
  {
    sync = (done) => void setImmediate(done, null),
    defer,
    journaledMin = Number.POSITIVE_INFINITY,
  }: CommitOptions = {},
): Opened {
  const clock = createFakeClock();
  const database = openDatabase(join(tempFolder(), "test.db"));
  const transactions: string[] = [];
  const recorded = new Proxy(database, {
    get(target, name) {
      if (name !== "exec") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (text: string) => {
        transactions.push(text);
        target.exec(text);
      };
    },
  });
  const journal = new Journal(recorded, prepareTables(database), journaledMin);
  const commits = new GroupCommit({
    database: recorded,
    journal,
    clock,
    batchMax,
    queueMax: 1_000,
    sync,
    freezeRows: true,
    ...(defer === undefined ? {} : { defer }),
  });
  // Only `update` and `get` are used here.
  const store = {
    update: commits.update.bind(commits),
    get: async (one: Parameters<Store["get"]>[0]) => commits.read(one),
  } as unknown as Store;
  return { clock, database, journal, commits, transactions, store };
}
