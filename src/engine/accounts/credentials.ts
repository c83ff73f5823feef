import {
  type Authenticator,
  nameRow,
  type PasskeyShown,
  type Subscriber,
  type Use,
} from "../../accounts/index.ts";
import type { PasskeyAnswer } from "../../authenticators/index.ts";
import { type Key, key, type Rows, type Write } from "../../store/index.ts";
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

/** The rows of these passkeys' ids, to go with them. */
export function credentialKeys(
  parts: AccountParts,
  { tenantId }: Subscriber,
  authenticators: readonly Authenticator[],
): readonly CredentialKey[] {
  return authenticators.flatMap((one) => {
    const credential = one.type === "passkey" ? one.credential : null;
    return credential === null ? [] : [key("subscriberName", passkeyNameId(parts, tenantId, credential.id))];
  });
}

export function freedCredentials(
  rows: Rows,
  keys: readonly CredentialKey[],
  subscriberId: string,
): readonly Write[] {
  return keys
    .filter((one) => rows.get(one)?.subscriberId === subscriberId)
    .map(({ id }) => ({ table: "subscriberName", id, row: null }));
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
