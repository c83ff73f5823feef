import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type CountersignOptions,
  createCountersign,
  createFromEnvironment,
  StartRefused,
} from "../../src/index.ts";
import { readOptions } from "../../src/library/options.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";
import { open, temporaryFolder } from "./open.ts";

const secret = "Yx3hWm0yQ2v8sKqTz6pLrB5nJd9fGc1uEa7iOo4tHwM=";

const acme = scriptedProvider("acme");

async function refusal(options: object): Promise<StartRefused> {
  const data = join(temporaryFolder(), "data");
  const thrown = await createCountersign({ data, ...options } as CountersignOptions).catch((cause) => cause);
  expect(thrown).toBeInstanceOf(StartRefused);
  // Nothing was made before the options were known to be right.
  expect(existsSync(data)).toBe(false);
  return thrown;
}

describe("wrong options fail at creation, by name", () => {
  test.each([
    [
      { brand: "Visit www.evil.example" },
      'brand: "Visit www.evil.example" was given, it must be 1 to 20 letters',
    ],
    [{ brand: 7 }, "brand: 7 was given, allowed is 1 to 20 letters"],
    [
      { countries: ["DE", "XX"] },
      "countries: a list of 2 was given, XX is no region: allowed is all, or ISO 3166",
    ],
    [{ sandbox: "on" }, 'sandbox: "on" was given, allowed is true or false'],
    [{ environment: "test" }, 'environment: "test" was given, allowed is one of development, production'],
    [{ lockWaitMs: -1 }, "lockWaitMs: -1 was given, allowed is a whole number of milliseconds from 0 on"],
    [
      { providers: [{}] },
      "providers: a list of 1 was given, allowed is a list of providers, each with an id",
    ],
    [
      { providers: [acme, acme] },
      "providers: a list of 2 was given, allowed is a list of providers, each with",
    ],
    [{ moneyPerDay: 0 }, "moneyPerDay: 0 was given, allowed is an amount above 0"],
    [{ moneyPerDay: "50" }, 'moneyPerDay: "50" was given, allowed is an amount above 0'],
    [{ moneyPerDay: Number.NaN }, "moneyPerDay: NaN was given, allowed is an amount above 0"],
    [{ changeWaitHours: 721 }, "changeWaitHours: 721 was given, allowed is a whole number from 0 to 720"],
    [{ changeWaitHours: 0.5 }, "changeWaitHours: 0.5 was given, allowed is a whole number from 0 to 720"],
    [{ addressAgeMaxDays: -1 }, "addressAgeMaxDays: -1 was given, allowed is a whole number from 0 to 3650"],
    [
      { accountUrl: "https://app.example.com/account?x=1" },
      'accountUrl: "https://app.example.com/account?x=1" was given, allowed is an http or https address',
    ],
    [
      { accountUrl: "javascript:alert(1)" },
      'accountUrl: "javascript:alert(1)" was given, allowed is an http',
    ],
    [{ prices: { "XX/sms": 1 } }, "prices: an object was given, XX/sms=1 is no price: allowed are prices"],
    [{ prices: ["DE/sms=1"] }, "prices: a list of 1 was given, allowed is an object such as"],
    [{ clock: Date }, "clock: a function was given, allowed is an object with now, sleep and after"],
    [{ data: "" }, 'data: "" was given, allowed is the path of a folder'],
    [{ brnad: "Shop" }, "brnad: there is no such option; did you mean brand?"],
    [{ whatever: 1 }, "whatever: there is no such option; there are data, databaseUrl"],
    [{ apiKey: "short" }, "apiKey: it has 5 characters, at least 32 are needed"],
    [{ secret: "short" }, "secret: "],
    [{ databaseUrl: "mysql://x" }, "databaseUrl: allowed is an address such as postgres://"],
  ])("%j", async (options, expected) => {
    const { code, message } = await refusal(options);
    expect(code).toBe("settings_invalid");
    expect(message).toContain(expected);
  });

  const one: Readonly<Record<keyof CountersignOptions, unknown>> = {
    data: 7,
    databaseUrl: [],
    secret: 7,
    sandbox: 1,
    environment: true,
    brand: {},
    countries: 49,
    moneyPerDay: -1,
    prices: 1,
    apiKey: {},
    publicUrl: "app.example.com",
    providers: acme,
    riskLookup: { lookUp: async () => [], denied: ["sim_swapped"] },
    lockWaitMs: "10",
    log: "debug",
    clock: {},
    random: Math.random,
    passkeyDomain: "https://app.example.com",
    passkeyName: "",
    passkeyOrigins: [7],
    trustedDeviceDays: "30",
    accountUrl: "app.example.com",
    breachedPasswords: ["list.txt"],
    changeWaitHours: -1,
    addressAgeMaxDays: 0.5,
  };

  test.each(Object.entries(one))(
    "%s, by its name, with what was given and what is allowed",
    async (name, given) => {
      const { message } = await refusal({ [name]: given });
      const isSecret = ["databaseUrl", "secret", "apiKey"].includes(name);
      expect(message).toMatch(new RegExp(`^createCountersign: ${name}: ${isSecret ? "" : ".+ was given, "}`));
      expect(message).toMatch(/allowed (is|are) /);
    },
  );

  test.each([
    [{ brand: 7 }, "brand: 7 was given"],
    [{ brand: "www.evil.example" }, 'brand: "www.evil.example" was given'],
    [{ secret: "short" }, "secret: there is no such option; there are brand, clock"],
    [{ log: console.log }, "log: a function was given, allowed is an object with info"],
  ])("beside an environment too: %o", async (options, expected) => {
    const data = join(temporaryFolder(), "data");
    const opening = createFromEnvironment({ COUNTERSIGN_DATA: data }, options as object);
    await expect(opening).rejects.toMatchObject({
      code: "settings_invalid",
      message: expect.stringContaining(`createFromEnvironment: ${expected}`),
    });
    expect(existsSync(data)).toBe(false);
  });

  test("K-7: a secret, a key and an address with a password are never said back", async () => {
    const given = { secret: "short-secret", apiKey: "short-key", databaseUrl: "mysql://me:hunter2@db/x" };
    const { message } = await refusal(given);
    for (const one of ["short-secret", "short-key", "hunter2"]) expect(message).not.toContain(one);
  });

  test("all that is wrong is said at once, in the names of the options", async () => {
    const { message } = await refusal({ brand: "", sandbox: 1, nodes: 2 });
    for (const name of ["brand:", "sandbox:", "nodes:"]) expect(message).toContain(name);
  });

  test("K-5: production without a secret or a carrier, and a database without a secret, say what to give", async () => {
    const production = (await refusal({ environment: "production" })).message;
    expect(production).toContain("`secret`: production needs a master secret");
    expect(production).toContain("`sandbox`: no carrier is configured");
    expect(production).not.toMatch(/COUNTERSIGN_|DATABASE_URL/);
    const shared = (await refusal({ databaseUrl: "postgres://localhost/x" })).message;
    expect(shared).toContain("`secret`: with `databaseUrl` every server needs the same master secret");
    const sandbox = { environment: "production", secret, sandbox: true } as const;
    const { countersign } = await open(sandbox);
    expect(countersign.phones).not.toBeNull();
  });

  test("F-2, F-9: a carrier starts neither without countries nor without a cap on money, in the names of the options", async () => {
    const { message } = await refusal({ providers: [acme] });
    expect(message).toContain("`countries`: a real carrier (acme) sends nowhere until it is said where to");
    expect(message).toContain("`moneyPerDay`: a real carrier (acme) does not start without a daily cap");
    expect(message).not.toMatch(/COUNTERSIGN_/);
    const both = await refusal({ providers: [acme], countries: ["DE"], moneyPerDay: 50, sandbox: true });
    expect(both.message).toContain("`sandbox`: the virtual phones show every code");
  });

  test("K-5: a folder of another secret is refused in the names of the options", async () => {
    const { countersign, data } = await open();
    await countersign.close();
    const refused = await createCountersign({ data, secret }).catch((cause) => cause);
    expect(refused).toMatchObject({ code: "secret_invalid" });
    expect(refused.message).not.toContain("COUNTERSIGN_");
  });
});

