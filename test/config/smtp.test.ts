import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadSettings, printSettings } from "../../src/config/index.ts";

const root = join(import.meta.dirname, "..", "..");
const smtp = {
  COUNTERSIGN_SMTP_HOST: "smtp.example.com",
  COUNTERSIGN_SMTP_FROM: "no-reply@acme.example",
  COUNTERSIGN_SMTP_USER: "acme",
  COUNTERSIGN_SMTP_PASSWORD: "a-password-of-the-relay",
};

function load(environment: Record<string, string>) {
  return loadSettings({ environment, folder: "/nowhere" });
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  const loaded = load(environment);
  return loaded.type === "refused" ? loaded.problems.map((one) => one.message) : [];
}

function accountOf(environment: Record<string, string>) {
  const loaded = load(environment);
  if (loaded.type === "refused") throw new Error(inspect(loaded.problems));
  return loaded.settings.carrierAccounts.smtp;
}

describe("e-mail by settings", () => {
  test("host and address are enough, encrypted without being asked, and it costs nothing", () => {
    const loaded = load(smtp);
    if (loaded.type === "refused") throw new Error(inspect(loaded.problems));
    expect(loaded.settings).toMatchObject({ sandbox: false, moneyPerDay: null, countries: null });
    expect(loaded.settings.carrierAccounts).toMatchObject({
      order: ["smtp"],
      smtp: {
        host: "smtp.example.com",
        port: 587,
        security: "starttls",
        login: { user: "acme" },
        from: "no-reply@acme.example",
        envelopeFrom: "no-reply@acme.example",
      },
    });
    expect(loaded.warnings).toEqual([]);
    const printed = `${inspect(loaded, { depth: 9 })}${JSON.stringify(loaded)}${inspect(printSettings(loaded))}`;
    expect(printed).not.toContain(smtp.COUNTERSIGN_SMTP_PASSWORD);
  });

  test("a carrier beside it still needs to know where to and for how much", () => {
    const vonage = {
      COUNTERSIGN_VONAGE_API_KEY: "12345678",
      COUNTERSIGN_VONAGE_API_SECRET: "a-secret",
      COUNTERSIGN_VONAGE_FROM: "Acme",
    };
    const problems = problemsOf({ ...smtp, ...vonage });
    expect(problems[0]).toMatch(/^COUNTERSIGN_COUNTRIES: a real carrier \(vonage\) sends nowhere/);
    expect(problems).toHaveLength(2);
  });

  test("ports follow from the encryption", () => {
    const { COUNTERSIGN_SMTP_USER: _user, COUNTERSIGN_SMTP_PASSWORD: _password, ...plain } = smtp;
    expect(accountOf({ ...plain, COUNTERSIGN_SMTP_SECURITY: "tls" })).toMatchObject({
      port: 465,
      login: null,
    });
    expect(accountOf({ ...plain, COUNTERSIGN_SMTP_PORT: "2525" })).toMatchObject({ port: 2525 });
    for (const host of ["localhost", "127.0.0.1", "::1"]) {
      const local = { ...plain, COUNTERSIGN_SMTP_HOST: host, COUNTERSIGN_SMTP_SECURITY: "off" };
      expect(accountOf(local)).toMatchObject({ port: 25, security: "off" });
    }
  });

  test.each<[Record<string, string>, RegExp]>([
    [
      { COUNTERSIGN_SMTP_SECURITY: "off" },
      /^COUNTERSIGN_SMTP_SECURITY: off is for a mail server on this machine/,
    ],
    [
      { COUNTERSIGN_SMTP_SECURITY: "off", COUNTERSIGN_SMTP_HOST: "127.evil.example" },
      /^COUNTERSIGN_SMTP_SECURITY: /,
    ],
    [
      { COUNTERSIGN_SMTP_HOST: "smtp://smtp.example.com" },
      /^COUNTERSIGN_SMTP_HOST: .*without scheme and port/,
    ],
    [{ COUNTERSIGN_SMTP_HOST: "smtp.example.com:587" }, /^COUNTERSIGN_SMTP_HOST: /],
    [{ COUNTERSIGN_SMTP_PORT: "0" }, /^COUNTERSIGN_SMTP_PORT: .*from 1 to 65535/],
    [
      { COUNTERSIGN_SMTP_FROM: "Acme <no-reply@acme.example>" },
      /^COUNTERSIGN_SMTP_FROM: .*such as no-reply@/,
    ],
    [
      { COUNTERSIGN_SMTP_ENVELOPE_FROM: "a@b.example\nBcc: c@d.example" },
      /^COUNTERSIGN_SMTP_ENVELOPE_FROM: /,
    ],
    [{ COUNTERSIGN_SMTP_PASSWORD: "" }, /^COUNTERSIGN_SMTP_PASSWORD: COUNTERSIGN_SMTP_USER needs it/],
    [{ COUNTERSIGN_SMTP_FROM: "" }, /^COUNTERSIGN_SMTP_FROM: smtp needs COUNTERSIGN_SMTP_FROM too/],
    [{ COUNTERSIGN_SANDBOX: "on" }, /^COUNTERSIGN_SANDBOX: .*\(smtp\)/],
  ])("%j is refused by name, with what is allowed", (given, says) => {
    expect(problemsOf({ ...smtp, ...given })[0]).toMatch(says);
  });

  test("without the optional package nothing starts, and the sentence names the command that mends it", () => {
    const home = mkdtempSync(join(tmpdir(), "no-mailer-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    for (const one of ["src", "bin", "package.json"]) {
      cpSync(join(root, one), join(home, one), { recursive: true });
    }
    const packages = join(home, "node_modules");
    mkdirSync(packages);
    const others = readdirSync(join(root, "node_modules")).filter((one) => one !== "nodemailer");
    for (const one of others) symlinkSync(join(root, "node_modules", one), join(packages, one));
    const check = () =>
      spawnSync(
        join(root, "node_modules", ".bin", "node"),
        [join(home, "bin", "countersign.js"), "config", "check"],
        { cwd: home, env: { PATH: process.env["PATH"], HOME: home, ...smtp }, encoding: "utf8" },
      );
    const missing = check();
    expect(missing.stderr).toMatch(
      /COUNTERSIGN_SMTP_HOST: e-mail by SMTP needs the package nodemailer, which is not installed with countersign: run `npm install nodemailer@10` beside it/,
    );
    expect(missing.status).toBe(3);
    symlinkSync(join(root, "node_modules", "nodemailer"), join(packages, "nodemailer"));
    expect(check()).toMatchObject({ status: 0, stdout: "The settings are valid.\n" });
  });
});
