import type { Clock, Random } from "../clock/index.ts";
import { SealBroken } from "../secrets/index.ts";
import { type DueEvent, key, type Write } from "../store/index.ts";
import { type ComposeParts, compose } from "./compose.ts";
import type { DestinationRules } from "./destination.ts";
import { eventWrite } from "./outbox.ts";
import { type PostAnswer, type PostRequest, post, type Resolve } from "./post.ts";
import type { Endpoint, WebhookEvent } from "./records.ts";
import type { Registry } from "./registry.ts";
import { createRoom, perEndpointMax } from "./room.ts";
import {
  type Answered,
  answerEvent,
  claimEvent,
  endpointAfter,
  postTimeoutMs,
  releaseEvent,
  retryAfterMs,
} from "./schedule.ts";

/** Where the sender says what an operator must know. */
export interface SenderLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface SenderParts extends ComposeParts {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly rules: DestinationRules;
  readonly resolve: Resolve;
  readonly log: SenderLog;
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void;
}

export interface Sender {
  /** Events that were just committed: a hint that saves waiting for the next look. */
  offer(events: readonly WebhookEvent[]): void;
  /** Looks for what is due and posts it; resolves when that is under way. */
  poll(): Promise<void>;
  /** Posts one event now, if it is open and due; resolves when it is answered. */
  postNow(id: string, endpointId: string): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Cuts what is under way and takes up nothing more. */
  stop(): Promise<void>;
}

/** Works on the outbox of events: claims with a lease, posts, and writes what came of it (D-16, W-9). */
export function createSender(parts: SenderParts): Sender {
  const { registry, log } = parts;
  const working = new Map<string, Promise<void>>();
  const room = createRoom();
  const stopping = new AbortController();
  const looks = oneAtATime(() => poll().catch((cause: unknown) => noteUnread(log, cause)));
  const idle: (() => void)[] = [];
  const rest = (): void => {
    if (working.size === 0 && looks.underWay === null) for (const resolve of idle.splice(0)) resolve();
  };

  function work(id: string, endpointId: string): void {
    const endpoint = registry.get(endpointId);
    if (endpoint === undefined || working.has(id) || stopping.signal.aborted) return;
    // The outbox is the queue: what does not fit is looked for there as soon as there is room.
    if (room.isFor(endpoint)) void start(id, endpoint);
  }

  function start(id: string, endpoint: Endpoint): Promise<void> {
    room.enter(endpoint);
    const done = postOne(parts, id, endpoint, stopping.signal)
      .catch((cause: unknown) => {
        // Its lease runs out, and whoever looks then takes over.
        log.error({ event: "webhook", id, error: String(cause) }, "an event could not be worked on");
      })
      .then(() => {
        working.delete(id);
        // Whoever waits for a post waits for no look: with a backlog they follow each other for as long as it lasts.
        if (room.leave(endpoint)) void looks.ask().then(rest);
        rest();
      });
    working.set(id, done);
    return done;
  }

  async function poll(): Promise<void> {
    if (stopping.signal.aborted) return;
    await registry.refreshSometimes();
    room.forgetWaiting();
    for (const { id, endpointId } of await dueNow(parts, room.isFor)) work(id, endpointId);
  }

  return {
    offer(events) {
      for (const { id, endpointId } of events) work(id, endpointId);
    },
    poll,
    async postNow(id, endpointId) {
      const endpoint = registry.get(endpointId);
      if (endpoint !== undefined) await (working.get(id) ?? start(id, endpoint));
    },
    settled: () =>
      new Promise((resolve) => {
        idle.push(resolve);
        rest();
      }),
    async stop() {
      stopping.abort("stopped");
      await Promise.all([...working.values(), looks.underWay]);
    },
  };
}

function noteUnread(log: SenderLog, cause: unknown): void {
  log.warn(
    { event: "webhook", error: String(cause) },
    "the events cannot be read; the next look tries again",
  );
}

/** One look for all who ask while it lasts, and one more after it: with a long backlog a look takes longer than a post. */
function oneAtATime(look: () => Promise<void>) {
  let isWanted = false;
  let underWay: Promise<void> | null = null;
  return {
    get underWay() {
      return underWay;
    },
    ask(): Promise<void> {
      isWanted = true;
      underWay ??= (async () => {
        while (isWanted) {
          isWanted = false;
          await look();
        }
        underWay = null;
      })();
      return underWay;
    },
  };
}

/** What is due of the endpoints that have room. */
async function dueNow(
  { registry, store, clock }: SenderParts,
  hasRoom: (endpoint: Endpoint) => boolean,
): Promise<readonly DueEvent[]> {
  if (registry.isSilent) return [];
  const ids = (await store.dueEndpoints(clock.now())).filter((id) => {
    const endpoint = registry.get(id);
    return endpoint?.disabled === null && hasRoom(endpoint);
  });
  if (ids.length === 0) return [];
  // What is under way is due as well until its claim is committed, so that a look must reach beyond it.
  return await store.dueEvents(ids, clock.now(), 2 * perEndpointMax);
}

