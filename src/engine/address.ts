import { type Keyring, open, type SealContext } from "../secrets/index.ts";
import type { Recipient } from "../verification/index.ts";

/** Where a recipient's address is sealed to. */
export function addressContext(recipientId: string, tenantId: string): SealContext {
  return { table: "recipients", column: "address", row: recipientId, tenant: tenantId };
}

/**
 * Addresses that were opened or given just now: a verification needs its own three times within seconds. An entry
 * answers for the row it was made from and no other, as the ciphertext does (K-3). Two generations bound how many
 * numbers are in memory in the clear.
 */
interface Opened {
  young: Map<string, Entry>;
  old: Map<string, Entry>;
}

interface Entry {
  readonly tenantId: string;
  readonly sealedAddress: string;
  readonly address: string;
}

type Addressed = Pick<Recipient, "id" | "tenantId" | "sealedAddress">;

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
export function addressOf(keyring: Keyring, recipient: Addressed): string {
  const { young, old } = openedOf(keyring);
  const known = young.get(recipient.id) ?? old.get(recipient.id);
  if (known?.sealedAddress === recipient.sealedAddress && known.tenantId === recipient.tenantId) {
    return known.address;
  }
  const address = open(keyring, addressContext(recipient.id, recipient.tenantId), recipient.sealedAddress);
  rememberAddress(keyring, recipient, address);
  return address;
}

/** The caller just said what the row holds sealed. */
export function rememberAddress(keyring: Keyring, recipient: Addressed, address: string): void {
  const opened = openedOf(keyring);
  const { id, tenantId, sealedAddress } = recipient;
  opened.young.set(id, { tenantId, sealedAddress, address });
  if (opened.young.size < youngMax) return;
  opened.old = opened.young;
  opened.young = new Map();
}
