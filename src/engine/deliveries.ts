import { key } from "../store/index.ts";
import type { Channel, Delivery, DeliveryState, Verification } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";
import { get } from "./read.ts";
import { recipientIdOf } from "./recipients.ts";
import { shownAddress } from "./shown.ts";
import type { VerbRequest } from "./verbs.ts";

/** Where a list of deliveries goes on: after this one. */
export interface DeliveryPosition {
  readonly verificationId: string;
  readonly sequence: number;
}

export interface DeliveryListRequest {
  readonly tenantId: string;
  readonly to?: string | undefined;
  readonly verificationId?: string | undefined;
  readonly state?: DeliveryState | undefined;
  readonly channel?: Channel | undefined;
  /** Of the last attempt. */
  readonly provider?: string | undefined;
  readonly before?: DeliveryPosition | undefined;
  readonly limit: number;
}

/** A delivery, and to whom it went. */
export interface DeliveryView {
  readonly delivery: Delivery;
  /** On a list null where what is kept of it cannot be read. */
  readonly to: string | null;
}

export interface DeliveryPage {
  readonly items: readonly DeliveryView[];
  /** Null where nothing older is left. */
  readonly next: DeliveryPosition | null;
}

/** Null for what is not there for this caller, as with its verification. */
export async function getDelivery(
  parts: EngineParts,
  request: VerbRequest & { readonly sequence: number },
): Promise<DeliveryView | null> {
  const verification = await get(parts, request);
  const delivery = verification?.deliveries.find(({ sequence }) => sequence === request.sequence);
  return verification === null || delivery === undefined ? null : { delivery, to: verification.to };
}

/** Verifications that one call looks through, and that are read at once. */
const lookedMax = 200;
const pageRows = 50;

/**
 * The deliveries of a tenant's verifications, newest first. They are found by way of their verifications; a filter that
 * few of them pass makes a page short, and the next one goes on where it ended.
 */
export async function listDeliveries(
  parts: EngineParts,
  request: DeliveryListRequest,
): Promise<DeliveryPage> {
  const { limit, before } = request;
  const items: DeliveryView[] = [];
  let last: DeliveryPosition | null = null;
  let looked = 0;
  for await (const verification of verificationsOf(parts, request)) {
    if (looked === lookedMax) return { items, next: last };
    looked += 1;
    const found = await parts.store.deliveriesOf(verification.id);
    for (const delivery of [...found].reverse()) {
      const isBefore = before?.verificationId === verification.id && delivery.sequence >= before.sequence;
      if (isBefore || !isAskedFor(delivery, request)) continue;
      const recipient = await parts.store.get(key("recipient", verification.recipientId));
      // An erasure runs.
      if (recipient === undefined) continue;
      const to = shownAddress(parts, recipient);
      if (items.length === limit) return { items, next: last };
      items.push({ delivery, to });
      last = { verificationId: verification.id, sequence: delivery.sequence };
    }
    // What was looked through and passed over need not be looked at again.
    last = { verificationId: verification.id, sequence: 1 };
    if (items.length === limit) last = positionOf(items.at(-1)) ?? last;
  }
  return { items, next: null };
}

function positionOf(view: DeliveryView | undefined): DeliveryPosition | null {
  if (view === undefined) return null;
  const { verificationId, sequence } = view.delivery;
  return { verificationId, sequence };
}

function isAskedFor(delivery: Delivery, { state, channel, provider }: DeliveryListRequest): boolean {
  return (
    (state === undefined || delivery.state === state) &&
    (channel === undefined || delivery.channel === channel) &&
    (provider === undefined || delivery.attempts.at(-1)?.provider === provider)
  );
}

/** The verifications to look through, newest first, from the one on where the page before ended. */
async function* verificationsOf(
  parts: EngineParts,
  { tenantId, to, verificationId, before }: DeliveryListRequest,
): AsyncGenerator<Verification> {
  const own = async (id: string): Promise<Verification | null> => {
    const found = await parts.store.get(key("verification", id));
    return found?.tenantId === tenantId ? found : null;
  };
  if (verificationId !== undefined) {
    const only = await own(verificationId);
    if (only !== null) yield only;
    return;
  }
  const recipientId = to === undefined ? undefined : recipientIdOf(parts, tenantId, to);
  if (recipientId === null) return;
  const begun = before === undefined ? null : await own(before.verificationId);
  if (begun !== null) yield begun;
  for (let after = before?.verificationId; ; ) {
    const page = await parts.store.verifications({
      tenantId,
      limit: pageRows,
      ...(recipientId === undefined ? {} : { recipientId }),
      ...(after === undefined ? {} : { before: after }),
    });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < pageRows) return;
  }
}
