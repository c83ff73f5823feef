import { type Keyring, open, type SealContext } from "../secrets/index.ts";
import type { Recipient } from "../verification/index.ts";

/** Where a recipient's address is sealed to. */
export function addressContext(recipientId: string, tenantId: string): SealContext {
  return { table: "recipients", column: "address", row: recipientId, tenant: tenantId };
}

/**
 * Addresses that were opened or given just now, by their sealed form: a verification needs its own three times within
 * seconds. Two generations bound how many numbers are in memory in the clear.
 */
interface Opened {
  young: Map<string, string>;
  old: Map<string, string>;
}

const youngMax = 1_024;
/** Each keyring's own: what one has opened is of no use to another, and goes with it. */
const openedBy = new WeakMap<Keyring, Opened>();

function openedOf(keyring: Keyring): Opened {
  let opened = openedBy.get(keyring);
  if (opened === undefined) {
    opened = { young: new Map(), old: new Map() };
    openedBy.set(keyring, opened);
  }
  return opened;
}

/** @throws SealBroken when the recipient's address does not open. */
export function addressOf(keyring: Keyring, recipient: Recipient): string {
  const { young, old } = openedOf(keyring);
  const known = young.get(recipient.sealedAddress) ?? old.get(recipient.sealedAddress);
  if (known !== undefined) return known;
  const address = open(keyring, addressContext(recipient.id, recipient.tenantId), recipient.sealedAddress);
  rememberAddress(keyring, recipient, address);
  return address;
}

/** The caller just said what the row holds sealed. */
export function rememberAddress(keyring: Keyring, recipient: Recipient, address: string): void {
  const opened = openedOf(keyring);
  opened.young.set(recipient.sealedAddress, address);
  if (opened.young.size < youngMax) return;
  opened.old = opened.young;
  opened.young = new Map();
}
