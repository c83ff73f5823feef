import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { explainSettings } from "../../src/config/index.ts";
import { defaultConnectionLimits } from "../../src/server/listeners.ts";
import { settingsOf } from "./recipe.ts";

const root = join(import.meta.dirname, "..", "..");
const path = join(root, "deploy", "countersign.service");
const settings = settingsOf(readFileSync(path, "utf8"));
const valuesOf = (name: string) => settings.filter(([one]) => one === name).map(([, value]) => value);
const lastOf = (name: string) => valuesOf(name).at(-1) ?? "";

test("the unit names only settings that exist, and gives the secret as a credential", () => {
  const known = explainSettings().flatMap((one) => [one.environment, one.environmentFile]);
  const given = valuesOf("Environment").map((text) => text.split("=") as [string, string]);
  expect(given.filter(([name]) => !known.includes(name))).toEqual([]);
  const [credential = ""] = lastOf("LoadCredential").split(":");
  expect(Object.fromEntries(given)).toMatchObject({
    COUNTERSIGN_ENV: "production",
    COUNTERSIGN_DATA: `%S/${lastOf("StateDirectory")}`,
    COUNTERSIGN_SECRET_FILE: `%d/${credential}`,
  });
});

test("it starts the command of the package with the options of npm start", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly name: string;
    readonly bin: Readonly<Record<string, string>>;
    readonly files: readonly string[];
    readonly scripts: { readonly start: string };
  };
  const [, ...words] = lastOf("ExecStart").split(" ");
  const started = manifest.scripts.start.split(" ").slice(1);
  const inPackage = words.map((word) => word.replace(`/opt/countersign/node_modules/${manifest.name}/`, ""));
  expect(inPackage).toEqual(started);
  expect(manifest.bin["countersign"]).toBe(`./${inPackage.at(-2)}`);
  expect(manifest.files).toContain("deploy");
});

test("R-18: it waits longer than a server needs to stop, and does not restart what cannot start", () => {
  expect(lastOf("KillSignal")).toBe("SIGTERM");
  expect(Number(lastOf("TimeoutStopSec")) * 1_000).toBeGreaterThan(3 * defaultConnectionLimits.drainMs);
  expect(lastOf("RestartPreventExitStatus").split(" ").map(Number)).toEqual([
    exitCodes.usage,
    exitCodes.configuration,
  ]);
});

test("systemd has no objection, and finds little that the unit could do without", (context) => {
  if (!existsSync("/usr/bin/systemd-analyze")) return context.skip("there is no systemd here");
  const analyze = (...args: string[]) => spawnSync("systemd-analyze", [...args, path], { encoding: "utf8" });
  const { stderr } = analyze("verify");
  // The program is not installed where the unit expects it.
  const objections = stderr
    .split("\n")
    .filter((line) => line.includes("countersign.service") && !/not executable/.test(line));
  expect(objections).toEqual([]);
  const { stdout } = analyze("security", "--offline=true");
  const exposure = Number(/exposure level for countersign.service: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeLessThan(2);
});
