import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ErrorCode, errorTable } from "../../src/errors/codes.ts";
import { problemType } from "../../src/server/problems.ts";
import { toPolicySettings } from "../../src/tenants/policy-settings.ts";
import { isRemedy } from "../http/contract.ts";
import { blocksOf, readPage, readPages, root } from "./pages.ts";

const pages = readPages();

describe("the pages of errors", () => {
  for (const [code, entry] of Object.entries(errorTable) as [
    ErrorCode,
    { status: number; title: string; retryable: boolean },
  ][]) {
    test(`W-3: the page of ${code} shows the problem document that the server writes`, () => {
      const page = readPage(`docs/errors/${code}.md`);
      expect(page.text.split("\n")[0]).toBe(`# ${code}`);
      for (const part of ["## Why it comes", "## What to do", "## Example"])
        expect(page.text).toContain(part);
      const [example] = blocksOf(page, "json");
      const shown = JSON.parse(example?.text ?? "null");
      expect(shown).toMatchObject({ type: problemType(code), code, ...entry });
      expect(shown.detail).toSatisfy((detail: string) => isRemedy(entry.title, detail));
    });
  }

  test("the list of errors has a row for each, with its status and title", () => {
    const { text } = readPage("docs/errors/README.md");
    const rows = [...text.matchAll(/^\| (\d{3}) \| \[(\w+)\]\((\w+)\.md\) \| (.*) \| (yes|no) \|$/gm)];
    const listed = rows.map(([, status, code, file, title, retry]) => ({ status, code, file, title, retry }));
    expect(listed).toEqual(
      Object.entries(errorTable).map(([code, { status, title, retryable }]) => ({
        status: String(status),
        code,
        file: code,
        title,
        retry: retryable ? "yes" : "no",
      })),
    );
  });
});

describe("the decision records", () => {
  const records = globSync("docs/adr/[0-9]*.md", { cwd: root })
    .map((path) => basename(path))
    .sort();

  test("are numbered without gaps and listed", () => {
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
    const { text } = readPage("docs/adr/README.md");
    for (const name of records) expect(text).toContain(`](${name})`);
  });

  for (const name of records) {
    test(`${name} says what, why and what follows, on one page`, () => {
      const { text } = readPage(`docs/adr/${name}`);
      for (const part of ["**Context.**", "**Decision.**", "**Consequences.**"]) expect(text).toContain(part);
      expect(text.split("\n").length).toBeLessThanOrEqual(60);
    });
  }
});

test("every file of the source that a page names exists", () => {
  const missing = pages.flatMap(({ path, text }) => {
    const named = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|js|sql))(?::\d+)?`/g)];
    return named
      .map((match) => match[1] ?? "")
      .filter((name) => !["", "src"].some((from) => existsSync(join(root, from, name))))
      .map((name) => `${path}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test("every setting of a policy is explained in the guide to limits, and no other", () => {
  const { text } = readPage("docs/guides/limits-and-waits.md");
  const table = text.slice(text.indexOf("## Where they are set"));
  const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? "");
  const explained = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map((match) => match[1]));
  // It has no row of its own: it is what `codeLength` needs.
  expect([...explained, "allowWeakCodes"].sort()).toEqual(Object.keys(toPolicySettings({})).sort());
});

test("every test that the threat model points to exists", () => {
  const { text } = readPage("docs/threat-model.md");
  const promised = [...text.matchAll(/\| ([A-Z]-\d+(?:, [A-Z]-\d+)*) \|$/gm)].flatMap((row) =>
    (row[1] ?? "").split(", "),
  );
  expect(promised.length).toBeGreaterThan(20);
  const titles = globSync(["src/**/*.test.ts", "test/**/*.ts"], { cwd: root })
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("\n");
  const absent = [...new Set(promised)].filter((id) => !new RegExp(`["'\`(, ]${id}\\b`).test(titles));
  expect(absent).toEqual([]);
});
