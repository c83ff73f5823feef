import type { Channel } from "./channel.ts";
import { type AlphabetName, alphabets } from "./code-format.ts";

/** A channel and how long to wait before the next step starts by itself. */
export interface Step {
  readonly channel: Channel;
  readonly waitMs: number;
}

/** When a send carries a new code: never, with each step, or once the old one can no longer be used. */
export type CodeReuse = "same" | "perStep" | "whenExpired";

/** What a start does when the recipient has a pending verification. */
export type IfPending = "separate" | "continue" | "refuse" | "replace";

/** The settings of one verification, frozen into it when it starts (design: policy). */
export interface Policy {
  readonly codeLength: number;
  readonly alphabet: AlphabetName;
  /** Codes of 4 or 5 characters, at the price of at most 3 checks. */
  readonly allowWeakCodes: boolean;
  readonly codeLifetimeMs: number;
  readonly codeReuse: CodeReuse;
  readonly checksMax: number;
  readonly ifPending: IfPending;
  /** A cancel before this age is refused; 0 allows it at once. */
  readonly cancelFromMs: number;
  /** The last step on which a cancel is allowed; null for all. */
  readonly cancelUntilStep: number | null;
  /** Waits between asked-for sends to one recipient; the last one repeats. */
  readonly resendWaitsMs: readonly number[];
  readonly sendsMax: number;
  readonly workflow: readonly Step[];
  /** Wrong codes of a recipient, over all its verifications since its last success. */
  readonly wrongPerHourMax: number;
  readonly wrongPerDayMax: number;
  /** Sends to a recipient in 24 hours, automatic steps included. */
  readonly sendsPerDayMax: number;
}

/** Typed so that a value that is added to the union and not here does not compile. */
const codeReuses: Readonly<Record<CodeReuse, true>> = { same: true, perStep: true, whenExpired: true };
const ifPendings: Readonly<Record<IfPending, true>> = {
  separate: true,
  continue: true,
  refuse: true,
  replace: true,
};
const channels: Readonly<Record<Channel, true>> = { sms: true, voice: true, email: true };

export const codeLifetimeMsMax = 600_000;
export const verificationLifetimeMsMax: number = 45 * 60_000;
export const workflowStepsMax = 10;
export const resendWaitsMax = 10;
/** Bounds the arrays of a recipient row. */
export const sendsPerDayCeiling = 1_000;
/** No more than the failures that SP 800-63B-4 (3.2.2) allows before an authenticator is disabled. */
export const wrongPerDayCeiling = 100;

export const defaultPolicy: Policy = {
  codeLength: 6,
  alphabet: "decimal",
  allowWeakCodes: false,
  codeLifetimeMs: 300_000,
  codeReuse: "whenExpired",
  checksMax: 5,
  ifPending: "separate",
  cancelFromMs: 0,
  cancelUntilStep: null,
  resendWaitsMs: [30_000, 60_000, 120_000, 240_000],
  sendsMax: 5,
  // The waits add up to the default lifetime of a code: the verification ends with its code.
  workflow: [
    { channel: "sms", waitMs: 60_000 },
    { channel: "voice", waitMs: 240_000 },
  ],
  wrongPerHourMax: 10,
  wrongPerDayMax: 25,
  sendsPerDayMax: 10,
};

/** One wrong setting: which, and what would be right. */
export interface PolicyProblem {
  readonly setting: keyof Policy;
  readonly detail: string;
}

