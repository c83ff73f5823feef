import type {
  Address,
  Authenticator,
  Challenge,
  PasskeyAuthenticator,
  PasskeyRequest,
  PasskeyShown,
  RecoveryCodes,
  SentCode,
  Subscriber,
  TotpAuthenticator,
  Use,
} from "../../accounts/index.ts";
import {
  matchingStep,
  type PasskeyAnswer,
  parseRecoveryCode,
  recoveryLookUp,
  verifyAssertion,
  verifyAttestation,
} from "../../authenticators/index.ts";
import { userHandle } from "../../secrets/index.ts";
import { type Key, key, type Rows, rowBefore } from "../../store/index.ts";
import type { Channel, CheckOutcome, SealedRecipient, Verification } from "../../verification/index.ts";
import { authenticatorBindingPrefix } from "../binding.ts";
import { type PaymentInput, paymentMatches } from "../payment.ts";
import type { VerificationResult } from "../result.ts";
import type { CheckRequest } from "../verbs.ts";
import { type AccountParts, contextOf, type Plan, requireRelyingParty } from "./parts.ts";

/** What comes of comparing a code, before any rule is asked. */
export type Compared =
  /** Made again on the locked row: a seed or a code may have been used up meanwhile. */
  | { readonly type: "use"; readonly useOf: (current: Subscriber, now: number) => Use }
  | { readonly type: "codeMalformed" }
  /** No code is on its way to this phone, or it came too late: another is to be sent. */
  | { readonly type: "codeNotSent" }
  | { readonly type: "recipientLocked"; readonly retryAt: number };

/** What somebody gave: a code, or the answer of a browser whose passkey was asked for. */
export interface Given {
  readonly code?: string | undefined;
  /** What `credential.toJSON()` gave. */
  readonly passkey?: PasskeyAnswer | undefined;
}

/** What it was asked for with, and for. */
export interface ComparedFor {
  readonly sent: SentCode | null;
  readonly passkey?: PasskeyRequest | null;
  readonly payment?: Challenge["payment"];
}

type UseOf = Extract<Compared, { readonly type: "use" }>["useOf"];

/** What comes of a use, by the rules. */
export interface Using<R> {
  readonly keys: readonly Key[];
  plan(useOf: UseOf, rows: Rows, now: number): Plan<R>;
}

/** What the rules said of a use, or why nothing was compared. */
type Used<R> = { readonly type: "decided"; readonly result: R } | Exclude<Compared, { readonly type: "use" }>;

/** Compares, and decides what comes of it on the rows of `using`. */
export async function compareAndDecide<R>(
  parts: AccountParts,
  subscriber: Subscriber,
  authenticator: Authenticator,
  asked: ComparedFor,
  given: Given & PaymentInput,
  using: Using<R>,
): Promise<Used<R>> {
  const { sent, payment = null } = asked;
  if (authenticator.type === "phone" && sent?.authenticatorId === authenticator.id) {
    const check = sentCheck(subscriber, sent, given);
    const paid = (compared: Compared): Compared => paidAsAsked(compared, payment, given);
    return await decideWithCheck(parts, authenticator, check, paid, using);
  }
  const compared = await compare(parts, subscriber, authenticator, asked, given);
  if (compared.type !== "use") return compared;
  const result = await parts.decide(using.keys, (rows, now) => using.plan(compared.useOf, rows, now));
  return { type: "decided", result };
}

/** A verification's code is compared under the locks of its row: what comes of it is written in the same transaction. */
async function decideWithCheck<R>(
  parts: AccountParts,
  authenticator: Address,
  check: CheckRequest,
  paid: (compared: Compared) => Compared,
  using: Using<R>,
): Promise<Used<R>> {
  // Each run of the decision says anew what came of it.
  const last: { used: Used<R> } = { used: { type: "codeNotSent" } };
  await parts.engine.check(check, {
    keys: [...using.keys, ...parts.recording.keys],
    writes(rows, { outcome, verification }, now) {
      parts.recording.begin(rows);
      const channel = verification?.policy.workflow[verification.step]?.channel;
      const recipient = newlyKnown(authenticator, verification, rows);
      const compared = paid(comparedBy(authenticator, outcome, channel, recipient));
      if (compared.type !== "use") {
        last.used = compared;
        return [];
      }
      const { writes, result } = parts.recording.with(using.plan(compared.useOf, rows, now), now);
      last.used = { type: "decided", result };
      return writes;
    },
  });
  return last.used;
}

