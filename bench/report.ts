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

/** Prints every number beside its target; false when a gate was missed. */
export function printGoals(sections: readonly Section[]): boolean {
  const goals = sections.flatMap((section) => section.goals);
  console.log("\nTargets\n");
  for (const goal of goals) {
    console.log(`${verdictOf(goal).padEnd(19)}${goal.what}: ${measuredText(goal)} (${boundText(goal)})`);
  }
  return goals.every((goal) => passes(goal, goal.gate));
}

export function verdictOf(goal: Goal): string {
  if (goal.measured === null) return "not measured here";
  if (goal.goal !== undefined && passes(goal, goal.goal)) return "goal met";
  if (passes(goal, goal.target)) return "met";
  return passes(goal, goal.gate) ? "not met" : "BELOW THE GATE";
}

export function measuredText({ measured, unit }: Goal): string {
  return measured === null ? "-" : `${measured.toFixed(1)} ${unit}`;
}

export function boundText({ better, target, goal, unit }: Goal): string {
  const hoped = goal === undefined ? "" : `, goal ${goal} ${unit}`;
  return `${better === "higher" ? "at least" : "at most"} ${target} ${unit}${hoped}`;
}

function passes({ measured, better }: Goal, bound: number | null): boolean {
  if (bound === null || measured === null) return true;
  return better === "higher" ? measured >= bound : measured <= bound;
}
