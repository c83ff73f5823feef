import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractDepcruiseConfig from "dependency-cruiser/config-utl/extract-depcruise-config";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "..", "..");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "import-rules-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  write(
    "package.json",
    '{ "type": "module", "dependencies": { "libphonenumber-js": "1" }, "devDependencies": { "ajv": "8" } }',
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** Puts the files into an otherwise empty tree and answers the names of the rules they break. */
async function brokenRules(files: Record<string, string>): Promise<string[]> {
  for (const [file, text] of Object.entries(files)) write(file, text);
  const config = await extractDepcruiseConfig(join(repository, ".dependency-cruiser.mjs"));
  const { tsConfig: _unused, ...options } = config.options ?? {};
  const { output } = await cruise(["src"], { ...options, ruleSet: config, validate: true, baseDir: folder });
  const { summary } = output as ICruiseResult;
  return [...new Set(summary.violations.map((violation) => violation.rule.name))].sort();
}

const value = "export const value = 1;\n";
const importing = (path: string) => `import { value } from "${path}";\nexport const other: number = value;\n`;
const importingType = (path: string) =>
  `import type { Value } from "${path}";\nexport const other: Value = 1;\n`;

describe("the import rules refuse", () => {
  test.each([
    [
      "a pure room that imports the engine",
      "verification-imports",
      "src/verification/a.ts",
      "src/engine/b.ts",
    ],
    ["a pure room that imports the clock", "guard-imports", "src/guard/a.ts", "src/clock/b.ts"],
    ["a store that knows the engine", "store-imports", "src/store/a.ts", "src/engine/b.ts"],
    ["a store that knows a provider", "store-imports", "src/store/a.ts", "src/providers/telnyx/index.ts"],
    [
      "a delivery that knows a provider's inside",
      "delivery-imports",
      "src/delivery/a.ts",
      "src/providers/telnyx/wire.ts",
    ],
    [
      "an engine that knows how one store works",
      "engine-imports",
      "src/engine/a.ts",
      "src/store/sqlite/b.ts",
    ],
    ["an engine that knows its server", "engine-imports", "src/engine/a.ts", "src/server/b.ts"],
    [
      "a provider that knows another",
      "providers-stand-alone",
      "src/providers/telnyx/a.ts",
      "src/providers/vonage/b.ts",
    ],
    [
      "a facade that calls a route",
      "facades-stand-alone",
      "src/server/facades/vonage/a.ts",
      "src/server/api/b.ts",
    ],
    [
      "a facade that calls a facade",
      "facades-stand-alone",
      "src/server/facades/vonage/a.ts",
      "src/server/facades/twilio/b.ts",
    ],
    ["an import of the front door", "nobody-imports-the-front-door", "src/cli/a.ts", "src/index.ts"],
    ["a folder that no rule knows", "room-in-the-table", "src/attic/a.ts", "src/attic/b.ts"],
    ["shipped code that imports a test", "source-is-not-a-test", "src/engine/a.ts", "test/support/b.ts"],
  ])("%s", async (_title, rule, from, to) => {
    const depth = "../".repeat(from.split("/").length - 1);
    expect(await brokenRules({ [from]: importing(`${depth}${to}`), [to]: value })).toContain(rule);
  });

  test("a type from the wrong room, because a type is a dependency too", async () => {
    const rules = await brokenRules({
      "src/verification/a.ts": importingType("../engine/b.ts"),
      "src/engine/b.ts": "export type Value = number;\n",
    });
    expect(rules).toEqual(["verification-imports"]);
  });

  test("Node in a pure room", async () => {
    const text = 'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n';
    expect(await brokenRules({ "src/verification/a.ts": text })).toEqual(["pure-rooms-have-no-packages"]);
  });

  test("a second place that parses numbers", async () => {
    const text =
      'import { parsePhoneNumberFromString } from "libphonenumber-js/max";\nparsePhoneNumberFromString("");\n';
    expect(await brokenRules({ "src/server/a.ts": text })).toEqual(["libphonenumber-only-in-numbers"]);
  });

  test("a development package in shipped code", async () => {
    expect(await brokenRules({ "src/server/a.ts": 'import "ajv";\n' })).toEqual(["no-development-packages"]);
  });

  test("two files that import each other", async () => {
    const rules = await brokenRules({
      "src/engine/a.ts": importing("./b.ts"),
      "src/engine/b.ts": 'import { other } from "./a.ts";\nexport const value: number = other;\n',
    });
    expect(rules).toEqual(["no-cycles"]);
  });

  test("an import that leads nowhere", async () => {
    expect(await brokenRules({ "src/engine/a.ts": importing("./gone.ts") })).toEqual(["resolvable"]);
  });
});

test("the import rules let the arrows of the architecture through", async () => {
  const number =
    'import { parsePhoneNumberFromString } from "libphonenumber-js/max";\nexport const value = parsePhoneNumberFromString;\n';
  const rules = await brokenRules({
    "src/numbers/index.ts": number,
    "src/verification/index.ts": 'export { value } from "../numbers/index.ts";\n',
    "src/store/port.ts": 'export { value } from "../verification/index.ts";\n',
    "src/engine/start.ts": 'export { value } from "../store/port.ts";\n',
    "src/server/api/start.ts": 'export { value } from "../../engine/start.ts";\n',
    "src/server/api/start.test.ts": 'import "ajv";\nimport "../../index.ts";\n',
    "src/index.ts": 'export { value } from "./engine/start.ts";\n',
  });
  expect(rules).toEqual([]);
});
