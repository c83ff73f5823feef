import {
  type Assurance,
  type Authenticator,
  assuranceOf,
  type Challenge,
  choicesOf,
  isKept,
  isStale,
  lastAuthenticatedAt,
  type Session,
  type Subscriber,
  type TrustedDevice,
} from "../../accounts/index.ts";
import { maskEmail, maskPhoneNumber } from "../../numbers/index.ts";
import { paymentInputOf } from "../payment.ts";
import { type AccountParts, shownIn, shownName } from "./parts.ts";

/** A subscriber without anything secret. Instants are milliseconds since the epoch. */
export interface SubscriberView {
  readonly id: string;
  /** Null only where what is kept of it cannot be read (`seal_broken` in the log); it still signs in. */
  readonly name: string | null;
  readonly hasPassword: boolean;
  readonly mustHaveSecond: boolean;
  /** In which language they are told of changes; null for that of the service. */
  readonly locale: string | null;
  /** Whether nothing of it is changed any more, since somebody said that a change was not theirs. */
  readonly isFrozen: boolean;
  readonly authenticators: readonly AuthenticatorView[];
  readonly createdAt: number;
}

/** What somebody enrolled. No seed, number or code is in it (T-6). */
export interface AuthenticatorView {
  readonly id: string;
  readonly type: Authenticator["type"];
  readonly name: string;
  readonly isConfirmed: boolean;
  readonly isDisabled: boolean;
  /** Over the telephone network: people should have another one beside it. */
  readonly isRestricted: boolean;
  /** Of a phone: its number, masked; null where it cannot be read. */
  readonly number: string | null;
  /** Whether its owner wants to be asked for it first. */
  readonly isPreferred: boolean;
  /** Of a phone: how codes come unless a challenge asks for the other way. */
  readonly channel: "sms" | "voice" | null;
  /** Of an e-mail address: itself, masked; null where it cannot be read. */
  readonly address: string | null;
  /** Of an address: whether it was proved so long ago that it gets nothing but its own codes until one comes back. */
  readonly isStale: boolean;
  /** When it goes, unless somebody objects; null where it stays. */
  readonly removesAt: number | null;
  /** Of recovery codes: how many are left (L-3). */
  readonly codesLeft: number | null;
  /** Of a passkey: whether there are copies of it, on other devices or with whoever keeps them. */
  readonly isBackedUp: boolean | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

export interface ChallengeView {
  readonly id: string;
  readonly subscriberId: string;
  readonly purpose: string;
  readonly status: Challenge["status"];
  /** What its approval pays; both null where nothing is paid. */
  readonly amount: { readonly currency: string; readonly value: string } | null;
  readonly payee: string | null;
  readonly createdAt: number;
  readonly endsAt: number;
}

export interface SessionView {
  readonly id: string;
  readonly subscriberId: string;
  readonly state: Session["state"];
  readonly assurance: Assurance;
  readonly createdAt: number;
  readonly endsAt: number;
  /** When an authenticator was used last; null where only a password was. */
  readonly steppedUpAt: number | null;
  /** Whether it began with a password on a trusted device, where no authenticator was asked for. */
  readonly isOfTrustedDevice: boolean;
  /** By what its owner recognises it, such as `Firefox, Linux`; null where nobody said it. */
  readonly browser: string | null;
  /** When it was presented last, to within a quarter of an hour. */
  readonly seenAt: number;
}

export function toSubscriberView(parts: AccountParts, row: Subscriber): SubscriberView {
  return {
    id: row.id,
    name: shownName(parts, row),
    hasPassword: row.password !== null,
    mustHaveSecond: row.mustHaveSecond,
    locale: row.locale ?? null,
    isFrozen: row.frozenAt !== undefined,
    authenticators: row.authenticators
      .filter((one) => isKept(one, parts.clock.now()))
      .map((one) => toAuthenticatorView(parts, row, one)),
    createdAt: row.createdAt,
  };
}

export function toAuthenticatorView(
  parts: AccountParts,
  { tenantId, preferredId }: Subscriber,
  one: Authenticator,
  /** Its address, where it is known already. */
  known?: string,
): AuthenticatorView {
  const isAddress = one.type === "phone" || one.type === "email";
  const reached = isAddress ? (known ?? shownIn(parts, tenantId, one)) : null;
  return {
    id: one.id,
    type: one.type,
    name: one.name,
    isConfirmed: one.confirmedAt !== null,
    isDisabled: one.disabledAt !== null,
    isRestricted: one.type === "phone",
    isPreferred: one.id === preferredId,
    channel: one.type === "phone" ? (one.channel ?? "sms") : null,
    number: one.type === "phone" && reached !== null ? maskPhoneNumber(reached) : null,
    address: one.type === "email" && reached !== null ? maskEmail(reached) : null,
    isStale: isAddress && isStale(one, parts.settings.addressAgeMaxMs, parts.clock.now()),
    removesAt: one.removesAt ?? null,
    codesLeft: one.type === "recoveryCodes" ? one.codes.filter(({ usedAt }) => usedAt === null).length : null,
    isBackedUp: one.type === "passkey" ? (one.credential?.isBackedUp ?? null) : null,
    createdAt: one.createdAt,
    lastUsedAt: one.lastUsedAt,
  };
}

export function toSessionView(session: Session): SessionView {
  return {
    id: session.id,
    subscriberId: session.subscriberId,
    state: session.state,
    assurance: assuranceOf(session.proofs),
    createdAt: session.createdAt,
    endsAt: session.endsAt,
    steppedUpAt: lastAuthenticatedAt(session.proofs),
    isOfTrustedDevice: session.proofs.some(({ kind }) => kind === "trustedDevice"),
    browser: session.browser ?? null,
    seenAt: session.seenAt ?? session.createdAt,
  };
}

/** A trusted device without what it presents. */
export interface TrustedDeviceView {
  readonly id: string;
  readonly name: string;
  readonly trustedAt: number;
  readonly endsAt: number;
  /** When somebody signed in from it last without an authenticator. */
  readonly lastUsedAt: number | null;
}

export function toTrustedDeviceView({
  id,
  name,
  trustedAt,
  endsAt,
  lastUsedAt,
}: TrustedDevice): TrustedDeviceView {
  return { id, name, trustedAt, endsAt, lastUsedAt };
}

export function toChallengeView({
  id,
  subscriberId,
  purpose,
  status,
  payment,
  createdAt,
  endsAt,
}: Challenge): ChallengeView {
  const { amount, payee } = payment === null ? { amount: null, payee: null } : paymentInputOf(payment);
  return { id, subscriberId, purpose, status, amount, payee, createdAt, endsAt };
}

/** What a challenge can be met with, to be chosen from, the preferred one first. */
export function usable(
  parts: AccountParts,
  subscriber: Subscriber,
  challenge: Pick<Challenge, "payment"> = { payment: null },
): readonly AuthenticatorView[] {
  return choicesOf(subscriber, challenge, parts.clock.now()).map((one) =>
    toAuthenticatorView(parts, subscriber, one),
  );
}
