import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { type Block, blocksOf, readPages, root } from "./pages.ts";
import type { Asked, Ran } from "./run-blocks.ts";

const examples = readPages().flatMap((page) => blocksOf(page, "ts"));
const run = promisify(execFile);

describe("the TypeScript of the documentation", () => {
  let ran: readonly Ran[] = [];
  beforeAll(async () => {
    ran = await runAll(examples);
  });

  test("every block type-checks as strictly as the source", () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(problemsOf(examples)).toEqual([]);
  });

  for (const [index, example] of examples.entries()) {
    test(`block ${example.number} of ${example.page} prints what it says`, () => {
      const promised = [...example.text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
        (match) => match[1],
      );
      expect(promised.length).toBeGreaterThan(0);
      expect(ran[index]?.failed).toBe(null);
      expect(ran[index]?.printed.trimEnd().split("\n")).toEqual(promised);
    });
  }
});

/** Runs them all in one process, each on a folder of its own. */
async function runAll(blocks: readonly Block[]): Promise<readonly Ran[]> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-examples-"));
  try {
    const asked = blocks.map((block, index): Asked => {
      const data = join(folder, String(index), "data");
      return { data, program: block.text.replaceAll(/"\.\/data[^"]*"/g, JSON.stringify(data)) };
    });
    for (const { data } of asked) mkdirSync(dirname(data));
    const running = run(process.execPath, [join(import.meta.dirname, "run-blocks.ts")], { cwd: root });
    running.child.stdin?.end(JSON.stringify(asked));
    return JSON.parse((await running).stdout) as readonly Ran[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles the blocks as files that exist in memory only, with the settings of the repository. */
function problemsOf(blocks: readonly Block[]): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) => {
        throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
      },
    },
  );
  if (config === undefined) throw new Error("tsconfig.json cannot be read");
  const texts = new Map(blocks.map((block) => [join(root, nameOf(block)), block.text]));
  const host = ts.createCompilerHost(config.options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  const program = ts.createProgram([...texts.keys()], config.options, host);
  return [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return problems.map((one) => `${path}: ${ts.flattenDiagnosticMessageText(one.messageText, "\n")}`);
  });
}

function nameOf({ page, number }: Block): string {
  return `${page.replaceAll(/[/.]/g, "-")}-${number}.ts`;
}
