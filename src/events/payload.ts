import { key, type Store } from "../store/index.ts";
import type { WebhookEvent } from "./records.ts";

/** The recipient of something, masked; null for one that is gone. */
export type MaskedRecipient = (recipientId: string) => Promise<string | null>;

/** What an endpoint is sent: what happened, when, and in which order. */
export interface EventPayload {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly sequence: number;
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Instants in `data` are kept as numbers and written like everywhere in the API. */
const instants: ReadonlySet<string> = new Set([
  "createdAt",
  "endsAt",
  "settledAt",
  "failingSince",
  "disabledAt",
]);

/**
 * The payload of an event: what was kept of its moment, with what never changes about its subject. The number is masked
 * (W-9); of what retention or an erasure took meanwhile, only ids and states are left.
 */
export async function payloadOf(
  event: WebhookEvent,
  store: Store,
  masked: MaskedRecipient,
): Promise<EventPayload> {
  const about = await aboutOf(event, store, masked);
  // What one request asked for is sealed, and its own.
  const kept = event.about.kind === "request" ? {} : event.data;
  const data = Object.entries({ ...kept, ...about }).map(([name, value]) => [
    name,
    instants.has(name) && typeof value === "number" ? new Date(value).toISOString() : value,
  ]);
  return {
    id: event.eventId,
    type: event.type,
    timestamp: new Date(event.occurredAt).toISOString(),
    sequence: event.sequence,
    service: event.serviceId,
    data: Object.fromEntries(data),
  };
}

async function aboutOf(
  { about, tenantId }: WebhookEvent,
  store: Store,
  masked: MaskedRecipient,
): Promise<Readonly<Record<string, unknown>>> {
  if (about.kind === "endpoint" || about.kind === "request" || about.kind === "subscriber") return {};
  const row = await store.get(key(about.kind, about.id));
  const isOwn = row?.tenantId === tenantId;
  const shared = {
    to: isOwn ? await masked(row.recipientId) : null,
    clientRef: isOwn ? row.clientRef : null,
    metadata: isOwn ? row.metadata : null,
  };
  if (about.kind === "message") return shared;
  const verification = isOwn && "purpose" in row ? row : null;
  return {
    ...shared,
    purpose: verification?.purpose ?? null,
    subject: verification?.subject ?? null,
  };
}
