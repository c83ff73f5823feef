import type { E164 } from "../numbers/index.ts";
import { blindIndex } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import {
  type CheckRecord,
  type Delivery,
  livePending,
  type Status,
  type Verification,
} from "../verification/index.ts";
import { digestOfBinding } from "./binding.ts";
import type { EngineParts } from "./parts.ts";
import { recipientIdOf } from "./recipients.ts";
import { shownAddress } from "./shown.ts";
import type { VerbRequest } from "./verbs.ts";
import { toView, type VerificationView } from "./view.ts";

/** A verification with all that happened to it. Codes are not among it. */
export interface DetailedView extends VerificationView {
  readonly deliveries: readonly Delivery[];
  readonly checks: readonly CheckRecord[];
}

/** Null for what does not exist, is another tenant's, or was started with another binding (A-17, W-2). */
export async function get(parts: EngineParts, request: VerbRequest): Promise<DetailedView | null> {
  // Before the row is read: a row that is old by the time it is shown must not look expired if it was not then.
  const now = parts.clock.now();
  const verification = await parts.store.get(key("verification", request.id));
  if (verification === undefined || verification.tenantId !== request.tenantId) return null;
  const binding = digestOfBinding(parts.keyring, request.tenantId, request.binding);
  if (verification.binding !== binding) return null;
  return await detailsOf(parts, verification, now);
}

/** The same for whoever runs the installation, whatever it was started with; nothing but to be looked at. */
export async function lookAt(
  parts: EngineParts,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<LookedAt | null> {
  const now = parts.clock.now();
  const verification = await parts.store.get(key("verification", id));
  if (verification === undefined || verification.tenantId !== tenantId) return null;
  const hasBinding = verification.binding !== null;
  const found = await detailsOf(parts, verification, now);
  return found === null ? null : { ...found, hasBinding };
}

export interface LookedAt extends DetailedView {
  readonly hasBinding: boolean;
}

async function detailsOf(
  parts: EngineParts,
  verification: Verification,
  now: number,
): Promise<DetailedView | null> {
  const recipient = await parts.store.get(key("recipient", verification.recipientId));
  if (recipient === undefined) return null;
  const deliveries = await parts.store.deliveriesOf(verification.id);
  const view = toView(verification, shownAddress(parts, recipient), now);
  return { ...view, deliveries, checks: verification.checks };
}

export interface ListRequest {
  readonly tenantId: string;
  readonly to?: string | undefined;
  readonly status?: Status | undefined;
  /** Only what was started with this binding; a page of the list may be shorter for it. */
  readonly binding?: string | undefined;
  /** Id of the last verification of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface ListPage {
  readonly items: readonly VerificationView[];
  /** Where the next page begins; null on the last. */
  readonly nextBefore: string | null;
}

/** The tenant's verifications, newest first. */
export async function list(parts: EngineParts, request: ListRequest): Promise<ListPage> {
  const { tenantId, status, before, limit } = request;
  const recipientId = request.to === undefined ? undefined : recipientIdOf(parts, tenantId, request.to);
  if (recipientId === null) return { items: [], nextBefore: null };
  // As in `get`: first the time, then the rows.
  const now = parts.clock.now();
  const rows = await parts.store.verifications({
    tenantId,
    limit: limit + 1,
    ...(recipientId === undefined ? {} : { recipientId }),
    ...(status === undefined ? {} : { status, at: now }),
    ...(before === undefined ? {} : { before }),
  });
  const page = rows.slice(0, limit);
  const items: VerificationView[] = [];
  const binding =
    request.binding === undefined ? undefined : digestOfBinding(parts.keyring, tenantId, request.binding);
  for (const row of page) {
    if (binding !== undefined && row.binding !== binding) continue;
    const recipient = await parts.store.get(key("recipient", row.recipientId));
    if (recipient === undefined) continue;
    items.push(toView(row, shownAddress(parts, recipient), now));
  }
  return { items, nextBefore: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

export interface PendingRequest {
  readonly tenantId: string;
  /** In E.164: whoever asks has parsed it. */
  readonly to: E164;
  readonly serviceId: string;
  /** What the start was given; without one, only what was started without. */
  readonly binding?: string | undefined;
}

/**
 * For callers who know a recipient and no id. A hint, read without a lock: whatever is done with the id is decided
 * under its locks.
 */
export async function pendingOf(parts: EngineParts, request: PendingRequest): Promise<string | null> {
  const { tenantId, to, serviceId } = request;
  const recipientId = blindIndex(parts.keyring, tenantId, "phone", to);
  const recipient = await parts.store.get(key("recipient", recipientId));
  if (recipient === undefined) return null;
  const binding = digestOfBinding(parts.keyring, tenantId, request.binding);
  return (
    livePending(recipient, parts.clock.now()).findLast(
      (ref) => ref.serviceId === serviceId && ref.binding === binding,
    )?.id ?? null
  );
}
