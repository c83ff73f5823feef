import { rewrapped, SealBroken, seal, sealKeyId } from "../../secrets/index.ts";
import { key, rowId, type TableName, type Tables, type Write } from "../../store/index.ts";
import type { Rotation } from "../../tenants/index.ts";
import { type DataKeys, type RotatedTable, useNewDataKey } from "../../tenants/index.ts";
import type { EngineParts } from "../parts.ts";
import { isUnderDataKey, type SealedValue, sealsOf, withSeals } from "./seals.ts";

/** What was done with rows. */
export interface Resealed {
  readonly sealed: number;
  readonly broken: number;
}

type Row = Tables[RotatedTable];

/** Brings what one row holds to the current keys, in an update of that row alone. */
export async function reseal(
  parts: EngineParts,
  rotation: Rotation,
  table: RotatedTable,
  row: Row,
): Promise<Resealed> {
  switch (table) {
    case "tenant":
      return { sealed: await giveDataKey(parts, rotation, row.id), broken: 0 };
    case "dataKeys":
      return await rewrapAll(parts, rotation, row as DataKeys);
    case "subscriber":
    case "endpoint":
    case "message":
    case "event":
    case "recipient":
      return await resealRow(parts, table, row);
    default:
      return table satisfies never;
  }
}

/** A new key for a tenant that has none, or whose key is to be replaced and is older than the rotation. */
async function giveDataKey(parts: EngineParts, rotation: Rotation, tenantId: string): Promise<number> {
  const { startedAt, replacesDataKeys, tenantId: asked } = rotation;
  const isReplaced = replacesDataKeys && (asked === null || asked === tenantId);
  return await useNewDataKey(parts, tenantId, isReplaced ? startedAt : null);
}

/** A new key beside them where it is their turn, also for whoever has data keys and is no tenant. */
async function rewrapAll(parts: EngineParts, rotation: Rotation, { id }: DataKeys): Promise<Resealed> {
  const made = await giveDataKey(parts, rotation, id);
  const row = await parts.store.get(key("dataKeys", id));
  if (row === undefined) return { sealed: made, broken: 0 };
  const { sealed, broken } = await rewrap(parts, row);
  return { sealed: made + sealed, broken };
}

/** The same keys, wrapped under the current master secret. */
async function rewrap(parts: EngineParts, { id, keys }: DataKeys): Promise<Resealed> {
  const { keyring, random } = parts;
  const replaced = new Map<string, string>();
  let broken = 0;
  for (const one of keys) {
    if (sealKeyId(one.wrapped) === keyring.currentId) continue;
    try {
      replaced.set(one.wrapped, rewrapped(keyring, random, id, one));
    } catch (cause) {
      if (!(cause instanceof SealBroken)) throw cause;
      broken += 1;
    }
  }
  return { sealed: await replace(parts, "dataKeys", id, replaced), broken };
}

async function resealRow(parts: EngineParts, table: RotatedTable, row: Row): Promise<Resealed> {
  const replaced = new Map<string, string>();
  let broken = 0;
  for (const value of sealsOf(table, row as never)) {
    try {
      if (await isCurrent(parts, value)) continue;
      replaced.set(value.sealed, await sealedAnew(parts, value));
    } catch (cause) {
      // It stays as it is: whoever can repair it needs it.
      if (!(cause instanceof SealBroken)) throw cause;
      broken += 1;
    }
  }
  return { sealed: await replace(parts, table, rowId(table, row), replaced), broken };
}

async function isCurrent(parts: EngineParts, { context, sealed }: SealedValue): Promise<boolean> {
  const wanted = isUnderDataKey(context)
    ? await parts.dataKeyring.currentId(context.tenant)
    : parts.keyring.currentId;
  return sealKeyId(sealed) === wanted;
}

async function sealedAnew(parts: EngineParts, { context, sealed }: SealedValue): Promise<string> {
  const plaintext = await parts.dataKeyring.open(context, sealed);
  return isUnderDataKey(context)
    ? await parts.dataKeyring.seal(context, plaintext)
    : seal(parts.keyring, parts.random, context, plaintext);
}

/** Under the lock of the row, only what still is what was read: of changes meanwhile none is lost (house rule 4). */
async function replace<T extends TableName>(
  { store }: EngineParts,
  table: T,
  id: string,
  replaced: ReadonlyMap<string, string>,
): Promise<number> {
  if (replaced.size === 0) return 0;
  const rowKey = key(table, id);
  return await store.update<number>([rowKey], (rows) => {
    const current = rows.get(rowKey);
    const next = current === undefined ? undefined : withSeals(current, replaced);
    if (next === undefined || next === current) return { writes: [], result: 0 };
    return { writes: [{ table, id, row: next } as unknown as Write], result: replaced.size };
  });
}
