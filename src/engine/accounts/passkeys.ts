import {
  type Challenge,
  challengeRefusal,
  confirmed,
  decidePasskeyUse,
  isAsked,
  newChallenge,
  type PasskeyAuthenticator,
  type PasskeyCredential,
  type PasskeyRefusal,
  type PasskeyRequest,
  type PasskeyShown,
  passkeyNamed,
  passkeyRequestLifetimeMs,
  rememberDevice,
  type Subscriber,
} from "../../accounts/index.ts";
import {
  type PasskeyAnswer,
  type RequestOptions,
  requestOptions,
  requirePasskeys,
  verifyAssertion,
} from "../../authenticators/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { ownerOfHandle } from "../../secrets/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { type AccountParts, holderDigest, nobodysId, requireRelyingParty } from "./parts.ts";
import { type Begun, planSession } from "./sessions.ts";

const challengeBytes = 32;

/** Something new to sign, at `now`. */
export function newRequest(parts: AccountParts, binding: string | null, now: number): PasskeyRequest {
  return {
    challenge: Buffer.from(parts.random.bytes(challengeBytes)).toString("base64url"),
    binding,
    askedAt: now,
  };
}

/** The passkeys that may be used, which browsers are told of. */
export function passkeysOf(subscriber: Subscriber, now: number): readonly PasskeyCredential[] {
  return confirmed(subscriber, now)
    .filter((one): one is PasskeyAuthenticator => one.type === "passkey" && one.disabledAt === null)
    .flatMap(({ credential }) => (credential === null ? [] : [credential]));
}

export interface AskPasskeySignIn {
  readonly tenantId: string;
  /** The application's word for the browser that signs in: only that one may go on. */
  readonly binding: string;
}

export interface PasskeySignInAsked {
  readonly outcome: "passkeyAsked";
  readonly signInId: string;
  readonly endsAt: number;
  readonly options: RequestOptions;
}

/** Asks for any passkey that a person has here, whoever they are. */
export async function askPasskeySignIn(
  parts: AccountParts,
  { tenantId, binding: given }: AskPasskeySignIn,
): Promise<PasskeySignInAsked> {
  const relyingParty = requireRelyingParty(parts);
  await requirePasskeys();
  const now = parts.clock.now();
  const binding = holderDigest(parts, tenantId, "binding", given);
  const passkey = newRequest(parts, null, now);
  const id = uuidv7(now, parts.random);
  // Of nobody: a challenge of somebody is never met with it, nor it with theirs.
  const fields = { id, tenantId, subscriberId: nobodysId, purpose: "login", binding, earlier: [] };
  const row: Challenge = { ...newChallenge(fields, now), passkey, endsAt: now + passkeyRequestLifetimeMs };
  const options = requestOptions(relyingParty, passkey.challenge, []);
  return await parts.decide<PasskeySignInAsked>([key("challenge", id)], () => ({
    writes: [{ table: "challenge", id, row }],
    result: { outcome: "passkeyAsked", signInId: id, endsAt: row.endsAt, options },
  }));
}

export interface PasskeySignIn extends AskPasskeySignIn {
  readonly signInId: string;
  readonly passkey: PasskeyAnswer;
  readonly device?: string | undefined;
  /** By what its owner recognises this session among the others. */
  readonly browser?: string | undefined;
}

export type PasskeySignInResult =
  | { readonly outcome: "signedIn"; readonly session: Begun }
  /** Not a passkey of anybody's, or not signed by it: no answer tells which. */
  | { readonly outcome: "signInRefused" }
  /** An answer to something else, or from somewhere else; whoever it says it is. */
  | { readonly outcome: "passkeyRefused"; readonly reason: PasskeyRefusal }
  | { readonly outcome: "challengeNotFound" | "challengeExpired" }
  | { readonly outcome: "challengeSettled"; readonly status: "approved" | "canceled" };

/** Refusals that say something of somebody's passkeys. */
const tellsOfSomebody: ReadonlySet<PasskeyRefusal> = new Set<PasskeyRefusal>([
  "backup",
  "credential",
  "purpose",
  "signature",
  "signCount",
  "userHandle",
]);

