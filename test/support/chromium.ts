import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian's, or the one that CHROMIUM names. */
export const chromiumPath: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What the installation knows of the machine. */
export interface Machine {
  readonly hasChromium: boolean;
  /** CHROMIUM is set: whoever set it sees to it. */
  readonly isNamed: boolean;
  readonly isRoot: boolean;
  readonly isDebian: boolean;
  /** Runs apt-get; null where it does not exist. */
  aptGet(args: readonly string[]): number | null;
  say(text: string): void;
}

/** Debian's name of the package. */
const packageName = "chromium";
const byHand = "install it (apt-get install chromium) or set CHROMIUM to its path; their tests are skipped";

/**
 * Installs Chromium where that is possible, and says why where it is not. Tests in a browser then skip with the same
 * words, or fail where CI is set.
 */
export function installChromium(machine: Machine): "there" | "installed" | "not installed" {
  const { say, aptGet } = machine;
  if (machine.hasChromium || machine.isNamed) return "there";
  const skipped = (why: string): "not installed" => {
    say(`Chromium is missing and was not installed, because ${why}: ${byHand}`);
    return "not installed";
  };
  if (!machine.isDebian) return skipped("this is no Debian");
  if (!machine.isRoot) return skipped("only root may install packages");
  say("installing Chromium for the tests of the pages (once)");
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", packageName],
  ]) {
    const status = aptGet(args);
    if (status === null) return skipped("there is no apt-get");
    if (status !== 0) return skipped(`apt-get ${args[0]} ended with ${status}`);
  }
  return "installed";
}

/** What the tests in a browser need of the system is installed by the test command, where it may do that. */
export function setup(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  installChromium({
    hasChromium: existsSync(chromiumPath),
    isNamed: process.env["CHROMIUM"] !== undefined,
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
  });
}
