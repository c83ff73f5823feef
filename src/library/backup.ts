import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { EngineParts } from "../engine/index.ts";

/** @throws TypeError where there is no data folder, or something has that name already */
export async function backUp(
  { store, dataFolder }: Pick<EngineParts, "store" | "dataFolder">,
  to: string,
): Promise<void> {
  if (dataFolder === undefined) {
    throw new TypeError("backup: there is no data folder; back the database up with its own tools");
  }
  // As it is now: the application may change its working directory.
  const path = resolve(to);
  if (existsSync(path)) throw new TypeError(`backup: ${path} exists already`);
  await store.backup(path);
}
