// node bench/write-docs.ts result.json: puts the tables and plots of a run into docs/performance.md; also --write-docs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Section } from "./cases/case.ts";
import { plotSvg } from "./plot.ts";
import { boundText, measuredText, verdictOf } from "./report.ts";

/** What a run writes as JSON. */
interface Result {
  readonly about: Readonly<Record<string, string>>;
  readonly failed: readonly string[];
  readonly sections: readonly Section[];
}

const docs = join(import.meta.dirname, "..", "docs");
const page = join(docs, "performance.md");
const plotFolder = join(docs, "performance");

/** Rewrites what stands between the markers of the measured parts, and nothing else; returns the files written. */
export function writeDocs(result: Result): string[] {
  let text = readFileSync(page, "utf8");
  const written = [page];
  for (const section of result.sections) text = replaced(text, section.name, partText(section, result.about));
  writeFileSync(page, text);
  mkdirSync(plotFolder, { recursive: true });
  for (const plot of result.sections.flatMap(({ plots }) => plots)) {
    const file = join(plotFolder, `${plot.name}.svg`);
    writeFileSync(file, plotSvg(plot));
    written.push(file);
  }
  return written;
}

function replaced(text: string, name: string, body: string): string {
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`docs/performance.md has no place for ${name}: add "${begin}" and "${end}"`);
  }
  return `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`;
}

function partText(section: Section, about: Result["about"]): string {
  const { date, commit, machine, node, options } = about;
  const blocks = [
    `**${section.title}.**`,
    ...section.plots.map(({ name, title }) => `![${title}](performance/${name}.svg)`),
    table(section.columns, section.rows),
    section.notes.map((note) => `- ${note}`).join("\n"),
    section.goals.length === 0
      ? ""
      : table(
          ["target", "bound", "measured", ""],
          section.goals.map((goal) => [goal.what, boundText(goal), measuredText(goal), verdictOf(goal)]),
        ),
    `<sub>${[date, `commit ${commit}`, `Node ${node}`, machine, `npm run bench -- ${options}`].join(" · ")}</sub>`,
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = `|${columns.map((_, index) => (index === 0 ? "---" : "--:")).join("|")}|`;
  return [line(columns), rule, ...rows.map(line)].join("\n");
}

if (import.meta.main) {
  const file = process.argv[2];
  if (file === undefined) {
    console.error(
      "which result? npm run bench -- --json result.json, then node bench/write-docs.ts result.json",
    );
    process.exit(1);
  }
  console.log(writeDocs(JSON.parse(readFileSync(file, "utf8")) as Result).join("\n"));
}
