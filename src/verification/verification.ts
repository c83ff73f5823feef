import type { Policy } from "./policy.ts";

/** Where a verification ended. A settled verification never changes again (I3). */
export type SettledStatus = "approved" | "canceled" | "expired" | "exhausted" | "undeliverable";

export type Status = "pending" | SettledStatus;

/** Amount and payee of a payment, in canonical form (S-2): both are part of what a code is bound to. */
export interface Payment {
  /** Canonical: ISO 4217 currency and minor units, for example `EUR 1000` for ten euros. */
  readonly amount: string;
  /** Unicode NFC. */
  readonly payee: string;
}

/** By what a browser or an app recognizes the text of a verification as its own, and fills the code in. */
export type Autofill =
  | { readonly platform: "web"; readonly host: string }
  | { readonly platform: "android"; readonly appHash: string };

/** Where messages to a recipient go, as far as it decides who carries them and what they cost. */
export interface Destination {
  /** ISO 3166. */
  readonly region: string;
  /** The longest of the prefixes that routes are made for, where the number begins with one: never the whole of it. */
  readonly prefix?: string;
}

/** What stays the same from start to purge. */
export interface VerificationIdentity {
  /** UUIDv7. */
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  /** Blind index of the recipient: the key of the row that locks this aggregate. */
  readonly recipientId: string;
  /** Absent in rows of versions before. */
  readonly destination?: Destination;
  /** The recipient's verification before this one: from `Recipient.newestId` backwards they form a list. */
  readonly previousId: string | null;
  readonly purpose: string;
  readonly subject: string | null;
  /** Keyed digest of the caller's binding; the binding itself is never stored. */
  readonly binding: string | null;
  readonly payment: Payment | null;
  readonly brand: string;
  /** BCP 47. */
  readonly locale: string;
  /** Absent where the text is for people alone. */
  readonly autofill?: Autofill;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Started from a surface that anybody reaches; absent with an API key (F-11). */
  readonly surface?: "anonymous";
  readonly policy: Policy;
  readonly createdAt: number;
  /** The sum of the waits: nothing that happens later moves it. */
  readonly endsAt: number;
}

/** One submitted code that was compared. The code itself is never kept. */
export interface CheckRecord {
  readonly at: number;
  readonly right: boolean;
}

export interface PendingVerification extends VerificationIdentity {
  readonly status: "pending";
  /** Index into `policy.workflow`. */
  readonly step: number;
  /** Which code is valid: part of its derivation. A new generation kills the old code. */
  readonly generation: number;
  /** Id of the secret that derives the code, so that secrets can rotate under pending verifications. */
  readonly codeKeyId: string;
  /** Ciphertext of a code that the caller supplied, bound to this row; null for derived codes. */
  readonly suppliedCode: string | null;
  readonly codeExpiresAt: number;
  /** When the next step starts by itself; null on the last step. */
  readonly nextStepAt: number | null;
  readonly checks: readonly CheckRecord[];
  /** Deliveries asked for so far, automatic steps included; also the sequence number of the newest delivery. */
  readonly sends: number;
}

/** Has no generation and no sealed code, so that no code can be derived for it and compared. */
export interface SettledVerification extends VerificationIdentity {
  readonly status: SettledStatus;
  readonly step: number;
  readonly settledAt: number;
  readonly checks: readonly CheckRecord[];
  readonly sends: number;
  /** Whether the tenant settled it from outside instead of a check. */
  readonly settledByTenant: boolean;
}

export type Verification = PendingVerification | SettledVerification;

/**
 * What stays the same, and nothing else of `whole`. Field by field: to take the others out by a rest pattern costs ten
 * times as much with so many, at every start and every check.
 */
export function identityOf(
  whole: Omit<VerificationIdentity, keyof Begun>,
  { previousId, createdAt, endsAt }: Begun,
): Everything<VerificationIdentity> {
  const { destination, autofill, surface } = whole;
  return {
    id: whole.id,
    tenantId: whole.tenantId,
    serviceId: whole.serviceId,
    recipientId: whole.recipientId,
    previousId,
    purpose: whole.purpose,
    subject: whole.subject,
    binding: whole.binding,
    payment: whole.payment,
    brand: whole.brand,
    locale: whole.locale,
    clientRef: whole.clientRef,
    metadata: whole.metadata,
    policy: whole.policy,
    createdAt,
    endsAt,
    ...(destination === undefined ? null : { destination }),
    ...(autofill === undefined ? null : { autofill }),
    ...(surface === undefined ? null : { surface }),
  };
}

/** What is known of a verification once its start was decided. */
type Begun = Pick<VerificationIdentity, "previousId" | "createdAt" | "endsAt">;

type Rare = "destination" | "autofill" | "surface";

/** A field that is added to `T` and forgotten above does not compile, also where rows may lack it. */
type Everything<T extends { readonly [Name in Rare]?: unknown }> = Required<Omit<T, Rare>> & Pick<T, Rare>;

/** Step, send count and checks are kept for the record; everything that could make a code is dropped. */
export function settle(
  verification: PendingVerification,
  status: SettledStatus,
  now: number,
  settledByTenant = false,
): SettledVerification {
  const { step, checks, sends } = verification;
  return {
    ...identityOf(verification, verification),
    status,
    step,
    settledAt: now,
    checks,
    sends,
    settledByTenant,
  };
}

/**
 * A clock that stepped back must not revive what had expired (C-40): a verification that seems to lie in the future
 * by more than this is treated as ended.
 */
export const clockStepMaxMs = 5_000;

/** Expiry is derived from time, not from whether a timer ran. */
export function hasEnded(verification: PendingVerification, now: number): boolean {
  return now >= verification.endsAt || now < verification.createdAt - clockStepMaxMs;
}

/** The verification as it is at `now`: what should have expired is expired. */
export function asOf(verification: Verification, now: number): Verification {
  if (verification.status !== "pending" || !hasEnded(verification, now)) return verification;
  // Its end may be one of those times to come.
  return settle(verification, "expired", Math.min(verification.endsAt, now));
}

/** When the verification next needs attention without anybody asking: its next step, or its end. */
export function alarmAt(verification: Verification): number | null {
  if (verification.status !== "pending") return null;
  return Math.min(verification.nextStepAt ?? verification.endsAt, verification.endsAt);
}
