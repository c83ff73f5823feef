import { systemClock } from "../../src/clock/index.ts";
import { moveData, openPostgresStore, openSqliteStore } from "../../src/store/index.ts";
import type { TestPostgres } from "../support/postgres.ts";

const templateName = "moved_copy";

/** Gives databases with the rows of the first folder in them, each a copy of one that it was moved to. */
export function movedCopies(postgres: TestPostgres): (folder: string) => Promise<string> {
  let isMade = false;
  return async (folder) => {
    const fresh = await postgres.database();
    const name = new URL(fresh).pathname.slice(1);
    if (!isMade) {
      isMade = true;
      await moveInto(folder, fresh);
      await postgres.sql(`create database ${templateName} template ${name} strategy wal_log`);
      return fresh;
    }
    await postgres.sql(`drop database ${name}`);
    await postgres.sql(`create database ${name} template ${templateName} strategy wal_log`);
    return fresh;
  };
}

async function moveInto(folder: string, url: string): Promise<void> {
  const source = await openSqliteStore({ folder, clock: systemClock() });
  const target = await openPostgresStore({ url });
  try {
    const { type } = await moveData({
      source,
      target,
      exclusively: (work) => target.exclusively(work),
      targetName: "a copy",
      now: () => new Date(systemClock().now()).toISOString(),
      keepsSource: true,
      onProgress: () => {},
    });
    if (type !== "moved") throw new Error(type);
  } finally {
    await source.close();
    await target.close();
  }
}
