import { everyRow, key, type Rows } from "../../store/index.ts";
import { type Rotation, rotatedTables, rotationId } from "../../tenants/index.ts";
import type { EngineParts } from "../parts.ts";
import { rewrapLastingKeys } from "./lasting-keys.ts";
import { isReplaced, tellReplaced, usedSecrets } from "./replaced.ts";
import { reseal } from "./reseal.ts";

/** What a start of a rotation is asked for. */
export interface RotationRequest {
  /** Whose data key is replaced; null for all tenants. */
  readonly tenantId: string | null;
  /** False only wraps data keys again, and seals anew what is under a former master secret. */
  readonly replacesDataKeys: boolean;
}

/** What a look at the rotation did. */
export type Step =
  /** There is none, or it is another node's. */
  | { readonly type: "idle" }
  | { readonly type: "worked" }
  /** Until requests are over that sealed with a former key. */
  | { readonly type: "waiting" };

const pageRows = 200;
/** Twice as long as any request takes from its seal to its write. */
const graceMsUsual = 60_000;
/** A node that was killed holds a rotation up for a quarter of a minute; two that work on one page do no harm. */
const leasesInGrace = 4;
const rowKey = key("rotation", rotationId);

/** The row of a new rotation; null where one is under way that this node can go on with. */
export function newRotation(
  rows: Rows,
  { keyring }: EngineParts,
  request: RotationRequest,
  now: number,
): Rotation | null {
  const under = rows.get(rowKey);
  if (under !== undefined && under.place !== null && under.keyId === keyring.currentId) return null;
  return {
    id: rotationId,
    startedAt: now,
    ...request,
    keyId: keyring.currentId,
    pass: 1,
    passFrom: now,
    place: first,
    looked: 0,
    sealed: 0,
    sealedInPass: 0,
    broken: 0,
    finishedAt: null,
    worker: null,
    leaseUntil: 0,
  };
}

const first: Rotation["place"] = { table: rotatedTables[0], after: null };

/** One page of the rotation that is under way: claimed, worked on, and written down where it goes on. */
export async function stepRotation(parts: EngineParts, worker: string): Promise<Step> {
  const known = await parts.store.get(rowKey);
  if (known === undefined) return { type: "idle" };
  await follow(parts, known);
  const { keyring } = parts;
  const isOurs = known.keyId === keyring.currentId && keyring.key("sealing") !== undefined;
  if (known.place === null || !isOurs) return { type: "idle" };
  const claimed = await claim(parts, worker);
  if (claimed === null) return { type: "idle" };
  const { rotation, now } = claimed;
  if (now < rotation.passFrom) return { type: "waiting" };
  const { table, after } = rotation.place as NonNullable<Rotation["place"]>;
  const page = await parts.store.scan(table, after, pageRows);
  const done = await Promise.all(page.map((row) => reseal(parts, rotation, table, row)));
  const sum = (of: "sealed" | "broken"): number => done.reduce((all, one) => all + one[of], 0);
  const at = page.length < pageRows ? null : (page.at(-1)?.id ?? null);
  const worked = { looked: page.length, sealed: sum("sealed"), broken: sum("broken") };
  const isOver = await writeProgress(parts, rotation, worked, at);
  if (!isOver) return { type: "worked" };
  if (rotation.broken + worked.broken === 0) await dropFormerKeys(parts, rotation);
  await rewrapLastingKeys(parts);
  await finish(parts, rotation);
  return { type: "worked" };
}

/**
 * A node whose secret is being replaced seals with the new one from here on (K-4). It looks once a second, and what it
 * sealed before is written long before the last pass begins. Had it stood still for too long for that, there is one more.
 */
async function follow(parts: EngineParts, known: Rotation): Promise<void> {
  const { store, keyring, log, rotationGraceMs = graceMsUsual } = parts;
  if (known.keyId === keyring.currentId) return;
  if (!isReplaced((await usedSecrets(store)) ?? [], keyring.currentId, known)) return;
  await store.update([rowKey], (rows, now) => {
    const row = rows.get(rowKey);
    const isInTime = row === undefined || now < row.startedAt + rotationGraceMs / 2;
    if (isInTime || row.keyId !== known.keyId) return { writes: [], result: undefined };
    const further: Rotation = { ...again(row, now + rotationGraceMs), finishedAt: null };
    return { writes: [{ table: "rotation", id: rotationId, row: further }], result: undefined };
  });
  keyring.use(known.keyId);
  tellReplaced(log, keyring);
}

