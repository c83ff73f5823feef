import { isOpenEvent } from "../events/records.ts";
import { type Due, type DueEvent, type Store, scanKey, type TableName, type Tables } from "../store/index.ts";
import { type StoreReads, sessionBounds } from "../store/port.ts";
import { hasStatus } from "../store/status-at.ts";
import { dialectNames } from "../tenants/records.ts";
import { alarmAt, isOpen } from "../verification/index.ts";
import { latestEndpointChange, mapOf, type State } from "./memory-state.ts";

type Queries = StoreReads & Pick<Store, "scan">;

/** What is read past the rows by key, in the order that the contract of `Store` names. */
export function queries(state: State, reading: <R>(read: () => R) => Promise<R>): Queries {
  const sorted = <T extends TableName>(table: T): Tables[T][] =>
    [...mapOf(state, table)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return {
    deliveriesOf: (id) =>
      reading(() =>
        sorted("delivery")
          .filter((one) => one.verificationId === id)
          .sort((a, b) => a.sequence - b.sequence),
      ),
    due: (queue, now, limit) =>
      reading(() =>
        waiting(state, queue)
          .filter(({ at }) => at <= now)
          .slice(0, limit)
          .map(({ due }) => due),
      ),
    nextDueAt: () =>
      reading(() => {
        const first = [waiting(state, "delivery")[0]?.at, waiting(state, "alarm")[0]?.at];
        const known = first.filter((at) => at !== undefined);
        return known.length === 0 ? null : Math.min(...known);
      }),
    verifications: ({ tenantId, recipientId, status, at, before, limit }) =>
      reading(() =>
        sorted("verification")
          .reverse()
          .filter(
            (one) =>
              one.tenantId === tenantId &&
              (recipientId === undefined || one.recipientId === recipientId) &&
              hasStatus(one, status, at) &&
              (before === undefined || one.id < before),
          )
          .slice(0, limit),
      ),
    apiKeyByDigest: (digest) => reading(() => sorted("apiKey").find((one) => one.digest === digest)),
    apiKeysByDialect: (dialect, name) =>
      reading(() =>
        sorted("apiKey").filter((one) => one.dialects[dialect]?.[dialectNames[dialect]] === name),
      ),
    ...besides(reading, sorted, state),
  };
}

type Sorted = <T extends TableName>(table: T) => Tables[T][];

/** Of everything but verifications. */
function besides(
  reading: <R>(read: () => R) => Promise<R>,
  sorted: Sorted,
  state: State,
): Omit<
  Queries,
  "deliveriesOf" | "due" | "nextDueAt" | "verifications" | "apiKeyByDigest" | "apiKeysByDialect"
> {
  return {
    tenants: () => reading(() => sorted("tenant")),
    services: (tenantId) => reading(() => sorted("service").filter((one) => one.tenantId === tenantId)),
    apiKeys: (tenantId) => reading(() => sorted("apiKey").filter((one) => one.tenantId === tenantId)),
    endpoints: (tenantId) => reading(() => sorted("endpoint").filter((one) => one.tenantId === tenantId)),
    endpointChanges: (since) =>
      reading(() => {
        const revision = String(latestEndpointChange(state));
        if (since === null) return { revision, isWhole: true, rows: sorted("endpoint"), removed: [] };
        const changed = [...state.endpointChanges].filter(([, at]) => at > Number(since)).map(([id]) => id);
        const rows = changed.flatMap((id) => state.rows.endpoint.get(id) ?? []);
        const removed = changed.filter((id) => !state.rows.endpoint.has(id));
        return { revision, isWhole: false, rows, removed };
      }),
    dueEndpoints: (now) =>
      reading(() => {
        const due = [...state.rows.event.values()].filter((one) => isOpenEvent(one) && one.dueAt <= now);
        return [...new Set(due.map(({ endpointId }) => endpointId))].sort();
      }),
    dueEvents: (endpointIds, now, perEndpoint) =>
      reading(() => endpointIds.flatMap((id) => dueEventsOf(state, id, now).slice(0, perEndpoint))),
    events: ({ endpointId, state: asked, before, limit }) =>
      reading(() =>
        sorted("event")
          .reverse()
          .filter((one) => one.endpointId === endpointId && (asked ?? one.state) === one.state)
          .filter((one) => before === undefined || one.id < before)
          .slice(0, limit),
      ),
    messages: ({ tenantId, recipientId, before, limit }) =>
      reading(() =>
        sorted("message")
          .reverse()
          .filter((one) => one.tenantId === tenantId && (recipientId ?? one.recipientId) === one.recipientId)
          .filter((one) => before === undefined || one.id < before)
          .slice(0, limit),
      ),
    subscribers: ({ tenantId, after = "", limit }) =>
      reading(() =>
        sorted("subscriber")
          .filter((one) => one.tenantId === tenantId && one.id > after)
          .slice(0, limit),
      ),
    sessionsOf: (query) =>
      reading(() => {
        const { at, until, olderThan } = sessionBounds(query);
        return sorted("session")
          .filter((one) => one.subscriberId === query.subscriberId && one.endsAt > at)
          .filter((one) => one.endsAt > until || one.id < olderThan)
          .reverse()
          .slice(0, query.limit);
      }),
    scan: (table, after, limit) => reading(() => scan(state, table, after, limit)),
  };
}

function scan<T extends TableName>(
  state: State,
  table: T,
  after: string | null,
  limit: number,
): readonly Tables[T][] {
  return [...mapOf(state, table).values()]
    .map((row) => ({ row, at: scanKey(table, row) }))
    .filter(({ at }) => at > (after ?? ""))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, limit)
    .map(({ row }) => row);
}

function dueEventsOf(state: State, endpointId: string, now: number): readonly DueEvent[] {
  return [...state.rows.event.values()]
    .filter((one) => one.endpointId === endpointId && isOpenEvent(one) && one.dueAt <= now)
    .sort((a, b) => a.dueAt - b.dueAt)
    .map(({ id }) => ({ id, endpointId }));
}

function waiting(state: State, queue: "delivery" | "alarm"): { readonly at: number; readonly due: Due }[] {
  const found: { at: number; due: Due }[] = [];
  if (queue === "delivery") {
    for (const one of state.rows.delivery.values()) {
      const { verificationId, recipientId, sequence } = one;
      if (isOpen(one)) found.push({ at: one.dueAt, due: { verificationId, recipientId, sequence } });
    }
  } else {
    for (const one of state.rows.verification.values()) {
      const at = alarmAt(one);
      const due = { verificationId: one.id, recipientId: one.recipientId, sequence: 0 };
      if (at !== null) found.push({ at, due });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}
