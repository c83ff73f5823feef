import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Chromium without what draws its own windows: a page costs it two thirds of the processor time. */
const shell = "/usr/bin/chromium-headless-shell";
const whole = "/usr/bin/chromium";

/** The one that CHROMIUM names, or Debian's. */
export const chromiumPath: string = process.env["CHROMIUM"] ?? (existsSync(shell) ? shell : whole);

/** A program of the system that some tests need. */
export interface Program {
  readonly name: string;
  /** Debian's name of it. */
  readonly packageName: string;
  /** What cannot be tested without it. */
  readonly tests: string;
  readonly isThere: boolean;
  /** What else helps than to install it, behind "install it". */
  readonly otherwise: string;
  /** What becomes of its tests without it. */
  readonly without: string;
}

/** What the installation knows of the machine. */
export interface Machine {
  readonly isRoot: boolean;
  readonly isDebian: boolean;
  /** Runs apt-get; null where it does not exist. */
  aptGet(args: readonly string[]): number | null;
  say(text: string): void;
}

const areSkipped = "their tests are skipped";

/** What apt-get is asked for, in turn. */
const steps = [
  ["update", "-qq"],
  ["install", "-y", "-qq", "--no-install-recommends"],
] as const;

/**
 * Installs what is missing where that is possible, and says why where it is not. The tests that cannot do without it then
 * skip with the same words, or fail where CI is set.
 */
export function installPrograms(
  machine: Machine,
  programs: readonly Program[],
): "there" | "installed" | "not installed" {
  const { say, aptGet } = machine;
  const missing = programs.filter(({ isThere }) => !isThere);
  if (missing.length === 0) return "there";
  const skipped = (why: string): "not installed" => {
    for (const { name, packageName, otherwise, without } of missing) {
      const byHand = `install it (apt-get install ${packageName})${otherwise}`;
      say(`${name} is missing and was not installed, because ${why}: ${byHand}; ${without}`);
    }
    return "not installed";
  };
  if (!machine.isDebian) return skipped("this is no Debian");
  if (!machine.isRoot) return skipped("only root may install packages");
  for (const { name, tests } of missing) say(`installing ${name} for the tests of ${tests} (once)`);
  for (const step of steps) {
    const names = step[0] === "install" ? missing.map(({ packageName }) => packageName) : [];
    const status = aptGet([...step, ...names]);
    if (status === null) return skipped("there is no apt-get");
    if (status !== 0) return skipped(`apt-get ${step[0]} ended with ${status}`);
  }
  return "installed";
}

/** What tests need of the system is installed by the test command, where it may do that. */
export function setup(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const machine: Machine = {
    isRoot: process.getuid?.() === 0,
    isDebian: existsSync("/etc/debian_version"),
    aptGet(args) {
      const ended: SpawnSyncReturns<Buffer> = spawnSync("apt-get", args, {
        env,
        stdio: ["ignore", "ignore", "inherit"],
      });
      return ended.error === undefined ? (ended.status ?? 1) : null;
    },
    say: (text) => console.log(text),
  };
  installPrograms(machine, [
    {
      name: "Chromium's headless shell",
      packageName: "chromium-headless-shell",
      tests: "the pages",
      // Who sets CHROMIUM sees to it.
      isThere: existsSync(shell) || process.env["CHROMIUM"] !== undefined,
      otherwise: " or set CHROMIUM to the path of a Chromium",
      without: existsSync(whole) ? `their tests run in ${whole}, and take longer` : areSkipped,
    },
    {
      name: "HAProxy",
      packageName: "haproxy",
      tests: "cells",
      isThere: spawnSync("haproxy", ["-v"]).status === 0,
      otherwise: "",
      without: areSkipped,
    },
  ]);
}
