import {
  type Authenticator,
  type ConfirmDecision,
  decideConfirm,
  decideEnrol,
  type EnrolRefusal,
  ended,
  isEnrolling,
  lockedUntil,
  noticeOfAdded,
  type Subscriber,
} from "../../accounts/index.ts";
import { type NumberRefusal, parsePhoneNumber } from "../../numbers/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { isOpenedBy, readBearer } from "./bearers.ts";
import { claimCredential, credentialKeyOf, isAskedBy, takenCredential } from "./credentials.ts";
import { newBase, newStoredCodes, stepUpOf } from "./new-authenticator.ts";
import { type Notice, nobodyTold, prepareNotice } from "./notices.ts";
import { recordOf } from "./once.ts";
import { type AccountParts, contextOf, nobodysId, sealed } from "./parts.ts";
import { type CodeSent, type CodeText, remembered, type SendRefusal, sendCode } from "./sending.ts";
import { type Begun, planSession } from "./sessions.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type Compared, compare, type Given } from "./uses.ts";
import { type AuthenticatorView, toAuthenticatorView } from "./views.ts";

export type Enrol = SubscriberRef & {
  /** An approved challenge with the purpose `manage`: asked for as soon as anything is enrolled. */
  readonly stepUp?: string | undefined;
  /** What its owner calls it. */
  readonly label?: string | undefined;
};

type Told<O> = O extends { readonly type: infer T } ? { readonly outcome: T } & Omit<O, "type"> : never;
export type EnrolRefused = Told<EnrolRefusal> | { readonly outcome: "subscriberNotFound" };
export type Invalid = { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string };

export type EnrolPhone = Enrol & {
  readonly number: string;
  readonly channel?: "sms" | "voice" | undefined;
  readonly text?: CodeText | undefined;
};

export type EnrolPhoneResult =
  | (Omit<CodeSent, "outcome"> & { readonly outcome: "enrolled"; readonly authenticator: AuthenticatorView })
  | EnrolRefused
  | SendRefusal
  | { readonly outcome: "numberInvalid"; readonly reason: NumberRefusal; readonly detail: string };

/** A phone. It gets its own code and nothing else until that code was entered. */
export async function enrolPhone(parts: AccountParts, request: EnrolPhone): Promise<EnrolPhoneResult> {
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const parsed = parsePhoneNumber(request.number, { allow: parts.numberOverrides });
  if (parsed.type === "refused")
    return { outcome: "numberInvalid", reason: parsed.reason, detail: parsed.detail };
  const base = newBase(parts, request.label ?? "Phone");
  const context = contextOf("number", base.id, subscriber.tenantId);
  const sealedNumber = sealed(parts, context, parsed.phoneNumber.e164);
  const { channel } = request;
  const chosen = channel === undefined ? {} : { channel };
  const row: Authenticator = { ...base, ...chosen, type: "phone", sealedNumber, verificationId: null };
  const added = await add(parts, subscriber.id, row, request.stepUp);
  if (added.outcome !== "enrolled") return added;
  const asked = { before: null, purpose: "enrol", channel: request.channel, text: request.text };
  const sent = await sendCode(parts, subscriber, row, asked);
  if (sent.outcome !== "sent") {
    await change(parts, subscriber.id, (all) => all.filter(({ id }) => id !== row.id), sent);
    return sent;
  }
  await change(parts, subscriber.id, withVerification(row.id, sent.verification.id));
  return { ...added, verification: sent.verification };
}

/** Of something that can be written to. */
export function withVerification(id: string, verificationId: string): Change {
  return (all) =>
    all.map((one) =>
      one.id === id && (one.type === "phone" || one.type === "email") ? { ...one, verificationId } : one,
    );
}

export type SendEnrolment = SubscriberRef & {
  readonly authenticatorId: string;
  readonly channel?: "sms" | "voice" | undefined;
  readonly text?: CodeText | undefined;
};

export type SendEnrolmentResult =
  | (CodeSent & { readonly authenticatorId: string })
  | SendRefusal
  | { readonly outcome: "subscriberNotFound" | "authenticatorNotFound" };

