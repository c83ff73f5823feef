import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { openSqliteStore } from "../../src/store/index.ts";
import {
  createFakeClock,
  type OpenedStore,
  type OpenOptions,
  storeConformance,
} from "../../src/testing/index.ts";
import { tempFolder } from "./temp-folder.ts";

for (const [name, journaledMin] of [
  ["SQLite", 16],
  ["SQLite, every batch through the journal", 1],
] as const) {
  storeConformance({ describe, test }, name, (options) => opened({ ...options, journaledMin }));
}

async function opened(options: OpenOptions & { readonly journaledMin: number }): Promise<OpenedStore> {
  const clock = createFakeClock();
  const folder = tempFolder();
  const open = (at: string) =>
    openSqliteStore({ folder: at, clock, lockWaitMs: 0, freezeRows: true, ...options });
  const store = await open(folder);
  return {
    store,
    reopen: async () => {
      await store.close();
      return await open(folder);
    },
    openBackup: async (path) => {
      const restored = join(folder, "restored");
      mkdirSync(restored);
      copyFileSync(path, join(restored, "countersign.db"));
      return await open(restored);
    },
  };
}
