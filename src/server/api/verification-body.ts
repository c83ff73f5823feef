import type { Static } from "typebox";
import { readableAmount } from "../../delivery/index.ts";
import type { VerificationView } from "../../engine/index.ts";
import type { VerificationBody } from "./verification-schemas.ts";

export const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

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

/** A code over the telephone network is a restricted authenticator; e-mail proves an address and nothing more. */
function assurance(view: VerificationView): NonNullable<Static<typeof VerificationBody>["assurance"]> {
  const byPhone = view.channel !== "email" && !view.settledByTenant;
  return { aal: byPhone ? 1 : null, restricted: byPhone, phishingResistant: false };
}
