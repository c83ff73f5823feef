import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";

const ready = join(import.meta.dirname, "..", "..", "tools", "ready.mjs");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ready-"));
  write("tools/ready.mjs", "");
  copyFileSync(ready, join(folder, "tools", "ready.mjs"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function writeLock(file: string, packages: Record<string, object>, at: number): void {
  write(file, JSON.stringify({ packages }));
  utimesSync(join(folder, file), at, at);
}

/** Runs the script with an npm that only says how it was called and ends with this code. */
function run(
  npmCode = 0,
  folders: readonly string[] = [],
): { code: number | null; stdout: string; stderr: string } {
  const where = `require("node:fs").writeFileSync("npm-was-here", "")`;
  write("npm.js", `console.log("npm", ...process.argv.slice(2)); ${where}; process.exitCode = ${npmCode};`);
  chmodSync(join(folder, "npm.js"), 0o755);
  const env = { ...process.env, npm_execpath: join(folder, "npm.js"), npm_node_execpath: process.execPath };
  const script = [join(folder, "tools", "ready.mjs"), ...folders];
  const result = spawnSync(process.execPath, script, { encoding: "utf8", env });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

const packages = {
  "": {},
  "node_modules/a": { version: "1.0.0" },
  "node_modules/b": { version: "1.0.0", optional: true },
};
const installed = { "node_modules/a": { version: "1.0.0" } };

test("installs when node_modules is missing, and says why", () => {
  writeLock("package-lock.json", packages, 100);
  expect(run()).toEqual({
    code: 0,
    stdout: "npm ci --include=dev --no-fund --no-audit --loglevel=error\n",
    stderr: 'ready: node_modules is missing, running "npm ci --include=dev"\n',
  });
});

test("passes the failure of npm on", () => {
  writeLock("package-lock.json", packages, 100);
  expect(run(7).code).toBe(7);
});

test("does nothing when what is installed is newer than the lock file", () => {
  writeLock("package-lock.json", packages, 100);
  writeLock("node_modules/.package-lock.json", installed, 200);
  expect(run()).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("does nothing when the lock file is newer but asks for what is installed", () => {
  writeLock("package-lock.json", packages, 200);
  writeLock("node_modules/.package-lock.json", installed, 100);
  expect(run()).toEqual({ code: 0, stdout: "", stderr: "" });
});

test.each([
  ["another version", { "node_modules/a": { version: "0.9.0" } }],
  ["a package too few", {}],
  ["a package too many", { ...installed, "node_modules/c": { version: "1.0.0" } }],
])("installs when the lock file is newer and %s is installed", (_title, found) => {
  writeLock("package-lock.json", packages, 200);
  writeLock("node_modules/.package-lock.json", found, 100);
  expect(run().stderr).toContain("node_modules is older than package-lock.json");
});

test("installs what a folder named to it needs, in that folder alone", () => {
  writeLock("package-lock.json", packages, 100);
  writeLock("node_modules/.package-lock.json", installed, 200);
  writeLock("bench/package-lock.json", packages, 100);
  expect(run().stderr).toBe("");
  expect(run(0, ["bench"]).stderr).toBe(
    'ready: bench/node_modules is missing, running "npm ci --include=dev" in bench\n',
  );
  expect(existsSync(join(folder, "bench", "npm-was-here"))).toBe(true);
  expect(existsSync(join(folder, "npm-was-here"))).toBe(false);
});

test("tests run on the project's own Node, whatever the machine has", () => {
  expect(Number.parseInt(process.versions.node, 10)).toBeGreaterThanOrEqual(24);
});
