import {
  type Authenticator,
  assuranceOf,
  type ConfirmDecision,
  decideConfirm,
  ended,
  isEnrolling,
  lockedUntil,
  noticeOfAdded,
  type Proof,
  type Session,
  type Subscriber,
} from "../../accounts/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { isOpenedBy, readBearer } from "./bearers.ts";
import type { Told } from "./challenges.ts";
import { claimCredential, credentialKeyOf, isAskedBy, takenCredential } from "./credentials.ts";
import { stepUpOf } from "./new-authenticator.ts";
import { prepareNotice } from "./notices.ts";
import { type AccountParts, nobodysId } from "./parts.ts";
import { type Begun, isPending, planSession } from "./sessions.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type NewlyTrusted, trustDevice } from "./trusted-devices.ts";
import { type Compared, compare, type Given } from "./uses.ts";
import { type AuthenticatorView, toAuthenticatorView } from "./views.ts";

export type Confirm = SubscriberRef &
  Given & {
    readonly authenticatorId: string;
    /** Of a passkey: what its enrolment was given as `binding`. */
    readonly binding?: string | undefined;
    /** A pending session that waits for its first authenticator: it makes way for an active one. */
    readonly session?: string | undefined;
    /** With such a session: what its owner calls this device, to trust it from now on. */
    readonly trustDevice?: string | undefined;
  };

export type ConfirmResult =
  | {
      readonly outcome: "confirmed";
      readonly authenticator: AuthenticatorView;
      readonly session: Begun | null;
      /** With a session that has just begun: its step-up, since the authenticator was shown this moment. */
      readonly stepUp: string | null;
      /** The device, where it was asked for and may be trusted. */
      readonly trustedDevice: NewlyTrusted | null;
    }
  | Told<Exclude<ConfirmDecision["outcome"], { readonly type: "confirmed" }>>
  | Told<Exclude<Compared, { readonly type: "use" }>>
  | { readonly outcome: "subscriberNotFound" | "sessionInvalid" };

/** One right code makes a new authenticator usable. */
export async function confirmAuthenticator(parts: AccountParts, request: Confirm): Promise<ConfirmResult> {
  const { tenantId } = request;
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const now = parts.clock.now();
  const retryAt = lockedUntil(subscriber.failures, now);
  if (retryAt !== null && request.passkey === undefined) return { outcome: "subscriberLocked", retryAt };
  const one = subscriber.authenticators.find(({ id }) => id === request.authenticatorId);
  if (one === undefined || !isEnrolling(one, now) || !isAskedBy(parts, tenantId, one, request.binding)) {
    return { outcome: "authenticatorNotFound" };
  }
  const isAddress = one.type === "phone" || one.type === "email";
  const verificationId = isAddress ? one.verificationId : null;
  const sent = verificationId === null ? null : { verificationId, authenticatorId: one.id };
  const given = request.session === undefined ? null : readBearer(request.session);
  // Looked at again behind the locks; here it keeps a code from being used up for nothing.
  const isOpen =
    request.session === undefined || (await isPending(parts, { tenantId, session: request.session }));
  if (!isOpen) return { outcome: "sessionInvalid" };
  const passkey = one.type === "passkey" ? one.request : null;
  const compared = await compare(parts, subscriber, one, { sent, passkey }, request);
  if (compared.type !== "use") {
    const { type, ...fields } = compared;
    return { outcome: type, ...fields } as ConfirmResult;
  }
  const notice = await prepareNotice(parts, subscriber, noticeOfAdded(one), isAddress ? one : undefined);
  const subscriberKey = key("subscriber", subscriber.id);
  const sessionKey = key("session", given?.id ?? nobodysId);
  const credentialKey = one.type === "passkey" ? credentialKeyOf(parts, tenantId, request.passkey) : null;
  const decide = (rows: Rows, at: number): UpdateDecision<ConfirmResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const session = rows.get(sessionKey);
    if (given !== null) {
      // A session that waits for a challenge is not to be had by enrolling something else.
      const isFirst =
        isOpenedBy(session, given, row, tenantId, at) &&
        session.subscriberId === row.id &&
        session.challengeId === null;
      if (!isFirst) return { writes: [], result: { outcome: "sessionInvalid" } };
    }
    const claimed = claimCredential(rows, credentialKey, compared.useOf(row, at));
    if ("need" in claimed) return claimed;
    const decision = decideConfirm(row, claimed.use, at);
    const written = (next: Subscriber): readonly Write[] =>
      next === row ? [] : [{ table: "subscriber", id: row.id, row: next }];
    if (decision.outcome.type !== "confirmed") {
      const { type, ...fields } = decision.outcome;
      return { writes: written(decision.subscriber), result: { outcome: type, ...fields } as ConfirmResult };
    }
    const writes: Write[] = [...notice.writes(rows, at)];
    if (credentialKey !== null) writes.push(takenCredential(credentialKey, row, at));
    const proven = decision.subscriber.authenticators.find(({ id }) => id === one.id) as Authenticator;
    const authenticator = toAuthenticatorView(parts, row, proven);
    const shown = { subscriber: decision.subscriber, proof: decision.outcome.proof, id: one.id };
    // An address is no authenticator: a session that waits for its first goes on waiting.
    const begun =
      given === null || session === undefined || one.type === "email"
        ? { subscriber: shown.subscriber, writes: [], result: noSession }
        : beginActive(parts, request, { ...shown, session }, at);
    return {
      writes: [...writes, ...written(begun.subscriber), ...begun.writes],
      result: { outcome: "confirmed", authenticator, ...begun.result },
    };
  };
  const keys = [...notice.keys, ...(credentialKey === null ? [] : [credentialKey])];
  return await parts.decide([...keys, subscriberKey, sessionKey], decide, subscriber.id);
}

const noSession = { session: null, stepUp: null, trustedDevice: null };

interface Proven {
  readonly session: Session;
  readonly subscriber: Subscriber;
  readonly proof: Proof;
  /** Of the authenticator. */
  readonly id: string;
}

/** The pending session makes way for an active one, with a step-up of its own and, where it is wanted, a trusted device. */
function beginActive(
  parts: AccountParts,
  { trustDevice: name }: Confirm,
  { session, subscriber, proof, id: authenticatorId }: Proven,
  at: number,
) {
  const { tenantId, subscriberId, browser } = session;
  const proofs = [...session.proofs, proof];
  const fields = { tenantId, subscriberId, browser, challengeId: null, proofs };
  const active = planSession(parts, "active", fields, at);
  const stepUp = stepUpOf(parts, active.row, proof, at);
  const trust = isWhole(session.proofs, proof)
    ? trustDevice(parts, { subscriber, authenticatorId, name }, at)
    : null;
  const writes: readonly Write[] = [
    { table: "session", id: session.id, row: ended(session, at) },
    active.write,
    { table: "challenge", id: stepUp.id, row: stepUp },
  ];
  const result = { session: active.begun, stepUp: stepUp.id, trustedDevice: trust?.trusted ?? null };
  return { subscriber: trust?.subscriber ?? subscriber, writes, result };
}

/** A password and the first authenticator are a whole sign-in; a recovery, which took two proofs, is none. */
function isWhole(before: readonly Proof[], proof: Proof): boolean {
  const isSignIn = before.length === 1 && before[0]?.kind === "password";
  return isSignIn && assuranceOf([...before, proof]).aal === 2;
}
