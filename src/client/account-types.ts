import type { Amount } from "./verification.ts";

/** How sure it is who this is, in the words of NIST SP 800-63B-4. */
export interface Assurance {
  readonly aal: number;
  /** It rests on the telephone network alone. */
  readonly restricted: boolean;
  readonly phishingResistant: boolean;
}

/** What somebody enrolled; no seed, number or code is in it. */
export interface AuthenticatorSummary {
  readonly id: string;
  readonly type: "phone" | "totp" | "recoveryCodes" | "passkey" | "email";
  readonly name: string;
  readonly isConfirmed: boolean;
  readonly isDisabled: boolean;
  readonly isRestricted: boolean;
  /** Whether its owner wants to be asked for it first. */
  readonly isPreferred: boolean;
  /** Of a phone: how codes come unless a challenge asks for the other way. */
  readonly channel: "sms" | "voice" | null;
  /** Of a phone, masked. */
  readonly number: string | null;
  /** Of an e-mail address, masked. */
  readonly address: string | null;
  /** Proved so long ago that only its own codes go there until one comes back. */
  readonly isStale: boolean;
  /** When it goes, unless its owner objects; null where it stays. */
  readonly removesAt: string | null;
  readonly codesLeft: number | null;
  /** Of a passkey: whether there are copies of it. */
  readonly isBackedUp: boolean | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface Subscriber {
  readonly id: string;
  /** Null only where what is kept of it cannot be read; it still signs in. */
  readonly name: string | null;
  readonly hasPassword: boolean;
  readonly mustHaveSecond: boolean;
  /** In which language they are told of changes; null for that of the service. */
  readonly locale: string | null;
  /** Nothing is changed: somebody said that a change was not theirs. */
  readonly isFrozen: boolean;
  readonly authenticators: readonly AuthenticatorSummary[];
  readonly createdAt: string;
}

export interface SubscriberList {
  readonly items: readonly Subscriber[];
  readonly nextCursor: string | null;
}

export interface SessionSummary {
  readonly id: string;
  readonly subscriberId: string;
  readonly state: "pending" | "active" | "ended";
  readonly assurance: Assurance;
  readonly createdAt: string;
  readonly endsAt: string;
  readonly steppedUpAt: string | null;
  /** Began with a password on a trusted device: no authenticator was asked for. */
  readonly isOfTrustedDevice: boolean;
  /** As the sign-in said it, such as `Firefox, Linux`. */
  readonly browser: string | null;
  /** When it was presented last, to within a quarter of an hour. */
  readonly seenAt: string;
}

/** A session as an ES256 token for another program. */
export interface SessionStatement {
  readonly statement: string;
  readonly endsAt: string;
}

/** Who signed in on the account pages. */
export interface RedeemedSession {
  /** The user name; null only where what is kept of it cannot be read. */
  readonly name: string | null;
  readonly session: SessionSummary;
}

/** A browser from which a password alone signs its owner in. */
export interface TrustedDevice {
  readonly id: string;
  readonly name: string;
  readonly trustedAt: string;
  readonly endsAt: string;
  readonly lastUsedAt: string | null;
}

export interface NewlyTrustedDevice {
  /** What it presents; null where the answer of an earlier request is repeated. */
  readonly bearer: string | null;
  readonly device: TrustedDevice;
}

export interface BegunSession {
  /** What its holder presents; null where the answer of an earlier request is repeated: sign in again then. */
  readonly bearer: string | null;
  readonly session: SessionSummary;
}

export interface ChallengeSummary {
  readonly id: string;
  readonly subscriberId: string;
  readonly purpose: string;
  readonly status: "pending" | "approved" | "canceled";
  /** What its approval pays; both null where nothing is paid. */
  readonly amount: Amount | null;
  readonly payee: string | null;
  readonly createdAt: string;
  readonly endsAt: string;
}

export interface SentCode {
  /** Which of their authenticators it goes to. */
  readonly authenticatorId: string;
  readonly verificationId: string;
  /** Masked. */
  readonly to: string | null;
  readonly channel: string;
  readonly checksLeft: number;
  readonly codeExpiresAt: string | null;
}

/** A credential as browsers are told of it. */
export interface PasskeyDescriptor {
  readonly type: "public-key";
  readonly id: string;
  readonly transports: readonly string[];
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON` in the browser. */
export interface PasskeyCreationOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: "public-key"; readonly alg: number }[];
  readonly timeout: number;
  readonly excludeCredentials: readonly PasskeyDescriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: "required";
    readonly requireResidentKey: true;
    readonly userVerification: "required";
  };
  readonly attestation: "none";
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON` in the browser. */
export interface PasskeyRequestOptions {
  readonly challenge: string;
  readonly timeout: number;
  readonly rpId: string;
  readonly allowCredentials: readonly PasskeyDescriptor[];
  readonly userVerification: "required";
}

/** What `credential.toJSON()` gives in the browser; more fields than these do no harm. */
export interface PasskeyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject?: string;
    readonly transports?: readonly string[];
    readonly authenticatorData?: string;
    readonly signature?: string;
    readonly userHandle?: string | null;
  };
}

