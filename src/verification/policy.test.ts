import { describe, expect, test } from "vitest";
import { minute, policyWith, second } from "../../test/support/rows.ts";
import { alphabets, defaultPolicy, type Policy, policyProblems } from "./index.ts";
import { lifetimeMs } from "./policy.ts";

const step = (waitMs: number) => ({ channel: "sms", waitMs }) as const;

describe("what may be frozen into a verification", () => {
  test("A-1, A-3, A-6: the defaults are six digits, five minutes and five checks", () => {
    expect(policyProblems(defaultPolicy)).toEqual([]);
    expect(defaultPolicy).toMatchObject({
      codeLength: 6,
      codeLifetimeMs: 300_000,
      checksMax: 5,
      sendsMax: 5,
    });
  });

  const weak = { allowWeakCodes: true, checksMax: 3 };
  test.each<[string, Partial<Policy>]>([
    ["A-1: six characters", { codeLength: 6 }],
    ["A-1: ten characters", { codeLength: 10 }],
    ["A-1: four digits with allowWeakCodes and three checks", { ...weak, codeLength: 4 }],
    ["A-1: five digits with allowWeakCodes and one check", { ...weak, codeLength: 5, checksMax: 1 }],
    ["A-3: a code that lives ten minutes", { codeLifetimeMs: 600_000 }],
    ["A-3: waits of 45 minutes", { workflow: [step(15 * minute), step(30 * minute)] }],
    ["F-4: no waits between sends, for a facade whose vendor has none", { resendWaitsMs: [] }],
    ["all alphabets", { alphabet: "crockford" }],
    ["cancel until the first step", { cancelUntilStep: 0 }],
  ])("allowed: %s", (_, change) => {
    expect(policyProblems(policyWith(change))).toEqual([]);
  });

  test.each<[string, keyof Policy, Partial<Policy>]>([
    ["M-03, A-1: four digits", "codeLength", { codeLength: 4, checksMax: 3 }],
    ["M-03, A-1: five digits", "codeLength", { codeLength: 5, checksMax: 3 }],
    ["A-1: four digits with four checks", "checksMax", { ...weak, codeLength: 4, checksMax: 4 }],
    ["A-1: three digits even with allowWeakCodes", "codeLength", { ...weak, codeLength: 3 }],
    ["A-1: eleven characters", "codeLength", { codeLength: 11 }],
    ["A-1: half a character", "codeLength", { codeLength: 6.5 }],
    ["C-41: a length that is no number", "codeLength", { codeLength: Number.NaN }],
    ["A-6: no checks", "checksMax", { checksMax: 0 }],
    ["C-41: negative checks", "checksMax", { checksMax: -1 }],
    ["A-6: six checks", "checksMax", { checksMax: 6 }],
    ["A-3: a code that lives 11 minutes", "codeLifetimeMs", { codeLifetimeMs: 11 * minute }],
    ["A-3: 1 ms more than ten minutes", "codeLifetimeMs", { codeLifetimeMs: 600_001 }],
    ["C-41: a life without end", "codeLifetimeMs", { codeLifetimeMs: 1e99 }],
    ["a life too short to read", "codeLifetimeMs", { codeLifetimeMs: 29 * second }],
    ["A-3: waits of 46 minutes", "workflow", { workflow: [step(16 * minute), step(30 * minute)] }],
    ["no steps", "workflow", { workflow: [] }],
    ["eleven steps", "workflow", { workflow: Array.from({ length: 11 }, () => step(minute)) }],
    ["a step of 14 seconds", "workflow", { workflow: [step(14 * second)] }],
    ["A-7: six sends", "sendsMax", { sendsMax: 6 }],
    ["A-7: no sends", "sendsMax", { sendsMax: 0 }],
    ["A-9: 101 wrong codes a day", "wrongPerDayMax", { wrongPerDayMax: 101 }],
    ["A-9: an hour without limit", "wrongPerHourMax", { wrongPerHourMax: Number.POSITIVE_INFINITY }],
    ["F-3: a day without limit", "sendsPerDayMax", { sendsPerDayMax: 1_001 }],
    ["F-4: a negative wait", "resendWaitsMs", { resendWaitsMs: [-1] }],
    ["F-4: a wait of more than an hour", "resendWaitsMs", { resendWaitsMs: [3_600_001] }],
    ["an unknown alphabet", "alphabet", { alphabet: "toString" as never }],
    ["a reuse that does not exist", "codeReuse", { codeReuse: "constructor" as never }],
    ["an answer to pending ones that does not exist", "ifPending", { ifPending: "join" as never }],
    [
      "a channel that does not exist",
      "workflow",
      { workflow: [step(minute), { channel: "pigeon" as never, waitMs: minute }] },
    ],
    ["a cancel far in the future", "cancelFromMs", { cancelFromMs: 46 * minute }],
    ["a step that cannot exist", "cancelUntilStep", { cancelUntilStep: -1 }],
  ])("refused: %s", (_, setting, change) => {
    expect(policyProblems(policyWith(change)).map((problem) => problem.setting)).toContain(setting);
  });

  test("A-1: the refusal of a short code names the setting that would allow it", () => {
    const [problem] = policyProblems(policyWith({ codeLength: 5 }));
    expect(problem?.detail).toContain("allowWeakCodes");
  });
});

describe("how long a verification lives", () => {
  test("A-3: as long as its waits, and no longer than a code that is never drawn anew", () => {
    const long = { workflow: [step(10 * minute), step(10 * minute)] };
    expect(lifetimeMs(policyWith(long), false)).toBe(20 * minute);
    expect(lifetimeMs(policyWith({ ...long, codeReuse: "same" }), false)).toBe(5 * minute);
    expect(lifetimeMs(policyWith(long), true)).toBe(5 * minute);
    expect(lifetimeMs(policyWith({ workflow: [step(minute)], codeReuse: "same" }), false)).toBe(minute);
  });
});

describe("alphabets", () => {
  test("L-4: none but hex and Crockford holds both members of a pair that looks alike", () => {
    expect(alphabets.crockford).not.toMatch(/[ILOU]/);
    expect(alphabets.letters).not.toMatch(/[0-9ILOBSZU]/);
    for (const symbols of Object.values(alphabets)) expect(new Set(symbols).size).toBe(symbols.length);
  });
});
