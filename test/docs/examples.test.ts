import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Block, blocksOf, readPages, root } from "./pages.ts";

const examples = readPages().flatMap((page) => blocksOf(page, "ts"));
const run = promisify(execFile);

describe("the TypeScript of the documentation", () => {
  test("every block type-checks as strictly as the source", { timeout: 120_000 }, () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(problemsOf(examples)).toEqual([]);
  });

  for (const example of examples) {
    test(`block ${example.number} of ${example.page} prints what it says`, { timeout: 30_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), "countersign-example-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const program = example.text.replaceAll(/"\.\/data[^"]*"/g, JSON.stringify(join(folder, "data")));
      const node = join(root, "node_modules", ".bin", "node");
      // Evaluated in the repository, the package's own name leads to its exports, as it does for who installed it.
      const { stdout } = await run(node, ["--input-type=module-typescript", "--eval", program], {
        cwd: root,
        // For those that take their settings from the environment.
        env: { ...process.env, COUNTERSIGN_DATA: join(folder, "data") },
      });
      const promised = [...example.text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
        (match) => match[1],
      );
      expect(promised.length).toBeGreaterThan(0);
      expect(stdout.trimEnd().split("\n")).toEqual(promised);
    });
  }
});

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
