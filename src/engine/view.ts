import { asOf, type Channel, type Payment, type Status, type Verification } from "../verification/index.ts";

/** A verification as its caller sees it: everything but the code. Instants are milliseconds since the epoch. */
export interface VerificationView {
  readonly id: string;
  readonly status: Status;
  /** The recipient in full: E.164 number or e-mail address. Null only where what is kept of it cannot be read. */
  readonly to: string | null;
  readonly channel: Channel;
  /** Position in the workflow, from 0. */
  readonly step: number;
  readonly steps: number;
  readonly serviceId: string;
  readonly purpose: string;
  readonly subject: string | null;
  readonly brand: string;
  readonly locale: string;
  readonly payment: Payment | null;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Wrong codes that are still allowed; 0 once settled. */
  readonly checksLeft: number;
  readonly sends: number;
  readonly createdAt: number;
  /** When the code of the newest message stops working; null once settled. */
  readonly codeExpiresAt: number | null;
  /** When the next step starts by itself; null on the last step and once settled. */
  readonly nextStepAt: number | null;
  readonly endsAt: number;
  readonly settledAt: number | null;
  readonly settledByTenant: boolean;
}

/** A view with what is known of where the recipient is reached: of an acknowledged proof, always. */
export type ViewTo<To> = Omit<VerificationView, "to"> & { readonly to: To };

export function toView<To extends string | null>(stored: Verification, to: To, now: number): ViewTo<To> {
  const verification = asOf(stored, now);
  const pending = verification.status === "pending" ? verification : null;
  const settled = verification.status === "pending" ? null : verification;
  const step = verification.policy.workflow[verification.step];
  return {
    id: verification.id,
    status: verification.status,
    to,
    channel: step?.channel ?? "sms",
    step: verification.step,
    steps: verification.policy.workflow.length,
    serviceId: verification.serviceId,
    purpose: verification.purpose,
    subject: verification.subject,
    brand: verification.brand,
    locale: verification.locale,
    payment: verification.payment,
    clientRef: verification.clientRef,
    metadata: verification.metadata,
    checksLeft: pending === null ? 0 : pending.policy.checksMax - pending.checks.length,
    sends: verification.sends,
    createdAt: verification.createdAt,
    codeExpiresAt: pending?.codeExpiresAt ?? null,
    nextStepAt: pending?.nextStepAt ?? null,
    endsAt: verification.endsAt,
    settledAt: settled?.settledAt ?? null,
    settledByTenant: settled?.settledByTenant ?? false,
  };
}
