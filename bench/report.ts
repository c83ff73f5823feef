import type { Goal, Section } from "./cases/case.ts";

export function printSection({ title, columns, rows, notes }: Section): void {
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  ");
  console.log(`\n${title}\n`);
  console.log(line(columns));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of rows) console.log(line(row));
  for (const note of notes) console.log(note);
}

/** Prints every number beside its goal; false when a gate was missed. */
export function printGoals(sections: readonly Section[]): boolean {
  const goals = sections.flatMap((section) => section.goals);
  console.log("\nGoals\n");
  for (const goal of goals) {
    const verdict = passes(goal, goal.goal) ? "met" : passes(goal, goal.gate) ? "not met" : "BELOW THE GATE";
    const bound = `${goal.better === "higher" ? "at least" : "at most"} ${goal.goal} ${goal.unit}`;
    console.log(
      `${verdict.padEnd(15)}${goal.what}: ${goal.measured.toFixed(1)} ${goal.unit} (goal: ${bound})`,
    );
  }
  return goals.every((goal) => passes(goal, goal.gate));
}

function passes(goal: Goal, bound: number | null): boolean {
  if (bound === null) return true;
  return goal.better === "higher" ? goal.measured >= bound : goal.measured <= bound;
}
