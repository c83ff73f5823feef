import { type Random, uuidv7 } from "../clock/index.ts";
import type { Key, Rows, Store, UpdateDecision, Write } from "../store/index.ts";
import { type Change, changesOf } from "./changes.ts";
import { type Endpoint, eventRowId, type WebhookEvent } from "./records.ts";
import type { Registry } from "./registry.ts";

/**
 * The same store, which writes with every change the events that tell of it, in its transaction: no decision can
 * forget them, and none is told of that did not happen. Where there is no endpoint it does nothing at all.
 */
export function withEvents(
  store: Store,
  registry: Registry,
  random: Random,
  isAbout: (endpoint: Endpoint, change: Change) => boolean,
  onWritten: (events: readonly WebhookEvent[]) => void,
): Store {
  const sequence = createSequence();

  async function updateAndTell<R>(
    keys: readonly Key[],
    decide: (rows: Rows, now: number) => UpdateDecision<R>,
  ): Promise<R> {
    let written: readonly WebhookEvent[] = [];
    const result = await store.update<R>(keys, (rows, now) => {
      written = [];
      const made = decide(rows, now);
      if ("need" in made) return made;
      const changes = changesOf(rows, made.writes, registry.hasTenant);
      if ("need" in changes) return changes;
      // Their ids are chance: of several runs of a decision the last one is written.
      written = changes.flatMap((one) => {
        const hearing = registry.hearing(one.tenantId, one.serviceId, one.type);
        // Nobody is told of their own end.
        const others = hearing.filter((each) => each.id !== one.about.id && isAbout(each, one));
        return eventsOf(one, others, random, now, sequence);
      });
      if (written.length === 0) return made;
      return { writes: [...made.writes, ...written.map(eventWrite)], result: made.result };
    });
    if (written.length > 0) onWritten(written);
    return result;
  }

  return {
    ...store,
    // Nothing between a caller and its store but this look: it is on the way of every request.
    update: (keys, decide) => (registry.isEmpty ? store.update(keys, decide) : updateAndTell(keys, decide)),
  };
}

/** An event as it is put into its table. */
export function eventWrite(row: WebhookEvent): Write {
  return { table: "event", id: row.id, row };
}

/** One event for each endpoint that wants to hear of a change, with one id for all of them. */
function eventsOf(
  change: Change,
  hearing: readonly Endpoint[],
  random: Random,
  now: number,
  sequence: (now: number) => number,
): WebhookEvent[] {
  if (hearing.length === 0) return [];
  const eventId = uuidv7(now, random);
  const number = sequence(now);
  return hearing.map((endpoint) => {
    const about = { ...change, serviceId: change.serviceId ?? endpoint.serviceId };
    return newEvent(about, endpoint, { eventId, sequence: number }, now);
  });
}

/** An event that is posted as soon as somebody looks. */
export function newEvent(
  {
    type,
    tenantId,
    serviceId,
    about,
    data,
  }: Omit<Change, "binding" | "serviceId"> & Pick<Endpoint, "serviceId">,
  endpoint: Endpoint,
  { eventId, sequence }: Pick<WebhookEvent, "eventId" | "sequence">,
  now: number,
): WebhookEvent {
  return {
    id: eventRowId(eventId, endpoint.id),
    eventId,
    endpointId: endpoint.id,
    tenantId,
    serviceId,
    type,
    sequence,
    occurredAt: now,
    about,
    data,
    state: "waiting",
    dueAt: now,
    leaseEpoch: 0,
    tries: 0,
    posts: [],
  };
}

const perMs = 1_000;

/**
 * Numbers that rise with time and, within a millisecond, with the order of decisions. Two changes of one row follow
 * each other under its lock, and `now` is read behind it, so that the later one has the larger number; across nodes as
 * far as a commit takes longer than a millisecond.
 */
export function createSequence(): (now: number) => number {
  let last = 0;
  return (now) => {
    last = Math.max(last + 1, now * perMs);
    return last;
  };
}
