import {
  type Challenge,
  decidePassword,
  hasSecond,
  nameRow,
  newChallenge,
  type Proof,
  rememberDevice,
  type Subscriber,
  type SubscriberName,
  trustedDeviceProof,
  usedDevice,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { readDeviceBearer } from "./bearers.ts";
import { type AccountParts, canonicalName, holderDigest, nameIdOf, nobodysId } from "./parts.ts";
import { type Begun, planSession } from "./sessions.ts";

import { type AuthenticatorView, usable } from "./views.ts";

export interface SignIn {
  readonly tenantId: string;
  readonly name: string;
  readonly password: string;
  /** The application's word for the device, from a cookie that only a device that signed in has. */
  readonly device?: string | undefined;
  /** What a trusted device presents: from one, a right password is enough. */
  readonly trustedDevice?: string | undefined;
  /** By what its owner recognises this session among the others, such as `Firefox, Linux`. */
  readonly browser?: string | undefined;
}

export type SignInResult =
  | { readonly outcome: "signedIn"; readonly session: Begun }
  /** The password was right; the challenge is what the pending session opens, and nothing else. */
  | {
      readonly outcome: "challengeRequired";
      readonly pending: Begun;
      readonly challengeId: string;
      readonly authenticators: readonly AuthenticatorView[];
    }
  /** The password was right, and the first authenticator is to be enrolled before anything else. */
  | { readonly outcome: "enrolmentRequired"; readonly pending: Begun; readonly subscriberId: string }
  /** Name or password: no answer tells which. */
  | { readonly outcome: "signInRefused" }
  | { readonly outcome: "signInLocked"; readonly retryAt: number };

/** One slow hash and one transaction, whoever it is and whether there is anybody; no hash while the name is locked. */
export async function signIn(parts: AccountParts, request: SignIn): Promise<SignInResult> {
  const { tenantId, password, browser } = request;
  const name = canonicalName(request.name) ?? "";
  const nameKey = key("subscriberName", nameIdOf(parts, tenantId, name));
  const found = await parts.store.get(nameKey);
  const subscriber = await parts.store.get(key("subscriber", found?.subscriberId ?? nobodysId));
  // No password of ours is as long: it is nobody's, and costs the same.
  const isTooLong = password.length > passwordLengthMax;
  const hash = isTooLong ? null : (subscriber?.password ?? null);
  const device =
    request.device === undefined ? null : holderDigest(parts, tenantId, "device", request.device);
  const lock: { retryAt: number | null } = { retryAt: null };
  const verified = await parts.hasher.verify(hash, isTooLong ? "" : password, async () => {
    lock.retryAt = await lockedUntil(parts, nameKey.id, device);
    return lock.retryAt === null;
  });
  const trusted = readDeviceBearer(request.trustedDevice);
  const result = await parts.decide<SignInResult>([nameKey], (rows, now) => {
    // No hash was made, so that nothing is known of the password.
    const { retryAt } = lock;
    if (retryAt !== null) return { writes: [], result: { outcome: "signInLocked", retryAt } };
    const row = rows.get(nameKey) ?? nameRow(nameKey.id, tenantId, now);
    const subscriberKey = key("subscriber", row.subscriberId ?? nobodysId);
    if (!rows.has(subscriberKey)) return { need: [subscriberKey] };
    const current = rows.get(subscriberKey);
    // Compared with the hash that was read before: had it changed meanwhile, the old password would still sign in.
    const matches = verified.matches && current !== undefined && current.password === hash;
    const { next, outcome } = decidePassword(row, { device, matches }, now);
    const write: Write = { table: "subscriberName", id: next.id, row: next };
    switch (outcome.type) {
      case "locked":
        return { writes: [], result: { outcome: "signInLocked", retryAt: outcome.retryAt } };
      case "wrong":
        return { writes: [write], result: { outcome: "signInRefused" } };
      case "right":
        return goOn(parts, { name: next, subscriber: current as Subscriber, device, trusted, browser }, now);
      default:
        return outcome satisfies never;
    }
  });
  const isIn = result.outcome !== "signInRefused" && result.outcome !== "signInLocked";
  if (isIn && verified.isOutdated) await rehash(parts, subscriber as Subscriber, password);
  return result;
}

/**
 * Until when a name is locked, in the same way whether or not anybody has it: then no slow hash is made. Many tries at once
 * of a name whose hash is one of elsewhere, and slow, are over as soon as the first few of them were wrong.
 */
async function lockedUntil(
  { store, clock }: AccountParts,
  nameId: string,
  device: string | null,
): Promise<number | null> {
  const row = await store.get(key("subscriberName", nameId));
  if (row === undefined) return null;
  const { outcome } = decidePassword(row, { device, matches: false }, clock.now());
  return outcome.type === "locked" ? outcome.retryAt : null;
}

/** Of what is looked at; hashes from elsewhere may be of longer ones than ours. */
const passwordLengthMax = 1_024;

interface Known {
  readonly name: SubscriberName;
  readonly subscriber: Subscriber;
  readonly device: string | null;
  readonly trusted: ReturnType<typeof readDeviceBearer>;
  readonly browser: string | undefined;
}

/** After a right password: a challenge, an enrolment, or, where neither is asked for, a session. */
function goOn(
  parts: AccountParts,
  { name, subscriber, device, trusted, browser }: Known,
  now: number,
): UpdateDecision<SignInResult> {
  const { id: subscriberId, tenantId } = subscriber;
  const proofs: readonly Proof[] = [{ kind: "password", authenticatorId: null, at: now }];
  const seen: Write = { table: "subscriberName", id: name.id, row: name };
  const own = { tenantId, subscriberId, browser };
  const used = hasSecond(subscriber, now) ? usedDevice(subscriber, trusted, now) : null;
  if (used !== null) {
    const shown = [...proofs, trustedDeviceProof(used.device, now)];
    const fields = { ...own, challengeId: null, proofs: shown };
    const active = planSession(parts, "active", fields, now);
    return {
      writes: [seen, { table: "subscriber", id: subscriberId, row: used.subscriber }, active.write],
      result: { outcome: "signedIn", session: active.begun },
    };
  }
  if (hasSecond(subscriber, now)) {
    const challengeId = uuidv7(now, parts.random);
    const pending = planSession(parts, "pending", { ...own, challengeId, proofs }, now);
    const challenge = loginChallenge(parts, challengeId, subscriber, pending.row.id, proofs, now);
    return {
      writes: [seen, pending.write, { table: "challenge", id: challengeId, row: challenge }],
      result: {
        outcome: "challengeRequired",
        pending: pending.begun,
        challengeId,
        authenticators: usable(parts, subscriber),
      },
    };
  }
  if (subscriber.mustHaveSecond) {
    const pending = planSession(parts, "pending", { ...own, challengeId: null, proofs }, now);
    return {
      writes: [seen, pending.write],
      result: { outcome: "enrolmentRequired", pending: pending.begun, subscriberId },
    };
  }
  const active = planSession(parts, "active", { ...own, challengeId: null, proofs }, now);
  const known = device === null ? name : rememberDevice(name, device, now);
  return {
    writes: [{ table: "subscriberName", id: name.id, row: known }, active.write],
    result: { outcome: "signedIn", session: active.begun },
  };
}

function loginChallenge(
  parts: AccountParts,
  id: string,
  { id: subscriberId, tenantId }: Subscriber,
  sessionId: string,
  earlier: readonly Proof[],
  now: number,
): Challenge {
  const binding = holderDigest(parts, tenantId, "session", sessionId);
  return newChallenge({ id, tenantId, subscriberId, purpose: "login", binding, earlier }, now);
}

/** Makes an old hash anew now that the password is at hand; lost to a change of the password meanwhile. */
async function rehash(
  parts: AccountParts,
  { id, password: before }: Subscriber,
  given: string,
): Promise<void> {
  const password = await parts.hasher.hash(given);
  const subscriberKey = key("subscriber", id);
  await parts.store.update<void>([subscriberKey], (rows: Rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined || row.password !== before) return { writes: [], result: undefined };
    return {
      writes: [{ table: "subscriber", id, row: { ...row, password, updatedAt: now } }],
      result: undefined,
    };
  });
}
