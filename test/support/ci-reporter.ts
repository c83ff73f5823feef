import process from "node:process";
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason } from "vitest/node";

/** Names every skipped test with its reason and, in CI, closes the run with one line that machines can read. */
export class CiReporter implements Reporter {
  readonly #print: (line: string) => void;
  readonly #isCi: boolean;

  constructor(options: { print?: (line: string) => void; isCi?: boolean } = {}) {
    this.#print = options.print ?? ((line) => process.stdout.write(`${line}\n`));
    this.#isCi = options.isCi ?? Boolean(process.env["CI"]);
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === "skipped");
    for (const test of skipped) this.#print(`skipped: ${placeOf(test)}: ${reasonOf(test)}`);
    if (!this.#isCi) return;

    const passed = tests.filter((test) => test.result().state === "passed").length;
    // Whatever is neither passed nor skipped did not prove anything: an interrupted test counts as failed.
    const unproven = tests.length - passed - skipped.length;
    const broken = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const brokenCount = broken.filter((part) => part.errors().length > 0).length;
    let failed = unproven + brokenCount + unhandled.length;
    if (reason !== "passed" && failed === 0) failed = 1;
    this.#print(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}

function placeOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  if (note !== undefined) return note;
  return test.options.mode === "todo"
    ? "not written yet"
    : 'no reason given, say it with context.skip("...")';
}