async function claim(
  { store, rotationGraceMs = graceMsUsual }: EngineParts,
  worker: string,
): Promise<{ readonly rotation: Rotation; readonly now: number } | null> {
  return await store.update([rowKey], (rows, now) => {
    const row = rows.get(rowKey);
    const isTaken = row?.worker !== worker && now < (row?.leaseUntil ?? 0) && store.isExclusive !== true;
    if (row === undefined || row.place === null || isTaken) return { writes: [], result: null };
    const rotation: Rotation = { ...row, worker, leaseUntil: now + rotationGraceMs / leasesInGrace };
    const writes = [{ table: "rotation", id: rotationId, row: rotation }] as const;
    return { writes, result: { rotation, now } };
  });
}

interface Worked {
  readonly looked: number;
  readonly sealed: number;
  readonly broken: number;
}

/**
 * Writes where it goes on, unless another node took over: that one does the page again, and finds it done. True at the
 * end of a pass that found nothing and began after all requests of before were over.
 */
async function writeProgress(
  { store, rotationGraceMs = graceMsUsual }: EngineParts,
  claimed: Rotation,
  worked: Worked,
  after: string | null,
): Promise<boolean> {
  return await store.update<boolean>([rowKey], (rows) => {
    const row = rows.get(rowKey);
    if (!isClaimed(row, claimed)) return { writes: [], result: false };
    const counted: Rotation = {
      ...row,
      looked: row.looked + worked.looked,
      sealed: row.sealed + worked.sealed,
      sealedInPass: row.sealedInPass + worked.sealed,
      broken: row.broken + worked.broken,
    };
    const place = nextPlace(claimed.place as NonNullable<Rotation["place"]>, after);
    const graceUntil = row.startedAt + rotationGraceMs;
    const isOver = place === null && counted.sealedInPass === 0 && row.passFrom >= graceUntil;
    const next =
      place !== null || isOver ? { ...counted, place: place ?? row.place } : again(counted, graceUntil);
    return { writes: [{ table: "rotation", id: rotationId, row: next }], result: isOver };
  });
}

function nextPlace({ table }: NonNullable<Rotation["place"]>, after: string | null): Rotation["place"] {
  if (after !== null) return { table, after };
  const next = rotatedTables[rotatedTables.indexOf(table) + 1];
  return next === undefined ? null : { table: next, after: null };
}

function again(row: Rotation, passFrom: number): Rotation {
  return { ...row, pass: row.pass + 1, passFrom, place: first, sealedInPass: 0, broken: 0 };
}

/** Whether a node is still the one that works on it: one that stood still must not end what others go on with. */
function isClaimed(row: Rotation | undefined, claimed: Rotation): row is Rotation {
  return (
    row?.worker === claimed.worker &&
    row.startedAt === claimed.startedAt &&
    row.pass === claimed.pass &&
    row.place !== null
  );
}

/** Nothing is sealed with them any more, and nothing will be. Under the lock of the rotation, each tenant's again. */
async function dropFormerKeys({ store }: EngineParts, claimed: Rotation): Promise<void> {
  for await (const { id, keys } of everyRow(store, "dataKeys")) {
    const dataKeys = key("dataKeys", id);
    if (keys.length < 2) continue;
    await store.update([dataKeys, rowKey], (rows) => {
      const row = rows.get(dataKeys);
      // One that was made meanwhile is not known here: then they all stay.
      const isAsFound = row !== undefined && row.keys[0]?.id === keys[0]?.id;
      if (!isAsFound || !isClaimed(rows.get(rowKey), claimed)) return { writes: [], result: undefined };
      const kept = { ...row, keys: row.keys.slice(0, 1) };
      return { writes: [{ table: "dataKeys", id, row: kept }], result: undefined };
    });
  }
}

async function finish({ store, log }: EngineParts, claimed: Rotation): Promise<void> {
  const done = await store.update<Rotation | null>([rowKey], (rows, now) => {
    const row = rows.get(rowKey);
    if (!isClaimed(row, claimed)) return { writes: [], result: null };
    const finished: Rotation = { ...row, place: null, finishedAt: now, worker: null, leaseUntil: 0 };
    return { writes: [{ table: "rotation", id: rotationId, row: finished }], result: finished };
  });
  if (done === null) return;
  const { sealed, broken, pass } = done;
  log.info(
    { event: "rotation", sealed, broken, pass },
    "everything that is sealed is under the current keys",
  );
}
