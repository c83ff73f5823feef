import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { builtPackage, digestOf } from "../support/built-package.ts";

test("what tests start is built of this source: any change of it has another digest, a test or a note has none", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-built-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "src/deep"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  const digest = (): string => digestOf(folder, ["src/**/*"]);
  write("src/a.ts", "1");
  const digests = [digest()];
  const changes = [
    () => write("src/a.ts", "2"),
    () => write("src/deep/b.sql", ""),
    () => rmSync(join(folder, "src/a.ts")),
    () => write("src/c.ts", "2"),
  ];
  for (const change of changes) {
    change();
    digests.push(digest());
  }
  expect(new Set(digests).size).toBe(digests.length);
  write("src/a.test.ts", "3");
  write("note.md", "3");
  expect(digest()).toBe(digests.at(-1));
});

test("it is the package that would be published", () => {
  const place = builtPackage();
  const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  expect(manifest).toMatchObject({
    name: "countersign",
    exports: { ".": { default: "./dist/index.js" } },
    bin: { countersign: "./bin/countersign.js" },
  });
  expect(readFileSync(join(place, manifest.exports["."].default), "utf8")).toContain("createCountersign");
});
