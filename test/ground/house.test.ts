import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const house = join(import.meta.dirname, "..", "..", "tools", "house.mjs");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "house-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the house rules over a tree that holds these files only. */
function run(files: Record<string, string>): { code: number | null; broken: string[]; output: string } {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const result = spawnSync(process.execPath, [house, "--root", folder], { encoding: "utf8" });
  return { code: result.status, broken: result.stderr.split("\n").filter(Boolean), output: result.stdout };
}

const linesOf = (count: number, line = "// x\n") => line.repeat(count);
const functionOf = (count: number) => `export function long(): void {\n${linesOf(count - 2)}}\n`;

describe("banned calls", () => {
  test.each([
    ["clock", "src/engine/a.ts", "export const at = Date.now();\n"],
    ["clock", "src/engine/a.ts", "export const at = new Date();\n"],
    ["clock", "src/engine/a.ts", "export const at = globalThis.performance.now();\n"],
    ["random", "src/clock/random.ts", "export const chance = Math.random();\n"],
    ["environment", "src/server/a.ts", 'export const port = process.env["PORT"];\n'],
    ["console", "src/server/a.ts", 'console.log("hello");\n'],
    ["timer", "src/engine/a.ts", "setTimeout(() => {}, 1);\n"],
    ["timer", "src/engine/a.ts", "export const later = globalThis.setInterval;\n"],
    [
      "sql",
      "src/store/a.ts",
      "export const q = (name: string) => `select * from t where name = '${name}'`;\n",
    ],
    ["sql", "src/store/a.ts", "export const q = (table: string) => `\n  insert into ${table} values (1)`;\n"],
  ])("%s: %s refuses %j", (rule, file, text) => {
    const { code, broken } = run({ [file]: text });
    expect(code).toBe(1);
    expect(broken).toEqual([expect.stringMatching(new RegExp(`^${file}:\\d+: .+: .+ \\(${rule}\\)$`))]);
  });

  test("are at home in the rooms that exist for them, and in tests", () => {
    const files = {
      "src/clock/clock.ts": "export const now = () => Date.now();\nsetTimeout(now, 1);\n",
      "src/config/environment.ts": "export const environment = process.env;\n",
      "src/cli/main.ts": 'console.log("hello");\n',
      "src/engine/a.test.ts": "export const at = new Date();\n",
      "tools/a.mjs": "console.log(Math.random());\n",
    };
    expect(run(files).broken).toEqual([]);
  });

  test("are not seen in comments, strings, names of members and harmless relatives", () => {
    const text = [
      "// Date.now() is wrong here",
      'export const text = "Math.random()";',
      "export const at = (ms: number) => new Date(ms).toISOString();",
      "export const set = (clock: { setTimeout(): void }) => clock.setTimeout();",
      "export const failed = (name: string) => `update of ${name} failed`;",
      "export const q = 'select * from t where name = ?';",
    ];
    expect(run({ "src/engine/a.ts": text.join("\n") }).broken).toEqual([]);
  });

  test("may be excused with a reason, not without one", () => {
    const call = "export const at = Date.now();\n";
    expect(
      run({ "src/engine/a.ts": `// house: clock: measures the host, not the product\n${call}` }).code,
    ).toBe(0);
    expect(run({ "src/engine/a.ts": `// house: clock:\n${call}` }).code).toBe(1);
    expect(run({ "src/engine/a.ts": `// house: timer: another rule\n${call}` }).code).toBe(1);
  });
});

describe("sizes", () => {
  test("a file of 400 lines is warned about, one of 401 is refused", () => {
    expect(run({ "src/a.ts": linesOf(300) }).output).toContain(" 0 warnings");
    const long = run({ "src/a.ts": linesOf(400) });
    expect([long.code, long.output]).toEqual([
      0,
      expect.stringContaining("warning src/a.ts:400: the file has 400 lines"),
    ]);
    expect(run({ "src/a.ts": linesOf(401) }).broken).toEqual([
      expect.stringMatching(/^src\/a.ts:401: .* \(size\)$/),
    ]);
  });

  test("a function of 70 lines is warned about, one of 71 is refused", () => {
    expect(run({ "src/a.ts": functionOf(60) }).output).toContain(" 0 warnings");
    expect(run({ "src/a.ts": functionOf(70) }).output).toContain("warning src/a.ts:1: long() has 70 lines");
    expect(run({ "src/a.ts": functionOf(71) }).broken).toEqual([
      expect.stringContaining("long() has 71 lines"),
    ]);
  });

  test("the chapters of a test file are not functions", () => {
    const text = `describe("x", () => {\n${linesOf(100)}});\n`;
    expect(run({ "src/a.test.ts": text }).output).toContain("0 warnings");
  });
});

describe("papers", () => {
  test("an open end needs the number of its issue", () => {
    const mark = ["TO", "DO"].join("");
    expect(run({ "src/a.ts": `// ${mark}(#12): later\n/* ${mark} #3 */\n` }).broken).toEqual([]);
    expect(run({ "src/a.ts": `// ${mark}: later\n` }).broken).toEqual([
      expect.stringMatching(/^src\/a.ts:1: .*\(todo\)$/),
    ]);
    expect(run({ "src/b.sql": `-- ${mark}\n` }).broken).toContainEqual(
      expect.stringMatching(/^src\/b.sql:1: /),
    );
  });

  test("a link leads to a file", () => {
    const good =
      "[a](b.md#part) [w](https://example.com) [top](#top) `[no](link.md)`\n```\n[no](link.md)\n```\n";
    expect(run({ "docs/a.md": good, "docs/b.md": "[up](../docs/a.md)\n" }).broken).toEqual([]);
    const { broken } = run({ "docs/a.md": "[gone](gone.md)\n\n[ref]: ../away.md\n" });
    expect(broken).toEqual([
      expect.stringContaining("docs/a.md:1: the link leads to docs/gone.md"),
      expect.stringContaining("docs/a.md:3: the link leads to away.md"),
    ]);
  });

  test("each error code has one page and each page its code", () => {
    const table =
      "export const errorTable = { not_found: { status: 404 }, code_mismatch: { status: 422 } };\n";
    const { broken } = run({
      "src/errors/codes.ts": table,
      "docs/errors/README.md": "# Errors\n",
      "docs/errors/not_found.md": "# Not found\n",
      "docs/errors/gone.md": "# Gone\n",
    });
    expect(broken).toEqual([
      expect.stringMatching(/^docs\/errors\/code_mismatch.md:1: .*\(errors\)$/),
      expect.stringMatching(/^docs\/errors\/gone.md:1: .*\(errors\)$/),
    ]);
  });

  test("a missing error table is said, not passed over", () => {
    expect(run({}).output).toContain("error pages not compared (no src/errors/codes.ts yet)");
  });
});
