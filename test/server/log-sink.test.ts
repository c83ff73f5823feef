import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { LogSink } from "../../src/server/log-sink.ts";
import { builtPackage } from "../support/built-package.ts";

const root = join(import.meta.dirname, "..", "..");
const node = join(root, "node_modules", ".bin", "node");
const folder = mkdtempSync(join(tmpdir(), "countersign-log-"));
const servers: ChildProcess[] = [];

afterEach(() => {
  for (const one of servers.splice(0)) one.kill("SIGKILL");
  rmSync(join(folder, "data"), { recursive: true, force: true });
});

/** A server as a supervisor starts it, with its log where the test says. */
async function serve(stdout: number | "pipe"): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(node, [join(builtPackage(), "bin", "countersign.js"), "serve"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], PORT: "0", COUNTERSIGN_DATA: join(folder, "data") },
    stdio: ["ignore", stdout, "pipe"],
  });
  servers.push(child);
  let said = "";
  for await (const text of child.stderr ?? []) {
    said += String(text);
    const url = /ready at (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`the server ended: ${said}`);
}

async function isAlive(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(5_000) });
  return answer.ok;
}

test("R-12: a full disk under the log neither stalls the server nor keeps it from stopping", async () => {
  const full = openSync("/dev/full", "w");
  const { child, url } = await serve(full);
  closeSync(full);
  for (let request = 0; request < 200; request++) expect(await isAlive(url)).toBe(true);
  child.kill("SIGTERM");
  expect((await once(child, "exit")).at(0)).toBe(0);
});

test("R-12: a reader of the log that went away takes nothing with it", async () => {
  const { child, url } = await serve("pipe");
  child.stdout?.destroy();
  for (let request = 0; request < 200; request++) expect(await isAlive(url)).toBe(true);
  child.kill("SIGTERM");
  expect((await once(child, "exit")).at(0)).toBe(0);
});

test("R-12: a reader of the log that stands still holds up no request", async () => {
  // Nobody reads the pipe: after its 64 KB each write to it waits for ever.
  const { url } = await serve("pipe");
  for (let request = 0; request < 2_000; request++) expect(await isAlive(url)).toBe(true);
});

test("a log that could not be written says how many lines are missing once it works again", async () => {
  const path = join(folder, "log");
  const full = openSync("/dev/full", "w");
  const sink = new LogSink(full, systemClock());
  sink.write("one\n");
  sink.write("two\n");
  sink.flushSync();
  // The same descriptor, on a disk with room.
  closeSync(full);
  expect(openSync(path, "w")).toBe(full);
  sink.write("three\n");
  sink.flushSync();
  const [note = "", ...others] = readFileSync(path, "utf8").split("\n");
  expect(JSON.parse(note)).toMatchObject({ level: "warn", event: "log_lost", lines: 2 });
  expect(others).toEqual(["three", ""]);
  closeSync(full);
});
