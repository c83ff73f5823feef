import { createHash } from "node:crypto";
import { StorageUnavailable } from "../errors.ts";
import { worksFromName } from "../migrations.ts";
import { type Store, type TableName, tableOrder } from "../port.ts";
import { type MoveMark, readMark, writeMark } from "./mark.ts";
import { copyRows, digestOf } from "./rows.ts";

/** The end of a move that cannot be: nothing was changed. */
export type MoveRefusal =
  | { readonly type: "nothingToMove" }
  | { readonly type: "targetHoldsData" }
  | { readonly type: "movedElsewhere"; readonly to: string; readonly at: string };

export interface MovedTable {
  readonly table: TableName;
  readonly rows: number;
  readonly digest: string;
}

export type MoveResult =
  | { readonly type: "moved" | "movedBefore"; readonly tables: readonly MovedTable[] }
  | MoveRefusal;

export interface MoveOptions {
  /** Nobody else works on it meanwhile. */
  readonly source: Store;
  readonly target: Store;
  /** Runs `work` while nobody else prepares the target. */
  readonly exclusively: <R>(work: () => Promise<R>) => Promise<R>;
  /** The target in words, without its password. */
  readonly targetName: string;
  /** RFC 3339. */
  readonly now: () => string;
  /** Leaves the source as it is, for a rehearsal. */
  readonly keepsSource: boolean;
  readonly onProgress: (table: TableName, rows: number) => void;
}

/** Of this place alone: positions of jobs, the mark itself, and the schema's number. */
const ownMetas: ReadonlySet<string> = new Set([
  "probe",
  "opened",
  "purge_recipients_after",
  "move",
  worksFromName,
]);

/**
 * Moves everything of an installation but its master secret, as it is: sealed under the same keys. Until the end the
 * target is marked as unfinished, so that nothing starts on it, and the source is only read. Cut short, the same move
 * goes on. At the end both sides are read again and compared; then the source is marked as left, and after that the
 * target as arrived: at no moment may both be started on.
 * @throws StorageUnavailable
 */
export async function moveData(options: MoveOptions): Promise<MoveResult> {
  const { source, target } = options;
  const identity = await identityOf(source);
  if (identity === null) return { type: "nothingToMove" };
  const left = await readMark(source);
  if (left?.state === "left" && left.to !== options.targetName) {
    return { type: "movedElsewhere", to: left.to, at: left.at };
  }
  const begun = await options.exclusively(() => begin(target, identity, left !== null, options.now));
  if (begun !== "begun")
    return begun === "done" ? { type: "movedBefore", tables: [] } : { type: "targetHoldsData" };
  await copyMetas(source, target);
  for (const table of tableOrder) {
    await copyRows(source, target, table, (rows) => options.onProgress(table, rows));
  }
  const tables = await audit(source, target);
  const at = options.now();
  if (!options.keepsSource) await writeMark(source, { state: "left", to: options.targetName, at });
  await writeMark(target, { state: "arrived", source: identity, at });
  return { type: "moved", tables };
}

/** Marks the target, unless it holds something that is not of this move. */
async function begin(
  target: Store,
  source: string,
  hasLeft: boolean,
  now: () => string,
): Promise<"begun" | "done" | "holdsData"> {
  const mark: MoveMark | null = await readMark(target);
  if (mark?.state === "closed" && mark.source === source && hasLeft) {
    // Taking the move back was cut short before the folder was opened: the database is still the newer of the two.
    await writeMark(target, { state: "arrived", source, at: now() });
    return "done";
  }
  if (mark?.state === "arrived" && mark.source === source && hasLeft) return "done";
  const isSame = mark?.state === "arriving" && mark.source === source;
  if (!isSame && !(await isEmpty(target))) return "holdsData";
  await writeMark(target, { state: "arriving", source });
  return "begun";
}

async function isEmpty(store: Store): Promise<boolean> {
  for (const table of tableOrder) if ((await store.scan(table, null, 1)).length > 0) return false;
  return (await store.readMeta("secret_ids")) === undefined && (await readMark(store)) === null;
}

/** The same for every state of one installation, and for no other; null for one that was never started. */
async function identityOf(store: Store): Promise<string | null> {
  const [tenant] = await store.scan("tenant", null, 1);
  if (tenant === undefined) return null;
  const secrets = (await store.readMeta("secret_ids")) ?? "";
  const firstTenant = (await store.readMeta("first_tenant")) ?? tenant.id;
  return createHash("sha256")
    .update(`${firstTenant}\n${secrets.split(",")[0]}`)
    .digest("hex")
    .slice(0, 32);
}

async function copyMetas(source: Store, target: Store): Promise<void> {
  const there = await target.metas();
  for (const [name, value] of await source.metas()) {
    if (!ownMetas.has(name) && there.get(name) !== value) await target.writeMeta(name, value);
  }
}

/** @throws StorageUnavailable when the two sides do not say the same */
async function audit(source: Store, target: Store): Promise<readonly MovedTable[]> {
  const tables: MovedTable[] = [];
  for (const table of tableOrder) {
    const [here, there] = await Promise.all([digestOf(source, table), digestOf(target, table)]);
    if (here.rows !== there.rows || here.digest !== there.digest) {
      throw new StorageUnavailable(
        `the audit of the move fails: ${table} has ${here.rows} rows here and ${there.rows} there (digests ${here.digest} and ${there.digest})`,
      );
    }
    tables.push({ table, ...here });
  }
  return tables;
}

export type UndoResult =
  | { readonly type: "undone"; readonly from: string; readonly holdsMore: boolean }
  | { readonly type: "notMoved" }
  | { readonly type: "otherTarget"; readonly to: string };

/**
 * Opens the source again, and closes the target to servers where one is given. What happened there stays there: a later
 * move into a target that holds anything of its own is refused, since it would remove it.
 * @throws StorageUnavailable
 */
export async function undoMove(
  source: Store,
  target: { readonly store: Store; readonly name: string } | null,
  now: () => string,
): Promise<UndoResult> {
  const mark = await readMark(source);
  if (mark?.state !== "left") return { type: "notMoved" };
  let holdsMore = false;
  if (target !== null) {
    if (target.name !== mark.to) return { type: "otherTarget", to: mark.to };
    const identity = await identityOf(source);
    holdsMore = !(await sayTheSame(source, target.store));
    if (identity !== null) {
      const closed: MoveMark = { state: "closed", source: identity, at: now() };
      await writeMark(target.store, holdsMore ? closed : { state: "arriving", source: identity });
    }
  }
  await writeMark(source, null);
  return { type: "undone", from: mark.to, holdsMore };
}

async function sayTheSame(one: Store, other: Store): Promise<boolean> {
  for (const table of tableOrder) {
    const [here, there] = await Promise.all([digestOf(one, table), digestOf(other, table)]);
    if (here.digest !== there.digest) return false;
  }
  return true;
}
