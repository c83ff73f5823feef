import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { setup } from "../support/left-behind.ts";

test("a run that leaves a folder in the repository fails and names it", () => {
  const root = mkdtempSync(join(tmpdir(), "countersign-left-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "src"));
  const finish = setup(undefined, root);
  writeFileSync(join(root, "some.log"), "");
  expect(finish).not.toThrow();
  mkdirSync(join(root, "data"));
  expect(finish).toThrow("a test left data in");
});
