import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
import { startCountersign, startFromClone } from "./process.ts";
import { parseTranscript, runTranscript } from "./transcript.ts";

const folder = join(import.meta.dirname, "transcripts");
/** A clone and the package differ in how they are loaded, which does not depend on the command. */
const fromClone = ["help.txt", "verify-by-hand.txt"];

describe.concurrent("the command line", () => {
  for (const file of readdirSync(folder).sort()) {
    const transcript = parseTranscript(readFileSync(join(folder, file), "utf8"));
    test(`${transcript.title} (${file})`, async ({ onTestFinished }) => {
      const home = realpathSync(mkdtempSync(join(tmpdir(), "cs-")));
      onTestFinished(() => rmSync(home, { recursive: true, force: true }));
      await runTranscript(transcript, home, fromClone.includes(file) ? startFromClone : startCountersign);
    });
  }
});
