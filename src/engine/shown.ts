import { SealBroken, type SealContext } from "../secrets/index.ts";
import type { Recipient } from "../verification/index.ts";
import { addressContext, addressOf } from "./address.ts";
import type { EngineParts } from "./parts.ts";

type Parts = Pick<EngineParts, "keyring" | "dataKeyring">;

/**
 * What a view shows of a sealed value: null where it does not open, which the operator is told once. So one changed byte
 * takes neither a list away nor what else its row shows (K-3). For views alone: what acts on a value fails closed.
 */
export function shown(
  { dataKeyring }: Pick<Parts, "dataKeyring">,
  context: SealContext,
  open: () => string,
): string | null {
  try {
    return open();
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    dataKeyring.tell(context, cause);
    return null;
  }
}

/** Where a recipient is reached, as a list shows it. */
export function shownAddress(
  parts: Parts,
  recipient: Pick<Recipient, "id" | "tenantId" | "sealedAddress">,
): string | null {
  const context = addressContext(recipient.id, recipient.tenantId);
  return shown(parts, context, () => addressOf(parts.keyring, recipient));
}
