import type { Keyring } from "../../secrets/index.ts";
import { key, type Store } from "../../store/index.ts";
import { type Rotation, rotationId } from "../../tenants/index.ts";
import type { EngineParts } from "../parts.ts";

const usedName = "secret_ids_used";

/** The secrets that were the current one on some node, in the order in which they came to be; null where nobody noted it. */
export async function usedSecrets(store: Store): Promise<readonly string[] | null> {
  const text = await store.readMeta(usedName);
  return text === undefined ? null : text.split(",").filter((id) => id !== "");
}

/** Notes it before anything is sealed with a secret that is new in front. */
export async function noteUsed(store: Store, ids: readonly string[]): Promise<void> {
  const text = ids.join(",");
  if (text !== (await store.readMeta(usedName))) await store.writeMeta(usedName, text);
}

/**
 * Whether a rotation has begun that leaves this secret behind. It seals no more then, on whatever node: what it sealed
 * after the last pass would be found by nobody before the secret is gone. So secrets go forward only: the way back is a
 * further one.
 */
export function isReplaced(used: readonly string[], id: string, rotation: Rotation | undefined): boolean {
  const at = used.indexOf(id);
  return rotation !== undefined && at >= 0 && at < used.indexOf(rotation.keyId);
}

/** The last rotation, or the one under way. */
export async function lastRotation(store: Store): Promise<Rotation | undefined> {
  return await store.get(key("rotation", rotationId));
}

/** Says it where the settings have a secret in front that was replaced. */
export function tellReplaced(log: EngineParts["log"], keyring: Keyring): void {
  const [configured] = keyring.ids;
  const { currentId: current } = keyring;
  if (configured === current) return;
  const fields = { event: "secret_replaced", configured, current };
  if (keyring.ids.includes(current)) {
    log.warn(
      fields,
      "COUNTERSIGN_SECRET begins with a secret that a rotation replaced: the one that replaced it is used; put that in front",
    );
  } else {
    log.error(
      fields,
      "everything was brought to a master secret that this server does not have: it can seal nothing any more; add that secret in front in COUNTERSIGN_SECRET and restart it",
    );
  }
}
