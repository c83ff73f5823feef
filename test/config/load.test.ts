import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { loadSettings, printSettings, type SettingsSources } from "../../src/config/index.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-config-"));
const goodSecret = "8f3kD9sLq2VbX7mNc4TzR6wYh1JpGa5U";
const otherSecret = "Zq7Wn3XvB9kLt5RyD2mHs8PcF6gJa4Ue";

/** What a real carrier does not start without. */
const guarded = { COUNTERSIGN_COUNTRIES: "DE", COUNTERSIGN_MONEY_PER_DAY: "50" };

function load(environment: Record<string, string>, more: SettingsSources = {}) {
  return loadSettings({ environment, folder, ...more });
}

function settingsOf(environment: Record<string, string>, more: SettingsSources = {}) {
  const loaded = load(environment, more);
  if (loaded.type === "refused") throw new Error(loaded.problems.map((one) => one.message).join("\n"));
  return loaded;
}

function problemsOf(environment: Record<string, string>, more: SettingsSources = {}): readonly string[] {
  const loaded = load(environment, more);
  return loaded.type === "refused" ? loaded.problems.map((one) => one.message) : [];
}

function configFile(content: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), "countersign-config-")), "settings.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("defaults", () => {
  test("nothing given: port 3000 on both loopback addresses, the sandbox on, data beside the caller", () => {
    const { settings, warnings } = settingsOf({});
    expect(settings).toMatchObject({
      port: 3000,
      host: ["127.0.0.1", "::1"],
      publicUrl: null,
      trustedProxies: [],
      data: join(folder, "data"),
      secret: [],
      apiKey: null,
      sandbox: true,
      environment: "development",
      log: "info",
      brand: "Countersign",
      countries: null,
    });
    expect(warnings).toEqual([]);
  });
});

describe("sources", () => {
  test("flags go before the environment, the environment before the file, the file before the defaults", () => {
    const configPath = configFile({ port: 1, brand: "File", log: "warn", keyRequestsPerSecond: 7 });
    const { settings, origins } = settingsOf(
      { PORT: "2", COUNTERSIGN_BRAND: "Environment" },
      { flags: { port: "3" }, configPath },
    );
    expect(settings).toMatchObject({ port: 3, brand: "Environment", log: "warn", keyRequestsPerSecond: 7 });
    expect(origins.port).toEqual({ from: "flag", name: "--port" });
    expect(origins.brand).toEqual({ from: "environment", name: "COUNTERSIGN_BRAND" });
    expect(origins.log).toEqual({ from: "file", name: `log in ${configPath}` });
    expect(origins.host.from).toBe("default");
  });

  test("the file in the working directory is found by its name, and takes numbers, lists and booleans", () => {
    const home = mkdtempSync(join(tmpdir(), "countersign-config-"));
    const content = { port: 4000, host: ["10.1.2.3", "::"], sandbox: true, countries: ["DE", "AT"] };
    writeFileSync(join(home, "countersign.config.json"), JSON.stringify(content));
    const { settings } = settingsOf({}, { folder: home });
    expect(settings).toMatchObject({
      port: 4000,
      host: ["10.1.2.3", "::"],
      sandbox: true,
      countries: ["DE", "AT"],
    });
  });

  test("an empty variable counts as none", () => {
    expect(settingsOf({ PORT: "", COUNTERSIGN_API_KEY: "" }).settings).toMatchObject({
      port: 3000,
      apiKey: null,
    });
  });

  test("a secret comes from the file that _FILE names, without its last line end", () => {
    const path = configFile(`${goodSecret}\n`);
    const fromEnvironment = settingsOf({ COUNTERSIGN_SECRET_FILE: path }).settings;
    expect(fromEnvironment.secret.map((one) => one.reveal())).toEqual([goodSecret]);
    const fromFile = settingsOf({}, { configPath: configFile({ secretFile: path }) }).settings;
    expect(fromFile.secret.map((one) => one.reveal())).toEqual([goodSecret]);
  });

  test("several master secrets are told apart by commas or line ends, the current one first", () => {
    for (const text of [`${goodSecret},${otherSecret}`, `${goodSecret}\n${otherSecret}\n`]) {
      const { settings } = settingsOf({ COUNTERSIGN_SECRET: text });
      expect(settings.secret.map((one) => one.reveal())).toEqual([goodSecret, otherSecret]);
    }
  });
});

