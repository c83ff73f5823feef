import {
  type Authenticator,
  nameRow,
  type PasskeyShown,
  type Subscriber,
  type Use,
} from "../../accounts/index.ts";
import type { PasskeyAnswer } from "../../authenticators/index.ts";
import { type Key, key, type Rows, rowBefore, type Store, type Write } from "../../store/index.ts";
import type { EngineParts } from "../parts.ts";
import { type AccountParts, holderDigest, nobodysId, passkeyNameId } from "./parts.ts";

/** The id of a passkey is taken by its owner as a name is: nobody else of the tenant registers it. */
export type CredentialKey = Key<"subscriberName">;

export function credentialKeyOf(
  parts: AccountParts,
  tenantId: string,
  answer: PasskeyAnswer | undefined,
): CredentialKey {
  return key("subscriberName", answer === undefined ? nobodysId : passkeyNameId(parts, tenantId, answer.id));
}

const registered: PasskeyShown = { type: "refused", reason: "registered" };

/** The use as it is, or refused where somebody has this passkey; perhaps after a look at whoever took it. */
export function claimCredential(
  rows: Rows,
  taken: CredentialKey | null,
  use: Use,
): { readonly need: readonly Key[] } | { readonly use: Use } {
  if (taken === null || use.type !== "passkey" || use.shown.type !== "registered") return { use };
  const holder = rows.get(taken)?.subscriberId ?? null;
  if (holder === null) return { use };
  const holderKey = key("subscriber", holder);
  if (!rows.has(holderKey)) return { need: [holderKey] };
  const { credential } = use.shown;
  // Whoever was removed, or removed it, has it no longer, whatever the row of the name says.
  const isHeld = rows
    .get(holderKey)
    ?.authenticators.some((one) => one.type === "passkey" && one.credential?.id === credential.id);
  return { use: isHeld === true ? { ...use, shown: registered } : use };
}

export function takenCredential(
  { id }: CredentialKey,
  { id: subscriberId, tenantId }: Subscriber,
  now: number,
): Write {
  return { table: "subscriberName", id, row: { ...nameRow(id, tenantId, now), subscriberId } };
}

/**
 * The same store, in which a passkey that leaves a subscriber's row gives the row of its id back in the same
 * transaction, whatever it left by: a removal, a reset, or the end of whoever had it. No decision can forget it.
 */
export function givingBackCredentials(parts: Pick<EngineParts, "keyring">, store: Store): Store {
  return {
    ...store,
    update: (keys, decide) =>
      store.update(keys, (rows, now) => {
        const made = decide(rows, now);
        if ("need" in made) return made;
        const left = made.writes.flatMap((write) => leftCredentials(parts, rows, write));
        if (left.length === 0) return made;
        const missing = left.map(({ name }) => name).filter((name) => !rows.has(name));
        if (missing.length > 0) return { need: missing };
        const freed = left
          .filter(({ name, subscriberId }) => rows.get(name)?.subscriberId === subscriberId)
          .map(({ name }): Write => ({ table: "subscriberName", id: name.id, row: null }));
        return { writes: [...made.writes, ...freed], result: made.result };
      }),
  };
}

/** The rows of the ids of passkeys that somebody had and has no longer once this is written. */
function leftCredentials(
  parts: Pick<EngineParts, "keyring">,
  rows: Rows,
  write: Write,
): readonly { readonly name: CredentialKey; readonly subscriberId: string }[] {
  if (write.table !== "subscriber") return [];
  const before = rowBefore(rows, key("subscriber", write.id));
  if (before === undefined || before.authenticators === write.row?.authenticators) return [];
  const stays = new Set(write.row === null ? [] : credentialIds(write.row));
  return credentialIds(before)
    .filter((id) => !stays.has(id))
    .map((id) => ({
      name: key("subscriberName", passkeyNameId(parts, before.tenantId, id)),
      subscriberId: before.id,
    }));
}

function credentialIds({ authenticators }: Subscriber): readonly string[] {
  return authenticators.flatMap((one) =>
    one.type === "passkey" && one.credential !== null ? [one.credential.id] : [],
  );
}

/** Whether the browser that answers is the one that asked, where that was named. */
export function isAskedBy(
  parts: AccountParts,
  tenantId: string,
  one: Authenticator,
  binding: string | undefined,
): boolean {
  const asked = one.type === "passkey" ? (one.request?.binding ?? null) : null;
  if (asked === null) return true;
  return binding !== undefined && asked === holderDigest(parts, tenantId, "binding", binding);
}
