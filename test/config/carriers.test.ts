import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { loadSettings, printSettings } from "../../src/config/index.ts";

const flowroute = {
  COUNTERSIGN_FLOWROUTE_ACCESS_KEY: "10000001",
  COUNTERSIGN_FLOWROUTE_SECRET_KEY: "a-secret-of-flowroute",
  COUNTERSIGN_FLOWROUTE_FROM: "+12065550100",
};
const reachable = {
  COUNTERSIGN_COUNTRIES: "US",
  COUNTERSIGN_MONEY_PER_DAY: "50",
  PUBLIC_URL: "https://verify.example.com",
};

function load(environment: Record<string, string>) {
  return loadSettings({ environment, folder: "/nowhere" });
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  const loaded = load(environment);
  return loaded.type === "refused" ? loaded.problems.map((one) => one.message) : [];
}

describe("real carriers by settings", () => {
  test("N-7: with credentials the carrier is on and the sandbox is off", () => {
    const loaded = load({ ...flowroute, ...reachable });
    if (loaded.type === "refused") throw new Error(inspect(loaded.problems));
    expect(loaded.settings.sandbox).toBe(false);
    expect(loaded.settings.carrierAccounts.order).toEqual(["flowroute"]);
    expect(loaded.settings.carrierAccounts.flowroute).toMatchObject({
      from: "+12065550100",
      url: "https://api.flowroute.com",
    });
    expect(loaded.warnings).toEqual([]);
  });

  test("N-7: never together with the sandbox", () => {
    expect(problemsOf({ ...flowroute, ...reachable, COUNTERSIGN_SANDBOX: "on" })[0]).toMatch(
      /^COUNTERSIGN_SANDBOX: .*flowroute.*set it to off/,
    );
  });

  test("nothing starts until it is said where messages may go, and the sentence says how", () => {
    expect(problemsOf(flowroute)[0]).toMatch(/^COUNTERSIGN_COUNTRIES: .*such as DE,AT,CH/);
  });

  test("half an account names what is missing", () => {
    const { COUNTERSIGN_FLOWROUTE_SECRET_KEY: _, ...half } = flowroute;
    expect(problemsOf({ ...half, ...reachable })).toEqual([
      "COUNTERSIGN_FLOWROUTE_SECRET_KEY: flowroute needs COUNTERSIGN_FLOWROUTE_SECRET_KEY too: set it, or leave everything of flowroute out",
    ]);
  });

  test("a carrier that is asked for needs an account, and a name", () => {
    expect(problemsOf({ COUNTERSIGN_CARRIERS: "flowroute" })[0]).toMatch(/flowroute needs COUNTERSIGN_FL/);
    expect(problemsOf({ COUNTERSIGN_CARRIERS: "flowrote" })[0]).toMatch(/flowrote is no carrier/);
  });

  test("credentials never go over the network in the clear", () => {
    for (const url of ["http://api.flowroute.com", "ftp://127.0.0.1", "https://u:p@api.flowroute.com"]) {
      expect(problemsOf({ ...flowroute, ...reachable, COUNTERSIGN_FLOWROUTE_URL: url })).toHaveLength(1);
    }
    const local = "http://127.0.0.1:3000/sandbox/flowroute";
    expect(problemsOf({ ...flowroute, ...reachable, COUNTERSIGN_FLOWROUTE_URL: local })).toEqual([]);
  });

  test("K-7: no secret of a carrier can be printed", () => {
    const loaded = load({ ...flowroute, ...reachable });
    if (loaded.type === "refused") throw new Error(inspect(loaded.problems));
    const printed = `${inspect(loaded, { depth: 9 })}${JSON.stringify(loaded)}${inspect(printSettings(loaded))}`;
    expect(printed).not.toContain("a-secret-of-flowroute");
    expect(printed).toContain("***");
  });
});
