import {
  type Authenticator,
  nameRow,
  newSubscriber,
  type Proof,
  rememberDevice,
  type Subscriber,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { useKey, useRecord } from "../single-use.ts";
import type { VerificationView, ViewTo } from "../view.ts";
import { newBase, newStoredCodes } from "./new-authenticator.ts";
import { judge, type PasswordRefused } from "./new-password.ts";
import { type AccountParts, contextOf, holderDigest, nameIdOf, newName, nobodysId, sealed } from "./parts.ts";
import { type Begun, planSession } from "./sessions.ts";
import { type NewlyTrusted, trustDevice } from "./trusted-devices.ts";
import { type SubscriberView, toSubscriberView } from "./views.ts";

/** The purpose of the verification that a sign-up begins with. */
export const signUpPurpose = "sign-up";
/** How long after its approval a number opens an account. */
const provenMs = 30 * 60_000;

export interface SignUp {
  readonly tenantId: string;
  readonly name: string;
  readonly password: string;
  /** An approved verification with the purpose `sign-up`: its number becomes the first authenticator. */
  readonly verificationId: string;
  /** As the verification was started with. */
  readonly binding: string;
  /** To be known as a device that signed in. */
  readonly device?: string | undefined;
  /** What its owner calls it, to trust it from now on. */
  readonly trustDevice?: string | undefined;
  /** By what its owner recognises this session among the others. */
  readonly browser?: string | undefined;
}

export type SignUpResult =
  | {
      readonly outcome: "signedUp";
      readonly subscriber: SubscriberView;
      readonly session: Begun;
      /** Recovery codes: in this answer and never again. */
      readonly codes: readonly string[];
      /** The device, where that was asked for. */
      readonly trustedDevice: NewlyTrusted | null;
    }
  /** Not approved, not this browser's, too long ago, or used for an account already. */
  | { readonly outcome: "numberNotProved" }
  /** Said only to somebody who has proved a number, so that names are not found out for nothing (W-8). */
  | { readonly outcome: "nameTaken" }
  | { readonly outcome: "nameInvalid" }
  | PasswordRefused;

/** A new subscriber with a phone and recovery codes, signed in: all of it with one commit, or nothing. */
export async function signUp(parts: AccountParts, request: SignUp): Promise<SignUpResult> {
  const { tenantId, password } = request;
  const proven = await provenNumber(parts, request);
  if (proven === null) return { outcome: "numberNotProved" };
  const name = newName(request.name);
  if (name === null) return { outcome: "nameInvalid" };
  const problem = await judge(parts, password, name, true);
  if (problem !== null) return { outcome: "passwordRefused", problem };
  const nameKey = key("subscriberName", nameIdOf(parts, tenantId, name));
  const taken = await parts.store.get(nameKey);
  // Looked at again behind the locks; here it saves a dozen slow hashes.
  if (taken !== undefined && taken.subscriberId !== null) return { outcome: "nameTaken" };
  const { subscriber, codes } = await newRow(parts, request, { name, nameId: nameKey.id, proven });
  const subscriberKey = key("subscriber", subscriber.id);
  const usedKey = useKey(parts, "signUp", request.verificationId);
  const device =
    request.device === undefined ? null : holderDigest(parts, tenantId, "device", request.device);
  const decision = (rows: Rows, now: number): UpdateDecision<SignUpResult> => {
    if (rows.get(usedKey) !== undefined) return { writes: [], result: { outcome: "numberNotProved" } };
    const found = rows.get(nameKey) ?? nameRow(nameKey.id, tenantId, now);
    if (found.subscriberId !== null) return { writes: [], result: { outcome: "nameTaken" } };
    const owned = { ...found, subscriberId: subscriber.id, lastSeenAt: now };
    const named = device === null ? owned : rememberDevice(owned, device, now);
    const proofs = proofsOf(subscriber, proven, now);
    const ids = { tenantId, subscriberId: subscriber.id, challengeId: null, browser: request.browser };
    const session = planSession(parts, "active", { ...ids, proofs }, now);
    const authenticatorId = subscriber.authenticators[0]?.id ?? null;
    const trust = trustDevice(parts, { subscriber, authenticatorId, name: request.trustDevice }, now);
    const writes: Write[] = [
      { table: "subscriberName", id: named.id, row: named },
      { table: "subscriber", id: subscriber.id, row: trust?.subscriber ?? subscriber },
      session.write,
      { table: "idempotency", id: usedKey.id, row: useRecord(usedKey.id, proven.id, "", now) },
    ];
    const view = toSubscriberView(parts, subscriber);
    const trustedDevice = trust?.trusted ?? null;
    return {
      writes,
      result: { outcome: "signedUp", subscriber: view, session: session.begun, codes, trustedDevice },
    };
  };
  return await parts.decide([nameKey, subscriberKey, usedKey], decision);
}

/** The approved verification, which never changes any more; null where there is none for this caller, or no number in it. */
async function provenNumber(parts: AccountParts, request: SignUp): Promise<ViewTo<string> | null> {
  const { tenantId, verificationId: id, binding } = request;
  const found = await parts.engine.get({ tenantId, id, binding });
  if (found === null || found.to === null) return null;
  const isApproved =
    found.status === "approved" &&
    found.purpose === signUpPurpose &&
    parts.clock.now() - (found.settledAt ?? 0) < provenMs;
  return isApproved ? { ...found, to: found.to } : null;
}

async function newRow(
  parts: AccountParts,
  { tenantId, password }: SignUp,
  {
    name,
    nameId,
    proven,
  }: { readonly name: string; readonly nameId: string; readonly proven: ViewTo<string> },
): Promise<{ readonly subscriber: Subscriber; readonly codes: readonly string[] }> {
  const now = parts.clock.now();
  const id = uuidv7(now, parts.random);
  const hash = await parts.hasher.hash(password);
  const { codes, stored } = await newStoredCodes(parts, id);
  const phone = newBase(parts, undefined, "Phone");
  const sealedNumber = sealed(parts, contextOf("number", phone.id, tenantId), proven.to);
  const authenticators: readonly Authenticator[] = [
    { ...phone, type: "phone", confirmedAt: now, lastUsedAt: now, sealedNumber, verificationId: null },
    {
      ...newBase(parts, undefined, "Recovery codes"),
      type: "recoveryCodes",
      confirmedAt: now,
      codes: stored,
    },
  ];
  const sealedName = sealed(parts, contextOf("name", id, tenantId), name);
  const fields = { id, tenantId, nameId, sealedName, password: hash, mustHaveSecond: true };
  // The language in which their number was asked for.
  const { locale } = proven;
  return { subscriber: { ...newSubscriber({ ...fields, locale }, now), authenticators }, codes };
}

function proofsOf(
  { authenticators }: Subscriber,
  { channel, settledAt }: VerificationView,
  now: number,
): readonly Proof[] {
  const authenticatorId = authenticators[0]?.id ?? nobodysId;
  const kind = channel === "voice" ? "voice" : "sms";
  return [
    { kind: "password", authenticatorId: null, at: now },
    { kind, authenticatorId, at: settledAt ?? now },
  ];
}
