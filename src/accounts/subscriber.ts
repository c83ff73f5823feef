import type { SealedRecipient } from "../verification/index.ts";
import { type Failures, noFailures } from "./budget.ts";

/** An enrolled person: what they know, what they enrolled, and how often they were wrong lately. */
export interface Subscriber {
  readonly id: string;
  readonly tenantId: string;
  /** The row of the name by which the application knows them: a user name, or an id of its own. */
  readonly nameId: string;
  readonly sealedName: string;
  /** A salted slow hash with its parameters; null where the application checks passwords itself. */
  readonly password: string | null;
  /** Whether a password alone never signs in: without an authenticator, the first thing is to enrol one. */
  readonly mustHaveSecond: boolean;
  /** BCP 47: in which language they are written to; absent for that of the service. */
  readonly locale?: string;
  /** In which notices still come after it was changed; null for that of the service. Absent while it never was. */
  readonly localeBefore?: { readonly locale: string | null; readonly until: number };
  readonly authenticators: readonly Authenticator[];
  /** One budget for all of them: a guess at one is a guess at the account (T-5, L-4). */
  readonly failures: Failures;
  /** The same of recoveries, which whoever knows a name can begin; absent while none was wrong lately. */
  readonly recoveryFailures?: Failures;
  /** What recoveries took of its addresses in the last day; absent while none did. */
  readonly recoveryUses?: readonly RecoveryUse[];
  /** The codes that others took the place of, and when: "this was not me" brings them back. Absent while none were replaced. */
  readonly replacedCodes?: { readonly codes: RecoveryCodes; readonly at: number };
  /** Sessions that began until then are over, but for one; absent while none was ended that way. */
  readonly sessionsEnded?: { readonly at: number; readonly but: string | null };
  /** Step-ups of before then allow nothing, but for this one: the account was taken back. Absent while it never was. */
  readonly stepUpsEnded?: { readonly at: number; readonly but: string | null };
  /** What its owner wants to be asked for first; absent, or of one that is gone, for nothing in particular. */
  readonly preferredId?: string;
  /** Browsers from which a password alone signs in, newest first; absent while there was none. */
  readonly trustedDevices?: readonly TrustedDevice[];
  /** Since when nothing of it is changed any more: somebody said that a change was not theirs. Absent while open. */
  readonly frozenAt?: number;
  /** When that was said last, also after it was lifted: links from before do nothing any more. */
  readonly disputedAt?: number;
  /** Links of notices that were made until then do nothing: the account was taken back. Absent while it never was. */
  readonly linksEndedAt?: number;
  /** When and how its owner took it back last; absent while they never did. */
  readonly takenBack?: { readonly at: number; readonly by: "recovery" | "reset" };
  /** When the password was changed last; absent where it never was. */
  readonly passwordChangedAt?: number;
  /** The reset on its way to one of its addresses; absent where there is none. */
  readonly reset?: Reset;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a recovery takes of an address: a message to it, or a code that is compared with what it was sent. */
export interface RecoveryUse {
  readonly type: "phone" | "email";
  readonly what: "send" | "check";
  readonly at: number;
}

/** A way back in that somebody with authority opened: a link to a proven address, used once (P-7). */
export interface Reset {
  /** SHA-256 of what the link holds. */
  readonly digest: string;
  readonly startedAt: number;
  readonly endsAt: number;
  /** Which of their addresses it went to; absent in those of before. */
  readonly authenticatorId?: string;
}

interface Enrolled {
  readonly id: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly createdAt: number;
  /** Null until one right code was given (T-7). */
  readonly confirmedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly wrongInRow: number;
  /** After too many wrong codes in a row it is dead until it is enrolled again. */
  readonly disabledAt: number | null;
  /** When it goes; absent while nobody wants that. Until then it works as before. */
  readonly removesAt?: number;
}

export interface PhoneAuthenticator extends Enrolled {
  readonly type: "phone";
  readonly sealedNumber: string;
  /** The verification that is to confirm it; null once it did. */
  readonly verificationId: string | null;
  /** How codes come unless a challenge asks for the other way; absent for texts. */
  readonly channel?: "sms" | "voice";
  /** Who gets its codes, as their own row says it; absent until a challenge was met with one of them. */
  readonly recipient?: SealedRecipient;
}

/** An address to write to: it gets notices and helps to recover, and never meets a challenge. */
export interface EmailAddressEnrolled extends Enrolled {
  readonly type: "email";
  readonly sealedAddress: string;
  /** The verification that is to confirm it; null once it did. */
  readonly verificationId: string | null;
  /** Whether an authenticator was shown when it was added: only then does it help to recover. */
  readonly isVouched: boolean;
}

export type TotpAlgorithm = "sha1" | "sha256" | "sha512";

export interface TotpAuthenticator extends Enrolled {
  readonly type: "totp";
  readonly sealedSeed: string;
  readonly algorithm: TotpAlgorithm;
  readonly digits: 6 | 7 | 8;
  readonly periodSeconds: number;
  /** The step of the last code that was accepted: only later ones are (T-4). */
  readonly lastStep: number | null;
}

export interface RecoveryCodes extends Enrolled {
  readonly type: "recoveryCodes";
  readonly codes: readonly StoredRecoveryCode[];
}

export interface StoredRecoveryCode {
  /** A few bits of a keyed digest: which slow hash to compare with, and no more than that (L-2). */
  readonly lookUp: string;
  readonly hash: string;
  readonly usedAt: number | null;
}

/** A browser that its owner trusts: a right password signs in from it, without an authenticator. */
export interface TrustedDevice {
  readonly id: string;
  /** What its owner calls it. */
  readonly name: string;
  /** SHA-256 of what the browser presents. */
  readonly digest: string;
  /** What it was trusted with: it ends together with that. */
  readonly authenticatorId: string;
  readonly trustedAt: number;
  readonly endsAt: number;
  readonly lastUsedAt: number | null;
}

/** In the place of a hash: what no password matches, until a new one is set. */
export const voidPassword = "void";

/** What a browser was asked to sign, once: for this purpose, this session, and a few minutes. */
export interface PasskeyRequest {
  /** 32 random bytes. */
  readonly challenge: string;
  /** Keyed digest of the session that asked, where it was named. */
  readonly binding: string | null;
  readonly askedAt: number;
}

/** The public half of a passkey, with what its authenticator said of itself when it was used last. */
export interface PasskeyCredential {
  readonly id: string;
  /** COSE, as it was registered. */
  readonly publicKey: string;
  readonly signCount: number;
  /** Whether it may be copied to other devices of its owner; that never changes. */
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  /** How browsers reach it: hints of theirs. */
  readonly transports: readonly string[];
}

/** A passkey is used with a finger, a face or a PIN: alone it is both what somebody has and what they know. */
export interface PasskeyAuthenticator extends Enrolled {
  readonly type: "passkey";
  /** What its browser was asked for; null once that was answered. */
  readonly request: PasskeyRequest | null;
  /** Null until it is confirmed. */
  readonly credential: PasskeyCredential | null;
}

export type Authenticator =
  | PhoneAuthenticator
  | EmailAddressEnrolled
  | TotpAuthenticator
  | RecoveryCodes
  | PasskeyAuthenticator;

export const authenticatorsMax = 10;
/** An enrolment that nobody confirms is forgotten (T-7). */
export const enrolmentLifetimeMs = 900_000;
/** With a window of three codes, 33 guesses are right once in ten thousand times (T-5). */
export const wrongInRowMax: Readonly<Record<Authenticator["type"], number>> = {
  totp: 33,
  phone: 100,
  recoveryCodes: 100,
  email: 100,
  // Never reached: what is no guess is not counted.
  passkey: 100,
};

/** From here on a wrong code is answered with how many more it takes until its authenticator is disabled (S-4). */
export const wrongLeftWarned = 5;

/** How many wrong codes in a row it takes until this one is disabled. */
export function wrongLeft({ type, wrongInRow }: Pick<Authenticator, "type" | "wrongInRow">): number {
  return Math.max(0, wrongInRowMax[type] - wrongInRow);
}

export function newSubscriber(
  fields: Pick<
    Subscriber,
    "id" | "tenantId" | "nameId" | "sealedName" | "password" | "mustHaveSecond" | "locale"
  >,
  now: number,
): Subscriber {
  return { ...fields, authenticators: [], failures: noFailures, createdAt: now, updatedAt: now };
}

/** Still there: what was to be removed is gone from its time on, whether or not anybody wrote that. */
export function isKept({ removesAt }: Authenticator, now: number): boolean {
  return removesAt === undefined || now < removesAt;
}

/** What may be used to sign in, or could be once it is enabled again: never a mere address. */
export function confirmed({ authenticators }: Subscriber, now: number): readonly Authenticator[] {
  return authenticators.filter((one) => one.confirmedAt !== null && one.type !== "email" && isKept(one, now));
}

/** Whether a right password is not enough: also where all that was enrolled is disabled (C-20). */
export function hasSecond(subscriber: Subscriber, now: number): boolean {
  return confirmed(subscriber, now).length > 0;
}

/** An enrolment that can still be confirmed. */
export function isEnrolling({ confirmedAt, createdAt }: Authenticator, now: number): boolean {
  return confirmedAt === null && now - createdAt < enrolmentLifetimeMs;
}

/**
 * Without what was begun and not confirmed. Whoever throws others out by a new password, an end to all sessions or a
 * recovery throws out what they had begun: confirming it takes no step-up any more, only its own code.
 */
export function onlyConfirmed({ authenticators }: Subscriber): readonly Authenticator[] {
  return authenticators.filter(({ confirmedAt }) => confirmedAt !== null);
}

/** As it is where nobody wants it to go. */
export function staying({ removesAt: _never, ...one }: Authenticator): Authenticator {
  return one;
}

export function withAuthenticator(subscriber: Subscriber, changed: Authenticator, now: number): Subscriber {
  const authenticators = subscriber.authenticators.map((one) => (one.id === changed.id ? changed : one));
  return { ...subscriber, authenticators, updatedAt: now };
}
