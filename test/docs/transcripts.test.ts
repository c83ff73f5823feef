import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { readPages } from "./pages.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { Stand, type TranscriptStep, transcriptOf } from "./transcript.ts";

const pages = readPages().filter((page) => transcriptOf(page).length > 0);
const run = promisify(execFile);
/** A message arrives right after the answer of its start, not with it. */
const arrivesWithinMs = 30_000;

describe("what the documentation shows in a terminal", () => {
  test("the README has a verified number, from start to approval", () => {
    const readme = pages.find((page) => page.path === "README.md");
    const printed = readme === undefined ? [] : transcriptOf(readme).map((step) => step.printed);
    expect(printed.at(-1)).toMatchObject({ status: "approved" });
  });

  for (const page of pages) {
    test(`${page.path} prints what it says, against a server just started`, async (context) => {
      if (!hasCurl()) context.skip("curl 7.82 or newer is needed for --json");
      const server = await startServerProcess(page.path === "README.md" ? "clone" : "package");
      onTestFinished(() => server.stop());
      const stand = new Stand();
      for (const step of transcriptOf(page)) await expectPrinted(server, stand, step);
    });
  }
});

async function expectPrinted(server: ServerProcess, stand: Stand, step: TranscriptStep): Promise<void> {
  const isLook = !/ (--json|-X) /.test(step.command);
  const until = Date.now() + (isLook ? arrivesWithinMs : 0);
  for (;;) {
    const printed = await printedBy(server, stand, step.command);
    stand.learn(step.printed, printed);
    try {
      expect(printed, step.command).toMatchObject(stand.expected(step.printed) as object);
      return;
    } catch (cause) {
      if (Date.now() >= until) throw cause;
    }
  }
}

async function printedBy(server: ServerProcess, stand: Stand, written: string): Promise<unknown> {
  const command = stand
    .in(written)
    .replaceAll("http://localhost:3000", server.url)
    .replace(/^curl /, "curl -sS ");
  const { stdout } = await run("bash", ["-c", command], {
    env: { PATH: process.env["PATH"], KEY: server.key },
  });
  return JSON.parse(stdout) as unknown;
}

function hasCurl(): boolean {
  try {
    const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(execFileSync("curl", ["--version"]).toString()) ?? [];
    return Number(major) * 1_000 + Number(minor) >= 7_082;
  } catch {
    return false;
  }
}
