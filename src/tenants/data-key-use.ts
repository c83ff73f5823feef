import { type Store, worksFromName } from "../store/index.ts";

const usedName = "data_keys";
/** The migration that brought the tables of data keys: no program that knows fewer can read what they sealed. */
const neededSchema = 8;

/** Whether this installation seals with data keys: a new one does, an older one from its first rotation on. */
export async function usesDataKeys(store: Store): Promise<boolean> {
  return (await store.readMeta(usedName)) !== undefined;
}

/**
 * From now on. Programs of before cannot read what a data key sealed, and are refused at their start; those that run
 * should be gone.
 */
export async function useDataKeys(store: Store): Promise<void> {
  const worksFrom = Number((await store.readMeta(worksFromName)) ?? "0");
  if (worksFrom < neededSchema) await store.writeMeta(worksFromName, String(neededSchema));
  if (!(await usesDataKeys(store))) await store.writeMeta(usedName, "1");
}
