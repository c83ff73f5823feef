import type { Step } from "../../../verification/index.ts";

/** The vendor's workflows: what each event is, and how long it lasts unless the request says otherwise. */
const workflows: Readonly<Record<string, readonly Step[]>> = {
  1: [sms(125), voice(180), voice(300)],
  2: [sms(125), sms(180), voice(300)],
  3: [voice(150), voice(150)],
  4: [sms(120), sms(180)],
  5: [sms(120), voice(180)],
  6: [sms(0)],
  7: [voice(0)],
};

function sms(seconds: number): Step {
  return { channel: "sms", waitMs: seconds * 1_000 };
}

function voice(seconds: number): Step {
  return { channel: "voice", waitMs: seconds * 1_000 };
}

/** The times of a request, read from its parameters. */
export interface AskedTimes {
  readonly workflowId: string | undefined;
  readonly pinExpiry: string | undefined;
  readonly nextEventWait: string | undefined;
}

export interface Times {
  readonly workflow: readonly Step[];
  readonly codeLifetimeMs: number;
}

const expirySecondsDefault = 300;
/** A code lives no longer here, whatever is asked for. */
const expirySecondsCeiling = 600;

/** Steps and lifetime of the code, or the parameter that is wrong. */
export function timesOf(asked: AskedTimes): Times | { readonly wrong: string } {
  const steps = workflows[asked.workflowId ?? "1"];
  if (steps === undefined || !Object.hasOwn(workflows, asked.workflowId ?? "1"))
    return { wrong: "workflow_id" };
  const expiry = secondsOf(asked.pinExpiry, 60, 3_600);
  if (expiry === null) return { wrong: "pin_expiry" };
  const wait = secondsOf(asked.nextEventWait, 60, 900);
  if (wait === null) return { wrong: "next_event_wait" };
  const seconds = Math.min(expirySeconds(expiry, wait), expirySecondsCeiling);
  const workflow =
    steps.length === 1
      ? steps.map((step) => ({ ...step, waitMs: seconds * 1_000 }))
      : steps.map((step) => (wait === undefined ? step : { ...step, waitMs: wait * 1_000 }));
  return { workflow, codeLifetimeMs: seconds * 1_000 };
}

/** Given both, a life that is no multiple of the wait is no error: it becomes the wait. */
function expirySeconds(expiry: number | undefined, wait: number | undefined): number {
  if (expiry === undefined) return expirySecondsDefault;
  return wait === undefined || expiry % wait === 0 ? expiry : wait;
}

/** Undefined where nothing is given, null where it is wrong. */
function secondsOf(given: string | undefined, min: number, max: number): number | undefined | null {
  if (given === undefined) return undefined;
  if (!/^\d{1,6}$/.test(given)) return null;
  const seconds = Number(given);
  return seconds >= min && seconds <= max ? seconds : null;
}