/** One look for the owner, one signature compared and one transaction, whoever it is and whether there is anybody. */
export async function signInWithPasskey(
  parts: AccountParts,
  request: PasskeySignIn,
): Promise<PasskeySignInResult> {
  const { tenantId, passkey: answer, browser } = request;
  const relyingParty = requireRelyingParty(parts);
  const challengeKey = key("challenge", request.signInId);
  const found = await parts.store.get(challengeKey);
  if (!isHeld(parts, found, request) || found.passkey === null) return { outcome: "challengeNotFound" };
  const { challenge } = found.passkey;
  const owner = ownerOfHandle(parts.keyring, answer.response.userHandle ?? "") ?? nobodysId;
  const subscriberKey = key("subscriber", owner);
  const read = await parts.store.get(subscriberKey);
  const known = read?.tenantId === tenantId ? read : undefined;
  const one = known === undefined ? undefined : passkeyNamed(known, answer.id, parts.clock.now());
  const shown = await verifyAssertion({ relyingParty, challenge }, answer, one?.credential ?? null);
  const nameKey = key("subscriberName", known?.nameId ?? nobodysId);
  const decision = (rows: Rows, now: number): UpdateDecision<PasskeySignInResult> => {
    const row = rows.get(challengeKey);
    if (row === undefined) return { writes: [], result: { outcome: "challengeNotFound" } };
    const over = challengeRefusal(row, now);
    if (over?.type === "challengeExpired") return { writes: [], result: { outcome: "challengeExpired" } };
    if (over !== null) return { writes: [], result: { outcome: "challengeSettled", status: over.status } };
    if (!isAsked(row.passkey, challenge, now)) {
      return { writes: [], result: { outcome: "passkeyRefused", reason: "challenge" } };
    }
    const used = use(rows.get(subscriberKey), tenantId, { id: one?.id ?? nobodysId, challenge, shown }, now);
    // Answered once, rightly or not.
    const settled: Challenge = { ...row, status: used.status, settledAt: now, proof: used.proof };
    const writes: Write[] = [{ table: "challenge", id: row.id, row: settled }];
    if (used.status === "canceled") return { writes, result: used.result };
    const { subscriber, proof } = used;
    writes.push({ table: "subscriber", id: subscriber.id, row: subscriber });
    const name = rows.get(nameKey);
    if (request.device !== undefined && name?.subscriberId === subscriber.id) {
      const device = holderDigest(parts, tenantId, "device", request.device);
      writes.push({ table: "subscriberName", id: name.id, row: rememberDevice(name, device, now) });
    }
    const fields = { tenantId, subscriberId: subscriber.id, browser, challengeId: row.id, proofs: [proof] };
    const active = planSession(parts, "active", fields, now);
    writes.push(active.write);
    return { writes, result: { outcome: "signedIn", session: active.begun } };
  };
  return await parts.decide([nameKey, subscriberKey, challengeKey], decision);
}

/** Whether this browser asked for it, and asked to sign in: the challenge of somebody is not met here. */
function isHeld(
  parts: AccountParts,
  found: Challenge | undefined,
  { tenantId, binding }: AskPasskeySignIn,
): found is Challenge {
  return (
    found?.tenantId === tenantId &&
    found.subscriberId === nobodysId &&
    found.binding === holderDigest(parts, tenantId, "binding", binding)
  );
}

type Used =
  | {
      readonly status: "approved";
      readonly subscriber: Subscriber;
      readonly proof: NonNullable<Challenge["proof"]>;
    }
  | { readonly status: "canceled"; readonly proof: null; readonly result: PasskeySignInResult };

function use(
  subscriber: Subscriber | undefined,
  tenantId: string,
  { id, challenge, shown }: { readonly id: string; readonly challenge: string; readonly shown: PasskeyShown },
  now: number,
): Used {
  const refuse = (result: PasskeySignInResult): Used => ({ status: "canceled", proof: null, result });
  if (shown.type === "refused" && !tellsOfSomebody.has(shown.reason)) {
    return refuse({ outcome: "passkeyRefused", reason: shown.reason });
  }
  if (subscriber?.tenantId !== tenantId) return refuse({ outcome: "signInRefused" });
  const asked = { type: "passkey", authenticatorId: id, challenge, shown } as const;
  const decided = decidePasskeyUse(subscriber, confirmed(subscriber, now), asked, now);
  if (decided.outcome.type !== "right") return refuse({ outcome: "signInRefused" });
  return { status: "approved", subscriber: decided.subscriber, proof: decided.outcome.proof };
}