test("a folder stays where it was when the application changes its working directory", () => {
  expect(readOptions({ data: "store" }).folder).toBe(join(process.cwd(), "store"));
  expect(readOptions({}).folder).toBe(join(process.cwd(), "data"));
});

test("the first key is told when it is made, and never again; a key of one's own is never told", async () => {
  const { countersign, data } = await open();
  expect(countersign.firstKey).toMatch(/^cs_/);
  await countersign.close();
  expect((await open({ data })).countersign.firstKey).toBeNull();
  const own = await open({ apiKey: "0123456789-abcdefghijklmnopqrstuvwxyz" });
  expect(own.countersign.firstKey).toBeNull();
});

describe("what an operator decides about accounts", () => {
  const accountsOf = (options: CountersignOptions) => readOptions(options).accounts;
  const day = 86_400_000;

  test("waits a day, writes for a year, and has no links without an address", () => {
    expect(accountsOf({})).toEqual({ changeWaitMs: day, addressAgeMaxMs: 365 * day, pagesUrl: null });
  });

  test("is what the options say, in hours, days and an address of one's own", () => {
    const accountUrl = "https://app.example.com/me";
    const given = {
      changeWaitHours: 72,
      addressAgeMaxDays: 0,
      accountUrl,
      publicUrl: "https://x.example.com",
    };
    expect(accountsOf(given)).toEqual({ changeWaitMs: 3 * day, addressAgeMaxMs: null, pagesUrl: accountUrl });
    expect(accountsOf({ changeWaitHours: 0 })?.changeWaitMs).toBe(0);
    expect(accountsOf({ publicUrl: "https://app.example.com/verify/" })?.pagesUrl).toBe(
      "https://app.example.com/verify/account",
    );
  });
});