describe("refusals name the setting, what was given and what is allowed", () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ PORT: "70000" }, /^PORT: "70000" was given, allowed is a whole number from 0 to 65535$/],
    [{ PORT: "3000x" }, /^PORT: "3000x" was given/],
    [{ HOST: "127.1" }, /^HOST: "127.1" was given, allowed is localhost, or IP addresses/],
    [{ HOST: "my.host" }, /^HOST: /],
    [{ PUBLIC_URL: "verify.example.com" }, /^PUBLIC_URL: /],
    [{ PUBLIC_URL: "https://verify.example.com/path" }, /^PUBLIC_URL: /],
    [{ TRUSTED_PROXIES: "10.0.0.0/40" }, /^TRUSTED_PROXIES: .*10\.0\.0\.0\/40 is neither an IP address nor/],
    [{ COUNTERSIGN_COUNTRIES: "DE,XX" }, /^COUNTERSIGN_COUNTRIES: .*XX is no region/],
    [{ COUNTERSIGN_LOG: "loud" }, /^COUNTERSIGN_LOG: .*one of trace, debug, info, warn, error, silent$/],
    [{ COUNTERSIGN_ENV: "prod" }, /^COUNTERSIGN_ENV: .*one of development, production$/],
    [{ COUNTERSIGN_SANDBOX: "yes" }, /^COUNTERSIGN_SANDBOX: .*on or off$/],
    [{ COUNTERSIGN_BRAND: "visit evil.com" }, /^COUNTERSIGN_BRAND: .*link$/],
    [{ DATABASE_URL: "mysql://app:hunter22@db/verify" }, /^DATABASE_URL: allowed is an address such as/],
    [
      { DATABASE_URL: "postgres://app:hunter22@db/verify" },
      /^COUNTERSIGN_SECRET: with DATABASE_URL every server needs .* where a data folder moves there, .* in \/.*\/secret unless/,
    ],
    [
      { COUNTERSIGN_SECRET_FILE: "/does/not/exist" },
      /^COUNTERSIGN_SECRET_FILE: the file \/does\/not\/exist cannot be read$/,
    ],
  ])("%o", (environment, message) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
    expect(problems[0]).not.toContain("hunter22");
  });

  test("everything that is wrong is said at once", () => {
    expect(problemsOf({ PORT: "x", HOST: "y", COUNTERSIGN_LOG: "z" })).toHaveLength(3);
  });

  test.each<[Record<string, string>, SettingsSources, RegExp]>([
    [
      { COUNTERSIGN_SECERT: "x" },
      {},
      /^COUNTERSIGN_SECERT: there is no such setting; did you mean COUNTERSIGN_SECRET\?$/,
    ],
    [{ COUNTERSIGN_APIKEY: "x" }, {}, /did you mean COUNTERSIGN_API_KEY\?$/],
    [{ COUNTERSIGN_PORT: "1" }, {}, /did you mean PORT\?$/],
    [{ COUNTERSIGN_PROT: "1" }, {}, /did you mean PORT\?$/],
    [{ COUNTERSIGN_PURPLE_ELEPHANTS_DANCE: "x" }, {}, /see `countersign config explain`/],
    [{}, { flags: { prot: "1" } }, /^--prot: .*did you mean --port\?$/],
    [
      {},
      { configPath: configFile({ publicURL: "https://a.example" }) },
      /^publicURL in .*did you mean publicUrl\?$/,
    ],
    [{}, { configPath: configFile({ constructor: 1 }) }, /^constructor in /],
    [{}, { configPath: configFile("{") }, /not valid JSON$/],
    [{}, { configPath: configFile("[]") }, /must hold one JSON object$/],
    [{}, { configPath: join(folder, "missing.json") }, /cannot be read$/],
    [{}, { configPath: configFile({ port: { a: 1 } }) }, /^port in .*allowed is a whole number/],
  ])("an unknown or unreadable name is an error with a hint: %o", (environment, more, message) => {
    const problems = problemsOf(environment, more);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });
});

describe("K-5: keys and secrets that anybody could guess are refused, and never said back", () => {
  test.each<[string, string, RegExp]>([
    ["COUNTERSIGN_SECRET", "tooshort1234", /has 12 bytes, and at least 32 are needed: make one/],
    ["COUNTERSIGN_SECRET", "change-me-change-me-change-me-change-me", /example/],
    ["COUNTERSIGN_SECRET", "a".repeat(64), /example/],
    ["COUNTERSIGN_SECRET", `${goodSecret},short-former-one`, /bytes, and at least 32/],
    ["COUNTERSIGN_API_KEY", "tooshort1234", /has 12 characters, at least 32/],
    ["COUNTERSIGN_API_KEY", "your-key-goes-here-0123456789abcdefgh", /example/],
    ["COUNTERSIGN_API_KEY", "0".repeat(40), /example/],
    ["COUNTERSIGN_API_KEY", `${goodSecret} ${otherSecret}`, /printable ASCII/],
  ])("%s=%s", (name, given, message) => {
    const problems = problemsOf({ [name]: given });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
    expect(problems[0]).not.toContain(given);
  });

  test("a secret and its file at once is an error", () => {
    const both = { COUNTERSIGN_SECRET: goodSecret, COUNTERSIGN_SECRET_FILE: configFile(goodSecret) };
    expect(problemsOf(both)[0]).toMatch(/^COUNTERSIGN_SECRET_FILE: COUNTERSIGN_SECRET is given too/);
  });

  test("K-7: no print, JSON or inspection of the settings shows a secret", () => {
    const loaded = settingsOf({ COUNTERSIGN_SECRET: goodSecret, COUNTERSIGN_API_KEY: otherSecret });
    const everything = [
      JSON.stringify(loaded),
      inspect(loaded, { depth: 9 }),
      JSON.stringify(printSettings(loaded)),
      String(loaded.settings.apiKey),
    ].join("\n");
    expect(everything).toContain("***");
    expect(everything).not.toContain(goodSecret);
    expect(everything).not.toContain(otherSecret);
  });
});

