import type { Address, Subscriber } from "../../accounts/index.ts";
import type { Payment, SendOutcome, StartOutcome } from "../../verification/index.ts";
import { paymentInputOf } from "../payment.ts";
import type { StartRefusal, StartRequest } from "../start-plan.ts";
import type { Beside, Decided, Idempotency } from "../transaction.ts";
import type { VerificationView } from "../view.ts";
import { type AccountParts, addressIn } from "./parts.ts";
import { phoneBinding } from "./uses.ts";

type Refusal<O> = O extends { readonly type: infer T } ? { readonly outcome: T } & Omit<O, "type"> : never;

export type CodeSent = { readonly outcome: "sent"; readonly verification: VerificationView };

/** Why no code was sent: as a start or a resend of a verification says it. */
export type SendRefusal =
  | Refusal<Exclude<StartOutcome, { readonly type: "started" | "continued" }> | StartRefusal>
  | Refusal<Extract<SendOutcome, { readonly type: "resendTooSoon" }>>;

/** Whose text it is, in which language, which page may read the code out of it, and where it is asked for. */
export type CodeText = Pick<StartRequest, "service" | "locale" | "platform" | "host" | "caller">;

/**
 * Sends a code to a phone: again, where one of the same verification still works and no channel is asked for, else with
 * a verification of its own. The limits of the number are those of any verification.
 */
export async function sendCode(
  parts: AccountParts,
  subscriber: Subscriber,
  phone: Address,
  asked: {
    readonly before: string | null;
    readonly purpose: string;
    /** The address of the phone, where it is known already. */
    readonly to?: string;
    readonly channel?: "sms" | "voice" | undefined;
    readonly text?: CodeText | undefined;
    readonly payment?: Payment | null;
  },
  /** Written with the verification, where it is one of its own. */
  beside?: Beside<StartOutcome>,
): Promise<CodeSent | SendRefusal> {
  const { tenantId, id: subject } = subscriber;
  const binding = phoneBinding(phone.id);
  if (asked.before !== null && asked.channel === undefined) {
    const again = await parts.engine.resend({
      tenantId,
      id: asked.before,
      binding,
      ...repeatable(parts, "resend"),
    });
    if (again.outcome === "sent") return { outcome: "sent", verification: again.verification };
    if (again.outcome === "resendTooSoon") return again;
  }
  const to = asked.to ?? addressIn(parts, tenantId, phone);
  const { purpose } = asked;
  const channel = phone.type === "email" ? "email" : (asked.channel ?? phone.channel ?? "sms");
  const locale = asked.text?.locale ?? subscriber.locale;
  const request: StartRequest = {
    tenantId,
    to,
    binding,
    subject,
    purpose,
    channel,
    ...asked.text,
    ...(locale === undefined ? {} : { locale }),
    ...(asked.payment === undefined || asked.payment === null ? {} : paymentInputOf(asked.payment)),
    // What is written beside says itself what a repeat is answered.
    ...(beside === undefined ? repeatable(parts, "start") : {}),
  };
  const known = phone.type === "phone" ? phone.recipient : undefined;
  const first = await parts.engine.start(request, beside, known);
  const isTheirs = asked.text?.locale === undefined && subscriber.locale !== undefined;
  const isTooLong = first.outcome === "requestInvalid" && first.field === "payee" && isTheirs;
  // A payment that is too long in their language is said in that of the service. Nothing was decided until now.
  const { locale: _theirs, ...plain } = request;
  const started = isTooLong ? await parts.engine.start(plain, beside, known) : first;
  if (started.verification === null) return started as SendRefusal;
  return { outcome: "sent", verification: started.verification };
}

/** The id of the verification that came of a start; null where it was refused. */
export function startedId({ outcome, verification }: Decided<StartOutcome>): string | null {
  const isStarted = outcome.type === "started" || outcome.type === "continued";
  return isStarted ? (verification?.id ?? null) : null;
}

/** A repeat of a request whose answer was lost sends nothing a second time. */
function repeatable({ idempotency }: AccountParts, what: "start" | "resend"): { idempotency?: Idempotency } {
  return idempotency === null ? {} : { idempotency: { ...idempotency, id: `${idempotency.id}~${what}` } };
}

/** A refusal that a repeat of the request gets, too; a burst passes within seconds, and its repeat may try again. */
export async function remembered(parts: AccountParts, refusal: SendRefusal): Promise<SendRefusal> {
  if (isPassing(refusal)) return refusal;
  return await parts.decide([], () => ({ writes: [], result: refusal }));
}

export function isPassing({ outcome }: { readonly outcome: string }): boolean {
  return outcome === "deliveryCongested" || outcome === "rateLimited";
}
