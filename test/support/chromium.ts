import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian's, or the one that CHROMIUM names. */
export const chromiumPath: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What the tests in a browser need of the system is installed by the test command, where it may do that. */
export function setup(): void {
  if (existsSync(chromiumPath) || process.env["CHROMIUM"] !== undefined) return;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  console.log("installing Chromium for the tests of the pages (once)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const { status } = spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) return;
  }
}
