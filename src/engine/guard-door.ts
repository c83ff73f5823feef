import { renderText } from "../delivery/index.ts";
import type { GuardDecision, RecipientFacts } from "../guard/index.ts";
import { type PhoneChannel, type PhoneNumber, parsePhoneNumber } from "../numbers/index.ts";
import {
  type Channel,
  type GuardedOutcome,
  type Outcome,
  type PendingVerification,
  type Recipient,
  unreachable,
} from "../verification/index.ts";
import { addressOf } from "./address.ts";
import type { Admission, Admit } from "./admission.ts";
import type { Guard } from "./guard.ts";
import type { GuardAsk, GuardCaller } from "./guard-desk.ts";
import type { EngineParts } from "./parts.ts";
import type { TransactionStep } from "./transaction.ts";

/** The doors in front of asked-for sends: what may not cost money, then what no carrier could send in time. */
export interface Door {
  /** `asking` says what would be sent; null where that is nothing that the guard could know. */
  during<T>(asking: () => Promise<GuardAsk | null>, run: (admit: Admit) => Promise<T>): Promise<T>;
}

export function createDoor(admission: Admission, guard: Guard | null): Door {
  return {
    async during(asking, run) {
      const ask = guard === null ? null : await asking();
      if (guard === null || ask === null) return await admission.during(run);
      const passage = await guard.passage(ask);
      let sent: GuardDecision | null = null;
      try {
        return await admission.during((admit) =>
          run(<O extends Outcome>(step: TransactionStep<O>, now: number) => {
            sent = null;
            const delivery = "deliveries" in step ? step.deliveries[0] : undefined;
            if (!("deliveries" in step) || delivery === undefined || delivery.channel === "email") {
              return admit(step, now);
            }
            const decision = passage.judge(
              delivery.channel,
              factsBefore(step.recipient, delivery.channel),
              now,
            );
            // The refusals of the guard are among the outcomes of everything that sends.
            if (decision.verdict !== "allow") return { nothing: refusalOf(decision, now) as unknown as O };
            const deliveries = step.deliveries.map((one) => ({ ...one, guard: decision }));
            const admitted = admit({ ...step, deliveries }, now);
            if ("deliveries" in admitted) sent = decision;
            return admitted;
          }),
        );
      } catch (cause) {
        sent = null;
        throw cause;
      } finally {
        passage.end(sent);
      }
    },
  };
}

/** What is known of a recipient whose row counts this very message already. */
export function factsBefore(recipient: Recipient, channel: Channel): RecipientFacts {
  const calls = recipient.calledAt ?? [];
  return {
    isProven: recipient.provenAt !== null,
    hadText: recipient.textedAt !== undefined,
    calledAt: channel === "voice" ? calls.slice(0, -1) : calls,
  };
}

const noReasonWaitMs = 60_000;

/** The outcome by which a caller learns what the first rule that was not content said. */
export function refusalOf(decision: GuardDecision, now: number): GuardedOutcome {
  const first = decision.reasons.find((one) => one.verdict !== "allow");
  if (first === undefined) throw new TypeError("a refusal has a reason");
  const { reason, detail } = first;
  const retryAt = first.retryAt ?? now + noReasonWaitMs;
  switch (reason) {
    case "number_denied":
    case "price_above_limit":
    case "text_first":
    case "recipient_opted_out":
      return { type: "numberNotAllowed", reason, detail };
    case "calls_of_day":
      return { type: "sendLimitReached", limit: "calls", retryAt };
    case "money_of_day":
    case "money_of_hour":
      return { type: "sendLimitReached", limit: "money", retryAt };
    case "velocity":
    case "proof_needed":
    case "signal_unreadable":
      return { type: "rateLimited", reason, detail, retryAt };
    default:
      return unreachable(reason);
  }
}

/** How many SMS segments the text of a verification takes; the code itself does not change that. */
export function segmentsOf(
  { directory }: EngineParts,
  text: Pick<
    PendingVerification,
    "tenantId" | "serviceId" | "brand" | "payment" | "locale" | "policy" | "autofill"
  >,
): number {
  const { tenantId, serviceId, brand, payment, locale, policy, autofill } = text;
  const texts = directory.recentService(tenantId, serviceId)?.settings.texts;
  const written = renderText({
    channel: "sms",
    code: "0".repeat(policy.codeLength),
    brand,
    payment,
    minutes: 10,
    locale,
    autofill,
    templates: texts?.templates,
    transliterate: texts?.transliterate,
  });
  return written.segments.count;
}

/** What a further message of a verification would be; null where it is none for a telephone. */
export function askOf(
  parts: EngineParts,
  verification: PendingVerification,
  recipient: Recipient,
  channel: Channel,
  caller?: GuardCaller,
): GuardAsk | null {
  const phoneNumber = numberOf(parts, recipient);
  if (channel === "email" || phoneNumber === null) return null;
  const { tenantId, subject, binding } = verification;
  return {
    tenantId,
    recipientId: recipient.id,
    phoneNumber,
    channel: channel as PhoneChannel,
    segments: segmentsOf(parts, verification),
    isStart: false,
    caller: { ...caller, surface: verification.surface ?? "key" },
    subject,
    binding,
  };
}

export function numberOf(parts: EngineParts, recipient: Recipient): PhoneNumber | null {
  const parsed = parsePhoneNumber(addressOf(parts.keyring, recipient), { allow: parts.numberOverrides });
  return parsed.type === "parsed" ? parsed.phoneNumber : null;
}
