import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
import { parseTranscript, runTranscript } from "./transcript.ts";

const folder = join(import.meta.dirname, "transcripts");

describe.concurrent("the command line", () => {
  for (const file of readdirSync(folder).sort()) {
    const transcript = parseTranscript(readFileSync(join(folder, file), "utf8"));
    test(`${transcript.title} (${file})`, { timeout: 180_000 }, async ({ onTestFinished }) => {
      const home = realpathSync(mkdtempSync(join(tmpdir(), "cs-")));
      onTestFinished(() => rmSync(home, { recursive: true, force: true }));
      await runTranscript(transcript, home);
    });
  }
});