describe("C-48: production refuses what is fit for development only", () => {
  const production = { COUNTERSIGN_ENV: "production" };

  test("a missing secret and a sandbox that nobody asked for, each by name and with its remedy", () => {
    const problems = problemsOf(production);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^COUNTERSIGN_SECRET: .*openssl rand -base64 32.*COUNTERSIGN_SECRET_FILE/);
    expect(problems[1]).toMatch(/^COUNTERSIGN_SANDBOX: .*configure a carrier, or set COUNTERSIGN_SANDBOX=on/);
  });

  test("the generated secret beside the data", () => {
    const home = mkdtempSync(join(tmpdir(), "countersign-config-"));
    writeFileSync(join(home, "secret"), goodSecret);
    const problems = problemsOf({
      ...production,
      COUNTERSIGN_SANDBOX: "on",
      COUNTERSIGN_DATA: home,
      COUNTERSIGN_SECRET_FILE: join(home, "secret"),
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^COUNTERSIGN_SECRET_FILE: this is the generated secret beside the data/);
  });

  test("a secret of its own and an explicit sandbox start", () => {
    const { settings } = settingsOf({
      ...production,
      COUNTERSIGN_SECRET: goodSecret,
      COUNTERSIGN_SANDBOX: "on",
    });
    expect(settings).toMatchObject({ environment: "production", sandbox: true });
  });

  test("a real carrier needs no sandbox, and never runs together with one", () => {
    const carriers = ["telnyx"];
    const { settings } = settingsOf(
      { ...production, ...guarded, COUNTERSIGN_SECRET: goodSecret },
      { carriers },
    );
    expect(settings.sandbox).toBe(false);
    expect(problemsOf({ COUNTERSIGN_SANDBOX: "on" }, { carriers })[0]).toMatch(
      /^COUNTERSIGN_SANDBOX: .*telnyx/,
    );
  });
});

describe("the guard", () => {
  test("F-2, F-9: a real carrier does not start without countries and a daily cap, each named with its remedy", () => {
    const carriers = ["telnyx"];
    const problems = problemsOf({}, { carriers });
    expect(problems[0]).toMatch(/^COUNTERSIGN_COUNTRIES: .*such as DE,AT,CH/);
    expect(problems[1]).toMatch(/^COUNTERSIGN_MONEY_PER_DAY: .*such as 50/);
    expect(problemsOf({ COUNTERSIGN_COUNTRIES: "DE" }, { carriers })).toHaveLength(1);
    expect(problemsOf(guarded, { carriers })).toEqual([]);
  });

  test("F-5, F-9: prices and limits are read, and what is neither is refused", () => {
    const { settings } = settingsOf({
      COUNTERSIGN_PRICES: "de/sms=0.075,*/voice=0.2",
      COUNTERSIGN_VELOCITY: "region/1h=200,prefix2/24h=0",
    });
    expect(settings.prices).toEqual({ "DE/sms": 75_000, "*/voice": 200_000 });
    expect(settings.velocity).toContainEqual({ counter: "region", window: "1h", max: 200 });
    expect(settings.velocity.some((one) => one.counter === "prefix2")).toBe(false);
    for (const wrong of ["XX/sms=1", "DE/sms=-1", "DE/email=1"]) {
      expect(problemsOf({ COUNTERSIGN_PRICES: wrong })).toHaveLength(1);
    }
    expect(problemsOf({ COUNTERSIGN_VELOCITY: "region/2h=5" })).toHaveLength(1);
    expect(problemsOf({ COUNTERSIGN_MONEY_PER_DAY: "0" })).toHaveLength(1);
  });
});

describe("the sandbox", () => {
  test.each<[Record<string, string>, readonly string[], boolean, number]>([
    [{}, [], true, 0],
    [{ HOST: "127.0.0.1" }, [], true, 0],
    [{ HOST: "127.0.0.2,::1" }, [], true, 0],
    [{ HOST: "0.0.0.0" }, [], false, 1],
    [{ HOST: "127.0.0.1,192.168.1.5" }, [], false, 1],
    [{ HOST: "0.0.0.0", COUNTERSIGN_SANDBOX: "on" }, [], true, 1],
    [{ COUNTERSIGN_SANDBOX: "off" }, [], false, 1],
    [{ ...guarded, PUBLIC_URL: "https://verify.example.com" }, ["telnyx"], false, 0],
    [guarded, ["telnyx"], false, 1],
  ])("%o with the carriers %o: on is %s", (environment, carriers, isOn, warnings) => {
    const loaded = settingsOf(environment, { carriers });
    expect(loaded.settings.sandbox).toBe(isOn);
    expect(loaded.warnings).toHaveLength(warnings);
  });
});
