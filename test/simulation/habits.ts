import type { IfPending, Policy } from "../../src/verification/index.ts";
import type { Chance } from "./chance.ts";

export type ActKind =
  | "start"
  | "answer"
  | "guess"
  | "snipe"
  | "resend"
  | "next"
  | "cancel"
  | "settle"
  | "get"
  | "unlock"
  | "repeat";

/** What people of one run tend to do. */
export interface Habits {
  readonly acts: Readonly<Record<ActKind, number>>;
  readonly numbers: number;
  readonly strangers: number;
  /** Chance that a message is answered with its code. */
  readonly answersMessages: number;
  readonly keyed: number;
  readonly ifPending: IfPending;
  /** Limits of sends: the product's own, or such that much happens in a short time. */
  readonly policy: Partial<Policy>;
}

export function planHabits(chance: Chance): Habits {
  const sometimes = (weight: number, of = 0.6): number => (chance.happens(of) ? weight : 0);
  const isBusy = chance.happens(0.7);
  return {
    acts: {
      start: 3,
      answer: sometimes(2),
      guess: sometimes(4),
      snipe: sometimes(2),
      resend: sometimes(3),
      next: sometimes(2),
      cancel: sometimes(0.5),
      settle: sometimes(0.5),
      get: 1,
      unlock: sometimes(0.2, 0.2),
      repeat: sometimes(1.5),
    },
    numbers: chance.between(1, 3),
    strangers: sometimes(0.4),
    answersMessages: chance.pick([0, 0.2, 0.6]),
    keyed: sometimes(0.4),
    ifPending: chance.pick(["separate", "continue", "refuse", "replace"]),
    policy: {
      codeReuse: chance.pick(["same", "perStep", "whenExpired"]),
      codeLifetimeMs: chance.pick([30_000, 60_000, 300_000]),
      ...(isBusy ? { resendWaitsMs: [0, 2_000], sendsPerDayMax: 200 } : {}),
    },
  };
}
