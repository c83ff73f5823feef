import { uuidv7Floor } from "../../clock/index.ts";
import { isDataKeyId, sealKeyId } from "../../secrets/index.ts";
import { everyRow, type Store, type Tables } from "../../store/index.ts";
import type { Rotation } from "../../tenants/index.ts";
import type { EngineParts } from "../parts.ts";
import { lastingKeysUnder } from "./lasting-keys.ts";
import { isReplaced, lastRotation, usedSecrets } from "./replaced.ts";
import { peppersOf, sealsOf, valueName } from "./seals.ts";

/** How many values of one column are under one key. */
export interface SealCount {
  /** Table and column. */
  readonly value: string;
  /** Id of a master secret or of a data key. */
  readonly keyId: string;
  readonly count: number;
}

/** A verification is over by then, and its code with it. */
const pendingMsMax = 3_600_000;

const counted = ["dataKeys", "subscriber", "endpoint", "message", "event", "recipient"] as const;

/**
 * Reads every row that holds something sealed, a page at a time. `now` says which verifications may still be pending.
 */
export async function countSeals(store: Store, now: number): Promise<readonly SealCount[]> {
  const counts = new Map<string, SealCount>();
  const count = (value: string, keyId: string): void => {
    const name = `${value} ${keyId}`;
    counts.set(name, { value, keyId, count: (counts.get(name)?.count ?? 0) + 1 });
  };
  const lasting = await lastingKeysUnder(store);
  if (lasting !== null) count("meta.lasting_keys", lasting);
  for (const table of counted) {
    for await (const row of everyRow(store, table)) countRow(table, row, count);
  }
  for await (const row of everyRow(store, "verification", uuidv7Floor(now - pendingMsMax))) {
    if (row.status !== "pending") continue;
    count("verifications.code", row.codeKeyId);
    if (row.suppliedCode !== null) count("verifications.supplied_code", sealKeyId(row.suppliedCode));
  }
  return [...counts.values()].sort((a, b) => (`${a.value} ${a.keyId}` < `${b.value} ${b.keyId}` ? -1 : 1));
}

type Count = (value: string, keyId: string) => void;

function countRow<T extends (typeof counted)[number]>(table: T, row: Tables[T], count: Count): void {
  for (const { context, sealed } of sealsOf(table, row)) count(valueName(context), sealKeyId(sealed));
  if (table === "dataKeys") {
    for (const { wrapped } of (row as Tables["dataKeys"]).keys)
      count("data_keys.wrapped", sealKeyId(wrapped));
  }
  if (table === "subscriber") {
    for (const id of peppersOf(row as Tables["subscriber"])) count(pepperName, id);
  }
}

/** Not sealed: of a former master secret the pepper alone is kept for them. */
export const pepperName = "subscribers.hashes";

/** One master secret, and what is under it. */
export interface SecretState {
  readonly id: string;
  /** `kept`: the secret is gone, and left the keys that outlive it. */
  readonly role: "current" | "former" | "kept";
  /** Whether it was the current one on some node. */
  readonly isUsed: boolean;
  /** Whether a rotation left it behind, so that nothing more is sealed with it. */
  readonly isReplaced: boolean;
  /** Values that only this secret opens. */
  readonly values: number;
  /** Of them, those that go by themselves within the hour: pending codes. */
  readonly passing: number;
  /** Hashes of passwords and recovery codes with its pepper, which is kept for them. */
  readonly hashes: number;
}

export interface SecretsStatus {
  readonly secrets: readonly SecretState[];
  /** By value and key: the id of a master secret, `dataKey` for current data keys, `formerDataKey` for others. */
  readonly values: readonly SealCount[];
  readonly rotation: Rotation | null;
}

/** What is under which key; reads every row that holds something sealed. */
export async function secretsStatus({ store, keyring, clock }: EngineParts): Promise<SecretsStatus> {
  const counts = await countSeals(store, clock.now());
  const current = new Set<string>();
  for await (const { keys } of everyRow(store, "dataKeys")) current.add(keys[0]?.id ?? "");
  const values = new Map<string, SealCount>();
  for (const { value, keyId: id, count } of counts) {
    const keyId = isDataKeyId(id) ? (current.has(id) ? "dataKey" : "formerDataKey") : id;
    const name = `${value} ${keyId}`;
    values.set(name, { value, keyId, count: (values.get(name)?.count ?? 0) + count });
  }
  const rotation = await lastRotation(store);
  const used = (await usedSecrets(store)) ?? [];
  const secrets = keyring.knownIds.map((id): SecretState => {
    const sum = (isOne: (value: string) => boolean): number =>
      counts.reduce((all, one) => all + (one.keyId === id && isOne(one.value) ? one.count : 0), 0);
    const role = id === keyring.currentId ? "current" : keyring.ids.includes(id) ? "former" : "kept";
    return {
      id,
      role,
      isUsed: used.includes(id),
      isReplaced: isReplaced(used, id, rotation),
      values: sum((value) => value !== pepperName),
      passing: sum((value) => value.startsWith("verifications.")),
      hashes: sum((value) => value === pepperName),
    };
  });
  return { secrets, values: [...values.values()], rotation: rotation ?? null };
}
