import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCountersign } from "../../src/index.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { drawnModules, scannedText } from "./drawn-qr.ts";
import { hasTerminals, type Process, startCountersign, startOnTerminal } from "./process.ts";

const password = "nine rowing margarets";
const number = "+14155550123";

function loginIn(folder: string, ...args: readonly string[]): Process {
  const one = startOnTerminal(["login", ...args], folder, { NO_COLOR: "1" });
  onTestFinished(() => one.kill("SIGKILL"));
  return one;
}

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cs-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.skipIf(!hasTerminals)("login on a terminal (needs script of util-linux)", () => {
  test("K-7: what is typed as a password is not shown, what else is typed is, and Ctrl-C ends it", async () => {
    const folder = temporaryFolder();
    const first = loginIn(folder, "--sign-up");
    await first.printed(/User name: /, "login");
    first.type("ada");
    await first.printed(/ada[\s\S]*Password: /, "login");
    first.type(password);
    await first.printed(/The same again: /, "login");
    first.type("nine rowing margaret");
    await first.printed(/two different passwords\.\r?\n[\s\S]*Password: /, "login");
    first.type(password);
    await first.printed(/different[\s\S]*The same again: /, "login");
    first.type(password);
    await first.printed(/The same again: \r?\n[\s\S]*Phone number: /, "login");
    first.type("14155550123");
    await first.printed(/text from Countersign: \d{6} [\s\S]*Code \(r: send again\): /, "login");
    first.type(/Countersign: (\d{6}) /.exec(first.stdout())?.[1] ?? "");
    expect(await first.ended("login")).toBe(0);
    expect(first.stdout()).toContain("Success: ada is signed in");
    expect(first.stdout()).not.toContain("rowing");

    // `| cat`: nobody looks at what we print, and the terminal still must not show what is typed.
    const read = startOnTerminal(["login", "--name", "ada"], folder, { NO_COLOR: "1" }, "cat");
    onTestFinished(() => read.kill("SIGKILL"));
    await read.printed(/Password: /, "login");
    read.type("ten rowing margarets");
    await read.printed(/The name or the password is wrong/, "login");
    expect(read.stdout()).not.toContain("rowing");

    for (const typed of ["", "nine row"]) {
      const second = loginIn(folder, "--name", "ada");
      await second.printed(/Password: /, "login");
      second.type(`${typed}\u0003`);
      expect(await second.ended("login")).toBe(130);
      expect(second.stdout()).toContain("countersign: Interrupted.");
      expect(second.stdout()).not.toContain("row");
    }
  });

  test("T-8: the QR code of an app is drawn where it can be seen, and says what the link beside it says", async () => {
    const folder = temporaryFolder();
    const start = (name: string, columns: number, environment: Readonly<Record<string, string>>): Process => {
      const one = startOnTerminal(["login", "--sign-up", "--name", name], folder, environment, null, columns);
      onTestFinished(() => one.kill("SIGKILL"));
      return one;
    };
    const asked = async (one: Process): Promise<string> => {
      await one.printed(/Password: /, "login");
      one.type(password);
      await one.printed(/The same again: /, "login");
      one.type(password);
      await one.printed(/type app instead of a number\.\r?\n[\s\S]*Phone number: /, "login");
      one.type("app");
      await one.printed(/Link {2}otpauth:\S+\s[\s\S]*Code: /, "login");
      return /Link {2}(otpauth:\S+)/.exec(one.stdout())?.[1] ?? "";
    };
    const wide = start("ada", 80, {});
    const link = await asked(wide);
    expect(scannedText(wide.stdout())).toBe(link);
    const seed = new URL(link).searchParams.get("secret") ?? "";
    expect(wide.stdout()).toContain(`Key   ${seed.match(/.{4}/g)?.join(" ")}`);
    wide.type(codeOfApp(seed, Date.now()));
    expect(await wide.ended("login")).toBe(0);
    expect(wide.stdout()).toContain("ada is signed in (AAL2)");

    for (const [name, columns, environment] of [
      ["bob", 40, {}],
      ["eve", 80, { NO_COLOR: "1" }],
    ] as const) {
      const other = start(name, columns, environment);
      await asked(other);
      expect(drawnModules(other.stdout())).toEqual([]);
      expect(other.stdout()).toContain("type its key there. It is shown this once.");
      other.type("\u0003");
      expect(await other.ended("login")).toBe(130);
    }
  });
});

/** A data folder in which ada has a phone and recovery codes: one of those. */
async function enrolled(data: string): Promise<string> {
  const countersign = await createCountersign({ data });
  const { subscribers, challenges, phones } = countersign;
  const codeNow = async (): Promise<string> => {
    await countersign.tick();
    return phones?.messages(number)[0]?.code ?? "";
  };
  await subscribers.create({ name: "ada", password });
  const phone = await subscribers.enrolPhone({ name: "ada", number });
  if (phone.outcome !== "enrolled") throw new Error(phone.outcome);
  const authenticatorId = phone.authenticator.id;
  await subscribers.confirm({ name: "ada", authenticatorId, code: await codeNow() });
  const binding = "browser-1";
  const asked = { name: "ada", binding, purpose: "manage", passwordChecked: true };
  const started = await challenges.start(asked);
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const { id } = started.challenge;
  await challenges.send({ id, binding, authenticatorId, channel: "voice" });
  await challenges.check({ id, binding, code: await codeNow() });
  const made = await subscribers.makeRecoveryCodes({ name: "ada", stepUp: id });
  await countersign.close();
  if (made.outcome !== "enrolled") throw new Error(made.outcome);
  return made.codes[0] ?? "";
}

test("L-3: somebody with several authenticators says which, and a recovery code works once", async () => {
  const folder = temporaryFolder();
  const code = await enrolled(join(folder, "data"));
  const login = (...lines: readonly string[]): Process => {
    const one = startCountersign(["login", "--name", "ada"], folder);
    onTestFinished(() => one.kill("SIGKILL"));
    for (const line of [password, ...lines]) one.type(line);
    one.endInput();
    return one;
  };
  const first = login("3", "x", "2", code);
  expect(await first.ended("login"), first.stderr()).toBe(0);
  expect(first.stdout()).toContain("  1  a code to +1••••••0123\n  2  a recovery code");
  expect(first.stdout()).not.toContain("send again");
  const again = login("2", code);
  expect(await again.ended("login")).toBe(2);
  expect(again.stdout()).toMatch(/The code (is wrong|was used already)/);
});
