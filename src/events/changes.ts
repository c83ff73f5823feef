import { accountEventOf, type Subscriber } from "../accounts/index.ts";
import { deliveryId, type Key, key, type Rows, rowBefore, type Write } from "../store/index.ts";
import type { Delivery, Verification } from "../verification/index.ts";
import type { Endpoint, EventSubject, EventType } from "./records.ts";

/** Something that a transaction changes and that somebody may want to hear of. */
export interface Change {
  readonly type: EventType;
  readonly about: EventSubject;
  readonly tenantId: string;
  /** Null for what belongs to no service: all of the tenant's are told. */
  readonly serviceId: string | null;
  /** Digest of the binding of the verification that it is about; null where there is none. */
  readonly binding: string | null;
  /** Whether it is about a message whose caller wants to be told at an address of its own. */
  readonly hasReceipts?: boolean;
  /** What is true once it is written. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Rows that tell which service a change belongs to, and are not loaded. */
export interface Missing {
  readonly need: readonly Key[];
}

/** What the writes of a decision change, seen against the rows that it was made on; in the order of the writes. */
export function changesOf(
  rows: Rows,
  writes: readonly Write[],
  concerns: (tenantId: string) => boolean,
): readonly Change[] | Missing {
  const changes: Change[] = [];
  const need: Key[] = [];
  for (const write of writes) {
    if (write.row === null) continue;
    if (write.table === "verification" && concerns(write.row.tenantId)) {
      const change = verificationChange(rowBefore(rows, key("verification", write.id)), write.row);
      if (change !== null) changes.push(change);
    } else if (write.table === "delivery" && concerns(write.row.tenantId)) {
      const change = deliveryChange(rows, writes, write.row);
      if (change !== null && "need" in change) need.push(...change.need);
      else if (change !== null) changes.push(change);
    } else if (write.table === "endpoint" && concerns(write.row.tenantId)) {
      const change = endpointChange(rowBefore(rows, key("endpoint", write.id)), write.row);
      if (change !== null) changes.push(change);
    } else if (write.table === "subscriber" && concerns(write.row.tenantId)) {
      const change = subscriberChange(rowBefore(rows, key("subscriber", write.id)), write.row);
      if (change !== null) changes.push(change);
    }
  }
  return need.length > 0 ? { need } : changes;
}

function verificationChange(was: Verification | undefined, is: Verification): Change | null {
  const isNew = was === undefined && is.status === "pending";
  const isOver = was?.status !== is.status && is.status !== "pending";
  if (!isNew && !isOver) return null;
  const { tenantId, serviceId, id, status, step, sends, checks, policy } = is;
  const settled = is.status === "pending" ? null : is;
  return {
    type: `verification.${is.status === "pending" ? "started" : is.status}`,
    about: { kind: "verification", id },
    tenantId,
    serviceId,
    binding: is.binding,
    data: {
      id,
      status,
      channel: policy.workflow[step]?.channel ?? null,
      step,
      sends,
      checksLeft: settled === null ? policy.checksMax - checks.length : 0,
      settledAt: settled === null ? null : settled.settledAt,
      settledByTenant: settled?.settledByTenant ?? false,
    },
  };
}

/** The states of a delivery that are told; the others are on the way to one of them. */
const toldStates = ["accepted", "delivered", "failed", "unconfirmed", "dropped"] as const;

/** What a delivery is of: a verification, or a message, which has no binding. */
interface Subject {
  readonly serviceId: string;
  readonly binding?: string | null;
  readonly receipts?: unknown;
}

function deliveryChange(rows: Rows, writes: readonly Write[], is: Delivery): Change | Missing | null {
  const id = deliveryId(is.verificationId, is.sequence);
  const state = toldStates.find((one) => one === is.state);
  if (state === undefined || rowBefore(rows, key("delivery", id))?.state === state) return null;
  const kind = is.cause === "message" ? "message" : "verification";
  const subjectKey = key(kind, is.verificationId);
  const written = writes.find((one) => one.table === kind && one.id === is.verificationId)?.row;
  if (written === undefined && !rows.has(subjectKey)) return { need: [subjectKey] };
  const subject = (written ?? rows.get(subjectKey)) as Subject | null | undefined;
  if (subject === null || subject === undefined) return null;
  const { tenantId, channel, step, cause, attempts, encoding, segments, createdAt } = is;
  const last = attempts.at(-1);
  const sent = {
    state,
    channel,
    provider: last?.provider ?? null,
    reason: last?.reason ?? null,
    encoding: encoding ?? null,
    segments: segments ?? null,
    createdAt,
  };
  return {
    type: kind === "message" ? `message.${state}` : `delivery.${state}`,
    about: { kind, id: is.verificationId },
    tenantId,
    serviceId: subject.serviceId,
    binding: subject.binding ?? null,
    hasReceipts: subject.receipts !== undefined,
    data:
      kind === "message"
        ? { id: is.verificationId, ...sent }
        : { id, verification: is.verificationId, step, cause, ...sent },
  };
}

function endpointChange(was: Endpoint | undefined, is: Endpoint): Change | null {
  const { disabled, id, tenantId, serviceId, url, failingSince } = is;
  if (disabled === null || (was?.disabled ?? null) !== null) return null;
  return {
    type: "endpoint.disabled",
    about: { kind: "endpoint", id },
    tenantId,
    serviceId,
    binding: null,
    data: { id, url, reason: disabled.reason, failingSince, disabledAt: disabled.at },
  };
}

/** Ids alone: whoever may know more asks for the subscriber. */
function subscriberChange(was: Subscriber | undefined, is: Subscriber): Change | null {
  const told = was === undefined ? null : accountEventOf(was, is);
  if (told === null) return null;
  const { id, tenantId } = is;
  return {
    type: `subscriber.${told}`,
    about: { kind: "subscriber", id },
    tenantId,
    serviceId: null,
    binding: null,
    data: { id },
  };
}
