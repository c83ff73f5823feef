import {
  type Authenticator,
  decideEnrol,
  type EnrolRefusal,
  isEnrolling,
  noticeOfAdded,
  type Subscriber,
} from "../../accounts/index.ts";
import { type NumberRefusal, parsePhoneNumber } from "../../numbers/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { newBase, newStoredCodes } from "./new-authenticator.ts";
import { type Notice, nobodyTold, prepareNotice } from "./notices.ts";
import { recordOf } from "./once.ts";
import { type AccountParts, contextOf, nobodysId, sealed } from "./parts.ts";
import { type CodeSent, type CodeText, remembered, type SendRefusal, sendCode } from "./sending.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
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
  const base = newBase(parts, request.label, "Phone");
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
  const base = newBase(parts, request.label, "Recovery codes");
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
