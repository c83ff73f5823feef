import type { Router } from "../delivery/index.ts";
import { key, type Rows } from "../store/index.ts";
import {
  decideStart,
  pendingToLoad,
  type SealedRecipient,
  type StartCommand,
  type StartOutcome,
} from "../verification/index.ts";
import type { Admit } from "./admission.ts";
import type { GuardAsk, GuardCaller } from "./guard-desk.ts";
import { type Door, segmentsOf } from "./guard-door.ts";
import type { EngineParts } from "./parts.ts";
import type { ParsedRecipient } from "./recipients.ts";
import { toResult, type VerificationResult } from "./result.ts";
import { riskRefusal } from "./risk.ts";
import { planStart, type StartRefusal, type StartRequest } from "./start-plan.ts";
import {
  answeredBefore,
  type Beside,
  type Idempotency,
  type Transacted,
  type TransactionStep,
  transact,
} from "./transaction.ts";

/** A start that is refused has no verification to show: that of another browser is not this caller's to see. */
type Shown = "started" | "continued";

export type StartResult =
  | VerificationResult<StartOutcome, Shown>
  | (StartRefusal extends infer R
      ? R extends { readonly type: infer T }
        ? { readonly outcome: T; readonly verification: null; readonly replayed: false } & Omit<R, "type">
        : never
      : never);

/** What those give who start a verification as a part of their own business. */
interface WithinStart {
  readonly beside: Beside<StartOutcome> | undefined;
  readonly recipient: SealedRecipient | undefined;
}

/** Starts a verification: the answer comes after the commit, the message goes out on its own (D-1). */
export async function start(
  parts: EngineParts,
  router: Router,
  door: Door,
  request: StartRequest,
  { beside, recipient }: WithinStart,
): Promise<{ result: StartResult; transacted: Transacted<StartOutcome> | null }> {
  const idempotency = request.idempotency ?? null;
  const made = await planStart(parts, router, request, recipient);
  const risky =
    parts.riskLookup === undefined || "refused" in made
      ? null
      : await riskRefusal(parts, made.command, made.to);
  const planned = risky === null ? made : { refused: risky };
  if ("refused" in planned) {
    const before = idempotency === null ? null : await answeredBefore<StartOutcome>(parts, idempotency);
    if (before === null) return { result: refusal(planned.refused), transacted: null };
    return { result: toResult<StartOutcome, Shown>(parts, before), transacted: before };
  }
  const { command, to } = planned;
  const transacted = await door.during(
    () => Promise.resolve(askOfStart(parts, command, to, request.caller)),
    (admit) => begin(parts, command, { idempotency, admit, beside }),
  );
  return { result: toResult<StartOutcome, Shown>(parts, transacted, to.address), transacted };
}

/** What the guard judges a start by. */
function askOfStart(
  parts: EngineParts,
  command: StartCommand,
  { phoneNumber }: ParsedRecipient,
  caller: GuardCaller = { surface: "key" },
): GuardAsk | null {
  const { tenantId, recipientId, subject, binding, policy } = command;
  const channel = policy.workflow[0]?.channel;
  if (channel === undefined || channel === "email" || phoneNumber === null) return null;
  const segments = segmentsOf(parts, command);
  return { tenantId, recipientId, phoneNumber, channel, segments, isStart: true, caller, subject, binding };
}

function refusal({ type, ...fields }: StartRefusal): StartResult {
  return { outcome: type, ...fields, verification: null, replayed: false } as unknown as StartResult;
}

interface Beginning {
  readonly idempotency: Idempotency | null;
  readonly admit: Admit;
  readonly beside: Beside<StartOutcome> | undefined;
}

/** The recipient's row is locked first; the pending verification that the policy is about follows when it is known. */
function begin(
  parts: EngineParts,
  command: StartCommand,
  { idempotency, admit, beside }: Beginning,
): Promise<Transacted<StartOutcome>> {
  const recipientKey = key("recipient", command.recipientId);
  const step = (rows: Rows, now: number): TransactionStep<StartOutcome> => {
    const recipient = rows.get(recipientKey);
    const pendingId = pendingToLoad(recipient, command, now);
    if (pendingId === null) return admit(decideStart({ recipient, pending: undefined }, command, now), now);
    const pendingKey = key("verification", pendingId);
    if (!rows.has(pendingKey)) return { need: [pendingKey] };
    return admit(decideStart({ recipient, pending: rows.get(pendingKey) }, command, now), now);
  };
  return transact<StartOutcome>(parts, [recipientKey], idempotency, step, beside);
}
