import {
  type Command,
  type Current,
  type Decision,
  type Delivery,
  defaultPolicy,
  type Outcome,
  type PendingVerification,
  type Policy,
  type Recipient,
  type SettledStatus,
  type SettledVerification,
  type StartCommand,
  type Status,
} from "../../src/verification/index.ts";

/** When the verifications of these rows start. */
export const t0: number = Date.UTC(2026, 0, 1, 12);
export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;
export const day = 86_400_000;

export function policyWith(change: Partial<Policy> = {}): Policy {
  return { ...defaultPolicy, ...change };
}

/** A recipient that one message was sent to, at `t0`. */
export function recipientRow(change: Partial<Recipient> = {}): Recipient {
  return {
    id: "recipient-1",
    tenantId: "tenant-1",
    sealedAddress: "sealed",
    newestId: null,
    pending: [],
    wrongAt: [],
    sentAt: [t0],
    askedSends: 1,
    lastAskedAt: t0,
    provenAt: null,
    known: [],
    lastSeenAt: t0,
    ...change,
  };
}

/** A verification that was started at `t0` and sent its first message then. */
export function pendingRow(change: Partial<PendingVerification> = {}): PendingVerification {
  return {
    id: "verification-1",
    tenantId: "tenant-1",
    serviceId: "service-1",
    recipientId: "recipient-1",
    previousId: null,
    purpose: "verify",
    subject: null,
    binding: null,
    payment: null,
    brand: "Acme",
    locale: "en",
    clientRef: null,
    metadata: null,
    policy: defaultPolicy,
    createdAt: t0,
    endsAt: t0 + 5 * minute,
    status: "pending",
    step: 0,
    generation: 1,
    codeKeyId: "key-1",
    suppliedCode: null,
    codeExpiresAt: t0 + 5 * minute,
    nextStepAt: t0 + minute,
    checks: [],
    sends: 1,
    ...change,
  };
}

export function settledRow(
  status: SettledStatus,
  change: Partial<SettledVerification> = {},
): SettledVerification {
  const { generation, codeKeyId, suppliedCode, codeExpiresAt, nextStepAt, ...kept } = pendingRow();
  return { ...kept, status, settledAt: t0 + 20 * second, settledByTenant: false, ...change };
}

/** A pending verification and the recipient that knows of it. */
export function pendingCurrent(
  verification: Partial<PendingVerification> = {},
  recipient: Partial<Recipient> = {},
): Current & { readonly verification: PendingVerification } {
  const row = pendingRow(verification);
  const { id, serviceId, purpose, subject, binding, endsAt } = row;
  const pending = [{ id, serviceId, purpose, subject, binding, endsAt }];
  return { recipient: recipientRow({ pending, ...recipient }), verification: row };
}

export function deliveryRow(change: Partial<Delivery> = {}): Delivery {
  return {
    verificationId: "verification-1",
    sequence: 1,
    recipientId: "recipient-1",
    tenantId: "tenant-1",
    step: 0,
    generation: 1,
    channel: "sms",
    cause: "start",
    state: "queued",
    createdAt: t0,
    dueAt: t0,
    deadline: t0 + 90 * second,
    leaseOwner: null,
    leaseEpoch: 0,
    attempts: [],
    ...change,
  };
}

export function startCommand(change: Partial<StartCommand> = {}): StartCommand {
  return {
    type: "start",
    id: "verification-2",
    tenantId: "tenant-1",
    serviceId: "service-1",
    recipientId: "recipient-1",
    sealedAddress: "sealed",
    purpose: "verify",
    subject: null,
    binding: null,
    claimants: [],
    payment: null,
    brand: "Acme",
    locale: "en",
    clientRef: null,
    metadata: null,
    policy: defaultPolicy,
    codeKeyId: "key-1",
    suppliedCode: null,
    ...change,
  };
}

/** One command of each kind, in the variants that have answers of their own. */
export const commands = {
  "check right": { type: "check", binding: null, wellFormed: true, matches: true, claimants: [] },
  "check wrong": { type: "check", binding: null, wellFormed: true, matches: false, claimants: [] },
  "check malformed": { type: "check", binding: null, wellFormed: false, matches: false, claimants: [] },
  resend: { type: "resend", binding: null, codeKeyId: "key-2" },
  next: { type: "next", binding: null, codeKeyId: "key-2" },
  cancel: { type: "cancel", binding: null },
  "settle approved": { type: "settle", binding: null, status: "approved" },
  "settle canceled": { type: "settle", binding: null, status: "canceled" },
  wake: { type: "wake", codeKeyId: "key-2" },
  deliveryFailed: { type: "deliveryFailed", step: 0, othersMayArrive: false, codeKeyId: "key-2" },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

export const commandNames: readonly CommandName[] = Object.keys(commands) as CommandName[];

const everyStatus: Readonly<Record<Status, true>> = {
  pending: true,
  approved: true,
  canceled: true,
  expired: true,
  exhausted: true,
  undeliverable: true,
};

export const statuses: readonly Status[] = Object.keys(everyStatus) as Status[];
export const settledStatuses: readonly SettledStatus[] = statuses.filter((one) => one !== "pending");

/** What a decision did, in one line: its outcome, the status it leaves, and which rows it makes different. */
export interface Summary {
  readonly outcome: Outcome;
  readonly status: Status | undefined;
  readonly writes: readonly string[];
}

export function summarize(before: Current, decision: Decision): Summary {
  const writes: string[] = [];
  if (decision.recipient !== before.recipient) writes.push("recipient");
  if (decision.verification !== before.verification) writes.push("verification");
  if (decision.replaced !== null) writes.push("replaced");
  for (const delivery of decision.deliveries) writes.push(`delivery:${delivery.cause}`);
  return { outcome: decision.outcome, status: decision.verification?.status, writes };
}
