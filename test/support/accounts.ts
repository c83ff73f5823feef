import {
  type Authenticator,
  type Challenge,
  newChallenge,
  newSubscriber,
  type PhoneAuthenticator,
  type RecoveryCodes,
  type Subscriber,
  type TotpAuthenticator,
} from "../../src/accounts/index.ts";

/** Rows of accounts for tests of rules. */
export const t0: number = Date.UTC(2026, 0, 1, 12);
export const minute = 60_000;
export const hour = 3_600_000;

const enrolled = {
  name: "mine",
  createdAt: t0,
  confirmedAt: t0,
  lastUsedAt: null,
  wrongInRow: 0,
  disabledAt: null,
};

export function totp(id: string, over: Partial<TotpAuthenticator> = {}): TotpAuthenticator {
  return {
    ...enrolled,
    id,
    type: "totp",
    sealedSeed: `sealed ${id}`,
    algorithm: "sha1",
    digits: 6,
    periodSeconds: 30,
    lastStep: null,
    ...over,
  };
}

export function phone(id: string, over: Partial<PhoneAuthenticator> = {}): PhoneAuthenticator {
  return { ...enrolled, id, type: "phone", sealedNumber: `sealed ${id}`, verificationId: null, ...over };
}

export function recoveryCodes(id: string, count = 10, over: Partial<RecoveryCodes> = {}): RecoveryCodes {
  const codes = Array.from({ length: count }, (_, n) => ({ lookUp: `l${n}`, hash: `h${n}`, usedAt: null }));
  return { ...enrolled, id, type: "recoveryCodes", codes, ...over };
}

export function subscriberWith(
  authenticators: readonly Authenticator[],
  over: Partial<Subscriber> = {},
): Subscriber {
  const fields = { id: "s", tenantId: "t", nameId: "n", sealedName: "sealed", password: "hash" };
  return { ...newSubscriber({ ...fields, mustHaveSecond: true }, t0), authenticators, ...over };
}

export function challengeOf(subscriberId = "s", over: Partial<Challenge> = {}): Challenge {
  const earlier = [{ kind: "password", authenticatorId: null, at: t0 }] as const;
  const fields = { id: "c", tenantId: "t", subscriberId, purpose: "login", binding: null, earlier };
  return { ...newChallenge(fields, t0), ...over };
}
