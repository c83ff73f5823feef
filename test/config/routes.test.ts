import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSettings, printSettings } from "../../src/config/index.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-routes-"));
const carriers = ["telnyx", "twilio"];
const guarded = {
  COUNTERSIGN_COUNTRIES: "DE,US,IN",
  COUNTERSIGN_MONEY_PER_DAY: "50",
  PUBLIC_URL: "https://v.example",
};

function load(routes: unknown, more: Record<string, string> = {}) {
  const text = typeof routes === "string" ? routes : JSON.stringify(routes);
  return loadSettings({ environment: { ...guarded, COUNTERSIGN_ROUTES: text, ...more }, folder, carriers });
}

function problemOf(routes: unknown): string {
  const loaded = load(routes);
  if (loaded.type === "loaded") throw new Error("nothing was wrong");
  expect(loaded.problems).toHaveLength(1);
  return (
    loaded.problems[0]?.message.replace(/"(?:[^"\\]|\\.)*" was given, |".*?\.\.\." was given, /, "") ?? ""
  );
}

const all = { to: "*", carriers: ["telnyx"] };

describe("COUNTERSIGN_ROUTES", () => {
  test("tiers, weights, places and channels are read, and `config print` shows them in a line", () => {
    const loaded = load({
      routes: [
        { to: "de, at", channel: "sms", carriers: [{ telnyx: 70, twilio: 30 }] },
        { to: ["+4915", "US"], carriers: ["twilio", "telnyx"] },
      ],
      senders: [{ to: "US", carrier: "twilio", from: "MG0123456789abcdef0123456789abcdef" }],
    });
    if (loaded.type === "refused") throw new Error(JSON.stringify(loaded.problems));
    expect(loaded.settings.routes.routes).toEqual([
      {
        to: ["DE", "AT"],
        channels: ["sms"],
        carriers: [
          [
            { carrier: "telnyx", weight: 70 },
            { carrier: "twilio", weight: 30 },
          ],
        ],
      },
      {
        to: ["+4915", "US"],
        carriers: [[{ carrier: "twilio", weight: 1 }], [{ carrier: "telnyx", weight: 1 }]],
      },
    ]);
    const printed = printSettings(loaded).find((one) => one.name === "routes");
    expect(printed?.value).toBe(
      "DE,AT/sms=telnyx:70+twilio:30 +4915,US=twilio>telnyx US/twilio from MG0123456789abcdef0123456789abcdef",
    );
  });

  test("it may lie in a file of its own, or as an object in the configuration file", () => {
    const path = join(folder, "routes.json");
    writeFileSync(path, JSON.stringify({ routes: [all] }));
    const inFile = loadSettings({
      environment: { ...guarded, COUNTERSIGN_ROUTES_FILE: path },
      folder,
      carriers,
    });
    const configPath = join(folder, "settings.json");
    writeFileSync(configPath, JSON.stringify({ routes: { routes: [all] } }));
    const inObject = loadSettings({ environment: guarded, configPath, folder, carriers });
    for (const loaded of [inFile, inObject]) {
      if (loaded.type === "refused") throw new Error(JSON.stringify(loaded.problems));
      expect(loaded.settings.routes.routes).toHaveLength(1);
    }
  });

  const wrong: readonly [unknown, string][] = [
    ["{", "COUNTERSIGN_ROUTES: it is not valid JSON"],
    [[], "it must be an object"],
    [{ rotues: [] }, "it has rotues, which it does not know; did you mean routes?"],
    [{ routes: [all, { to: "XX", carriers: ["twilio"] }] }, "routes[1].to must be ISO 3166 regions"],
    [{ routes: [{ to: "+491512345", carriers: ["twilio"] }] }, "has the prefix +491512345: at most 8 digits"],
    [{ routes: [{ to: "DE", carriers: [] }] }, "routes[0].carriers names nobody"],
    [
      { routes: [{ to: "DE", carriers: [{ telnyx: 0 }] }] },
      "routes[0].carriers[0].telnyx must be a whole number",
    ],
    [{ routes: [{ to: "DE", carriers: ["telnyx", "telnyx"] }] }, "routes[0].carriers names telnyx twice"],
    [
      { routes: [{ to: "DE", channel: "fax", carriers: ["telnyx"] }] },
      "routes[0].channel must be sms or voice",
    ],
    [
      { routes: [all, { ...all, carriers: ["twilio"] }] },
      "routes[1].to names *, for which routes[0] is already",
    ],
    [
      { routes: [{ to: "DE", carriers: ["telnix"] }] },
      "names telnix, which is not configured: did you mean telnyx?",
    ],
    [
      { routes: [{ to: "DE", carriers: ["flowroute"] }] },
      "names flowroute, which is not configured: give it its credentials, or leave it out (configured are telnyx, twilio)",
    ],
    [
      { senders: [{ to: "US", carrier: "telnyx", from: "Acme" }] },
      "senders[0].from is a name, which US does not show: give a number there",
    ],
    [
      { senders: [{ to: "IN", carrier: "telnyx", from: "ACMEIN", dlt: { entity: 7, template: "1" } }] },
      "senders[0].dlt.entity must be the id in digits, as a text",
    ],
    [
      { senders: [{ to: "IN", carrier: "telnyx", from: "ACMEIN", text: "Your code for {brand}" }] },
      "senders[0].text must have {code} exactly once",
    ],
  ];
  test.each(wrong)("%j is refused, with the place and the remedy", (routes, sentence) => {
    expect(problemOf(routes)).toContain(sentence);
  });

  test("a name that must be registered, or that a country does not show, is worth a warning", () => {
    const routes = { senders: [{ to: "IN,DE", carrier: "telnyx", from: "ACMEIN" }] };
    const account = {
      COUNTERSIGN_TWILIO_ACCOUNT_SID: "AC0123456789abcdef0123456789abcdef",
      COUNTERSIGN_TWILIO_AUTH_TOKEN: "0123456789abcdef0123456789abcdef",
      COUNTERSIGN_TWILIO_FROM: "Acme",
    };
    const loaded = load(routes, account);
    if (loaded.type === "refused") throw new Error(JSON.stringify(loaded.problems));
    expect(loaded.warnings).toEqual([
      expect.stringContaining("senders[0] sends as ACMEIN to IN, where names must be registered"),
      expect.stringContaining("twilio sends as Acme, and US shows no names"),
    ]);
    const said = {
      senders: [
        { ...routes.senders[0], registered: true },
        { to: "*", carrier: "twilio", from: "+12065550100" },
      ],
    };
    const quiet = load(said, account);
    expect(quiet.type === "loaded" && quiet.warnings).toEqual([]);
  });
});
