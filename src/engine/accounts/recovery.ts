import {
  type Address,
  type Authenticator,
  completed,
  decidePassword,
  decideRecoveryUse,
  hasSecond,
  isAsked,
  isEnough,
  isKept,
  isOvertaken,
  isRecoverable,
  isRecovering,
  mayProve,
  methodsOf,
  nameRow,
  needsPassword,
  newRecovery,
  type PasskeyRequest,
  type Proof,
  provenAddresses,
  type RecoveryMethod,
  recovered,
  recoveryWrongMax,
  type SentCode,
  type Subscriber,
  standing,
  withProof,
  withWrong,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { newSecret } from "./bearers.ts";
import { nobodyTold, prepareNotice, remembering } from "./notices.ts";
import {
  type AccountParts,
  canonicalName,
  contextOf,
  holderDigest,
  nameIdOf,
  nobodysId,
  opened,
} from "./parts.ts";
import { type Compared, findRecovery, type OfRecovery, type RecoveryInvalid } from "./recovery-holder.ts";
import { compareForRecovery, type RecoveryProof, reserve, writtenForNothing } from "./recovery-proofs.ts";
import { type CodeText, sendCode } from "./sending.ts";
import { type Begun, planSession } from "./sessions.ts";
import { judge, type PasswordRefused } from "./subscribers.ts";

export interface StartRecovery {
  readonly tenantId: string;
  readonly name: string;
}

/** Whoever it is and whether there is anybody, the answer is the same. */
export interface RecoveryStarted {
  readonly outcome: "recoveryStarted";
  /** What its holder presents: in this answer and never again. */
  readonly recovery: string;
  readonly endsAt: number;
}

export async function startRecovery(parts: AccountParts, request: StartRecovery): Promise<RecoveryStarted> {
  const { tenantId } = request;
  const name = canonicalName(request.name) ?? "";
  const found = await parts.store.get(key("subscriberName", nameIdOf(parts, tenantId, name)));
  const subscriberId = found?.subscriberId ?? nobodysId;
  const now = parts.clock.now();
  const id = uuidv7(now, parts.random);
  const recovery = newSecret(parts, "recovery", id);
  const binding = holderDigest(parts, tenantId, "recovery", recovery);
  const row = newRecovery({ id, tenantId, subscriberId, binding }, now);
  return await parts.decide<RecoveryStarted>([key("challenge", id)], () => ({
    writes: [{ table: "challenge", id, row }],
    result: { outcome: "recoveryStarted", recovery, endsAt: row.endsAt },
  }));
}

export type SendRecovery = OfRecovery & {
  readonly method: "email" | "phone";
  readonly channel?: "sms" | "voice" | undefined;
  readonly text?: CodeText | undefined;
};

/** Sent, as far as anybody is told: whether there is such an address is nobody's business. */
export type SendRecoveryResult = { readonly outcome: "sent" } | RecoveryInvalid;

export async function sendRecovery(parts: AccountParts, request: SendRecovery): Promise<SendRecoveryResult> {
  const found = await findRecovery(parts, request);
  if (found === null || !isRecovering(found.challenge, parts.clock.now())) {
    return await remembering(parts, { outcome: "recoveryInvalid" });
  }
  const { challenge, subscriber } = found;
  const { method } = request;
  const address = subscriber === undefined ? undefined : addressFor(parts, subscriber, method);
  let code: SentCode | null = null;
  const isLeft = await reserve(parts, found, address, "send");
  if (subscriber !== undefined && address !== undefined && isLeft) {
    const last = method === "phone" ? challenge.sent : (challenge.recovery?.email ?? null);
    const before = last?.authenticatorId === address.id ? last.verificationId : null;
    const asked = { before, purpose: "recover", channel: request.channel, text: request.text };
    const sent = await sendCode(parts, subscriber, address, asked);
    if (sent.outcome === "sent") {
      code = { verificationId: sent.verification.id, authenticatorId: address.id };
    }
  }
  if (code === null) await writtenForNothing(parts, challenge.id);
  const challengeKey = key("challenge", challenge.id);
  // For nobody, too, something is written: the answer takes its time.
  return await parts.decide<SendRecoveryResult>([challengeKey], (rows) => {
    const row = rows.get(challengeKey);
    if (row?.recovery === undefined) return { writes: [], result: { outcome: "recoveryInvalid" } };
    const sent = code === null ? {} : { sent: code };
    const next =
      method === "phone"
        ? { ...row, ...sent }
        : { ...row, recovery: { ...row.recovery, email: code ?? row.recovery.email } };
    return { writes: [{ table: "challenge", id: row.id, row: next }], result: { outcome: "sent" } };
  });
}

/** The first that was proved lately and, of e-mail addresses, added with an authenticator. */
function addressFor(
  parts: AccountParts,
  subscriber: Subscriber,
  method: "email" | "phone",
): Address | undefined {
  return usableAddresses(parts, subscriber, parts.clock.now()).find(({ type }) => type === method);
}

function usableAddresses(parts: AccountParts, subscriber: Subscriber, now: number): readonly Address[] {
  return provenAddresses(subscriber, parts.settings.addressAgeMaxMs, now).filter(
    (one) => one.disabledAt === null && (one.type === "phone" || one.isVouched),
  );
}

/** What may prove anything in a recovery, disabled or not. */
function usableIn(parts: AccountParts, subscriber: Subscriber, now: number): readonly Authenticator[] {
  const addresses = new Set(usableAddresses(parts, subscriber, now).map(({ id }) => id));
  return subscriber.authenticators.filter(
    (one) =>
      one.confirmedAt !== null &&
      isKept(one, now) &&
      ((one.type !== "phone" && one.type !== "email") || addresses.has(one.id)),
  );
}

/** A code or, with the method `password`, the password; with the method `passkey` what the browser answered. */
export type CheckRecovery = OfRecovery & RecoveryProof;

export type CheckRecoveryResult =
  /** Right, and not enough by itself: another method is to follow. */
  | { readonly outcome: "proven"; readonly methods: readonly RecoveryMethod[] }
  /** Enough: it may be completed. */
  | { readonly outcome: "approved"; readonly methods: readonly RecoveryMethod[] }
  | { readonly outcome: "codeMismatch"; readonly checksLeft: number }
  | RecoveryInvalid;

/** One proof of a recovery. Wrong, used, locked and nobody: one answer for all. */
export async function checkRecovery(
  parts: AccountParts,
  request: CheckRecovery,
): Promise<CheckRecoveryResult> {
  const found = await findRecovery(parts, request);
  if (found === null || !isRecovering(found.challenge, parts.clock.now())) {
    return await remembering(parts, { outcome: "recoveryInvalid" });
  }
  const { challenge, subscriber } = found;
  const { method } = request;
  const compared = await compareForRecovery(parts, found, request);
  // Written only with a right code, and prepared for no other: for nobody there is nothing to prepare.
  const notice = isRightCode(compared, subscriber, parts.clock.now())
    ? await prepareNotice(parts, subscriber, "recoveryCodeUsed")
    : nobodyTold;
  const challengeKey = key("challenge", challenge.id);
  const subscriberKey = key("subscriber", challenge.subscriberId);
  const nameKey = key("subscriberName", subscriber?.nameId ?? "-");
  const decision = (rows: Rows, now: number): UpdateDecision<CheckRecoveryResult> => {
    const locked = rows.get(challengeKey);
    const of = rows.get(subscriberKey);
    if (locked === undefined || !isRecovering(locked, now) || (of !== undefined && isOvertaken(locked, of))) {
      return { writes: [], result: { outcome: "recoveryInvalid" } };
    }
    const scene = { rows, nameKey, method, compared, asked: locked.passkey };
    const { proof, writes } = of === undefined ? nothing : judgeProof(parts, { ...scene, of }, now);
    // Answered once, rightly or not.
    const row = method === "passkey" ? { ...locked, passkey: null } : locked;
    if (proof === null) {
      const next = withWrong(row, now);
      const checksLeft = recoveryWrongMax - (next.recovery?.wrong ?? recoveryWrongMax);
      const write: Write = { table: "challenge", id: row.id, row: next };
      return { writes: [...writes, write], result: { outcome: "codeMismatch", checksLeft } };
    }
    const earlier = of === undefined ? [] : standing(row.earlier, of, usableIn(parts, of, now));
    const next = withProof({ ...row, earlier }, proof, now);
    const outcome = next.status === "approved" ? "approved" : "proven";
    return {
      writes: [...notice.writes(rows, now), ...writes, { table: "challenge", id: row.id, row: next }],
      result: { outcome, methods: methodsOf(next.earlier) },
    };
  };
  return await parts.decide(
    [...notice.keys, nameKey, subscriberKey, challengeKey],
    decision,
    challenge.subscriberId,
  );
}

function isRightCode(compared: Compared, of: Subscriber | undefined, now: number): of is Subscriber {
  if (compared.type !== "use" || of === undefined) return false;
  const use = compared.useOf(of, now);
  return use.type === "recoveryCodes" && use.index !== null;
}

interface Judged {
  readonly proof: Proof | null;
  readonly writes: readonly Write[];
}

const nothing: Judged = { proof: null, writes: [] };

interface Scene {
  readonly rows: Rows;
  readonly of: Subscriber;
  readonly nameKey: { readonly table: "subscriberName"; readonly id: string };
  readonly method: RecoveryMethod;
  readonly compared: Compared;
  /** What a passkey is waited for with. */
  readonly asked: PasskeyRequest | null;
}

/** A password counts where a sign-in would count it, everything else where a challenge would. */
function judgeProof(
  parts: AccountParts,
  { rows, of, nameKey, method, compared, asked }: Scene,
  now: number,
): Judged {
  if (compared.type === "password") {
    const row = rows.get(nameKey) ?? nameRow(nameKey.id, of.tenantId, now);
    const matches = compared.matches && of.password === compared.hash && mayProve(of, method);
    const { next, outcome } = decidePassword(row, { device: null, matches }, now);
    const writes: readonly Write[] =
      next === row ? [] : [{ table: "subscriberName", id: next.id, row: next }];
    const proof: Proof = { kind: "password", authenticatorId: null, at: now };
    return { proof: outcome.type === "right" ? proof : null, writes };
  }
  const use = compared.type === "use" ? compared.useOf(of, now) : null;
  if (use === null || !mayProve(of, method)) return nothing;
  if (use.type === "passkey" && !isAsked(asked, use.challenge, now)) return nothing;
  const used = decideRecoveryUse(of, usableIn(parts, of, now), use, now);
  const writes: readonly Write[] =
    used.subscriber === of ? [] : [{ table: "subscriber", id: of.id, row: used.subscriber }];
  return { proof: used.outcome.type === "right" ? used.outcome.proof : null, writes };
}

export type CompleteRecovery = OfRecovery & {
  /** A new one; without it the old one stays, unless it may be another's. */
  readonly password?: string | undefined;
  /** By what its owner recognises the session that comes of it. */
  readonly browser?: string | undefined;
};

export type CompleteRecoveryResult =
  | {
      readonly outcome: "recovered";
      readonly subscriberId: string;
      /** Allows to enrol and to remove authenticators for ten minutes. */
      readonly stepUp: string;
      /** Becomes active with the first authenticator that is enrolled; a plain sign-in does as well. */
      readonly pending: Begun;
    }
  | RecoveryInvalid
  | NewPasswordRefused;

/** Signs nobody in: it sets the password, ends all sessions, and allows to enrol. */
export async function completeRecovery(
  parts: AccountParts,
  request: CompleteRecovery,
): Promise<CompleteRecoveryResult> {
  const found = await findRecovery(parts, request);
  const now = parts.clock.now();
  if (found?.subscriber === undefined || !isRecoverable(found.challenge, now)) {
    return await remembering(parts, { outcome: "recoveryInvalid" });
  }
  const { challenge, subscriber } = found;
  const refused = await newPasswordProblem(parts, subscriber, request.password, needsPassword(subscriber));
  if (refused !== null) return refused;
  const hash = request.password === undefined ? null : await parts.hasher.hash(request.password);
  const linksUntil = now - 1;
  const notice = await prepareNotice(parts, subscriber, "recovered");
  const challengeKey = key("challenge", challenge.id);
  const subscriberKey = key("subscriber", subscriber.id);
  const decision = (rows: Rows, at: number): UpdateDecision<CompleteRecoveryResult> => {
    const row = rows.get(challengeKey);
    const of = rows.get(subscriberKey);
    if (row === undefined || of === undefined || !isRecoverable(row, at) || isOvertaken(row, of)) {
      return { writes: [], result: { outcome: "recoveryInvalid" } };
    }
    if (!isEnough(standing(row.earlier, of, usableIn(parts, of, at)))) {
      return { writes: [], result: { outcome: "recoveryInvalid" } };
    }
    const { tenantId, id: subscriberId } = of;
    const { browser } = request;
    const fields = { tenantId, subscriberId, browser, challengeId: null, proofs: row.earlier };
    const pending = planSession(parts, "pending", fields, at);
    const begun = {
      by: "recovery" as const,
      password: hash,
      sessionId: pending.row.id,
      stepUp: row.id,
      linksUntil,
    };
    return {
      writes: [
        ...notice.writes(rows, at),
        { table: "subscriber", id: of.id, row: recovered(of, begun, at) },
        { table: "challenge", id: row.id, row: completed(row, at) },
        pending.write,
      ],
      result: { outcome: "recovered", subscriberId: of.id, stepUp: row.id, pending: pending.begun },
    };
  };
  return await parts.decide([...notice.keys, subscriberKey, challengeKey], decision, subscriber.id);
}

export type NewPasswordRefused =
  | PasswordRefused
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string };

/** What is wrong with a password that is to be set on the way back in; null where nothing is. */
export async function newPasswordProblem(
  parts: AccountParts,
  subscriber: Subscriber,
  password: string | undefined,
  isNeeded: boolean,
): Promise<NewPasswordRefused | null> {
  const field = "password";
  if (password === undefined) {
    const detail = "must be given: the one before may be known to somebody else";
    return isNeeded ? { outcome: "requestInvalid", field, detail } : null;
  }
  if (subscriber.password === null) {
    const detail = "must be left out: the password of this subscriber is checked elsewhere";
    return { outcome: "requestInvalid", field, detail };
  }
  const name = opened(parts, contextOf("name", subscriber.id, subscriber.tenantId), subscriber.sealedName);
  const isBeside = subscriber.mustHaveSecond || hasSecond(subscriber, parts.clock.now());
  const problem = await judge(parts, password, name, isBeside);
  return problem === null ? null : { outcome: "passwordRefused", problem };
}