/** Seed, address, codes and options are in this answer and never again. */
export interface EnrolledAuthenticator {
  readonly authenticator: AuthenticatorSummary;
  readonly sent: SentCode | null;
  readonly seed: string | null;
  readonly uri: string | null;
  /** The address as an image in SVG; null also where it is too long for one. */
  readonly qr: string | null;
  readonly codes: readonly string[] | null;
  /** Of a passkey. */
  readonly options: PasskeyCreationOptions | null;
}

export interface NewSubscriber {
  /** A user name, or your own id of the person. */
  readonly name: string;
  readonly password?: string;
  readonly passwordHash?: string;
  readonly mustHaveSecond?: boolean;
  /** BCP 47: in which language they get codes and notices. */
  readonly locale?: string;
}

export interface OfSubscriber {
  readonly subscriberId: string;
}

export interface NewPassword extends OfSubscriber {
  readonly password: string;
  readonly stepUp?: string;
  readonly current?: string;
  readonly session?: string;
  readonly device?: string;
}

export interface NewAuthenticator extends OfSubscriber {
  readonly type: "phone" | "totp" | "recoveryCodes" | "email" | "passkey";
  readonly number?: string;
  /** Of an e-mail address. */
  readonly address?: string;
  readonly channel?: "sms" | "voice";
  readonly issuer?: string;
  readonly seed?: string;
  /** An `otpauth://totp/` address, or the export of an app. */
  readonly uri?: string;
  /** Which account of an export. */
  readonly account?: string;
  /** Of a passkey: what the browser shows its owner as their name. */
  readonly displayName?: string;
  /** Of a passkey: your session that enrols; only that one may confirm it. */
  readonly binding?: string;
  readonly label?: string;
  readonly stepUp?: string;
}

export interface OfAuthenticator extends OfSubscriber {
  readonly authenticatorId: string;
}

/** Who goes on: what the challenge was started with. */
export interface Holder {
  readonly binding?: string;
  readonly session?: string;
}

export interface OnChallenge extends Holder {
  readonly id: string;
}

export interface NewChallenge extends Holder {
  /** This or `name`. */
  readonly subscriberId?: string;
  readonly name?: string;
  readonly purpose?: string;
  readonly passwordChecked?: boolean;
  /** Whether a code is sent at once, where what is asked for first is a phone: preferred, or the only one. */
  readonly send?: boolean;
  /** With `send`: which phone it goes to instead. */
  readonly authenticatorId?: string;
  readonly channel?: "sms" | "voice";
  /** With `payee`: what is to be paid. The text names both, and the check repeats both. */
  readonly amount?: Amount;
  readonly payee?: string;
  /** What a trusted device presents: at a sign-in with a checked password it is enough. */
  readonly trustedDevice?: string;
}

export interface ChallengeShown {
  readonly challenge: ChallengeSummary;
  readonly authenticators: readonly AuthenticatorSummary[];
}

export interface StartedRecovery {
  /** What its holder presents; null where the answer of an earlier request is repeated. */
  readonly recovery: string | null;
  readonly endsAt: string | null;
}

export type RecoveryMethod = "recoveryCode" | "email" | "phone" | "totp" | "password" | "passkey";

export interface CheckedRecovery {
  /** Whether it may be completed; else another method is to follow. */
  readonly isEnough: boolean;
  readonly methods: readonly string[];
}

export interface Recovered {
  readonly subscriberId: string;
  /** Allows to change authenticators for ten minutes. */
  readonly stepUp: string | null;
  /** Becomes active with the first authenticator that is enrolled. */
  readonly pending: BegunSession | null;
}

export interface StartedReset {
  readonly subscriberId: string;
  /** Masked. */
  readonly sentTo: string | null;
  readonly channel: "sms" | "email";
  readonly endsAt: string | null;
}

export interface OpenReset {
  readonly subscriberId: string;
  readonly needsPassword: boolean;
  readonly endsAt: string | null;
}

/** A code, or what the browser answered. */
export type CodeOrPasskey =
  | { readonly code: string; readonly passkey?: undefined }
  | { readonly passkey: PasskeyAnswer; readonly code?: undefined };

/** What a browser is to sign; null where the answer of an earlier request is repeated: ask again then. */
export interface AskedPasskey {
  readonly options: PasskeyRequestOptions | null;
}

export interface AskedPasskeySignIn extends AskedPasskey {
  readonly id: string;
  readonly endsAt: string;
}
