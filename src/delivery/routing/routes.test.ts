import { describe, expect, test } from "vitest";
import { noCapabilities } from "../../../test/support/recorder.ts";
import type { Provider } from "../provider.ts";
import { createRouteTable, orderOf, type RouteRule } from "./routes.ts";

function provider(id: string, channels: Provider["channels"] = ["sms", "voice"]): Provider {
  const send: Provider["send"] = () => Promise.reject(new Error("routes never send"));
  return { id, channels, capabilities: noCapabilities, send };
}

const providers = [provider("a"), provider("b"), provider("c", ["sms"])];
const only = (carrier: string) => [[{ carrier, weight: 1 }]];

const anywhere = (): boolean => true;

const rules: readonly RouteRule[] = [
  { to: ["DE", "AT"], carriers: only("b") },
  { to: ["DE"], channels: ["voice"], carriers: only("a") },
  { to: ["+4915"], channels: ["sms"], carriers: only("c") },
  { to: ["+49151"], channels: ["sms"], carriers: only("a") },
];

describe("routes", () => {
  const table = createRouteTable(rules, providers, anywhere);
  const asked = (e164: string, region: string, channel: "sms" | "voice"): string => {
    const prefix = table.prefixOf(e164);
    const { place, tiers } = table.find({ region, ...(prefix === undefined ? {} : { prefix }) }, channel);
    return `${place} ${tiers.map((tier) => tier.map((one) => one.provider.id).join("+")).join(">")}`;
  };

  test("the longest prefix, else the region, else the star; a rule for the channel before one for all", () => {
    expect(asked("+4930123456", "DE", "sms")).toBe("DE b");
    expect(asked("+4930123456", "DE", "voice")).toBe("DE a");
    expect(asked("+49160123456", "DE", "sms")).toBe("DE b");
    expect(asked("+49157123456", "DE", "sms")).toBe("+4915 c");
    expect(asked("+49151123456", "DE", "sms")).toBe("+49151 a");
    // A prefix without a rule for calls says nothing about them.
    expect(asked("+49151123456", "DE", "voice")).toBe("DE a");
    expect(asked("+431234567", "AT", "voice")).toBe("AT b");
    expect(asked("+33123456789", "FR", "sms")).toBe("* a>b>c");
    expect(asked("+33123456789", "FR", "voice")).toBe("* a>b");
  });

  test("a row of a version before, which knows no destination, goes by the star", () => {
    expect(table.find(undefined, "sms").place).toBe("*");
  });

  test("weights share the first place of a tier, and the same verification finds the same order again", () => {
    const weighted = createRouteTable(
      [
        {
          to: ["*"],
          carriers: [
            [
              { carrier: "a", weight: 70 },
              { carrier: "b", weight: 30 },
            ],
            [{ carrier: "c", weight: 1 }],
          ],
        },
      ],
      providers,
      anywhere,
    );
    const route = weighted.find({ region: "FR" }, "sms");
    const first = new Map<string, number>();
    for (let n = 0; n < 10_000; n++) {
      const seed = `01890a5d-ac96-774b-bcce-${String(n).padStart(12, "0")}`;
      const order = orderOf(route, seed).map((one) => one.id);
      expect(order[2]).toBe("c");
      expect(orderOf(route, seed).map((one) => one.id)).toEqual(order);
      first.set(order[0] ?? "", (first.get(order[0] ?? "") ?? 0) + 1);
    }
    expect(first.get("a")).toBeGreaterThan(6_800);
    expect(first.get("a")).toBeLessThan(7_200);
    expect(first.size).toBe(2);
  });
});
