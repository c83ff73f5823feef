import type { Random } from "../clock/index.ts";
import {
  dataKeyId,
  type Keyring,
  newDataKey,
  open,
  openUnder,
  SealBroken,
  type SealContext,
  type SealKey,
  seal,
  sealUnder,
  unwrapDataKey,
} from "../secrets/index.ts";
import { key, type Store } from "../store/index.ts";
import type { DataKeys } from "./data-key-records.ts";
import { usesDataKeys } from "./data-key-use.ts";

/** Seals what a tenant keeps for years, under a key of its own (K-3). */
export interface DataKeyring {
  /**
   * Under the tenant's data key, which is made with its first value; under the master secret in an installation that
   * has none yet.
   */
  seal(context: SealContext, plaintext: string): Promise<string>;
  /** Id of the key that `seal` uses for a tenant now. */
  currentId(tenantId: string): Promise<string>;
  /** @throws SealBroken when it was moved or changed, or its key is gone: told to the operator here, once. */
  open(context: SealContext, sealed: string): Promise<string>;
  /** Tells the operator, once, of a value that does not open, whatever it was sealed with. */
  tell(context: SealContext, cause: SealBroken): void;
}

export interface DataKeyringParts {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly log: { error(fields: Readonly<Record<string, unknown>>, message: string): void };
  readonly meter: { count(name: string, labels?: Readonly<Record<string, string>>): void };
}

/** Keys in memory, and broken values that were told of: both are forgotten together when there are too many. */
const keysMax = 1_024;
const toldMax = 1_024;

export function createDataKeyring(parts: DataKeyringParts): DataKeyring {
  const { store, keyring, random, log, meter } = parts;
  const unwrapped = new Map<string, SealKey>();
  const told = new Set<string>();
  let isUsed = false;

  function known(row: DataKeys | undefined, id: string): SealKey | undefined {
    const found = unwrapped.get(`${row?.id}/${id}`);
    if (found !== undefined) return found;
    const wrapped = row?.keys.find((one) => one.id === id);
    return row === undefined || wrapped === undefined
      ? undefined
      : remember(row.id, unwrapDataKey(keyring, row.id, wrapped));
  }

  function remember(tenantId: string, one: SealKey): SealKey {
    if (unwrapped.size >= keysMax) unwrapped.clear();
    unwrapped.set(`${tenantId}/${one.id}`, one);
    return one;
  }

  async function currentKey(tenantId: string): Promise<SealKey | null> {
    isUsed ||= await usesDataKeys(store);
    if (!isUsed) return null;
    const row = await firstOf(parts, tenantId);
    return known(row, row.keys[0]?.id ?? "") ?? null;
  }

  async function openWith(context: SealContext, sealed: string, id: string): Promise<string> {
    const found = unwrapped.get(`${context.tenant}/${id}`);
    if (found !== undefined) return openUnder(found.key, context, sealed);
    const row = await store.get(key("dataKeys", context.tenant));
    return openUnder(known(row, id)?.key, context, sealed);
  }

  /** Fails closed, and rings once: whoever asks again and again makes no noise. */
  function tell({ table, column, row, tenant }: SealContext, cause: SealBroken): void {
    const name = `${table}.${column}/${row}`;
    if (told.has(name)) return;
    if (told.size >= toldMax) told.clear();
    told.add(name);
    meter.count("seals_broken", { value: `${table}.${column}` });
    log.error(
      { event: "seal_broken", value: `${table}.${column}`, row, tenant, error: cause.message },
      "a sealed value does not open: it was changed or moved, or its key is gone",
    );
  }

  return {
    tell,
    async seal(context, plaintext) {
      const current = await currentKey(context.tenant);
      return current === null
        ? seal(keyring, random, context, plaintext)
        : sealUnder(current, random, context, plaintext);
    },
    currentId: async (tenantId) => (await currentKey(tenantId))?.id ?? keyring.currentId,
    async open(context, sealed) {
      try {
        const id = dataKeyId(sealed);
        return id === null ? open(keyring, context, sealed) : await openWith(context, sealed, id);
      } catch (cause) {
        if (cause instanceof SealBroken) tell(context, cause);
        throw cause;
      }
    },
  };
}

/** Made under the lock of its row: two nodes that seal a tenant's first values at once use one key. */
async function firstOf(parts: NewKeyParts, tenantId: string): Promise<DataKeys> {
  return (await addKey(parts, tenantId, () => false)).row;
}

type NewKeyParts = Pick<DataKeyringParts, "store" | "keyring" | "random">;

/** Former keys are dropped with the rotation that replaced them; only what is broken keeps them for longer. */
const keysOfTenantMax = 8;

/** Makes a tenant's first key, or the one of the rotation that began at `rotationAt`, once; how many it made. */
export async function useNewDataKey(
  parts: NewKeyParts,
  tenantId: string,
  rotationAt: number | null,
): Promise<0 | 1> {
  const isOld = ({ keys: [current, ...others] }: DataKeys): boolean =>
    rotationAt !== null &&
    current?.rotationAt !== rotationAt &&
    (current?.createdAt ?? 0) <= rotationAt &&
    others.length + 1 < keysOfTenantMax;
  return (await addKey(parts, tenantId, isOld, rotationAt)).added;
}

async function addKey(
  { store, keyring, random }: NewKeyParts,
  tenantId: string,
  isOld: (row: DataKeys) => boolean,
  rotationAt: number | null = null,
): Promise<{ readonly row: DataKeys; readonly added: 0 | 1 }> {
  const rowKey = key("dataKeys", tenantId);
  const known = await store.get(rowKey);
  if (known !== undefined && !isOld(known)) return { row: known, added: 0 };
  const made = newDataKey(keyring, random, tenantId);
  return await store.update<{ row: DataKeys; added: 0 | 1 }>([rowKey], (rows, now) => {
    const there = rows.get(rowKey);
    if (there !== undefined && !isOld(there)) return { writes: [], result: { row: there, added: 0 } };
    const current = { ...made, createdAt: now, ...(rotationAt === null ? {} : { rotationAt }) };
    const row: DataKeys = { id: tenantId, keys: [current, ...(there?.keys ?? [])] };
    return { writes: [{ table: "dataKeys", id: tenantId, row }], result: { row, added: 1 } };
  });
}
