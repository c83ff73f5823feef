import type { ListedVerification } from "./schemas.generated.ts";

export type Channel = "sms" | "voice" | "email";
export type Status = "pending" | "approved" | "canceled" | "expired" | "exhausted" | "undeliverable";

export interface Amount {
  /** ISO 4217, such as EUR. */
  readonly currency: string;
  /** Decimal with a point, such as 10.50. */
  readonly value: string;
}

/** What a start is asked for. Everything but `to` has a default from its service. */
export interface StartRequest {
  /** A phone number as people write it, in international form. */
  readonly to: string;
  /** One channel, instead of the service's workflow. */
  readonly channel?: Channel;
  readonly workflow?: readonly { readonly channel: Channel; readonly waitSeconds: number }[];
  readonly service?: string;
  readonly brand?: string;
  readonly locale?: string;
  /** Who reads the code by itself, and of the service's own `texts`, which page or app that is. */
  readonly platform?: "web" | "android" | "none";
  readonly host?: string;
  readonly appHash?: string;
  readonly codeLength?: number;
  readonly alphabet?: "decimal" | "hex" | "crockford" | "letters";
  readonly code?: string;
  readonly purpose?: string;
  readonly subject?: string;
  readonly binding?: string;
  readonly amount?: Amount;
  readonly payee?: string;
  readonly clientRef?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Which verification, and who goes on with it. */
export interface VerificationRequest {
  readonly id: string;
  /** What the start was given as `binding`; with another or none, nothing is found. */
  readonly binding?: string;
}

export interface CheckRequest extends VerificationRequest {
  /** The recipient that is being verified, from your session and never from the form that brings the code. */
  readonly to: string;
  readonly code: string;
  readonly subject?: string;
  readonly amount?: Amount;
  readonly payee?: string;
}

export interface SettleRequest extends VerificationRequest {
  readonly status: "approved" | "canceled";
}

export interface ListRequest {
  readonly to?: string;
  readonly status?: Status;
  readonly cursor?: string;
  readonly limit?: number;
}

/** A verification as the API writes it. Instants are RFC 3339 in UTC. */
export interface Verification {
  readonly id: string;
  readonly status: Status;
  /** In full; null only where what is kept of it cannot be read. */
  readonly to: string | null;
  readonly channel: Channel;
  readonly step: number;
  readonly steps: number;
  readonly service: string;
  readonly purpose: string;
  readonly subject: string | null;
  readonly brand: string;
  readonly locale: string;
  readonly amount: Amount | null;
  readonly payee: string | null;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly checksLeft: number;
  readonly sends: number;
  readonly createdAt: string;
  readonly codeExpiresAt: string | null;
  readonly nextStepAt: string | null;
  readonly endsAt: string;
  readonly settledAt: string | null;
  readonly settledByTenant: boolean;
  /** Only once approved. */
  readonly assurance?: {
    readonly aal: number | null;
    readonly restricted: boolean;
    readonly phishingResistant: boolean;
  };
}

export interface DeliveryAttempt {
  readonly provider: string;
  readonly at: string;
  readonly answer: "none" | "accepted" | "rejected" | "notSent" | "unknown";
  readonly reason: string | null;
  readonly possibleDuplicate: boolean;
}

export type GuardVerdict = "allow" | "challenge" | "defer" | "deny";

/** Why a message could cost money, or not. */
export interface GuardDecision {
  readonly verdict: GuardVerdict;
  readonly reasons: readonly {
    readonly rule: string;
    readonly verdict: GuardVerdict;
    readonly reason: string;
    readonly detail: string;
    readonly retryAt: string | null;
  }[];
}

export interface Delivery {
  readonly id: string;
  readonly step: number;
  readonly channel: Channel;
  readonly provider: string | null;
  readonly state:
    | "queued"
    | "sending"
    | "unknown"
    | "accepted"
    | "delivered"
    | "failed"
    | "unconfirmed"
    | "dropped";
  readonly cause: "start" | "resend" | "next" | "automatic";
  readonly createdAt: string;
  /** How an SMS was written and in how many parts it went; null for what is no SMS, and before it is sent. */
  readonly encoding: string | null;
  readonly segments: number | null;
  /** A decimal in the operator's currency; null where nothing costs anything, or it is not yours to know. */
  readonly cost: string | null;
  /** Null where nothing costs anything, as in the sandbox. */
  readonly guard: GuardDecision | null;
  readonly attempts: readonly DeliveryAttempt[];
}

/** A verification with all that happened to it, and never a code. */
export interface VerificationDetails extends Verification {
  /** Of all deliveries together, as theirs. */
  readonly cost: string | null;
  readonly deliveries: readonly Delivery[];
  readonly checks: readonly { readonly at: string; readonly right: boolean }[];
}

/** A page, newest first. */
export interface VerificationList {
  readonly items: readonly ListedVerification[];
  readonly nextCursor: string | null;
}
