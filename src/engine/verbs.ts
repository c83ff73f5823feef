import { bindingDigest, codesEqual } from "../secrets/index.ts";
import { key, type Rows } from "../store/index.ts";
import {
  type CancelOutcome,
  type CheckCommand,
  type CheckOutcome,
  type CodeFormat,
  type Command,
  decide,
  type OutcomeFor,
  parseSubmittedCode,
  type SendCommand,
  type SendOutcome,
  type SettleOutcome,
  type Verification,
} from "../verification/index.ts";
import type { Admit } from "./admission.ts";
import { digestOfBinding, isShared } from "./binding.ts";
import { codeOf, decoyCode } from "./code.ts";
import type { GuardAsk, GuardCaller } from "./guard-desk.ts";
import { askOf, type Door } from "./guard-door.ts";
import type { EngineParts } from "./parts.ts";
import { type PaymentInput, paymentMatches } from "./payment.ts";
import { recipientIdOf } from "./recipients.ts";
import {
  type Beside,
  type Idempotency,
  type Transacted,
  type TransactionStep,
  transact,
} from "./transaction.ts";

/** Which verification, and who goes on with it. */
export interface VerbRequest {
  readonly tenantId: string;
  readonly id: string;
  /** What the start was given as `binding`; any other value, or none, finds nothing. */
  readonly binding?: string | undefined;
  readonly idempotency?: Idempotency | undefined;
  /** Where it comes from; without it, from a caller with a key. */
  readonly caller?: GuardCaller | undefined;
}

export interface CheckRequest extends VerbRequest, PaymentInput {
  readonly code: string;
  /** The recipient that the caller believes it verifies: another one counts as a wrong code (C-14). */
  readonly to?: string | undefined;
  readonly subject?: string | undefined;
  /**
   * The caller has no way to repeat amount and payee: a vendor's API checks a payment by id and code alone. What the
   * code is bound to does not change by it.
   */
  readonly paymentAsStarted?: boolean | undefined;
  /**
   * The id is from a row of ours whose holder was recognized already: `binding` and `subject` are not given, and are those
   * of the start.
   */
  readonly isHeld?: boolean | undefined;
}

export type SettleRequest = VerbRequest & { readonly status: "approved" | "canceled" };

export function check(
  parts: EngineParts,
  request: CheckRequest,
  beside?: Beside<CheckOutcome>,
): Promise<Transacted<CheckOutcome>> {
  return perform(parts, request, (verification) => checkCommand(parts, request, verification), { beside });
}

/** Resend on this step, or the next step now; refused where no carrier could send it in time (D-8). */
export function askSend(
  parts: EngineParts,
  door: Door,
  request: VerbRequest,
  type: "resend" | "next",
): Promise<Transacted<SendOutcome>> {
  return door.during(
    () => askOfSend(parts, request, type),
    (admit) => perform<SendCommand>(parts, request, () => sendCommand(parts, request, type), { admit }),
  );
}

/** Read without locks: who it goes to never changes, and the channel is looked at again under them. */
async function askOfSend(
  parts: EngineParts,
  request: VerbRequest,
  type: "resend" | "next",
): Promise<GuardAsk | null> {
  const verification = await parts.store.get(key("verification", request.id));
  if (verification?.status !== "pending" || verification.tenantId !== request.tenantId) return null;
  const recipient = await parts.store.get(key("recipient", verification.recipientId));
  const step = verification.policy.workflow[verification.step + (type === "next" ? 1 : 0)];
  if (recipient === undefined || step === undefined) return null;
  return askOf(parts, verification, recipient, step.channel, request.caller);
}

export function cancel(parts: EngineParts, request: VerbRequest): Promise<Transacted<CancelOutcome>> {
  return perform(parts, request, () => ({ type: "cancel", binding: callerBinding(parts, request) }) as const);
}

export function settle(parts: EngineParts, request: SettleRequest): Promise<Transacted<SettleOutcome>> {
  const { status } = request;
  return perform(
    parts,
    request,
    () => ({ type: "settle", status, binding: callerBinding(parts, request) }) as const,
  );
}

interface With<C extends Command> {
  readonly admit?: Admit | undefined;
  readonly beside?: Beside<OutcomeFor<C>> | undefined;
}