/** Another code to a phone that waits for its first; the same one, where that still works. */
export async function sendEnrolment(
  parts: AccountParts,
  request: SendEnrolment,
): Promise<SendEnrolmentResult> {
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const phone = subscriber.authenticators.find(({ id }) => id === request.authenticatorId);
  const isAddress = phone?.type === "phone" || phone?.type === "email";
  if (!isAddress || !isEnrolling(phone, parts.clock.now())) {
    return { outcome: "authenticatorNotFound" };
  }
  const asked = {
    before: phone.verificationId,
    purpose: "enrol",
    channel: request.channel,
    text: request.text,
  };
  const sent = await sendCode(parts, subscriber, phone, asked);
  if (sent.outcome !== "sent") return await remembered(parts, sent);
  const { id } = sent.verification;
  const subscriberKey = key("subscriber", subscriber.id);
  const result = { ...sent, authenticatorId: phone.id };
  const decision = (rows: Rows): UpdateDecision<SendEnrolmentResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined || id === phone.verificationId) return { writes: [], result };
    const next = { ...row, authenticators: withVerification(phone.id, id)(row.authenticators) };
    return { writes: [{ table: "subscriber", id: row.id, row: next }], result };
  };
  return await parts.decide([subscriberKey], decision, subscriber.id);
}

export type MakeRecoveryCodesResult =
  | {
      readonly outcome: "enrolled";
      readonly authenticator: AuthenticatorView;
      /** In this answer and never again. */
      readonly codes: readonly string[];
    }
  | EnrolRefused;

/** Ten new codes; all old ones are dead with the same commit (L-3). */
export async function makeRecoveryCodes(
  parts: AccountParts,
  request: Enrol,
): Promise<MakeRecoveryCodesResult> {
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const { codes, stored } = await newStoredCodes(parts, subscriber.id);
  const base = newBase(parts, request.label ?? "Recovery codes");
  const row: Authenticator = { ...base, type: "recoveryCodes", confirmedAt: base.createdAt, codes: stored };
  const notice = await prepareNotice(parts, subscriber, noticeOfAdded(row));
  const added = await add(parts, subscriber.id, row, request.stepUp, notice);
  return added.outcome === "enrolled" ? { ...added, codes } : added;
}

export interface Added {
  readonly outcome: "enrolled";
  readonly authenticator: AuthenticatorView;
}

