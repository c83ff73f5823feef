import {
  type Challenge,
  type Session,
  type Subscriber,
  type SubscriberName,
  stepUpLifetimeMs,
  unknownNameKeptMs,
} from "../accounts/index.ts";
import type { AuditRow } from "../audit/records.ts";
import { uuidv7Floor } from "../clock/index.ts";
import type { Endpoint, EventState, WebhookEvent } from "../events/records.ts";
import type { OptOut } from "../guard/index.ts";
import type { DataKeys, Rotation } from "../tenants/data-key-records.ts";
import type { ApiKey, Dialect, Service, Tenant } from "../tenants/records.ts";
import type { Delivery, Message, Recipient, Status, Verification } from "../verification/index.ts";

/** What a repeated request is answered from: outcome and id, never a response body (W-4). */
export interface IdempotencyRecord {
  /** Digest of (tenant, key id, method, path, Idempotency-Key). */
  readonly id: string;
  /** Keyed digest of the request's body. */
  readonly fingerprint: string;
  readonly verificationId: string | null;
  /** The outcome as its discriminated union, without anything secret. */
  readonly outcome: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/** The kinds of rows, in the order in which they are locked: one total order over all tables (design 3.3). */
export interface Tables {
  readonly recipient: Recipient;
  readonly verification: Verification;
  readonly message: Message;
  readonly endpoint: Endpoint;
  readonly event: WebhookEvent;
  readonly optOut: OptOut;
  readonly subscriberName: SubscriberName;
  readonly subscriber: Subscriber;
  readonly challenge: Challenge;
  readonly session: Session;
  readonly audit: AuditRow;
  readonly dataKeys: DataKeys;
  readonly rotation: Rotation;
  readonly delivery: Delivery;
  readonly idempotency: IdempotencyRecord;
  readonly tenant: Tenant;
  readonly service: Service;
  readonly apiKey: ApiKey;
}

export const tableOrder = [
  "recipient",
  "verification",
  "message",
  "endpoint",
  "event",
  "optOut",
  "subscriberName",
  "subscriber",
  "challenge",
  "session",
  "audit",
  "dataKeys",
  "rotation",
  "delivery",
  "idempotency",
  "tenant",
  "service",
  "apiKey",
] as const;

export type TableName = keyof Tables;

export interface Key<T extends TableName = TableName> {
  readonly table: T;
  readonly id: string;
}

export function key<T extends TableName>(table: T, id: string): Key<T> {
  return { table, id };
}

/** The id of a delivery's row: its verification and its sequence number. */
export function deliveryId(verificationId: string, sequence: number): string {
  return `${verificationId}.${sequence}`;
}

/** What a delivery's id, or its `scanKey`, is made of. */
export function deliveryIdParts(id: string): { readonly verificationId: string; readonly sequence: number } {
  const dot = id.lastIndexOf(".");
  return { verificationId: id.slice(0, dot), sequence: Number(id.slice(dot + 1)) };
}

/** What `scan` sorts by, bytewise: the id, or for deliveries their verification and then their sequence number. */
export function scanKey(table: TableName, row: Tables[TableName]): string {
  if (table !== "delivery") return (row as { readonly id: string }).id;
  const { verificationId, sequence } = row as Delivery;
  return `${verificationId}.${String(sequence).padStart(9, "0")}`;
}

/** The id under which a row is kept. */
export function rowId(table: TableName, row: Tables[TableName]): string {
  if (table !== "delivery") return (row as { readonly id: string }).id;
  const { verificationId, sequence } = row as Delivery;
  return deliveryId(verificationId, sequence);
}

/** The locked rows of an update. */
export interface Rows {
  /** Whether this key was loaded, with or without a row. */
  has(key: Key): boolean;
  /** The row, or undefined if there is none; asking for a key that was not loaded is a bug and throws. */
  get<T extends TableName>(key: Key<T>): Tables[T] | undefined;
}

/** The row as it was before an update, where its decision loaded it: what is new is often not looked for. */
export function rowBefore<T extends TableName>(rows: Rows, one: Key<T>): Tables[T] | undefined {
  return rows.has(one) ? rows.get(one) : undefined;
}

/** Put or, with `null`, remove one row. */
export type Write = {
  readonly [T in TableName]: { readonly table: T; readonly id: string; readonly row: Tables[T] | null };
}[TableName];

/** Learns of a further row, or is done. The decision may run several times: it must be a function of its arguments. */
export type UpdateDecision<R> =
  | { readonly need: readonly Key[] }
  | { readonly writes: readonly Write[]; readonly result: R };

/** A row that is due, with what an update of it must lock. */
export interface Due {
  readonly verificationId: string;
  readonly recipientId: string;
  /** For deliveries: which one. */
  readonly sequence: number;
}

export interface VerificationQuery {
  readonly tenantId: string;
  readonly recipientId?: string;
  readonly status?: Status;
  /** The instant that `status` is of: what ended by then counts as expired (`asOf`), whether or not it was written. */
  readonly at?: number;
  /** Only verifications that sort before this id: the last one of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** An event that may be posted now. */
export interface DueEvent {
  readonly id: string;
  readonly endpointId: string;
}

/** The endpoints that are another than at a revision, or all there are. */
export interface EndpointChanges {
  /** Of which this is the state: where the next look goes on. Only the store that gave it can read it. */
  readonly revision: string;
  /** Whether `rows` are all there are; else the others are as they were. */
  readonly isWhole: boolean;
  readonly rows: readonly Endpoint[];
  /** Ids, some of which may never have been known. */
  readonly removed: readonly string[];
}

export interface EventQuery {
  readonly endpointId: string;
  readonly state?: EventState;
  /** Only events whose row sorts before this id: the last one of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface MessageQuery {
  readonly tenantId: string;
  readonly recipientId?: string;
  /** Only messages that sort before this id: the last one of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** Sessions of a subscriber. */
export interface SessionQuery {
  readonly subscriberId: string;
  readonly limit: number;
  /** Only those that are kept at this instant, and are then neither as young as this nor as near to their end; else all. */
  readonly lasting?: { readonly at: number; readonly leastMs: number };
}

/** Of a tenant's subscribers, oldest first. */
export interface SubscriberQuery {
  readonly tenantId: string;
  /** Only subscribers that sort after this id: the last one of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** Instants before which rows are old. */
export interface PurgeBefore {
  readonly settled: number;
  readonly idempotency: number;
  /** Until when challenges, sessions and names that nobody has were to be kept; absent to keep them all. */
  readonly accounts?: number;
}

export interface PurgeCounts {
  readonly verifications: number;
  readonly deliveries: number;
  readonly messages: number;
  readonly events: number;
  readonly recipients: number;
  readonly idempotency: number;
  /** Challenges, sessions and names without a subscriber whose time is over. */
  readonly accounts: number;
  /** Whether nothing old is left: every recipient was looked at, and no kind of row reached the limit. */
  readonly finished: boolean;
}

/**
 * Durable rows and the one way to change them. An implementer keeps: an update locks its rows in table and key order,
 * reads `now` after the locks, runs the decision on the current rows, and writes everything in one durable transaction
 * or nothing; updates of one row happen one after the other; what a promise resolved with survives a crash.
 *
 * Faults: `StorageUnavailable` (nothing was written, or it is not known), `StorageOverloaded` (refused at the door).
 */
export interface Store {
  /** Whether this process alone works on the data: whoever held leases before is gone. */
  readonly isExclusive?: boolean;
  /** Locks, decides and writes in one durable transaction; a decision that throws rejects only its own promise. */
  update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R>;
  /** One committed row, without a lock. */
  get<T extends TableName>(key: Key<T>): Promise<Tables[T] | undefined>;
  /** The deliveries of a verification, oldest first. */
  deliveriesOf(verificationId: string): Promise<readonly Delivery[]>;
  /** What is due by `now`, oldest first. A hint: the update decides again. */
  due(queue: "delivery" | "alarm", now: number, limit: number): Promise<readonly Due[]>;
  /** When something is due next; null when nothing waits. */
  nextDueAt(): Promise<number | null>;
  /** Newest first. */
  verifications(query: VerificationQuery): Promise<readonly Verification[]>;
  apiKeyByDigest(digest: string): Promise<ApiKey | undefined>;
  /**
   * The keys that have this name in a vendor's dialect (`dialectName`). Names of a vendor are short: several keys may
   * have one, and the secret tells which is meant.
   */
  apiKeysByDialect(dialect: Dialect, name: string): Promise<readonly ApiKey[]>;
  tenants(): Promise<readonly Tenant[]>;
  services(tenantId: string): Promise<readonly Service[]>;
  apiKeys(tenantId: string): Promise<readonly ApiKey[]>;
  /** Of a tenant, oldest first. */
  endpoints(tenantId: string): Promise<readonly Endpoint[]>;
  /**
   * Those of all tenants that changed since a revision: what happens is compared with them in memory. It costs what
   * changed, not what there is, and may name again what it named before. Null, or a revision of a day ago: all of them.
   */
  endpointChanges(since: string | null): Promise<EndpointChanges>;
  /** The endpoints that have an event due by `now`. Costs nothing for those that have none, of which there may be many. */
  dueEndpoints(now: number): Promise<readonly string[]>;
  /** What is due by `now` for these endpoints, oldest first and at most `perEndpoint` of each: none starves another. */
  dueEvents(endpointIds: readonly string[], now: number, perEndpoint: number): Promise<readonly DueEvent[]>;
  /** Newest first. */
  events(query: EventQuery): Promise<readonly WebhookEvent[]>;
  /** Newest first. */
  messages(query: MessageQuery): Promise<readonly Message[]>;
  subscribers(query: SubscriberQuery): Promise<readonly Subscriber[]>;
  /** Newest first, those that ended and are not yet purged among them. */
  sessionsOf(query: SessionQuery): Promise<readonly Session[]>;
  /** Removes what is older than the given instants, at most `limit` rows of each kind. */
  purge(before: PurgeBefore, limit: number): Promise<PurgeCounts>;
  /** Every row of one kind, a page at a time in the order of `scanKey`: those whose key sorts behind `after`. */
  scan<T extends TableName>(table: T, after: string | null, limit: number): Promise<readonly Tables[T][]>;
  /** All small values by name. */
  metas(): Promise<ReadonlyMap<string, string>>;
  /** A small value outside all locks, for example the check value of a secret. */
  readMeta(name: string): Promise<string | undefined>;
  /** `null` removes it. */
  writeMeta(name: string, value: string | null): Promise<void>;
  /** Updates that wait for a commit; absent where the store keeps no queue of its own. */
  waiting?(): number;
  /** Whether a durable write works right now. */
  probe(): Promise<void>;
  /**
   * A consistent copy of everything, while updates go on; the file appears when it is complete. The master secret is
   * not in it.
   */
  backup(path: string): Promise<void>;
  /** Refuses what is new, finishes what was accepted, then lets go of the data. */
  close(): Promise<void>;
}

/** Until when a row of an account is kept; null for those that stay until they are removed. */
export function keptUntil(row: SubscriberName | Subscriber | Challenge | Session): number | null {
  // An approval is a step-up for a while after the end of its challenge.
  if ("earlier" in row) return row.endsAt + stepUpLifetimeMs;
  if ("endsAt" in row) return row.endsAt;
  return "strangers" in row && row.subscriberId === null ? row.lastSeenAt + unknownNameKeptMs : null;
}

/** By what sessions are chosen: kept after `at`, and until after `until` unless their ids sort before `olderThan`. */
export function sessionBounds({ lasting }: SessionQuery): {
  readonly at: number;
  readonly until: number;
  readonly olderThan: string;
} {
  if (lasting === undefined) return { at: -1, until: -1, olderThan: "" };
  const { at, leastMs } = lasting;
  return { at, until: at + leastMs, olderThan: uuidv7Floor(at - leastMs) };
}

/** What is read past the rows by key. */
export type StoreReads = Pick<
  Store,
  | "deliveriesOf"
  | "due"
  | "nextDueAt"
  | "verifications"
  | "apiKeyByDigest"
  | "apiKeysByDialect"
  | "tenants"
  | "services"
  | "apiKeys"
  | "endpoints"
  | "endpointChanges"
  | "dueEndpoints"
  | "dueEvents"
  | "events"
  | "messages"
  | "subscribers"
  | "sessionsOf"
>;
