import type { Challenge, Subscriber } from "../../src/accounts/index.ts";
import type { Delivery, Payment, Recipient, Verification } from "../../src/verification/index.ts";

export type RequestKind = "start" | "check" | "resend" | "next" | "cancel" | "settle" | "get" | "unlock";

/** What somebody asked an engine for. */
export interface Request {
  readonly kind: RequestKind;
  readonly by: "owner" | "stranger";
  readonly number: string;
  /** Null for a start, until its answer tells. */
  verificationId: string | null;
  readonly binding: string | undefined;
  readonly subject: string | undefined;
  readonly payment: Payment | null;
  readonly code: string | null;
  readonly status: "approved" | "canceled" | null;
  readonly idempotencyKey: string | null;
  /** Wall time at which it was made. */
  askedAt: number;
  /** `lost`: no answer came, so it may still happen or have happened. */
  state: "underWay" | "lost" | "answered";
}

/** What somebody asked for who is enrolled, or who says so. */
export interface ChallengeRequest {
  readonly kind: "challenge" | "send" | "check" | "cancel";
  readonly subscriberId: string;
  /** Null for a start, until its answer tells. */
  challengeId: string | null;
  readonly binding: string | undefined;
  readonly code: string | null;
  readonly authenticatorId: string | null;
  readonly idempotencyKey: string | null;
  /** Wall time at which it was made. */
  askedAt: number;
  /** As of a `Request`. */
  state: Request["state"];
}

/** One call that a carrier got. */
export interface CarrierCall {
  readonly carrier: string;
  readonly reference: string;
  readonly messageId: string;
  readonly code: string;
  /** Which attempt of the delivery it was, from 0. */
  readonly attempt: number;
  /** Whether the message arrives, whatever was answered. */
  readonly arrives: boolean;
  /** Whether the carrier has it, and says so when asked. */
  readonly isTaken: boolean;
  answer: "none" | "accepted" | "refused" | "unknown";
}

/** One row as an update left it. */
export type Change =
  | {
      readonly table: "verification";
      readonly before: Verification | undefined;
      readonly after: Verification | null;
    }
  | { readonly table: "delivery"; readonly before: Delivery | undefined; readonly after: Delivery | null }
  | { readonly table: "recipient"; readonly before: Recipient | undefined; readonly after: Recipient | null }
  | {
      readonly table: "subscriber";
      readonly before: Subscriber | undefined;
      readonly after: Subscriber | null;
    }
  | { readonly table: "challenge"; readonly before: Challenge | undefined; readonly after: Challenge | null };

/** All rows that one committed update wrote. */
export interface Commit {
  /** Owner id of the engine that asked for it. */
  readonly owner: string;
  /** The store's time of the decision. */
  readonly now: number;
  readonly verifications: readonly Extract<Change, { table: "verification" }>[];
  readonly deliveries: readonly Extract<Change, { table: "delivery" }>[];
  readonly recipients: readonly Extract<Change, { table: "recipient" }>[];
  readonly subscribers: readonly Extract<Change, { table: "subscriber" }>[];
  readonly challenges: readonly Extract<Change, { table: "challenge" }>[];
}

/** What a person was told, and what therefore must stay visible for ever (I4). */
export interface Acknowledged {
  readonly checks: number;
  readonly sends: number;
  readonly settled: Verification["status"] | null;
}

/**
 * What the simulation knows without asking the engine: rows as they were committed, what carriers got, what people
 * asked for and were told.
 */
export class Records {
  readonly verifications = new Map<string, Verification>();
  readonly deliveries = new Map<string, Delivery>();
  readonly recipients = new Map<string, Recipient>();
  readonly subscribers = new Map<string, Subscriber>();
  readonly challenges = new Map<string, Challenge>();
  readonly requests: Request[] = [];
  readonly requestsOf = new Map<string, Request[]>();
  readonly calls = new Map<string, CarrierCall[]>();
  readonly receiptsGiven = new Set<string>();
  readonly acknowledged = new Map<string, Acknowledged>();
  /** Which engine holds or held each lease: `reference#epoch`. */
  readonly leases = new Map<string, string>();
  readonly settledAt = new Map<string, number>();
  readonly codes = new Map<string, string>();
  /** Wrong guesses of each recipient since its last success. */
  readonly wrongAt = new Map<string, number[]>();
  readonly sentAt = new Map<string, number[]>();
  readonly asked = new Map<string, { count: number; lastAt: number }>();
  /** Messages a second that a carrier takes, where it has a rate. */
  readonly rates = new Map<string, number>();
  /** When each node called each carrier with a rate, newest last. */
  readonly calledAt = new Map<string, number[]>();
  /** How often something went a way that only some runs open: carriers of a kind, or people who are enrolled. */
  readonly ways = {
    slotsAwaited: 0,
    congestions: 0,
    lookups: 0,
    approvedByApp: 0,
    approvedByText: 0,
    wrongUses: 0,
    locks: 0,
  };
  readonly verificationOfKey = new Map<string, string>();
  readonly challengeRequests: ChallengeRequest[] = [];
  /** The challenge that each verification was sent for. */
  readonly challengeOf = new Map<string, string>();
  /** Steps whose code was accepted: `authenticator#step`. */
  readonly stepsTaken = new Set<string>();
  readonly approvedChallenges = new Set<string>();
  /** Keys of requests that were decided and told, not repeated from memory. */
  readonly challengeKeysTold = new Set<string>();
  /** Challenges that were to be kept until before then may be gone. */
  purgedBefore = 0;
  /** Wrong uses of each subscriber, as they were committed and as people were told of them. */
  readonly wrongUses = new Map<string, { committed: number; told: number }>();
  /** Until when each subscriber was ever locked. */
  readonly locks = new Map<string, Set<number>>();

  addRequest(request: Request): void {
    this.requests.push(request);
    if (request.verificationId !== null) this.join(request, request.verificationId);
  }

  join(request: Request, verificationId: string): void {
    request.verificationId = verificationId;
    const list = this.requestsOf.get(verificationId);
    if (list === undefined) this.requestsOf.set(verificationId, [request]);
    else list.push(request);
  }

  /** Requests on a verification that may still take effect. */
  open(verificationId: string, kind: RequestKind): Request[] {
    const list = this.requestsOf.get(verificationId) ?? [];
    return list.filter((one) => one.kind === kind && one.state !== "answered");
  }

  /** Checks of a challenge that may still take effect. */
  openChecks(challengeId: string): ChallengeRequest[] {
    return this.challengeRequests.filter(
      (one) => one.kind === "check" && one.challengeId === challengeId && one.state !== "answered",
    );
  }

  /** The delivery and verification that a reference names. */
  verificationOf(delivery: Delivery): Verification | undefined {
    return this.verifications.get(delivery.verificationId);
  }

  deliveriesOf(verificationId: string): Delivery[] {
    const sends = this.verifications.get(verificationId)?.sends ?? 0;
    const found: Delivery[] = [];
    for (let sequence = 1; sequence <= sends; sequence++) {
      const delivery = this.deliveries.get(`${verificationId}.${sequence}`);
      if (delivery !== undefined) found.push(delivery);
    }
    return found;
  }
}
