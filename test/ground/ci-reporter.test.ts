import { expect, test } from "vitest";
import type { TestModule, TestRunEndReason } from "vitest/node";
import { CiReporter } from "../support/ci-reporter.ts";

type State = "passed" | "failed" | "skipped" | "pending";

function testCase(name: string, state: State, note?: string, mode = "run"): object {
  return {
    fullName: name,
    options: { mode },
    module: { relativeModuleId: "a.test.ts" },
    result: () => ({ state, note }),
  };
}

function lines(
  tests: object[],
  options: { isCi?: boolean; suiteErrors?: number; reason?: TestRunEndReason } = {},
): string[] {
  const printed: string[] = [];
  const { isCi = true, suiteErrors = 0, reason = "passed" } = options;
  const module = {
    children: { allTests: () => tests, allSuites: () => [] },
    errors: () => Array.from({ length: suiteErrors }, () => new Error("broken")),
  };
  const reporter = new CiReporter({ print: (line) => printed.push(line), isCi });
  reporter.onTestRunEnd([module as unknown as TestModule], [], reason);
  return printed;
}

test("in CI the run ends with one line of counts", () => {
  expect(lines([testCase("a", "passed"), testCase("b", "failed"), testCase("c", "passed")])).toEqual([
    "2 passed, 1 failed, 0 skipped",
  ]);
});

test("a skipped test is named with its reason", () => {
  const skipped = [
    testCase("a", "skipped", "needs PostgreSQL"),
    testCase("b", "skipped"),
    testCase("c", "skipped", undefined, "todo"),
  ];
  expect(lines(skipped, { isCi: false })).toEqual([
    "skipped: a.test.ts > a: needs PostgreSQL",
    'skipped: a.test.ts > b: no reason given, say it with context.skip("...")',
    "skipped: a.test.ts > c: not written yet",
  ]);
});

test("a file that cannot be loaded and a test that never ended count as failed", () => {
  expect(lines([], { suiteErrors: 1 })).toEqual(["0 passed, 1 failed, 0 skipped"]);
  expect(lines([testCase("a", "pending")])).toEqual(["0 passed, 1 failed, 0 skipped"]);
});

test("a run that failed for another reason never counts as clean", () => {
  expect(lines([testCase("a", "passed")], { reason: "interrupted" })).toEqual([
    "1 passed, 1 failed, 0 skipped",
  ]);
});
