import {
  type Authenticator,
  type Challenge,
  type ChallengeOutcome,
  type ChallengeState,
  challengeRefusal,
  confirmed,
  decideChallenge,
  lockedUntil,
  meantOf,
  passkeyNamed,
  type Subscriber,
} from "../../accounts/index.ts";
import { key, type Write } from "../../store/index.ts";
import type { PaymentInput } from "../payment.ts";
import { type Approving, type ChallengeApproved, planApproval } from "./approval.ts";
import { isOpenedBy, type Presented, readBearer } from "./bearers.ts";
import { nobodyTold, prepareNotice } from "./notices.ts";
import { type AccountParts, holderDigest } from "./parts.ts";
import { type Compared, compareAndDecide, type Given, type Using } from "./uses.ts";
import { type AuthenticatorView, type ChallengeView, toChallengeView, usable } from "./views.ts";
import { prepareWarning } from "./warnings.ts";

/** Who goes on with a challenge: a session of ours, or the application's word for its own. */
export interface Holder {
  readonly session?: string | undefined;
  readonly binding?: string | undefined;
}

export function holderOf(parts: AccountParts, tenantId: string, { session, binding }: Holder): string | null {
  const presented = session === undefined ? null : readBearer(session);
  if (presented !== null) return holderDigest(parts, tenantId, "session", presented.id);
  return binding === undefined ? null : holderDigest(parts, tenantId, "binding", binding);
}

export type OnChallenge = Holder & { readonly tenantId: string; readonly id: string };

export type NotFound = { readonly outcome: "challengeNotFound" };
export type Told<O> = O extends { readonly type: infer T }
  ? { readonly outcome: T } & Omit<O, "type">
  : never;

export type CheckChallenge = OnChallenge &
  Approving &
  PaymentInput &
  Given & {
    /**
     * Without it: the phone that a code was sent to, else the preferred app, else the only one. An answer of a passkey
     * names its own.
     */
    readonly authenticatorId?: string | undefined;
  };

export type CheckChallengeResult =
  | ChallengeApproved
  | Told<Exclude<ChallengeOutcome, { readonly type: "approved" }>>
  | NotFound
  | Told<Exclude<Compared, { readonly type: "use" }>>;

/** 200 parallel uses of one code approve one challenge: the use is decided on the locked subscriber (T-4, L-3). */
export async function checkChallenge(
  parts: AccountParts,
  request: CheckChallenge,
): Promise<CheckChallengeResult> {
  const found = await findChallenge(parts, request);
  if (found === null) return { outcome: "challengeNotFound" };
  const { challenge, subscriber, now } = found;
  // No budget of guesses holds a passkey back.
  const refused =
    request.passkey === undefined ? refusalOf(subscriber, challenge, now) : overOf(challenge, now);
  if (refused !== null) return refused;
  const authenticator = choose(subscriber, challenge, request, now);
  if (authenticator === undefined) {
    return request.passkey === undefined
      ? { outcome: "authenticatorNotFound" }
      : { outcome: "passkeyRefused", reason: "credential" };
  }
  const using = await usingFor(parts, request, found, authenticator);
  const used = await compareAndDecide(parts, subscriber, authenticator, challenge, request, using);
  if (used.type === "decided") return used.result;
  const { type, ...fields } = used;
  return { outcome: type, ...fields } as CheckChallengeResult;
}

/** What the rules say of a use, and what is written with it. */
async function usingFor(
  parts: AccountParts,
  request: CheckChallenge,
  { challenge, subscriber, presented }: FoundChallenge,
  authenticator: Authenticator,
): Promise<Using<CheckChallengeResult>> {
  const isCode = authenticator.type === "recoveryCodes";
  const notice = isCode ? await prepareNotice(parts, subscriber, "recoveryCodeUsed") : nobodyTold;
  const warning = await prepareWarning(parts, subscriber, authenticator);
  const challengeKey = key("challenge", challenge.id);
  const subscriberKey = key("subscriber", subscriber.id);
  // Only to be told of a device.
  const nameKey = request.device === undefined ? null : key("subscriberName", subscriber.nameId);
  const sessionKey = presented === null ? null : key("session", presented.id);
  const others = [nameKey, sessionKey].filter((one) => one !== null);
  return {
    keys: [...notice.keys, ...warning.keys, subscriberKey, challengeKey, ...others],
    plan(useOf, rows, at) {
      const current = { subscriber: rows.get(subscriberKey), challenge: rows.get(challengeKey) };
      const session = sessionKey === null ? undefined : rows.get(sessionKey);
      const isHeld =
        presented === null || isOpenedBy(session, presented, current.subscriber, request.tenantId, at);
      if (current.subscriber === undefined || current.challenge === undefined || !isHeld) {
        return { writes: [], result: { outcome: "challengeNotFound" } };
      }
      const state = { subscriber: current.subscriber, challenge: current.challenge };
      const decision = decideChallenge(state, useOf(state.subscriber, at), at);
      if (decision.outcome.type !== "approved") {
        const { type, ...fields } = decision.outcome;
        const result = { outcome: type, ...fields } as CheckChallengeResult;
        return {
          writes: [...warning.writes(decision.outcome, rows, at), ...changedBy(decision, state)],
          result,
        };
      }
      const { assurance } = decision.outcome;
      const name = nameKey === null ? undefined : rows.get(nameKey);
      const approved = planApproval(parts, request, { ...decision, assurance, session, name }, at);
      return { ...approved, writes: [...notice.writes(rows, at), ...approved.writes] };
    },
  };
}

