import { readableAmount } from "../../delivery/index.ts";
import type { DetailedView, VerificationView } from "../../engine/index.ts";
import { amountText, type GuardDecision } from "../../guard/index.ts";
import { maskAddress } from "../../numbers/index.ts";
import type { Static } from "../../schemas/index.ts";
import { deliveryId } from "../../store/index.ts";
import { costOf, type Delivery } from "../../verification/index.ts";
import { iso, isoOrNull } from "./schemas.ts";
import type {
  GuardBody,
  ListedVerificationBody,
  VerificationBody,
  VerificationDetailsBody,
} from "./verification-schemas.ts";

/** A verification as our API writes it. */
export function toBody(view: VerificationView): Static<typeof VerificationBody> {
  const { payment } = view;
  const [value = "", currency = ""] = payment === null ? [] : readableAmount(payment.amount).split(" ");
  return {
    id: view.id,
    status: view.status,
    to: view.to,
    channel: view.channel,
    step: view.step,
    steps: view.steps,
    service: view.serviceId,
    purpose: view.purpose,
    subject: view.subject,
    brand: view.brand,
    locale: view.locale,
    amount: payment === null ? null : { currency, value },
    payee: payment?.payee ?? null,
    clientRef: view.clientRef,
    metadata: view.metadata,
    checksLeft: view.checksLeft,
    sends: view.sends,
    createdAt: iso(view.createdAt),
    codeExpiresAt: isoOrNull(view.codeExpiresAt),
    nextStepAt: isoOrNull(view.nextStepAt),
    endsAt: iso(view.endsAt),
    settledAt: isoOrNull(view.settledAt),
    settledByTenant: view.settledByTenant,
    ...(view.status === "approved" ? { assurance: assurance(view) } : {}),
  };
}

/** With its number masked, for lists (N-8). */
export function toListedBody(view: VerificationView): Static<typeof ListedVerificationBody> {
  return { ...toBody(view), to: maskedOrNull(view.to) };
}

/** Null stays null: what cannot be read. */
export function maskedOrNull(to: string | null): string | null {
  return to === null ? null : maskAddress(to);
}

/** Costs are the operator's own business: `showsCosts` for its keys alone. */
export function toDetailsBody(
  view: DetailedView,
  showsCosts: boolean,
): Static<typeof VerificationDetailsBody> {
  const costs = showsCosts ? view.deliveries.flatMap((one) => costOf(one) ?? []) : [];
  return {
    ...toBody(view),
    cost: costs.length === 0 ? null : amountText(costs.reduce((sum, one) => sum + one, 0)),
    deliveries: view.deliveries.map((one) => toDeliveryBody(one, showsCosts)),
    checks: view.checks.map(({ at, right }) => ({ at: iso(at), right })),
  };
}

/** Ids of our own and stable reasons: what a carrier said in its own words stays in the operator's log. */
export function toDeliveryBody(
  delivery: Delivery,
  showsCosts: boolean,
): Static<typeof VerificationDetailsBody>["deliveries"][number] {
  const cost = showsCosts ? costOf(delivery) : null;
  return {
    id: deliveryId(delivery.verificationId, delivery.sequence),
    step: delivery.step,
    channel: delivery.channel,
    provider: delivery.attempts.at(-1)?.provider ?? null,
    state: delivery.state,
    cause: causeOf(delivery),
    createdAt: iso(delivery.createdAt),
    encoding: delivery.encoding ?? null,
    segments: delivery.segments ?? null,
    cost: cost === null ? null : amountText(cost),
    guard: delivery.guard === undefined ? null : toGuardBody(delivery.guard),
    attempts: delivery.attempts.map(({ provider, at, answer, reason, possibleDuplicate }) => ({
      provider,
      at: iso(at),
      answer,
      reason,
      possibleDuplicate,
    })),
  };
}

/** Messages of a caller's own are not deliveries of a verification, and shown as what they are. */
function causeOf({ cause }: Delivery): Exclude<Delivery["cause"], "message"> {
  if (cause === "message") throw new TypeError("a message is no delivery of a verification");
  return cause;
}

function toGuardBody({ verdict, reasons }: GuardDecision): Static<typeof GuardBody> {
  return {
    verdict,
    reasons: reasons.map(({ rule, verdict: found, reason, detail, retryAt }) => ({
      rule,
      verdict: found,
      reason,
      detail,
      retryAt: isoOrNull(retryAt),
    })),
  };
}

/** A code over the telephone network is a restricted authenticator; e-mail proves an address and nothing more. */
function assurance(view: VerificationView): NonNullable<Static<typeof VerificationBody>["assurance"]> {
  const byPhone = view.channel !== "email" && !view.settledByTenant;
  return { aal: byPhone ? 1 : null, restricted: byPhone, phishingResistant: false };
}
