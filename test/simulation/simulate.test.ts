import { describe, expect, test } from "vitest";
import { runSimulator, summarize } from "./command.ts";
import { findPlanted } from "./first-seeds.ts";
import { mutants } from "./mutants.ts";

const minutes = 60_000;
/** A third of what `npm run simulate` and `npm run prove` do with a seed: there are many of them. */
const acts = "20";

describe("R-01, DT-3: the real engine, challenges, dispatcher, alarms and store under seeded faults", () => {
  // Two processes, since a seed knows nothing of the others and a machine has two cores at least.
  test("I1 to I7, I9, I12, T-4, T-5, L-3 and L-4 hold in 2000 seeds of crashes, lost answers, stalls and clock steps", {
    timeout: 6 * minutes,
  }, async () => {
    const halves = await Promise.all(
      ["1", "1001"].map((from) => summarize(["--from", from, "--seeds", "1000", "--acts", acts])),
    );
    expect(halves.map((half) => half.first)).toEqual([null, null]);
    for (const half of halves) {
      expect(half.seeds).toBe(1_000);
      // A simulation in which little happens would hold every promise.
      expect(half.commits).toBeGreaterThan(20_000);
      expect(half.crashes).toBeGreaterThan(500);
      expect(half.slotsAwaited).toBeGreaterThan(100);
      expect(half.congestions).toBeGreaterThan(5);
      expect(half.lookups).toBeGreaterThan(100);
      expect(half.approvedByApp).toBeGreaterThan(100);
      expect(half.approvedByText).toBeGreaterThan(80);
      expect(half.wrongUses).toBeGreaterThan(300);
      expect(half.locks).toBeGreaterThan(15);
    }
  });
});

describe("DT-6: a seed repeats its run", () => {
  test("one seed has one hash in two processes, another seed has another", { timeout: minutes }, async () => {
    const hashOf = async (seed: number): Promise<string> => {
      const { stdout } = await runSimulator(["--seed", String(seed), "--quiet", "--json"]);
      return (JSON.parse(stdout) as { hash: string }).hash;
    };
    const [first, again, other] = [await hashOf(42), await hashOf(42), await hashOf(43)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("a failing run prints one command, and that command fails the same way", {
    timeout: minutes,
  }, async () => {
    const failed = await runSimulator(["--mutant", "one-check-too-many", "--seeds", "200"]);
    expect(failed.exitCode).toBe(1);
    const command = /again: npm run simulate -- (--seed \d+ --sha \S+ --mutant \S+)$/m.exec(
      failed.stdout,
    )?.[1];
    expect(command).toBeDefined();
    const again = await runSimulator((command ?? "").split(" "));
    expect(again.exitCode).toBe(1);
    const broken = (text: string): string | undefined => /^seed \d+: .* is broken: .*$/m.exec(text)?.[0];
    expect(broken(again.stdout)).toBe(broken(failed.stdout));
  });
});

describe("R-02: a planted bug is found within 5000 seeds", () => {
  for (const { name, bug } of mutants) {
    test(`${name}: ${bug}`, { timeout: 5 * minutes }, async () => {
      const summary = await findPlanted(name);
      expect(summary.violations, `not found in ${summary.seeds} seeds`).toBe(1);
    });
  }
});
