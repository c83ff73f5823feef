import { defaultPolicy, type Policy, type PolicyProblem, policyProblems } from "../verification/index.ts";

/** A policy as callers and files write it: durations in seconds. */
export interface PolicySettings {
  readonly codeLength: number;
  readonly alphabet: Policy["alphabet"];
  readonly allowWeakCodes: boolean;
  readonly codeLifetimeSeconds: number;
  readonly codeReuse: Policy["codeReuse"];
  readonly checksMax: number;
  readonly ifPending: Policy["ifPending"];
  readonly cancelFromSeconds: number;
  readonly cancelUntilStep: number | null;
  readonly resendWaitsSeconds: readonly number[];
  readonly sendsMax: number;
  readonly workflow: readonly {
    readonly channel: Policy["workflow"][number]["channel"];
    readonly waitSeconds: number;
  }[];
  readonly wrongPerHourMax: number;
  readonly wrongPerDayMax: number;
  readonly sendsPerDayMax: number;
}

/** Names of settings that differ outside. */
const nameOutside: Partial<Record<keyof Policy, keyof PolicySettings>> = {
  codeLifetimeMs: "codeLifetimeSeconds",
  cancelFromMs: "cancelFromSeconds",
  resendWaitsMs: "resendWaitsSeconds",
};

/** Every setting of a policy, defaults included, with durations in seconds. */
export function toPolicySettings(changed: Partial<Policy>): PolicySettings {
  const { codeLifetimeMs, cancelFromMs, resendWaitsMs, workflow, ...same } = { ...defaultPolicy, ...changed };
  return {
    ...same,
    codeLifetimeSeconds: codeLifetimeMs / 1_000,
    cancelFromSeconds: cancelFromMs / 1_000,
    resendWaitsSeconds: resendWaitsMs.map((wait) => wait / 1_000),
    workflow: workflow.map(({ channel, waitMs }) => ({ channel, waitSeconds: waitMs / 1_000 })),
  };
}

/** Settings to change; undefined leaves one as it is. */
export type PolicyChanges = { readonly [K in keyof PolicySettings]?: PolicySettings[K] | undefined };

/** The given settings as part of a policy. Only what was given is in it. */
export function fromPolicySettings(given: PolicyChanges): Partial<Policy> {
  const { codeLifetimeSeconds, cancelFromSeconds, resendWaitsSeconds, workflow, ...same } = given;
  const changed: Record<string, unknown> = { ...same };
  if (codeLifetimeSeconds !== undefined) changed["codeLifetimeMs"] = codeLifetimeSeconds * 1_000;
  if (cancelFromSeconds !== undefined) changed["cancelFromMs"] = cancelFromSeconds * 1_000;
  if (resendWaitsSeconds !== undefined)
    changed["resendWaitsMs"] = resendWaitsSeconds.map((wait) => wait * 1_000);
  if (workflow !== undefined) {
    changed["workflow"] = workflow.map(({ channel, waitSeconds }) => ({
      channel,
      waitMs: waitSeconds * 1_000,
    }));
  }
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}

/** The first thing wrong with a service's policy, by the name that its author used. */
export function policySettingsProblem(
  changed: Partial<Policy>,
): { readonly setting: string; readonly detail: string } | null {
  const [first]: PolicyProblem[] = policyProblems({ ...defaultPolicy, ...changed });
  if (first === undefined) return null;
  return { setting: nameOutside[first.setting] ?? first.setting, detail: first.detail };
}
