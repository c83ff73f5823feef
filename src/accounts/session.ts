import type { Proof } from "./assurance.ts";
import type { Subscriber } from "./subscriber.ts";

/**
 * A subscriber's session of ours. A pending one knows a password and waits for the second authenticator: it opens the
 * challenge it names, or the first enrolment, and nothing else (P-5).
 */
export interface Session {
  readonly id: string;
  readonly tenantId: string;
  readonly subscriberId: string;
  readonly state: "pending" | "active" | "ended";
  /** SHA-256 of what its holder presents. */
  readonly digest: string;
  /** Of a pending one: what it waits for; null where that is the first enrolment. */
  readonly challengeId: string | null;
  readonly proofs: readonly Proof[];
  readonly createdAt: number;
  readonly endsAt: number;
  readonly endedAt: number | null;
  /** By what its owner recognises it: the browser's own word, which proves nothing. Absent where nobody said it. */
  readonly browser?: string;
  /** When it was presented last, to within a quarter of an hour; absent before that. */
  readonly seenAt?: number;
}

export const browserNameMax = 60;
/** How exactly it is known when a session was seen last: each look would be a write else. */
export const seenEveryMs = 900_000;

export const pendingLifetimeMs = 600_000;
/** 63B-4 2.2.3: at AAL2, a person signs in again once a day. */
export const sessionLifetimeMs = 86_400_000;

/** Whether what was presented opens this session as one of this kind, now. */
export function opens(
  session: Session | undefined,
  presented: { readonly state: "pending" | "active"; readonly digestMatches: boolean },
  now: number,
): session is Session {
  return (
    session !== undefined &&
    presented.digestMatches &&
    session.state === presented.state &&
    now < session.endsAt &&
    now >= session.createdAt - sessionLifetimeMs
  );
}

/** Whether its subscriber ended it together with all others: with a change of the password, or by asking for it. */
export function isEndedWithAll(
  { id, createdAt }: Session,
  { sessionsEnded }: Pick<Subscriber, "sessionsEnded">,
): boolean {
  return sessionsEnded !== undefined && createdAt <= sessionsEnded.at && id !== sessionsEnded.but;
}

export function newSession(
  fields: Pick<
    Session,
    "id" | "tenantId" | "subscriberId" | "digest" | "challengeId" | "proofs" | "browser"
  > & {
    readonly state: "pending" | "active";
  },
  now: number,
): Session {
  const lifetimeMs = fields.state === "pending" ? pendingLifetimeMs : sessionLifetimeMs;
  return { ...fields, createdAt: now, endsAt: now + lifetimeMs, endedAt: null };
}

/** What it opened before, it opens no more; it stays on the list until it would have ended. */
export function ended(session: Session, now: number): Session {
  return session.state === "ended" ? session : { ...session, state: "ended", endedAt: now };
}

/** Seen now; null while that was written a short time ago. */
export function seen(session: Session, now: number): Session | null {
  const { seenAt = session.createdAt } = session;
  return now - seenAt < seenEveryMs ? null : { ...session, seenAt: now };
}

/** After a step-up: the same session with one more proof under a new secret; the old one is dead (P-5). */
export function steppedUp(session: Session, proof: Proof, digest: string): Session {
  const others = session.proofs.filter(({ kind }) => kind !== proof.kind);
  return { ...session, digest, proofs: [...others, proof] };
}
