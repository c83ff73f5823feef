import type { Endpoint, EventPost, WebhookEvent } from "./records.ts";

/** The waits after each post that was not received: those of Standard Webhooks, three days and three hours in all. */
export const retryWaitsMs: readonly number[] = [
  5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000,
];

/** An endpoint that received nothing for as long as one event is tried is disabled. */
export const failingMsMax: number = retryWaitsMs.reduce((sum, wait) => sum + wait, 0);

/** For an answer, from the first look at the name to the status. */
export const postTimeoutMs = 15_000;
/** Longer than a post can take. */
export const postLeaseMs = 45_000;
const retryAfterMsMax = 86_400_000;
/** A tenth more or less: what failed together is not tried again together. */
const jitterShare = 0.1;
/** Posts that are kept; replays add to them. */
const postsMax = 20;

/** What came of one post, as far as the next one depends on it. */
export interface Answered extends Pick<EventPost, "status" | "reason"> {
  readonly answer: "received" | "refused" | "unknown";
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs: number | null;
}

/** Takes an event to post it, or one whose lease is over; null where it is not due. */
export function claimEvent(event: WebhookEvent, now: number): WebhookEvent | null {
  if ((event.state !== "waiting" && event.state !== "posting") || event.dueAt > now) return null;
  const { posts } = event.state === "posting" ? withAnswer(event, lost) : event;
  const post: EventPost = { at: now, answer: "none", status: null, reason: null };
  return {
    ...event,
    state: "posting",
    dueAt: now + postLeaseMs,
    leaseEpoch: event.leaseEpoch + 1,
    tries: event.tries + 1,
    posts: [...posts, post].slice(-postsMax),
  };
}

/** The process that posted it ended before it could write what came of it. */
const lost: Omit<EventPost, "at"> = { answer: "unknown", status: null, reason: "lease_expired" };

/** Writes what came of a post; null where another node holds the lease by now. `chance` is from 0 to 1. */
export function answerEvent(
  event: WebhookEvent,
  answered: Answered,
  leaseEpoch: number,
  chance: number,
  now: number,
): WebhookEvent | null {
  if (event.state !== "posting" || event.leaseEpoch !== leaseEpoch) return null;
  const { answer, status, reason } = answered;
  const next = withAnswer(event, { answer, status, reason });
  if (answer === "received") return over(next, "received");
  const wait = retryWaitsMs[event.tries - 1];
  if (reason === "gone" || reason === "erased" || wait === undefined) return over(next, "failed");
  const jittered = wait * (1 - jitterShare + 2 * jitterShare * chance);
  const asked = Math.min(answered.retryAfterMs ?? 0, retryAfterMsMax);
  return { ...next, state: "waiting", dueAt: now + Math.round(Math.max(jittered, asked)) };
}

/** What one request asked to be told is not kept any longer than it is needed: nothing else can tell it again. */
function over(event: WebhookEvent, state: "received" | "failed"): WebhookEvent {
  return { ...event, state, data: event.about.kind === "request" ? {} : event.data };
}

/** The post was cut by our own stop: it counts, and the next node goes on at once. */
export function releaseEvent(event: WebhookEvent, leaseEpoch: number, now: number): WebhookEvent | null {
  if (event.state !== "posting" || event.leaseEpoch !== leaseEpoch) return null;
  const next = withAnswer(event, { answer: "unknown", status: null, reason: "stopped" });
  return { ...next, state: "waiting", dueAt: now, tries: event.tries - 1 };
}

function withAnswer(event: WebhookEvent, change: Omit<EventPost, "at">): WebhookEvent {
  const last = event.posts.at(-1);
  if (last === undefined) return event;
  return { ...event, posts: [...event.posts.slice(0, -1), { ...last, ...change }] };
}

/** Posts it again from the beginning of the schedule. */
export function replayed(event: WebhookEvent, now: number): WebhookEvent {
  return { ...event, state: "waiting", dueAt: now, tries: 0 };
}

/** What an answer means for the endpoint; the same object where it means nothing new. */
export function endpointAfter(endpoint: Endpoint, answered: Answered, now: number): Endpoint {
  // Of many addresses one tells nothing about the others, and what is gone here tells nothing about a receiver.
  const isOfMany = endpoint.dialect === "callbacks" || endpoint.dialect === "receipts";
  if (isOfMany || answered.reason === "erased") return endpoint;
  if (answered.answer === "received") {
    return endpoint.failingSince === null ? endpoint : { ...endpoint, failingSince: null };
  }
  const failingSince = endpoint.failingSince ?? now;
  if (answered.reason === "gone") return { ...endpoint, failingSince, disabled: { at: now, reason: "gone" } };
  if (now - failingSince >= failingMsMax) {
    return { ...endpoint, failingSince, disabled: { at: now, reason: "failing" } };
  }
  return endpoint.failingSince === null ? { ...endpoint, failingSince } : endpoint;
}

/** How long `Retry-After` asks to wait: seconds or a date. */
export function retryAfterMs(given: string | null, now: number): number | null {
  if (given === null) return null;
  const seconds = /^\d{1,9}$/.test(given.trim()) ? Number(given) : Number.NaN;
  const ms = Number.isNaN(seconds) ? Date.parse(given) - now : seconds * 1_000;
  return ms > 0 ? ms : null;
}
