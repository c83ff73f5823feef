import { uuidv7 } from "../../clock/index.ts";
import {
  deliveryId,
  type IdempotencyRecord,
  key,
  type Store,
  type UpdateDecision,
  type Write,
} from "../../store/index.ts";
import type { ApiKey, Service, Tenant } from "../../tenants/index.ts";
import {
  type Decision,
  type Delivery,
  decide,
  decideStart,
  defaultPolicy,
  type Outcome,
  type Recipient,
  type StartCommand,
  type Verification,
} from "../../verification/index.ts";
import { seededRandom } from "../random.ts";

/** Where the rows of the suite begin in time. */
export const began: number = Date.UTC(2026, 0, 1, 12);
export const dayMs = 86_400_000;
export const tenantId = "01920000-0000-7000-8000-000000000001";

export function startCommand(seed: number, at: number, over: Partial<StartCommand> = {}): StartCommand {
  return {
    type: "start",
    id: uuidv7(at, seededRandom(seed)),
    tenantId,
    serviceId: "01920000-0000-7000-8000-000000000002",
    recipientId: `recipient-${seed}`,
    sealedAddress: `sealed-${seed}`,
    purpose: "login",
    subject: null,
    binding: null,
    claimants: [],
    payment: null,
    brand: "Acme",
    locale: "en",
    clientRef: null,
    metadata: { seed: String(seed) },
    policy: defaultPolicy,
    codeKeyId: "k1",
    suppliedCode: null,
    ...over,
  };
}

export interface Started {
  readonly recipient: Recipient;
  readonly verification: Verification;
  readonly delivery: Delivery;
}

/** The rows of a start at an instant of our own choosing, as the machine makes them. */
export function startedRows(
  seed: number,
  at: number,
  over: Partial<StartCommand> = {},
  recipient?: Recipient,
): Started {
  const decision = decideStart({ recipient, pending: undefined }, startCommand(seed, at, over), at);
  const [delivery] = decision.deliveries;
  if (decision.verification === null || delivery === undefined) throw new TypeError("a start makes rows");
  return { recipient: decision.recipient, verification: decision.verification, delivery };
}

export function writesOf({ recipient, verification, delivery }: Started): Write[] {
  return [
    { table: "recipient", id: recipient.id, row: recipient },
    { table: "verification", id: verification.id, row: verification },
    deliveryWrite(delivery),
  ];
}

export function deliveryWrite(delivery: Delivery): Write {
  return { table: "delivery", id: deliveryId(delivery.verificationId, delivery.sequence), row: delivery };
}

export function put(store: Store, writes: readonly Write[]): Promise<void> {
  const keys = writes.map(({ table, id }) => key(table, id));
  return store.update(keys, () => ({ writes, result: undefined }));
}

export async function putStarted(
  store: Store,
  seed: number,
  at: number = began,
  over: Partial<StartCommand> = {},
  recipient?: Recipient,
): Promise<Started> {
  const rows = startedRows(seed, at, over, recipient);
  await put(store, writesOf(rows));
  return rows;
}

/** A check of a pending verification, decided by the machine on the locked rows at `now`. */
export function checkAt(store: Store, id: string, matches: boolean, now: number): Promise<Outcome> {
  const verificationKey = key("verification", id);
  return store.update<Outcome>([verificationKey], (rows): UpdateDecision<Outcome> => {
    const verification = rows.get(verificationKey);
    if (verification === undefined) return { writes: [], result: { type: "notFound" } };
    const recipientKey = key("recipient", verification.recipientId);
    if (!rows.has(recipientKey)) return { need: [recipientKey] };
    const recipient = rows.get(recipientKey);
    if (recipient === undefined) return { writes: [], result: { type: "notFound" } };
    const command = { type: "check", binding: null, wellFormed: true, matches, claimants: [] } as const;
    const decision: Decision = decide({ recipient, verification }, command, now);
    const writes: Write[] = [{ table: "recipient", id: recipient.id, row: decision.recipient }];
    if (decision.verification !== null) {
      writes.push({ table: "verification", id, row: decision.verification });
    }
    return { writes, result: decision.outcome };
  });
}

export function tenantRow(id: string, name: string): Tenant {
  return { id, name, createdAt: began };
}

export function serviceRow(id: string, ofTenant: string): Service {
  const settings = { brand: "Acme", locale: "en", policy: { codeLength: 8 }, channels: ["sms"] as const };
  return { id, tenantId: ofTenant, name: `service ${id}`, settings, createdAt: began, updatedAt: began };
}

export function apiKeyRow(id: string, ofTenant: string, digest: string): ApiKey {
  return {
    id,
    tenantId: ofTenant,
    name: `key ${id}`,
    scopes: ["verifications:write"],
    digest,
    dialects: { telnyx: { user: "", digest: `${digest}-telnyx`, revokedAt: null } },
    allowedAddresses: ["10.0.0.0/8"],
    createdAt: began,
    expiresAt: null,
    revokedAt: null,
  };
}

export function idempotencyRow(id: string, verificationId: string, createdAt: number): IdempotencyRecord {
  return { id, fingerprint: `f-${id}`, verificationId, outcome: { type: "started" }, createdAt };
}

export function fill<R>(count: number, make: (index: number) => R): R[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
