import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { commandName } from "./command-name.ts";

test("remedies name a command that exists: the bare one only where it is on the path without npm", () => {
  const folder = mkdtempSync(join(tmpdir(), "cs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [installed, ofNpm] = [join(folder, "bin"), join(folder, "node_modules", ".bin")];
  for (const one of [installed, ofNpm]) {
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, "countersign"), "");
  }
  const nameOn = (...folders: readonly string[]) => commandName({ PATH: folders.join(delimiter) });
  expect(nameOn(installed, ofNpm)).toBe("countersign");
  expect(nameOn(ofNpm, folder)).toBe("npx countersign");
  expect(commandName({})).toBe("npx countersign");
});