/** What a use that did not approve leaves: a count, and an answer that is not waited for any more. */
function changedBy(next: ChallengeState, before: ChallengeState): readonly Write[] {
  const { subscriber, challenge } = next;
  const writes: Write[] = [];
  if (subscriber !== before.subscriber) {
    writes.push({ table: "subscriber", id: subscriber.id, row: subscriber });
  }
  if (challenge !== before.challenge) writes.push({ table: "challenge", id: challenge.id, row: challenge });
  return writes;
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
  const found = await findChallenge(parts, request);
  if (found === null) return null;
  const { challenge, subscriber } = found;
  return { challenge: toChallengeView(challenge), authenticators: usable(parts, subscriber, challenge) };
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
  if ((await findChallenge(parts, request)) === null) return { outcome: "challengeNotFound" };
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

export interface FoundChallenge {
  readonly challenge: Challenge;
  readonly subscriber: Subscriber;
  readonly presented: Presented | null;
  readonly now: number;
}

/** The challenge of whoever holds it; null for everybody else, whatever the reason. */
export async function findChallenge(
  parts: AccountParts,
  request: OnChallenge,
): Promise<FoundChallenge | null> {
  const { tenantId, id } = request;
  const challenge = await parts.store.get(key("challenge", id));
  if (challenge?.tenantId !== tenantId || challenge.binding !== holderOf(parts, tenantId, request))
    return null;
  const presented = request.session === undefined ? null : readBearer(request.session);
  // Whoever says they have a session and shows something else is not taken for somebody who needs none.
  if (request.session !== undefined && presented === null) return null;
  const subscriber = await parts.store.get(key("subscriber", challenge.subscriberId));
  const now = parts.clock.now();
  if (presented !== null) {
    const session = await parts.store.get(key("session", presented.id));
    if (!isOpenedBy(session, presented, subscriber, tenantId, now)) return null;
  }
  return subscriber === undefined ? null : { challenge, subscriber, presented, now };
}

type Over = Told<Extract<ChallengeOutcome, { readonly type: "challengeExpired" | "challengeSettled" }>>;

/** What refuses before anything is compared or asked for: it is looked at again on the locked rows. */
export function overOf(challenge: Challenge, now: number): Over | null {
  const refused = challengeRefusal(challenge, now);
  if (refused?.type === "challengeExpired") return { outcome: "challengeExpired" };
  return refused === null ? null : { outcome: "challengeSettled", status: refused.status };
}

/** The same of a code, which the subscriber's budget may hold back. */
export function refusalOf(
  { failures }: Subscriber,
  challenge: Challenge,
  now: number,
): Over | Told<Extract<ChallengeOutcome, { readonly type: "subscriberLocked" }>> | null {
  const over = overOf(challenge, now);
  if (over !== null) return over;
  const retryAt = lockedUntil(failures, now);
  return retryAt === null ? null : { outcome: "subscriberLocked", retryAt };
}

function choose(
  subscriber: Subscriber,
  { sent }: Challenge,
  { authenticatorId, passkey }: CheckChallenge,
  now: number,
): Authenticator | undefined {
  if (passkey !== undefined) return passkeyNamed(subscriber, passkey.id, now);
  const asked = authenticatorId ?? sent?.authenticatorId;
  if (asked !== undefined) return confirmed(subscriber, now).find(({ id }) => id === asked);
  return meantOf(subscriber, "totp", now);
}
