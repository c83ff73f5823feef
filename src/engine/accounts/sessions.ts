import {
  browserNameMax,
  ended,
  isEndedWithAll,
  isFresh,
  newSession,
  onlyConfirmed,
  type Proof,
  pendingLifetimeMs,
  type Session,
  seen,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { type Key, key, type Rows, type Write } from "../../store/index.ts";
import { isOpenedBy, newBearer, readBearer } from "./bearers.ts";
import { seenOf } from "./new-authenticator.ts";
import { type AccountParts, nobodysId } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type SessionView, toSessionView } from "./views.ts";

/** Most sessions of one subscriber that are looked at; more are never on a list. */
export const sessionsMax = 100;

/** A session just begun, with what its holder presents: in this answer and nowhere else. */
export interface Begun {
  readonly bearer: string;
  readonly session: SessionView;
}

export interface SessionPlan {
  readonly row: Session;
  readonly begun: Begun;
  readonly write: Write;
}

/** A new session at `now`, to be written with whatever began it. */
export function planSession(
  parts: AccountParts,
  state: "pending" | "active",
  fields: {
    readonly tenantId: string;
    readonly subscriberId: string;
    readonly challengeId: string | null;
    readonly proofs: readonly Proof[];
    /** Of the session that it takes the place of, or of the request. */
    readonly browser: string | undefined;
  },
  now: number,
): SessionPlan {
  const id = uuidv7(now, parts.random);
  const { bearer, digest } = newBearer(parts, state, id);
  const { browser: given, ...known } = fields;
  const name = seenOf(given ?? "", browserNameMax);
  const browser = name === "" ? {} : { browser: name };
  const row = newSession({ ...known, ...browser, state, id, digest }, now);
  return { row, begun: { bearer, session: toSessionView(row) }, write: { table: "session", id, row } };
}

/** The active session that its holder presents; null for everything else, whatever the reason. */
export async function activeSession(
  parts: AccountParts,
  tenantId: string,
  bearer: string,
): Promise<Session | null> {
  return await openSession(parts, "active", tenantId, bearer);
}

async function openSession(
  parts: AccountParts,
  state: "pending" | "active",
  tenantId: string,
  bearer: string,
): Promise<Session | null> {
  const presented = readBearer(bearer);
  if (presented?.state !== state) return null;
  const row = await parts.store.get(key("session", presented.id));
  const subscriber = await parts.store.get(key("subscriber", row?.subscriberId ?? nobodysId));
  return isOpenedBy(row, presented, subscriber, tenantId, parts.clock.now()) ? row : null;
}

/** Whether a pending session still waits: neither ended nor too old, and of somebody who is still there. */
export async function isPending(
  parts: AccountParts,
  { tenantId, session }: { readonly tenantId: string; readonly session: string },
): Promise<boolean> {
  return (await openSession(parts, "pending", tenantId, session)) !== null;
}

export interface CheckSession {
  readonly tenantId: string;
  readonly session: string;
  /** How long ago an authenticator may have been used at the most; without it, whenever it was. */
  readonly maxAgeMs?: number | undefined;
}

export type CheckSessionResult =
  | { readonly outcome: "active"; readonly session: SessionView }
  /** The session is good, and its last use of an authenticator too long ago. */
  | { readonly outcome: "stepUpRequired"; readonly session: SessionView }
  /** Unknown, ended, pending, or another tenant's: no answer tells which. */
  | { readonly outcome: "sessionInvalid" };

export async function checkSession(
  parts: AccountParts,
  { tenantId, session: given, maxAgeMs }: CheckSession,
): Promise<CheckSessionResult> {
  const row = await activeSession(parts, tenantId, given);
  if (row === null) return { outcome: "sessionInvalid" };
  await noteSeen(parts, row);
  const isStale = maxAgeMs !== undefined && !isFresh(row.proofs, maxAgeMs, parts.clock.now());
  return { outcome: isStale ? "stepUpRequired" : "active", session: toSessionView(row) };
}

/** A look at a session is no change of it: where nothing can be written, it goes on. */
async function noteSeen({ store, clock }: AccountParts, session: Session): Promise<void> {
  if (seen(session, clock.now()) === null) return;
  const sessionKey = key("session", session.id);
  const written = store.update<void>([sessionKey], (rows, now) => {
    const row = rows.get(sessionKey);
    // Ended, or under another secret: it is no longer the one that was presented.
    const next = row?.state === "active" && row.digest === session.digest ? seen(row, now) : null;
    return { writes: next === null ? [] : [{ table: "session", id: next.id, row: next }], result: undefined };
  });
  await written.catch(() => {});
}

/** How far the clock of a node may be from that of the database. */
const skewMs = 60_000;

export async function listSessions(
  parts: AccountParts,
  { tenantId, subscriberId }: { readonly tenantId: string; readonly subscriberId: string },
): Promise<readonly SessionView[]> {
  const subscriber = await parts.store.get(key("subscriber", subscriberId));
  if (subscriber?.tenantId !== tenantId) return [];
  const now = parts.clock.now();
  // Whoever knows a password makes as many pending ones as they like: those would push the rest off the list.
  const lasting = { at: now, leastMs: pendingLifetimeMs + skewMs };
  const rows = await parts.store.sessionsOf({ subscriberId, limit: sessionsMax, lasting });
  return rows
    .filter((row) => row.state === "active" && now < row.endsAt && !isEndedWithAll(row, subscriber))
    .map(toSessionView);
}

/** Ends one session of a subscriber; false where there is none to end. */
export async function endSession(
  parts: AccountParts,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<boolean> {
  const sessionKey = key("session", id);
  return await parts.store.update<boolean>([sessionKey], (rows, now) => {
    const row = rows.get(sessionKey);
    if (row === undefined || row.tenantId !== tenantId || row.state === "ended")
      return { writes: [], result: false };
    return { writes: [{ table: "session", id, row: ended(row, now) }], result: true };
  });
}

/** The session that its holder presents, pending or active, ends; false where it was none. */
export async function signOut(
  parts: AccountParts,
  { tenantId, session: given }: { readonly tenantId: string; readonly session: string },
): Promise<boolean> {
  const presented = readBearer(given);
  if (presented === null) return false;
  const row = await parts.store.get(key("session", presented.id));
  return row?.digest === presented.digest && (await endSession(parts, { tenantId, id: presented.id }));
}

export type EndSessions = SubscriberRef & {
  /** Of the session that asks for it: it goes on. */
  readonly but?: string | undefined;
};

/** What is written together with an end, under the same locks. */
export interface BesideEnding {
  readonly keys: readonly Key[];
  writes(rows: Rows, now: number): readonly Write[];
}

const nothingBeside: BesideEnding = { keys: [], writes: () => [] };

/** Ends all sessions of a subscriber, however many there are; false where there is nobody. */
export async function endSessions(
  parts: AccountParts,
  request: EndSessions,
  beside: BesideEnding = nothingBeside,
): Promise<boolean> {
  const found = await findSubscriber(parts, request);
  if (found === undefined) return false;
  const subscriberKey = key("subscriber", found.id);
  return await parts.store.update<boolean>([subscriberKey, ...beside.keys], (rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: false };
    const next = {
      ...row,
      authenticators: onlyConfirmed(row),
      sessionsEnded: { at: now, but: request.but ?? null },
      // What one of them was allowed to change, it may not any more.
      stepUpsEnded: { at: now, but: null },
      updatedAt: now,
    };
    return {
      writes: [{ table: "subscriber", id: row.id, row: next }, ...beside.writes(rows, now)],
      result: true,
    };
  });
}
