/** What can happen that endpoints are told of. `endpoint.test` is asked for, and goes to the one that asked. */
export const eventTypes = [
  "verification.started",
  "verification.approved",
  "verification.canceled",
  "verification.expired",
  "verification.exhausted",
  "verification.undeliverable",
  "delivery.accepted",
  "delivery.delivered",
  "delivery.failed",
  "delivery.unconfirmed",
  "delivery.dropped",
  "message.accepted",
  "message.delivered",
  "message.failed",
  "message.unconfirmed",
  "message.dropped",
  "subscriber.disputed",
  "subscriber.recovered",
  "subscriber.reset",
  "endpoint.disabled",
  "endpoint.test",
] as const;

/** `request.answered` is no change of anything: what one request asked to be told, at an address that it named. */
export type EventType = (typeof eventTypes)[number] | "request.answered";

/**
 * In whose words an endpoint is told. `telnyx`: the webhooks of a verify profile, in the vendor's form. `callbacks`: what
 * requests of a tenant ask to be told at an address that each of them names. `receipts`: what becomes of its messages
 * that name one, in the words of the API that they came by.
 */
export type EndpointDialect = "telnyx" | "callbacks" | "receipts";

/** Why nothing is posted to an endpoint: its owner said so, it answered 410, or it failed for days. */
export type DisabledReason = "asked" | "gone" | "failing";

/** An address of a tenant to which the events of one service are posted. */
export interface Endpoint {
  /** UUIDv7. */
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  /** Absent where it is told in our own words. */
  readonly dialect?: EndpointDialect;
  readonly url: string;
  /** Where an event goes that the first address did not take, as Telnyx's profiles have it. */
  readonly failoverUrl?: string;
  readonly description: string | null;
  /** Event types, or all of a kind as `verification.*`; empty for everything. */
  readonly types: readonly string[];
  /** What signs, newest first; a former secret signs along until its time is over. */
  readonly secrets: readonly EndpointSecret[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly disabled: { readonly at: number; readonly reason: DisabledReason } | null;
  /** Since when no post was received; null while they are. */
  readonly failingSince: number | null;
}

export interface EndpointSecret {
  /** Sealed, bound to the endpoint's row. */
  readonly sealed: string;
  /** When it stops signing; null for the current one. */
  readonly until: number | null;
}

/**
 * `waiting` for its time, `posting` under a lease; `received` and `failed` are the ends, from which a replay brings it
 * back.
 */
export type EventState = "waiting" | "posting" | "received" | "failed";

/** One request of an endpoint for one event. What the receiver said beyond its status is not kept. */
export interface EventPost {
  readonly at: number;
  readonly answer: "none" | "received" | "refused" | "unknown";
  readonly status: number | null;
  /** Our own stable reason; null where it was received. */
  readonly reason: string | null;
}

/**
 * One event for one endpoint, and the outbox row by which it gets there. It names what it is about and holds what was
 * true then; numbers, subjects and metadata are read when it is posted, so that what was erased is not told any more.
 */
export interface WebhookEvent {
  /** `eventRowId` */
  readonly id: string;
  /** UUIDv7; the same for all endpoints that hear of it. */
  readonly eventId: string;
  readonly endpointId: string;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly type: EventType;
  /** Rises with the changes that events tell of; not every number is used. */
  readonly sequence: number;
  readonly occurredAt: number;
  readonly about: EventSubject;
  /** What was true at the time, in the words of the API. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly state: EventState;
  /** When it is posted next, or when the lease of the post under way is over. */
  readonly dueAt: number;
  /** Fences the answer of a node that lost its lease. */
  readonly leaseEpoch: number;
  /** Posts since it was made or replayed: the next wait follows from them. */
  readonly tries: number;
  /** The last posts, oldest first. */
  readonly posts: readonly EventPost[];
}

export interface EventSubject {
  readonly kind: "verification" | "message" | "subscriber" | "endpoint" | "request";
  readonly id: string;
}

/** The id under which an event is kept for one endpoint. */
export function eventRowId(eventId: string, endpointId: string): string {
  return `${eventId}.${endpointId}`;
}

/** Whether it still has to be posted. */
export function isOpenEvent(event: WebhookEvent): boolean {
  return event.state === "waiting" || event.state === "posting";
}