/** Writes it to the subscriber's row if the rules allow it, with the notice of it. */
export async function add(
  parts: AccountParts,
  subscriberId: string,
  row: Authenticator,
  stepUp: string | undefined,
  notice: Notice = nobodyTold,
): Promise<Added | EnrolRefused> {
  const subscriberKey = key("subscriber", subscriberId);
  const stepUpKey = key("challenge", stepUp ?? nobodysId);
  const decision = (rows: Rows, now: number): UpdateDecision<Added | EnrolRefused> => {
    const subscriber = rows.get(subscriberKey);
    if (subscriber === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const decision = decideEnrol(subscriber, row, rows.get(stepUpKey), now);
    if (decision.type === "refused") {
      const { type, ...fields } = decision.outcome;
      return { writes: [], result: { outcome: type, ...fields } as EnrolRefused };
    }
    const write: Write = { table: "subscriber", id: subscriberId, row: decision.subscriber };
    const authenticator = toAuthenticatorView(parts, subscriber, row);
    return {
      writes: [...notice.writes(rows, now), write],
      result: { outcome: "enrolled", authenticator },
    };
  };
  return await parts.decide([...notice.keys, subscriberKey, stepUpKey], decision, subscriberId);
}

export type Change = (authenticators: Subscriber["authenticators"]) => Subscriber["authenticators"];

/** With `instead`, a repeat of the request is answered so from now on. */
export async function change(
  parts: AccountParts,
  id: string,
  next: Change,
  instead?: { readonly outcome: string },
): Promise<void> {
  const subscriberKey = key("subscriber", id);
  await parts.store.update<void>([subscriberKey], (rows, now) => {
    const row = rows.get(subscriberKey);
    const writes: Write[] = [];
    if (row !== undefined) {
      const changed = { ...row, authenticators: next(row.authenticators) };
      writes.push({ table: "subscriber", id, row: changed });
    }
    if (instead !== undefined && parts.idempotency !== null) {
      writes.push(recordOf(parts.idempotency, instead, id, now));
    }
    return { writes, result: undefined };
  });
}

export type Confirm = SubscriberRef &
  Given & {
    readonly authenticatorId: string;
    /** Of a passkey: what its enrolment was given as `binding`. */
    readonly binding?: string | undefined;
    /** A pending session that waits for its first authenticator: it makes way for an active one. */
    readonly session?: string | undefined;
  };

export type ConfirmResult =
  | {
      readonly outcome: "confirmed";
      readonly authenticator: AuthenticatorView;
      readonly session: Begun | null;
      /** With a session that has just begun: its step-up, since the authenticator was shown this moment. */
      readonly stepUp: string | null;
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
  if (request.session !== undefined && given?.state !== "pending") return { outcome: "sessionInvalid" };
  // An address is no authenticator: a session that waits for its first goes on waiting.
  const presented = one.type === "email" ? null : given;
  const passkey = one.type === "passkey" ? one.request : null;
  const compared = await compare(parts, subscriber, one, { sent, passkey }, request);
  if (compared.type !== "use") {
    const { type, ...fields } = compared;
    return { outcome: type, ...fields } as ConfirmResult;
  }
  const notice = await prepareNotice(parts, subscriber, noticeOfAdded(one), isAddress ? one : undefined);
  const subscriberKey = key("subscriber", subscriber.id);
  const sessionKey = key("session", presented?.id ?? nobodysId);
  const credentialKey = one.type === "passkey" ? credentialKeyOf(parts, tenantId, request.passkey) : null;
  const decide = (rows: Rows, at: number): UpdateDecision<ConfirmResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const session = rows.get(sessionKey);
    if (presented !== null) {
      // A session that waits for a challenge is not to be had by enrolling something else.
      const isFirst =
        isOpenedBy(session, presented, row, tenantId, at) &&
        session.subscriberId === row.id &&
        session.challengeId === null;
      if (!isFirst) return { writes: [], result: { outcome: "sessionInvalid" } };
    }
    const claimed = claimCredential(rows, credentialKey, compared.useOf(row, at));
    if ("need" in claimed) return claimed;
    const decision = decideConfirm(row, claimed.use, at);
    const writes: Write[] =
      decision.subscriber === row ? [] : [{ table: "subscriber", id: row.id, row: decision.subscriber }];
    if (decision.outcome.type !== "confirmed") {
      const { type, ...fields } = decision.outcome;
      return { writes, result: { outcome: type, ...fields } as ConfirmResult };
    }
    writes.push(...notice.writes(rows, at));
    if (credentialKey !== null) writes.push(takenCredential(credentialKey, row, at));
    const proven = decision.subscriber.authenticators.find(({ id }) => id === one.id) as Authenticator;
    const authenticator = toAuthenticatorView(parts, row, proven);
    if (presented === null || session === undefined) {
      return { writes, result: { outcome: "confirmed", authenticator, session: null, stepUp: null } };
    }
    const proofs = [...session.proofs, decision.outcome.proof];
    const fields = { tenantId, subscriberId: row.id, challengeId: null, proofs };
    const active = planSession(parts, "active", fields, at);
    const over: Write = { table: "session", id: session.id, row: ended(session, at) };
    const stepUp = stepUpOf(parts, active.row, decision.outcome.proof, at);
    return {
      writes: [...writes, over, active.write, { table: "challenge", id: stepUp.id, row: stepUp }],
      result: { outcome: "confirmed", authenticator, session: active.begun, stepUp: stepUp.id },
    };
  };
  const keys = [...notice.keys, ...(credentialKey === null ? [] : [credentialKey])];
  return await parts.decide([...keys, subscriberKey, sessionKey], decide, subscriber.id);
}
