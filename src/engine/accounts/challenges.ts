import {
  type Authenticator,
  type Challenge,
  type ChallengeOutcome,
  challengeRefusal,
  confirmed,
  decideChallenge,
  ended,
  lockedUntil,
  newChallenge,
  type Proof,
  rememberDevice,
  type Session,
  type Subscriber,
  type SubscriberName,
  steppedUp,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { isOpenedBy, newBearer, type Presented, readBearer } from "./bearers.ts";
import { type AccountParts, holderDigest } from "./parts.ts";
import { type CodeSent, type CodeText, remembered, type SendRefusal, sendCode } from "./sending.ts";
import { type Begun, planSession } from "./sessions.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type Compared, compare } from "./uses.ts";
import {
  type AuthenticatorView,
  type ChallengeView,
  toChallengeView,
  toSessionView,
  usable,
} from "./views.ts";

/** Who goes on with a challenge: a session of ours, or the application's word for its own. */
export interface Holder {
  readonly session?: string | undefined;
  readonly binding?: string | undefined;
}

export type StartChallenge = SubscriberRef &
  Holder & {
    /** What the approval is for; `manage` allows to change authenticators. Default `login`. */
    readonly purpose?: string | undefined;
    /** Whether the application has checked a password of its own: the assurance then counts it. */
    readonly passwordChecked?: boolean | undefined;
  };

export type StartChallengeResult =
  | {
      readonly outcome: "challengeStarted";
      readonly challenge: ChallengeView;
      readonly authenticators: readonly AuthenticatorView[];
    }
  /** Unknown, or without any authenticator: there is nothing to ask for. */
  | { readonly outcome: "subscriberNotFound" }
  | { readonly outcome: "notEnrolled" }
  | { readonly outcome: "sessionInvalid" };

export async function startChallenge(
  parts: AccountParts,
  request: StartChallenge,
): Promise<StartChallengeResult> {
  const { tenantId, purpose = "login" } = request;
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const authenticators = usable(parts, subscriber);
  if (authenticators.length === 0) return { outcome: "notEnrolled" };
  const now = parts.clock.now();
  const presented = request.session === undefined ? null : readBearer(request.session);
  const session = presented === null ? undefined : await parts.store.get(key("session", presented.id));
  const isOurs =
    presented?.state === "active" &&
    isOpenedBy(session, presented, subscriber, tenantId, now) &&
    session.subscriberId === subscriber.id;
  if (request.session !== undefined && !isOurs) return { outcome: "sessionInvalid" };
  const vouched: Proof[] =
    request.passwordChecked === true ? [{ kind: "password", authenticatorId: null, at: now }] : [];
  const row = newChallenge(
    {
      id: uuidv7(now, parts.random),
      tenantId,
      subscriberId: subscriber.id,
      purpose,
      binding: holderOf(parts, tenantId, request),
      earlier: isOurs ? (session?.proofs ?? []) : vouched,
    },
    now,
  );
  const write: Write = { table: "challenge", id: row.id, row };
  return await parts.decide<StartChallengeResult>([key("challenge", row.id)], () => ({
    writes: [write],
    result: { outcome: "challengeStarted", challenge: toChallengeView(row), authenticators },
  }));
}

function holderOf(parts: AccountParts, tenantId: string, { session, binding }: Holder): string | null {
  const presented = session === undefined ? null : readBearer(session);
  if (presented !== null) return holderDigest(parts, tenantId, "session", presented.id);
  return binding === undefined ? null : holderDigest(parts, tenantId, "binding", binding);
}

export type OnChallenge = Holder & { readonly tenantId: string; readonly id: string };

export type SendChallenge = OnChallenge & {
  readonly authenticatorId: string;
  readonly channel?: "sms" | "voice" | undefined;
  readonly text?: CodeText | undefined;
};

type NotFound = { readonly outcome: "challengeNotFound" };
type Told<O> = O extends { readonly type: infer T } ? { readonly outcome: T } & Omit<O, "type"> : never;

export type SendChallengeResult =
  | (CodeSent & { readonly authenticatorId: string })
  | SendRefusal
  | NotFound
  | Told<Exclude<ChallengeOutcome, { readonly type: "approved" | "codeMismatch" | "codeUsed" }>>;

/** Sends a code to one of the phones; the challenge then waits for that code. */
export async function sendChallenge(
  parts: AccountParts,
  request: SendChallenge,
): Promise<SendChallengeResult> {
  const found = await find(parts, request);
  if (found === null) return { outcome: "challengeNotFound" };
  const { challenge, subscriber, now } = found;
  const refused = refusalOf(subscriber, challenge, now);
  if (refused !== null) return refused;
  const phone = confirmed(subscriber).find(({ id }) => id === request.authenticatorId);
  if (phone?.type !== "phone") return { outcome: "authenticatorNotFound" };
  if (phone.disabledAt !== null) return { outcome: "authenticatorDisabled" };
  const before = challenge.sent?.authenticatorId === phone.id ? challenge.sent.verificationId : null;
  const { purpose } = challenge;
  const sent = await sendCode(parts, subscriber, phone, {
    before,
    purpose,
    channel: request.channel,
    text: request.text,
  });
  if (sent.outcome !== "sent") return await remembered(parts, sent);
  const challengeKey = key("challenge", challenge.id);
  const result = { ...sent, authenticatorId: phone.id };
  const decision = (rows: Rows): UpdateDecision<SendChallengeResult> => {
    const row = rows.get(challengeKey);
    if (row?.status !== "pending") return { writes: [], result };
    const next = { ...row, sent: { verificationId: sent.verification.id, authenticatorId: phone.id } };
    return { writes: [{ table: "challenge", id: row.id, row: next }], result };
  };
  return await parts.decide([challengeKey], decision, subscriber.id);
}

export type CheckChallenge = OnChallenge & {
  readonly code: string;
  /** Without it: the phone that a code was sent to, else the only app. */
  readonly authenticatorId?: string | undefined;
  /** To be known as a device that signed in. */
  readonly device?: string | undefined;
};

export type CheckChallengeResult =
  | (Told<Extract<ChallengeOutcome, { readonly type: "approved" }>> & {
      readonly challenge: ChallengeView;
      /** With a session of ours: its new secret. The one that was presented is dead (P-5). */
      readonly session: Begun | null;
    })
  | Told<Exclude<ChallengeOutcome, { readonly type: "approved" }>>
  | NotFound
  | Told<Exclude<Compared, { readonly type: "use" }>>;

/** 200 parallel uses of one code approve one challenge: the use is decided on the locked subscriber (T-4, L-3). */
export async function checkChallenge(
  parts: AccountParts,
  request: CheckChallenge,
): Promise<CheckChallengeResult> {
  const found = await find(parts, request);
  if (found === null) return { outcome: "challengeNotFound" };
  const { challenge, subscriber, now } = found;
  const refused = refusalOf(subscriber, challenge, now);
  if (refused !== null) return refused;
  const authenticator = choose(subscriber, challenge, request);
  if (authenticator === undefined) return { outcome: "authenticatorNotFound" };
  const compared = await compare(parts, subscriber, authenticator, challenge.sent, request.code);
  if (compared.type !== "use") {
    const { type, ...fields } = compared;
    return { outcome: type, ...fields } as CheckChallengeResult;
  }
  const challengeKey = key("challenge", challenge.id);
  const subscriberKey = key("subscriber", subscriber.id);
  const nameKey = key("subscriberName", subscriber.nameId);
  const sessionKey = found.presented === null ? null : key("session", found.presented.id);
  const keys = [nameKey, subscriberKey, challengeKey, ...(sessionKey === null ? [] : [sessionKey])];
  return await parts.decide<CheckChallengeResult>(keys, (rows, at) => {
    const current = { subscriber: rows.get(subscriberKey), challenge: rows.get(challengeKey) };
    const session = sessionKey === null ? undefined : rows.get(sessionKey);
    const { presented } = found;
    const isHeld =
      presented === null || isOpenedBy(session, presented, rows.get(subscriberKey), request.tenantId, at);
    if (current.subscriber === undefined || current.challenge === undefined || !isHeld) {
      return { writes: [], result: { outcome: "challengeNotFound" } };
    }
    const state = { subscriber: current.subscriber, challenge: current.challenge };
    const decision = decideChallenge(state, compared.useOf(state.subscriber, at), at);
    const writes: Write[] = [];
    if (decision.subscriber !== state.subscriber) {
      writes.push({ table: "subscriber", id: subscriber.id, row: decision.subscriber });
    }
    if (decision.outcome.type !== "approved") {
      const { type, ...fields } = decision.outcome;
      return { writes, result: { outcome: type, ...fields } as CheckChallengeResult };
    }
    writes.push({ table: "challenge", id: challenge.id, row: decision.challenge });
    const begun = session === undefined ? null : goOnWith(parts, session, decision.challenge, at);
    if (begun !== null) writes.push(...begun.writes);
    const remembered = deviceWrite(parts, rows.get(nameKey), request, at);
    const { assurance } = decision.outcome;
    const view = toChallengeView(decision.challenge);
    return {
      writes: remembered === null ? writes : [...writes, remembered],
      result: { outcome: "approved", assurance, challenge: view, session: begun?.begun ?? null },
    };
  });
}

export interface ChallengeShown {
  readonly challenge: ChallengeView;
  readonly authenticators: readonly AuthenticatorView[];
}

/** A challenge as its holder sees it, with what it can be met with; null for everybody else. */
export async function getChallenge(
  parts: AccountParts,
  request: OnChallenge,
): Promise<ChallengeShown | null> {
  const found = await find(parts, request);
  if (found === null) return null;
  const { challenge, subscriber } = found;
  return { challenge: toChallengeView(challenge), authenticators: usable(parts, subscriber) };
}

export type CancelChallengeResult =
  | { readonly outcome: "canceled"; readonly challenge: ChallengeView }
  | NotFound
  | Told<Extract<ChallengeOutcome, { readonly type: "challengeExpired" | "challengeSettled" }>>;

/** Ends a challenge; one that is canceled stays it. */
export async function cancelChallenge(
  parts: AccountParts,
  request: OnChallenge,
): Promise<CancelChallengeResult> {
  if ((await find(parts, request)) === null) return { outcome: "challengeNotFound" };
  const challengeKey = key("challenge", request.id);
  return await parts.store.update<CancelChallengeResult>([challengeKey], (rows, now) => {
    const row = rows.get(challengeKey);
    if (row === undefined) return { writes: [], result: { outcome: "challengeNotFound" } };
    if (row.status === "canceled") {
      return { writes: [], result: { outcome: "canceled", challenge: toChallengeView(row) } };
    }
    const refused = challengeRefusal(row, now);
    if (refused?.type === "challengeExpired") return { writes: [], result: { outcome: "challengeExpired" } };
    if (refused !== null) {
      return { writes: [], result: { outcome: "challengeSettled", status: refused.status } };
    }
    const next: Challenge = { ...row, status: "canceled", settledAt: now, sent: null };
    const write: Write = { table: "challenge", id: row.id, row: next };
    return { writes: [write], result: { outcome: "canceled", challenge: toChallengeView(next) } };
  });
}

interface Found {
  readonly challenge: Challenge;
  readonly subscriber: Subscriber;
  readonly presented: Presented | null;
  readonly now: number;
}

/** The challenge of whoever holds it; null for everybody else, whatever the reason. */
async function find(parts: AccountParts, request: OnChallenge): Promise<Found | null> {
  const { tenantId, id } = request;
  const challenge = await parts.store.get(key("challenge", id));
  if (challenge?.tenantId !== tenantId || challenge.binding !== holderOf(parts, tenantId, request))
    return null;
  const presented = request.session === undefined ? null : readBearer(request.session);
  const subscriber = await parts.store.get(key("subscriber", challenge.subscriberId));
  const now = parts.clock.now();
  if (presented !== null) {
    const session = await parts.store.get(key("session", presented.id));
    if (!isOpenedBy(session, presented, subscriber, tenantId, now)) return null;
  }
  return subscriber === undefined ? null : { challenge, subscriber, presented, now };
}

/** What refuses before anything is compared or sent: it is looked at again on the locked rows. */
function refusalOf(
  { failures }: Subscriber,
  challenge: Challenge,
  now: number,
): Told<Exclude<ChallengeOutcome, { readonly type: "approved" | "codeMismatch" | "codeUsed" }>> | null {
  const refused = challengeRefusal(challenge, now);
  if (refused?.type === "challengeExpired") return { outcome: "challengeExpired" };
  if (refused !== null) return { outcome: "challengeSettled", status: refused.status };
  const retryAt = lockedUntil(failures, now);
  return retryAt === null ? null : { outcome: "subscriberLocked", retryAt };
}

function choose(
  subscriber: Subscriber,
  { sent }: Challenge,
  { authenticatorId }: CheckChallenge,
): Authenticator | undefined {
  const asked = authenticatorId ?? sent?.authenticatorId;
  const all = confirmed(subscriber);
  if (asked !== undefined) return all.find(({ id }) => id === asked);
  const apps = all.filter(({ type }) => type === "totp");
  return apps.length === 1 ? apps[0] : undefined;
}

/** A pending session makes way for an active one; an active one gets another secret (P-5). */
function goOnWith(
  parts: AccountParts,
  session: Session,
  { id: challengeId, earlier, proof }: Challenge,
  now: number,
): { readonly begun: Begun; readonly writes: readonly Write[] } {
  const used = proof as Proof;
  const { tenantId, subscriberId } = session;
  if (session.state === "pending") {
    const proofs = [...earlier, used];
    const active = planSession(parts, "active", { tenantId, subscriberId, challengeId, proofs }, now);
    const over: Write = { table: "session", id: session.id, row: ended(session, now) };
    return { begun: active.begun, writes: [over, active.write] };
  }
  const { bearer, digest } = newBearer(parts, "active", session.id);
  const row = steppedUp(session, used, digest);
  const begun = { bearer, session: toSessionView(row) };
  return { begun, writes: [{ table: "session", id: row.id, row }] };
}

function deviceWrite(
  parts: AccountParts,
  name: SubscriberName | undefined,
  { tenantId, device }: CheckChallenge,
  now: number,
): Write | null {
  if (device === undefined || name === undefined) return null;
  const row = rememberDevice(name, holderDigest(parts, tenantId, "device", device), now);
  return { table: "subscriberName", id: row.id, row };
}
