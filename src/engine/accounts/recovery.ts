import {
  decidePassword,
  decideRecoveryUse,
  isAsked,
  isOvertaken,
  isRecovering,
  mayProve,
  methodsOf,
  nameRow,
  newRecovery,
  type PasskeyRequest,
  type Proof,
  type RecoveryMethod,
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
import { type AccountParts, canonicalName, holderDigest, nameIdOf, nobodysId, shownIn } from "./parts.ts";
import { type Compared, findRecovery, type OfRecovery, type RecoveryInvalid } from "./recovery-holder.ts";
import { compareForRecovery, type RecoveryProof, reserve, writtenForNothing } from "./recovery-proofs.ts";
import { addressFor, usableIn } from "./recovery-ways.ts";
import { type CodeText, sendCode } from "./sending.ts";

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
    // One that does not open is told to the operator, and to whoever asks no more than of anybody (W-8).
    const to = shownIn(parts, subscriber.tenantId, address);
    const sent = to === null ? null : await sendCode(parts, subscriber, address, { ...asked, to });
    if (sent?.outcome === "sent") {
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
