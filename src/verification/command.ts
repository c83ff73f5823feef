import type { DeliveryCause } from "./delivery.ts";
import type { Policy } from "./policy.ts";
import type { Autofill, Destination, Payment } from "./verification.ts";

/** Everything a start needs. Ids, digests and ciphertexts are made outside: the decision has no randomness and no keys. */
export interface StartCommand {
  readonly type: "start";
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly recipientId: string;
  readonly destination?: Destination;
  /** The recipient's address, sealed: used if its row does not exist yet. */
  readonly sealedAddress: string;
  readonly purpose: string;
  readonly subject: string | null;
  readonly binding: string | null;
  /** Keyed digests of subject and binding, as `Recipient.known` holds them. */
  readonly claimants: readonly string[];
  readonly payment: Payment | null;
  readonly brand: string;
  readonly locale: string;
  readonly autofill?: Autofill;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly surface?: "anonymous";
  readonly policy: Policy;
  readonly codeKeyId: string;
  readonly suppliedCode: string | null;
}

/** Who calls, as far as it decides whether they may go on with this verification. */
export interface Continuation {
  /** Keyed digest of the binding that the caller repeats; null when it gave none. */
  readonly binding: string | null;
}

export interface CheckCommand extends Continuation {
  readonly type: "check";
  /** Whether the submitted code has the form of a code of this verification; if not, nothing is compared (C-09). */
  readonly wellFormed: boolean;
  /**
   * Whether the code is the one of the current generation, and recipient, subject, amount and payee are those it was
   * sent for. One boolean on purpose: no answer may tell which of them was wrong (S-5).
   */
  readonly matches: boolean;
  readonly claimants: readonly string[];
}

/** Carried by whatever may start a send: the generation it would get if a new code is due. */
export interface SendCommand extends Continuation {
  readonly type: "resend" | "next";
  readonly codeKeyId: string;
}

export interface CancelCommand extends Continuation {
  readonly type: "cancel";
}

/** The tenant says what it found out elsewhere. */
export interface SettleCommand extends Continuation {
  readonly type: "settle";
  readonly status: "approved" | "canceled";
}

/** A timer fired: whatever is due by now happens, and nothing when nothing is (D-9). */
export interface WakeCommand {
  readonly type: "wake";
  readonly codeKeyId: string;
}

/** A delivery will never arrive; `othersMayArrive` tells whether another delivery of the verification still can. */
export interface DeliveryFailedCommand {
  readonly type: "deliveryFailed";
  readonly step: number;
  readonly othersMayArrive: boolean;
  readonly codeKeyId: string;
}

/** What may happen to a verification that exists. */
export type Command =
  | CheckCommand
  | SendCommand
  | CancelCommand
  | SettleCommand
  | WakeCommand
  | DeliveryFailedCommand;

export type CommandType = Command["type"];

export type AskedCause = Exclude<DeliveryCause, "automatic">;