/** One event, from claim to answer. */
async function postOne(
  parts: SenderParts,
  id: string,
  endpoint: Endpoint,
  stopping: AbortSignal,
): Promise<void> {
  const { store, clock } = parts;
  const eventKey = key("event", id);
  const claimed = await store.update<WebhookEvent | null>([eventKey], (rows, now) => {
    const event = rows.get(eventKey);
    const next = event === undefined ? null : claimEvent(event, now);
    return { writes: next === null ? [] : [eventWrite(next)], result: next };
  });
  if (claimed === null) return;
  const answer = await postClaimed(parts, claimed, endpoint, stopping);
  parts.count("webhook_posts", { answer: answer.answer });
  if (stopping.aborted && answer.answer !== "received") return await release(parts, claimed);
  const answered = { ...answer, retryAfterMs: retryAfterMs(answer.retryAfter, clock.now()) };
  await writeAnswer(parts, claimed, answered);
}

/** The request, or why there is none. A secret that does not open fails this endpoint's posts and nobody else's (K-3). */
async function composed(
  parts: SenderParts,
  event: WebhookEvent,
  endpoint: Endpoint,
): Promise<PostRequest | "erased" | "seal_broken"> {
  try {
    return (await compose(parts, event, endpoint, parts.clock.now())) ?? "erased";
  } catch (cause) {
    if (cause instanceof SealBroken) return "seal_broken";
    throw cause;
  }
}

/** One request, within its time. */
async function postClaimed(
  parts: SenderParts,
  event: WebhookEvent,
  endpoint: Endpoint,
  stopping: AbortSignal,
): Promise<PostAnswer> {
  const { clock } = parts;
  const request = await composed(parts, event, endpoint);
  if (typeof request === "string")
    return { answer: "refused", status: null, reason: request, retryAfter: null };
  const ending = new AbortController();
  const cut = (): void => ending.abort("out of time");
  // Also for a resolver that hangs, which listens to no signal.
  const late = new Promise<PostAnswer>((done) => {
    ending.signal.addEventListener("abort", () => {
      done({ answer: "unknown", status: null, reason: "no_answer", retryAfter: null });
    });
  });
  const endWait = clock.after(postTimeoutMs, cut);
  stopping.addEventListener("abort", cut);
  try {
    if (stopping.aborted) cut();
    return await Promise.race([post(request, parts, ending.signal), late]);
  } finally {
    endWait();
    stopping.removeEventListener("abort", cut);
  }
}

async function release({ store }: SenderParts, claimed: WebhookEvent): Promise<void> {
  const eventKey = key("event", claimed.id);
  await store.update([eventKey], (rows, now) => {
    const event = rows.get(eventKey);
    const next = event === undefined ? null : releaseEvent(event, claimed.leaseEpoch, now);
    return { writes: next === null ? [] : [eventWrite(next)], result: undefined };
  });
}

/** What came of a post, and what it means for its endpoint, in one transaction. */
async function writeAnswer(parts: SenderParts, claimed: WebhookEvent, answered: Answered): Promise<void> {
  const { store, registry, random } = parts;
  const eventKey = key("event", claimed.id);
  const endpointKey = key("endpoint", claimed.endpointId);
  const known = registry.get(claimed.endpointId);
  const chance = ((random.bytes(1)[0] ?? 0) + 0.5) / 256;
  // The row of an endpoint is written when it begins to fail, is disabled, or recovers: mostly it is not even locked.
  const isNews = answered.answer !== "received" || known?.failingSince !== null;
  const after = await store.update<Endpoint | null>(
    isNews ? [eventKey, endpointKey] : [eventKey],
    (rows, now) => {
      const event = rows.get(eventKey);
      const next = event === undefined ? null : answerEvent(event, answered, claimed.leaseEpoch, chance, now);
      if (next === null) return { writes: [], result: null };
      const writes: Write[] = [eventWrite(next)];
      const endpoint = isNews ? rows.get(endpointKey) : undefined;
      const changed = endpoint === undefined ? undefined : endpointAfter(endpoint, answered, now);
      if (changed === undefined || changed === endpoint) return { writes, result: null };
      writes.push({ table: "endpoint", id: changed.id, row: changed });
      return { writes, result: changed };
    },
  );
  if (after === null) return;
  if (after.disabled !== null && known?.disabled === null) {
    const { id, tenantId, disabled, failingSince } = after;
    parts.log.warn(
      { event: "endpoint_disabled", endpoint: id, tenant: tenantId, reason: disabled.reason, failingSince },
      "an endpoint was disabled: nothing is posted to it until its owner enables it again",
    );
  }
  await registry.refresh();
}