/** Whom the code went to, where the phone does not say so yet: the check has locked their row. */
function newlyKnown(
  one: Address,
  verification: Verification | null,
  rows: Rows,
): SealedRecipient | undefined {
  if (one.type !== "phone" || verification === null || one.recipient?.id === verification.recipientId) {
    return undefined;
  }
  const row = rowBefore(rows, key("recipient", verification.recipientId));
  return row === undefined ? undefined : { id: row.id, sealedAddress: row.sealedAddress };
}

/** Compares what was given with what is enrolled. Slow work is done here, before the rows are locked. */
export async function compare(
  parts: AccountParts,
  subscriber: Subscriber,
  authenticator: Authenticator,
  { sent, passkey = null, payment = null }: ComparedFor,
  given: Given & PaymentInput,
): Promise<Compared> {
  const asked = { sent, passkey };
  return paidAsAsked(await compareGiven(parts, subscriber, authenticator, asked, given), payment, given);
}

/** After the comparison, whatever came of it: the answer does not tell which of them was wrong (S-5). */
function paidAsAsked(compared: Compared, payment: Challenge["payment"], given: PaymentInput): Compared {
  if (paymentMatches(payment, given) || compared.type !== "use") return compared;
  return { type: "use", useOf: (current, now) => wrong(compared.useOf(current, now)) };
}

function wrong(use: Use): Use {
  switch (use.type) {
    case "totp":
      return { ...use, step: null };
    case "recoveryCodes":
      return { ...use, index: null };
    case "phone":
    case "email":
      return { ...use, matches: false };
    case "passkey":
      return { ...use, shown: { type: "refused", reason: "signature" } };
    default:
      return use satisfies never;
  }
}

async function compareGiven(
  parts: AccountParts,
  subscriber: Subscriber,
  authenticator: Authenticator,
  { sent, passkey }: Required<Pick<ComparedFor, "sent" | "passkey">>,
  given: Given & PaymentInput,
): Promise<Compared> {
  const code = given.code ?? "";
  switch (authenticator.type) {
    case "totp":
      return await compareTotp(parts, subscriber.tenantId, authenticator, code);
    case "recoveryCodes":
      return await compareRecovery(parts, subscriber, authenticator, code);
    case "phone":
    case "email":
      if (sent?.authenticatorId !== authenticator.id) return { type: "codeNotSent" };
      return await compareSent(parts, subscriber, authenticator, sent, given);
    case "passkey":
      return await comparePasskey(parts, subscriber, authenticator, passkey, given.passkey);
    default:
      return authenticator satisfies never;
  }
}

/** A seed stays what it is; the step is what changes, and rules look at that. */
async function compareTotp(
  parts: AccountParts,
  tenantId: string,
  one: TotpAuthenticator,
  code: string,
): Promise<Compared> {
  const typed = code.replaceAll(/[\s-]/g, "");
  if (!/^\d+$/.test(typed) || typed.length !== one.digits) return { type: "codeMalformed" };
  const opened = await parts.dataKeyring.open(contextOf("seed", one.id, tenantId), one.sealedSeed);
  const seed = Buffer.from(opened, "base64");
  return {
    type: "use",
    useOf: (_current, now) => ({
      type: "totp",
      authenticatorId: one.id,
      step: matchingStep(parts.keyring, seed, one, typed, now),
    }),
  };
}