/** The one path of all verbs on a verification that exists: lock recipient and verification, decide, write. */
async function perform<C extends Command>(
  parts: EngineParts,
  request: VerbRequest,
  commandFor: (verification: Verification | null) => C,
  { admit, beside }: With<C> = {},
): Promise<Transacted<OutcomeFor<C>>> {
  const verificationKey = key("verification", request.id);
  const step = (rows: Rows, now: number): TransactionStep<OutcomeFor<C>> => {
    const verification = rows.get(verificationKey);
    if (verification === undefined || verification.tenantId !== request.tenantId) {
      // The same work as for a verification that exists, so that time tells nothing either (C-19).
      commandFor(null);
      return { nothing: { type: "notFound" } as OutcomeFor<C> };
    }
    const recipientKey = key("recipient", verification.recipientId);
    if (!rows.has(recipientKey)) return { need: [recipientKey] };
    const recipient = rows.get(recipientKey);
    if (recipient === undefined) return { nothing: { type: "notFound" } as OutcomeFor<C> };
    const decision = decide({ recipient, verification }, commandFor(verification), now);
    // Only commands that send are admitted, and their outcomes include the refusal.
    return admit === undefined ? decision : (admit(decision, now) as TransactionStep<OutcomeFor<C>>);
  };
  return await transact(parts, [verificationKey], request.idempotency ?? null, step, beside);
}

function callerBinding(parts: EngineParts, request: VerbRequest): string | null {
  return digestOfBinding(parts.keyring, request.tenantId, request.binding);
}

function sendCommand(
  parts: EngineParts,
  request: VerbRequest,
  type: "resend" | "next",
): { type: "resend" | "next"; binding: string | null; codeKeyId: string } {
  return { type, binding: callerBinding(parts, request), codeKeyId: parts.keyring.currentId };
}

/** Compares on every path, also where nothing can match, so that each costs the same hashes (C-19). */
function checkCommand(
  parts: EngineParts,
  request: CheckRequest,
  verification: Verification | null,
): CheckCommand {
  const submitted = parseSubmittedCode(request.code, formatOf(verification));
  const expected =
    verification?.status === "pending" ? codeOf(parts.keyring, verification) : decoyCode(parts.keyring);
  const codeMatches = codesEqual(parts.keyring, expected, submitted ?? "");
  const contextIsRight = contextMatches(parts, request, verification);
  const binding = request.isHeld === true ? (verification?.binding ?? null) : callerBinding(parts, request);
  const subject = verification?.subject ?? null;
  const subjectDigest = bindingDigest(parts.keyring, request.tenantId, "subject", subject ?? "");
  const startedBy =
    request.isHeld !== true && isShared(request.binding) ? null : (verification?.binding ?? null);
  const known = [startedBy, subject === null ? null : subjectDigest];
  return {
    type: "check",
    binding,
    wellFormed: submitted !== null,
    matches: codeMatches && contextIsRight,
    claimants: known.filter((one) => one !== null),
  };
}

function formatOf(verification: Verification | null): CodeFormat {
  if (verification?.status === "pending" && verification.suppliedCode !== null) return { type: "supplied" };
  const { alphabet, codeLength } = verification?.policy ?? { alphabet: "decimal" as const, codeLength: 6 };
  return { type: "derived", alphabet, length: codeLength };
}

/** Looks at all of it, whether or not the code was right: time must not tell which element was wrong (S-5). */
function contextMatches(
  parts: EngineParts,
  request: CheckRequest,
  verification: Verification | null,
): boolean {
  const recipientIsRight = recipientMatches(parts, request, verification);
  const subjectIsRight = request.subject === undefined || request.subject === verification?.subject;
  const paymentMatchesGiven = paymentMatches(verification?.payment ?? null, request);
  const paymentIsRight = request.paymentAsStarted === true || paymentMatchesGiven;
  return verification !== null && recipientIsRight && subjectIsRight && paymentIsRight;
}

function recipientMatches(
  parts: EngineParts,
  request: CheckRequest,
  verification: Verification | null,
): boolean {
  if (request.to === undefined) return true;
  const recipientId = recipientIdOf(parts, request.tenantId, request.to);
  return recipientId !== null && recipientId === verification?.recipientId;
}
