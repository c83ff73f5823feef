import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { installPrograms, type Machine, type Program } from "../support/programs.ts";

function programs({ hasBrowser = false, hasProxy = true } = {}): readonly Program[] {
  return [
    {
      ...{ name: "Chromium", packageName: "chromium", tests: "the pages", isThere: hasBrowser },
      otherwise: " or set CHROMIUM to its path",
      without: "their tests are skipped",
    },
    {
      ...{ name: "HAProxy", packageName: "haproxy", tests: "cells", isThere: hasProxy, otherwise: "" },
      without: "cells are not tested",
    },
  ];
}

/** A machine with an apt-get of its own that writes down what it was asked. */
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
      ...{ isRoot: true, isDebian: true },
      aptGet(args) {
        const { status, error } = spawnSync("apt-get", args, { env, shell: false });
        return error === undefined ? (status ?? 1) : null;
      },
      say: (text) => void said.push(text),
      ...more,
    },
  };
}

describe("the programs of the tests", () => {
  test("are installed by apt-get, once, where they are missing", () => {
    const { machine: bare, said, asked } = machine("exit 0");
    expect(installPrograms(bare, programs())).toBe("installed");
    expect(asked()).toBe(
      "noninteractive update -qq\nnoninteractive install -y -qq --no-install-recommends chromium\n",
    );
    expect(said).toEqual(["installing Chromium for the tests of the pages (once)"]);
    const { machine: whole, asked: askedThere } = machine("exit 0");
    expect([installPrograms(whole, programs({ hasBrowser: true })), askedThere()]).toEqual(["there", ""]);
  });

  test("are installed together", () => {
    const { machine: bare, said, asked } = machine("exit 0");
    expect(installPrograms(bare, programs({ hasProxy: false }))).toBe("installed");
    expect(asked()).toMatch(/recommends chromium haproxy\n$/);
    expect(said).toHaveLength(2);
  });

  test.each([
    ["there is no apt-get", null, {}],
    ["apt-get update ended with 100", "exit 100", {}],
    ["apt-get install ended with 100", '[ "$1" = update ]; exit $((100 * $?))', {}],
    ["only root may install packages", "exit 0", { isRoot: false }],
    ["this is no Debian", "exit 0", { isDebian: false }],
  ])("are not installed, and the reason is said: %s", (reason, script, more) => {
    const { machine: one, said } = machine(script, more);
    expect(installPrograms(one, programs())).toBe("not installed");
    expect(said.at(-1)).toBe(
      `Chromium is missing and was not installed, because ${reason}: install it (apt-get install chromium) or set CHROMIUM to its path; their tests are skipped`,
    );
  });
});
