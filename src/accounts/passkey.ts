import type { Proof } from "./assurance.ts";
import {
  type Authenticator,
  confirmed,
  type PasskeyAuthenticator,
  type PasskeyCredential,
  type PasskeyRequest,
  type Subscriber,
  withAuthenticator,
} from "./subscriber.ts";

/** Why an answer of a browser is not taken. */
export type PasskeyRefusal =
  /** No fields of a passkey, or not in the one form they have. */
  | "malformed"
  /** A registration where a sign-in was asked for, or the other way round. */
  | "purpose"
  /** Not what was asked last, or asked too long ago, or answered already. */
  | "challenge"
  /** From a page that may not ask. */
  | "origin"
  /** From inside a page of another site. */
  | "crossOrigin"
  | "relyingParty"
  | "userPresence"
  | "userVerification"
  /** A copy of what cannot be copied, or one that changed its mind about it. */
  | "backup"
  | "algorithm"
  | "attestation"
  /** Not one of theirs. */
  | "credential"
  /** Somebody has it already. */
  | "registered"
  /** It names somebody else. */
  | "userHandle"
  | "signature"
  /** It counts its uses, and this one is not after the last: there may be two of it. */
  | "signCount";

/** What became of comparing an answer; the rules below look at what else has to hold. */
export type PasskeyShown =
  | { readonly type: "refused"; readonly reason: PasskeyRefusal }
  | { readonly type: "registered"; readonly credential: PasskeyCredential }
  | {
      readonly type: "used";
      readonly credentialId: string;
      readonly signCount: number;
      readonly isBackupEligible: boolean;
      readonly isBackedUp: boolean;
    };

export interface PasskeyUse {
  readonly type: "passkey";
  readonly authenticatorId: string;
  /** What it was asked to sign. */
  readonly challenge: string;
  readonly shown: PasskeyShown;
}

/** The one that a browser's answer names. */
export function passkeyNamed(
  subscriber: Subscriber,
  credentialId: string,
  now: number,
): PasskeyAuthenticator | undefined {
  return confirmed(subscriber, now).find(
    (one): one is PasskeyAuthenticator => one.type === "passkey" && one.credential?.id === credentialId,
  );
}

export const passkeyRequestLifetimeMs = 300_000;
/** WebAuthn 7.1: longer ones are refused. */
export const credentialBytesMax = 1_023;

/** Whether an answer to this challenge is still waited for. */
export function isAsked(
  request: PasskeyRequest | null,
  challenge: string,
  now: number,
): request is PasskeyRequest {
  if (request?.challenge !== challenge) return false;
  // A clock that went back does not make it younger.
  return Math.abs(now - request.askedAt) < passkeyRequestLifetimeMs;
}

export type PasskeyDecision =
  | { readonly type: "refused"; readonly reason: PasskeyRefusal }
  | { readonly type: "right"; readonly next: PasskeyAuthenticator };

/** Its first answer makes it a passkey; each later one has to be of that. */
export function decidePasskey(one: PasskeyAuthenticator, shown: PasskeyShown): PasskeyDecision {
  const refuse = (reason: PasskeyRefusal): PasskeyDecision => ({ type: "refused", reason });
  if (shown.type === "refused") return shown;
  const { credential } = one;
  if (shown.type === "registered") {
    if (credential !== null) return refuse("purpose");
    return { type: "right", next: { ...one, request: null, credential: shown.credential } };
  }
  if (credential === null) return refuse("purpose");
  if (shown.credentialId !== credential.id) return refuse("credential");
  // WebAuthn 7.2: eligible once, eligible always.
  if (shown.isBackupEligible !== credential.isBackupEligible) return refuse("backup");
  const counts = shown.signCount !== 0 || credential.signCount !== 0;
  if (counts && shown.signCount <= credential.signCount) return refuse("signCount");
  const next = { ...credential, signCount: shown.signCount, isBackedUp: shown.isBackedUp };
  return { type: "right", next: { ...one, credential: next } };
}

export type PasskeyUseOutcome =
  | { readonly type: "passkeyRefused"; readonly reason: PasskeyRefusal }
  | { readonly type: "authenticatorNotFound" | "authenticatorDisabled" }
  | { readonly type: "right"; readonly proof: Proof };

/**
 * Nobody guesses a signature: what is refused is not counted, and the budget of the codes does not hold a passkey back.
 */
export function decidePasskeyUse(
  subscriber: Subscriber,
  usable: readonly Authenticator[],
  { authenticatorId, shown }: PasskeyUse,
  now: number,
): { readonly subscriber: Subscriber; readonly outcome: PasskeyUseOutcome } {
  const refuse = (outcome: PasskeyUseOutcome) => ({ subscriber, outcome });
  const one = usable.find(({ id }) => id === authenticatorId);
  if (one?.type !== "passkey") return refuse({ type: "authenticatorNotFound" });
  if (one.disabledAt !== null) return refuse({ type: "authenticatorDisabled" });
  const decided = decidePasskey(one, shown);
  if (decided.type === "refused") return refuse({ type: "passkeyRefused", reason: decided.reason });
  const next = { ...decided.next, lastUsedAt: now };
  const proof: Proof = { kind: "passkey", authenticatorId, at: now };
  return { subscriber: withAuthenticator(subscriber, next, now), outcome: { type: "right", proof } };
}
