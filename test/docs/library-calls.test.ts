import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { blocksOf, readPage, root } from "./pages.ts";

const page = readPage("docs/guides/library-calls.md");

/** Headings name calls with their arguments: `start(request)`; some name two: `phones and firstKey`. */
const sections = new Map(
  page.text
    .split(/^## /m)
    .slice(1)
    .flatMap((text) => {
      const heading = text.slice(0, text.indexOf("\n"));
      return heading
        .replace(/\(.*/, "")
        .split(/, | and /)
        .map((name) => [name, text] as const);
    }),
);

/** What the compiler knows of the library: each function, and what may be its `outcome`. */
function calls(): ReadonlyMap<string, readonly string[]> {
  const path = join(root, "src", "library", "countersign.ts");
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram([path], options);
  const checker = program.getTypeChecker();
  const found = new Map<string, readonly string[]>();
  ts.forEachChild(program.getSourceFile(path) as ts.SourceFile, (node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== "Countersign") return;
    for (const property of checker.getTypeAtLocation(node).getProperties()) {
      const type = checker.getTypeOfSymbol(property);
      const [signature] = type.getCallSignatures();
      const result = signature === undefined ? type : checker.getReturnTypeOfSignature(signature);
      const awaited = checker.getAwaitedType(result) ?? result;
      const outcome = awaited.getProperty("outcome");
      const literals = outcome === undefined ? [] : unionOf(checker.getTypeOfSymbol(outcome));
      found.set(property.name, literals);
    }
  });
  return found;
}

function unionOf(type: ts.Type): readonly string[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts.flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
}

const known = calls();

describe("docs/guides/library-calls.md", () => {
  test("has every call of the library with an example, and every outcome that it may have", () => {
    expect(known.get("check")).toContain("approved");
    const missing: string[] = [];
    for (const [name, outcomes] of known) {
      const own = sections.get(name);
      if (own === undefined) {
        missing.push(name);
        continue;
      }
      const [, other = ""] = /outcomes are those of `(\w+)`/.exec(own) ?? [];
      const text = own + (sections.get(other) ?? "");
      const [example] = blocksOf({ path: page.path, text: own }, "ts");
      if (example?.text.includes(`countersign.${name}`) !== true) missing.push(`${name}: an example`);
      missing.push(...outcomes.filter((one) => !text.includes(`\`${one}\``)).map((one) => `${name}: ${one}`));
    }
    expect(missing).toEqual([]);
  });

  test("has no call that the library lacks", () => {
    const others = [...sections.keys()].filter((name) => !known.has(name));
    expect(others).toEqual(["createCountersign", "createFromEnvironment"]);
  });
});
