import type { SandboxFault } from "../providers/sandbox/index.ts";
import type { StandinParts } from "./parts.ts";
import type { WireFault } from "./wire-faults.ts";

/** What a stand-in does with one message. */
export interface Plan {
  readonly answer: PlannedAnswer;
  readonly answerAfterMs: number;
  /** Once for each time that the phone gets it. */
  readonly deliverAfterMs: readonly number[];
  readonly receipts: readonly PlannedReceipt[];
  readonly receiptsFirst: boolean;
  /** Nothing goes wrong with what becomes of it: a call is then as long under way as its phone rings. */
  readonly isUsual: boolean;
}

export interface PlannedRefusal {
  readonly type: "refuse";
  readonly status: number;
  readonly code?: string;
  readonly retryAfter?: string;
}

export type PlannedAnswer =
  | { readonly type: "accept" | "hang" | "cut" | "garbage" }
  /** For good, in the vendor's own way. */
  | { readonly type: "reject" }
  | PlannedRefusal;

export interface PlannedReceipt {
  readonly status: "sent" | "delivered" | "failed";
  readonly afterMs: number;
  readonly isForged: boolean;
}

const deliveredAfterMs = 1_000;
const defaultDelayMs = 10_000;

function receipt(status: PlannedReceipt["status"], afterMs: number): PlannedReceipt {
  return { status, afterMs, isForged: false };
}

const asItShould: Plan = {
  answer: { type: "accept" },
  answerAfterMs: 0,
  deliverAfterMs: [0],
  receipts: [receipt("sent", 0), receipt("delivered", deliveredAfterMs)],
  receiptsFirst: false,
  isUsual: true,
};

const unusual: Plan = { ...asItShould, isUsual: false };
const refused: Plan = { ...unusual, deliverAfterMs: [], receipts: [] };

/** Takes the faults that this message meets; those of the wire come first. */
export function planFor({ wire, faults }: StandinParts, to: string): Plan {
  const onWire = wire.take();
  if (onWire !== null) return wirePlan(onWire);
  const fault = faults.take(to);
  return fault === null ? asItShould : sandboxPlan(fault);
}

function wirePlan(fault: WireFault): Plan {
  switch (fault.type) {
    case "refuse":
      return { ...refused, answer: fault };
    case "slow":
      return { ...asItShould, answerAfterMs: fault.delayMs };
    case "cut":
    case "garbage":
      return { ...asItShould, answer: { type: fault.type } };
    case "receiptFirst":
      return { ...unusual, receiptsFirst: true };
    case "receiptLost":
      return { ...unusual, receipts: [] };
    case "receiptForged":
      return { ...unusual, receipts: asItShould.receipts.map((one) => ({ ...one, isForged: true })) };
    default:
      return unreachable(fault);
  }
}

function sandboxPlan({ type, delayMs = defaultDelayMs, retryAfterMs }: SandboxFault): Plan {
  switch (type) {
    case "refuse":
      return { ...refused, answer: { type: "reject" } };
    case "notSent":
      return { ...refused, answer: { type: "refuse", status: 429, ...retryAfter(retryAfterMs) } };
    case "acceptAndLose":
      return refused;
    case "timeoutAfterAccept":
      return { ...unusual, answer: { type: "hang" }, receipts: [] };
    case "timeoutBeforeAccept":
      return { ...refused, answer: { type: "hang" } };
    case "delay":
      return {
        ...unusual,
        deliverAfterMs: [delayMs],
        receipts: [receipt("sent", 0), receipt("delivered", delayMs)],
      };
    case "duplicate":
      return { ...asItShould, deliverAfterMs: [0, 0] };
    case "lateReceipt":
      return { ...unusual, receipts: [receipt("sent", 0), receipt("delivered", delayMs)] };
    case "failedReceipt":
      return { ...refused, receipts: [receipt("failed", delayMs)] };
    default:
      return unreachable(type);
  }
}

function retryAfter(ms: number | undefined): { retryAfter?: string } {
  return ms === undefined ? {} : { retryAfter: String(Math.ceil(ms / 1_000)) };
}

function unreachable(fault: never): never {
  throw new TypeError(`not a fault: ${JSON.stringify(fault)}`);
}