/** What is wrong with a policy; empty when it may be frozen into a verification. */
export function policyProblems(policy: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const whole = (setting: keyof Policy, value: number, min: number, max: number): void => {
    if (Number.isSafeInteger(value) && value >= min && value <= max) return;
    problems.push({ setting, detail: `must be a whole number from ${min} to ${max}, but is ${value}` });
  };
  /** Whoever reads this gave seconds. */
  const seconds = (setting: keyof Policy, valueMs: number, minMs: number, maxMs: number): void => {
    if (Number.isSafeInteger(valueMs) && valueMs >= minMs && valueMs <= maxMs) return;
    const range = `${minMs / 1_000} to ${maxMs / 1_000} seconds`;
    problems.push({ setting, detail: `must be ${range}, but is ${valueMs / 1_000}` });
  };
  whole("codeLength", policy.codeLength, 4, 10);
  whole("checksMax", policy.checksMax, 1, 5);
  seconds("codeLifetimeMs", policy.codeLifetimeMs, 30_000, codeLifetimeMsMax);
  whole("sendsMax", policy.sendsMax, 1, 5);
  seconds("cancelFromMs", policy.cancelFromMs, 0, verificationLifetimeMsMax);
  whole("wrongPerHourMax", policy.wrongPerHourMax, 1, wrongPerDayCeiling);
  whole("wrongPerDayMax", policy.wrongPerDayMax, 1, wrongPerDayCeiling);
  whole("sendsPerDayMax", policy.sendsPerDayMax, 1, sendsPerDayCeiling);
  if (policy.cancelUntilStep !== null) whole("cancelUntilStep", policy.cancelUntilStep, 0, workflowStepsMax);
  // Rows, files and facades bring policies that no compiler saw.
  const oneOf = (setting: keyof Policy, allowed: object, value: string): void => {
    if (Object.hasOwn(allowed, value)) return;
    problems.push({ setting, detail: `must be one of ${Object.keys(allowed).join(", ")}, but is ${value}` });
  };
  oneOf("alphabet", alphabets, policy.alphabet);
  oneOf("codeReuse", codeReuses, policy.codeReuse);
  oneOf("ifPending", ifPendings, policy.ifPending);
  return [...problems, ...weakCodeProblems(policy), ...workflowProblems(policy), ...waitProblems(policy)];
}

function weakCodeProblems(policy: Policy): PolicyProblem[] {
  if (policy.codeLength >= 6) return [];
  if (!policy.allowWeakCodes) {
    return [
      {
        setting: "codeLength",
        detail: `must be at least 6 without allowWeakCodes, which accepts the risk, but is ${policy.codeLength}`,
      },
    ];
  }
  if (policy.checksMax <= 3) return [];
  return [
    {
      setting: "checksMax",
      detail: `must be at most 3 with codes of ${policy.codeLength} characters, but is ${policy.checksMax}`,
    },
  ];
}

function workflowProblems(policy: Policy): PolicyProblem[] {
  const { workflow } = policy;
  if (workflow.length === 0 || workflow.length > workflowStepsMax) {
    return [
      { setting: "workflow", detail: `must have 1 to ${workflowStepsMax} steps, but has ${workflow.length}` },
    ];
  }
  const strange = workflow.find((step) => !Object.hasOwn(channels, step.channel));
  if (strange !== undefined) {
    const known = Object.keys(channels).join(", ");
    return [
      { setting: "workflow", detail: `must have channels out of ${known}, but has ${strange.channel}` },
    ];
  }
  if (workflow.some((step) => !Number.isSafeInteger(step.waitMs) || step.waitMs < 15_000)) {
    return [{ setting: "workflow", detail: "must have steps that wait at least 15 seconds each" }];
  }
  const total = workflow.reduce((sum, step) => sum + step.waitMs, 0);
  if (total > verificationLifetimeMsMax) {
    return [
      {
        setting: "workflow",
        detail: `must have waits that add up to at most 45 minutes, but they are ${total / 60_000}`,
      },
    ];
  }
  return [];
}

function waitProblems(policy: Policy): PolicyProblem[] {
  const waits = policy.resendWaitsMs;
  const fine =
    waits.length <= resendWaitsMax &&
    waits.every((wait) => Number.isSafeInteger(wait) && wait >= 0 && wait <= 3_600_000);
  if (fine) return [];
  return [
    {
      setting: "resendWaitsMs",
      detail: `must be a list of at most ${resendWaitsMax} waits of 0 to 3600 seconds`,
    },
  ];
}

/**
 * How long a verification with this policy lives. Where every send carries the same code, the verification ends with
 * that code: no later send could carry a code that still works.
 */
export function lifetimeMs(policy: Policy, isSuppliedCode: boolean): number {
  const waits = policy.workflow.reduce((sum, step) => sum + step.waitMs, 0);
  const isFixed = policy.codeReuse === "same" || isSuppliedCode;
  return isFixed ? Math.min(waits, policy.codeLifetimeMs) : waits;
}
