import { type Clock, type Random, uuidv7 } from "../clock/index.ts";
import type { Keyring } from "../secrets/index.ts";
import { key, type Store } from "../store/index.ts";
import type { DataKeyring } from "../tenants/index.ts";
import type { Change } from "./changes.ts";
import { sealAsked } from "./compose.ts";
import { type DestinationRules, publicOnly } from "./destination.ts";
import { callbacksEndpoint, receiptsEndpoint, receiptsEndpointId } from "./dialect-endpoints.ts";
import { createSequence, eventWrite, newEvent, withEvents } from "./outbox.ts";
import type { MaskedRecipient } from "./payload.ts";
import { type Resolve, systemResolve } from "./post.ts";
import { type Endpoint, eventRowId } from "./records.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { createSender, type Sender, type SenderParts } from "./sender.ts";

export interface WebhooksParts {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly dataKeyring: DataKeyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: SenderParts["log"];
  readonly count: SenderParts["count"];
  /** The recipient of a row, masked. */
  readonly masked: MaskedRecipient;
  /** The same whole, for receivers of other vendors' webhooks, which know numbers. */
  readonly unmasked: MaskedRecipient;
  /** What verifications of a vendor's API are bound to. */
  readonly bindingOf: (tenantId: string, dialect: "telnyx") => string | null;
  /** Where events may go beside the public network. */
  readonly rules?: DestinationRules;
  /** For tests: the addresses of a name. */
  readonly resolve?: Resolve;
}

/** What one request wants to be told, and where. */
export interface AskedPost {
  readonly tenantId: string;
  readonly serviceId: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
}

/** Events out: written with the changes that they tell of, and posted until they are received. */
export interface Webhooks extends Pick<Sender, "poll" | "postNow" | "settled" | "stop"> {
  /** Tells a request what it asked for, at the address that it named; durable once this resolves. */
  tell(asked: AskedPost): Promise<void>;
  /** From when this resolves, messages of the tenant that name an address are told what becomes of them. */
  openReceipts(tenantId: string, serviceId: string): Promise<void>;
  readonly registry: Registry;
  readonly rules: DestinationRules;
  readonly masked: MaskedRecipient;
}

/** The store to work with from now on, and what works on its events. Nothing is posted before the first look. */
export async function openWebhooks(
  parts: WebhooksParts,
): Promise<{ readonly store: Store; readonly webhooks: Webhooks }> {
  const registry = createRegistry(parts.store, parts.clock);
  const rules = parts.rules ?? publicOnly;
  const isAbout = ({ dialect }: Endpoint, { tenantId, binding, hasReceipts }: Change): boolean => {
    if (dialect === "receipts") return hasReceipts === true;
    return dialect !== "telnyx" || (binding !== null && binding === parts.bindingOf(tenantId, dialect));
  };
  const store = withEvents(parts.store, registry, parts.random, isAbout, (events) => sender.offer(events));
  const sender = createSender({
    ...parts,
    store,
    registry,
    rules,
    resolve: parts.resolve ?? systemResolve,
  });
  // What happens from the first call on is told to those who want to hear of it.
  await registry.refresh();
  const { poll, postNow, settled, stop } = sender;
  const tell = createTelling({ ...parts, store }, registry, sender);
  const openReceipts = createReceiptsOpening(parts.store, registry);
  const webhooks = {
    registry,
    rules,
    masked: parts.masked,
    tell,
    openReceipts,
    poll,
    postNow,
    settled,
    stop,
  };
  return { store, webhooks };
}

/** Written once for each tenant, with the first message that asks for it. */
function createReceiptsOpening(store: Store, registry: Registry): Webhooks["openReceipts"] {
  return async (tenantId, serviceId) => {
    const id = receiptsEndpointId(tenantId);
    if (registry.get(id) !== undefined) return;
    const endpointKey = key("endpoint", id);
    await store.update([endpointKey], (rows, now) => {
      if (rows.get(endpointKey) !== undefined) return { writes: [], result: undefined };
      const row = receiptsEndpoint(tenantId, serviceId, now);
      return { writes: [{ table: "endpoint", id, row }], result: undefined };
    });
    await registry.refresh();
  };
}

function createTelling(
  { store, keyring, clock, random }: Pick<WebhooksParts, "store" | "keyring" | "clock" | "random">,
  registry: Registry,
  sender: Sender,
): Webhooks["tell"] {
  const sequence = createSequence();
  return async ({ tenantId, serviceId, url, body }) => {
    const eventId = uuidv7(clock.now(), random);
    const data = sealAsked(keyring, random, { eventId, tenantId }, { url, body });
    const endpointKey = key("endpoint", tenantId);
    const eventKey = key("event", eventRowId(eventId, tenantId));
    // Written once for each tenant: later requests do not even lock it.
    const keys = registry.get(tenantId) === undefined ? [endpointKey, eventKey] : [eventKey];
    const event = await store.update(keys, (rows, now) => {
      const written = registry.get(tenantId) ?? rows.get(endpointKey);
      const endpoint = written ?? callbacksEndpoint(tenantId, serviceId, now);
      const asked = { type: "request.answered", about: { kind: "request", id: eventId } } as const;
      const change = { ...asked, tenantId, serviceId, data };
      const event = newEvent(change, endpoint, { eventId, sequence: sequence(now) }, now);
      const writes = [eventWrite(event)];
      if (written === undefined) writes.push({ table: "endpoint", id: endpoint.id, row: endpoint });
      return { writes, result: event };
    });
    // It is written: what cannot be looked at now is found by the next look, and is no failure of the request.
    if (registry.get(tenantId) === undefined) await registry.refresh().catch(() => {});
    if (registry.get(tenantId) !== undefined) sender.offer([event]);
  };
}
