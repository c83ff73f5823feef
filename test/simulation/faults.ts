import type { Chance } from "./chance.ts";

/** What may go wrong in one run, and how often. A seed switches most of it off: rare pairs of faults then meet alone. */
export interface FaultPlan {
  /** Engines that share the store. */
  readonly nodes: number;
  readonly storeFailsBefore: number;
  /** The write is durable, its answer is lost. */
  readonly storeFailsAfter: number;
  readonly readFails: number;
  readonly slowCommit: number;
  /** At each crossing between a node and the world: the node is gone. */
  readonly crashAtCrossing: number;
  /** Likewise: the node stands still for longer than its leases, and does not know it. */
  readonly pauseAtCrossing: number;
  /** Likewise when a carrier has answered: somebody else may hold the lease by the time the answer is written. */
  readonly pauseAtAnswer: number;
  /** Chance, when a node crashes, that its whole machine does, so that the store must be opened again. */
  readonly crashTakesMachine: number;
  /** Between two actions of people. */
  readonly crash: number;
  readonly pause: number;
  readonly freeze: number;
  readonly clockForward: number;
  readonly clockBack: number;
  readonly carrier: CarrierFaults;
  /** What the carriers of this run are like; that is no fault, and lasts. */
  readonly carriers: CarrierTraits;
}

export interface CarrierTraits {
  /** Messages a second that each carrier takes; null for as many as come. */
  readonly rates: readonly [number | null, number | null];
  /** Whether each can be asked what became of a message. */
  readonly lookups: readonly [boolean, boolean];
}

export type CarrierAnswer =
  | "accept"
  | "reject"
  | "notSent"
  | "unknownDelivered"
  | "unknownLost"
  | "hangDelivered"
  | "hangLost"
  | "late"
  | "throw";

export interface CarrierFaults {
  readonly answers: Readonly<Record<CarrierAnswer, number>>;
  /** Chance that a message sends any receipt at all. */
  readonly receipts: number;
  readonly receiptTwice: number;
  readonly receiptBeforeAnswer: number;
  /** A message that was accepted and never arrives, with a receipt that says so. */
  readonly failedReceipt: number;
  /** A look-up that is not answered, or not readably. */
  readonly lookupFails: number;
}

export function planFaults(chance: Chance): FaultPlan {
  const sometimes = (probability: number, of = 0.4): number => (chance.happens(of) ? probability : 0);
  return {
    nodes: chance.happens(0.5) ? 2 : 1,
    storeFailsBefore: sometimes(0.05),
    storeFailsAfter: sometimes(0.05),
    readFails: sometimes(0.02, 0.2),
    slowCommit: sometimes(0.2),
    crashAtCrossing: sometimes(0.006),
    pauseAtCrossing: sometimes(0.008),
    crashTakesMachine: chance.happens(0.5) ? 0.5 : 1,
    crash: sometimes(0.05),
    pause: sometimes(0.06),
    freeze: sometimes(0.03, 0.3),
    clockForward: sometimes(0.02, 0.2),
    clockBack: sometimes(0.02, 0.2),
    carrier: planCarrier(chance),
    carriers: planTraits(chance),
    // Drawn last, so that the others are what they were without it.
    pauseAtAnswer: sometimes(0.2, 0.3),
  };
}

/** Slow enough that a few messages wait for each other, down to a rate that no deadline can wait for. */
function planTraits(chance: Chance): CarrierTraits {
  const isPaced = chance.happens(0.4);
  const rate = (): number | null =>
    isPaced && chance.happens(0.7) ? chance.pick([5, 1, 0.2, 0.05, 0.02]) : null;
  return { rates: [rate(), rate()], lookups: [chance.happens(0.3), chance.happens(0.3)] };
}

function planCarrier(chance: Chance): CarrierFaults {
  const sometimes = (weight: number): number => (chance.happens(0.4) ? weight : 0);
  return {
    answers: {
      accept: chance.happens(0.8) ? 6 : 1,
      reject: sometimes(1),
      notSent: sometimes(1.5),
      unknownDelivered: sometimes(1.5),
      unknownLost: sometimes(1.5),
      hangDelivered: sometimes(1),
      hangLost: sometimes(1),
      late: sometimes(1),
      throw: sometimes(0.5),
    },
    receipts: sometimes(0.7),
    receiptTwice: 0.3,
    receiptBeforeAnswer: 0.3,
    failedReceipt: sometimes(0.15),
    lookupFails: 0.3,
  };
}

/** Nothing goes wrong any more: how a run ends, so that everything must come to rest. */
export const noFaults: Omit<FaultPlan, "nodes" | "carriers"> = {
  storeFailsBefore: 0,
  storeFailsAfter: 0,
  readFails: 0,
  slowCommit: 0,
  crashAtCrossing: 0,
  pauseAtCrossing: 0,
  pauseAtAnswer: 0,
  crashTakesMachine: 0,
  crash: 0,
  pause: 0,
  freeze: 0,
  clockForward: 0,
  clockBack: 0,
  carrier: {
    answers: {
      accept: 1,
      reject: 0,
      notSent: 0,
      unknownDelivered: 0,
      unknownLost: 0,
      hangDelivered: 0,
      hangLost: 0,
      late: 0,
      throw: 0,
    },
    receipts: 0,
    receiptTwice: 0,
    receiptBeforeAnswer: 0,
    failedReceipt: 0,
    lookupFails: 0,
  },
};
