import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Process, startCountersign } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "cs-"));
const remedy = "npm install @simplewebauthn/server@14";
/** A process in which the package is not there: whoever looks for it finds nothing. */
const without = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from "node:module";
registerHooks({
  resolve(name, context, next) {
    if (!name.startsWith("@simplewebauthn/")) return next(name, context);
    throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  },
});`)}`;
const environment = { NODE_OPTIONS: `--import=${without}` };
const running: Process[] = [];
afterAll(async () => {
  for (const one of running) one.kill("SIGKILL");
  await Promise.all(running.map((one) => one.ended("clean-up")));
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], more: Record<string, string> = {}): Process {
  const one = startCountersign([...args], folder, { ...environment, ...more });
  running.push(one);
  return one;
}

test("`config check` names the package that passkeys need, to whoever names their pages", async () => {
  const named = { COUNTERSIGN_PASSKEY_ORIGINS: "https://app.example.com" };
  const asked = start(["config", "check"], named);
  expect(await asked.ended("config check")).toBe(0);
  expect(asked.stdout()).toContain(remedy);
  const plain = start(["config", "check"]);
  expect(await plain.ended("config check")).toBe(0);
  expect(plain.stdout()).not.toContain("npm install");
});

test("without the package the account pages offer no passkeys, and the log says what to install", async () => {
  const server = start(["serve", "--json", "--port", "0"]);
  await server.printed(/"event":"ready".*\n/, "serve");
  const ready = server
    .stdout()
    .split("\n")
    .find((line) => line.includes('"event":"ready"'));
  const { port } = JSON.parse(ready ?? "") as { port: number };
  expect(server.stdout() + server.stderr()).toContain(remedy);
  const url = `http://localhost:${port}/account/sign-in`;
  const first = await fetch(url, { redirect: "manual" });
  const page = await first.text();
  expect([first.status, page.includes("password"), page.includes("passkey")]).toEqual([200, true, false]);
});
