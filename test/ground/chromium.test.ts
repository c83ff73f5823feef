import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { installChromium, type Machine } from "../support/chromium.ts";

/** A machine without Chromium, with an apt-get of its own that writes down what it was asked. */
function machine(
  aptGet: string | null,
  more: Partial<Machine> = {},
): { machine: Machine; said: string[]; asked(): string } {
  const bin = mkdtempSync(join(tmpdir(), "countersign-apt-"));
  onTestFinished(() => rmSync(bin, { recursive: true, force: true }));
  mkdirSync(join(bin, "bin"));
  const log = join(bin, "log");
  writeFileSync(log, "");
  if (aptGet !== null) {
    const script = join(bin, "bin", "apt-get");
    writeFileSync(script, `#!/bin/sh\necho "$DEBIAN_FRONTEND $@" >> ${log}\n${aptGet}\n`);
    chmodSync(script, 0o755);
  }
  const said: string[] = [];
  const env = { PATH: join(bin, "bin"), DEBIAN_FRONTEND: "noninteractive" };
  return {
    said,
    asked: () => readFileSync(log, "utf8"),
    machine: {
      ...{ hasChromium: false, isNamed: false, isRoot: true, isDebian: true },
      aptGet(args) {
        const { status, error } = spawnSync("apt-get", args, { env, shell: false });
        return error === undefined ? (status ?? 1) : null;
      },
      say: (text) => void said.push(text),
      ...more,
    },
  };
}

describe("the browser of the tests", () => {
  test("is installed by apt-get, once, where nobody else sees to it", () => {
    const { machine: bare, said, asked } = machine("exit 0");
    expect(installChromium(bare)).toBe("installed");
    expect(asked()).toBe(
      "noninteractive update -qq\nnoninteractive install -y -qq --no-install-recommends chromium\n",
    );
    expect(said).toEqual(["installing Chromium for the tests of the pages (once)"]);
    for (const more of [{ hasChromium: true }, { isNamed: true }]) {
      const { machine: other, asked: askedThere } = machine("exit 0", more);
      expect([installChromium(other), askedThere()]).toEqual(["there", ""]);
    }
  });

  test.each([
    ["there is no apt-get", null, {}],
    ["apt-get update ended with 100", "exit 100", {}],
    ["apt-get install ended with 100", '[ "$1" = update ]; exit $((100 * $?))', {}],
    ["only root may install packages", "exit 0", { isRoot: false }],
    ["this is no Debian", "exit 0", { isDebian: false }],
  ])("is not installed, and the reason is said: %s", (reason, script, more) => {
    const { machine: one, said } = machine(script, more);
    expect(installChromium(one)).toBe("not installed");
    expect(said.at(-1)).toBe(
      `Chromium is missing and was not installed, because ${reason}: install it (apt-get install chromium) or set CHROMIUM to its path; their tests are skipped`,
    );
  });
});