/** One slow hash, whether the look-up found a code or not (L-2). */
async function compareRecovery(
  parts: AccountParts,
  { id }: Subscriber,
  one: RecoveryCodes,
  code: string,
): Promise<Compared> {
  const typed = parseRecoveryCode(code);
  if (typed === null) return { type: "codeMalformed" };
  const lookUp = recoveryLookUp(parts.keyring, id, typed);
  const candidate = one.codes.find((stored) => stored.lookUp === lookUp);
  const { matches } = await parts.hasher.verify(candidate?.hash ?? null, typed);
  return {
    type: "use",
    useOf: (current) => {
      const now = current.authenticators.find((other) => other.id === one.id);
      const codes = now?.type === "recoveryCodes" ? now.codes : [];
      const index = matches ? codes.findIndex(({ hash }) => hash === candidate?.hash) : -1;
      return { type: "recoveryCodes", authenticatorId: one.id, index: index < 0 ? null : index };
    },
  };
}

/** The code of a verification, which is checked and counted as any other. */
function sentCheck(
  { tenantId }: Subscriber,
  { verificationId: id }: SentCode,
  { code = "", amount, payee }: Given & PaymentInput,
): CheckRequest {
  return { tenantId, isHeld: true, id, code, amount, payee };
}

/** Checked alone: what comes of it is decided afterwards. */
async function compareSent(
  parts: AccountParts,
  subscriber: Subscriber,
  authenticator: Address,
  sent: SentCode,
  given: Given & PaymentInput,
): Promise<Compared> {
  const check = sentCheck(subscriber, sent, given);
  const result: VerificationResult<CheckOutcome> = await parts.engine.check(check);
  const retryAt = result.outcome === "recipientLocked" ? result.retryAt : 0;
  return comparedBy(authenticator, { type: result.outcome, retryAt }, result.verification?.channel);
}

function comparedBy(
  { id: authenticatorId, type }: Address,
  outcome: { readonly type: string; readonly retryAt?: number },
  sentBy: Channel | undefined,
  recipient?: SealedRecipient,
): Compared {
  const using = (matches: boolean): Compared => ({
    type: "use",
    useOf: () =>
      type === "email"
        ? { type, authenticatorId, matches }
        : {
            type,
            authenticatorId,
            matches,
            channel: sentBy === "voice" ? "voice" : "sms",
            ...(recipient === undefined ? {} : { recipient }),
          },
  });
  switch (outcome.type) {
    case "approved":
      return using(true);
    case "codeMismatch":
    case "exhausted":
      return using(false);
    case "codeMalformed":
      return { type: "codeMalformed" };
    case "recipientLocked":
      return { type: "recipientLocked", retryAt: outcome.retryAt ?? 0 };
    default:
      return { type: "codeNotSent" };
  }
}

/** The first answer registers it, each later one uses it; which of the two it has to be is what it is now. */
async function comparePasskey(
  parts: AccountParts,
  { id: subscriberId }: Subscriber,
  { id: authenticatorId, credential }: PasskeyAuthenticator,
  request: PasskeyRequest | null,
  answer: PasskeyAnswer | undefined,
): Promise<Compared> {
  if (answer === undefined) return { type: "codeMalformed" };
  // Asked for nothing, or not any more: the rules refuse it.
  const challenge = request?.challenge ?? "";
  const asked = { relyingParty: requireRelyingParty(parts), challenge };
  const compared =
    credential === null
      ? await verifyAttestation(asked, answer)
      : await verifyAssertion(asked, answer, credential);
  const { userHandle: handle } = answer.response;
  const isAnothers =
    handle !== undefined && handle !== null && handle !== userHandle(parts.keyring, subscriberId);
  const shown: PasskeyShown =
    isAnothers && compared.type !== "refused" ? { type: "refused", reason: "userHandle" } : compared;
  return { type: "use", useOf: () => ({ type: "passkey", authenticatorId, challenge, shown }) };
}

/** Verifications of a phone belong to its authenticator: nobody else continues them. */
export function phoneBinding(authenticatorId: string): string {
  return `${authenticatorBindingPrefix}${authenticatorId}`;
}
