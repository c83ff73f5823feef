import { describe, expect, test } from "vitest";
import { carrierNames, carrierTable } from "../../src/config/carrier-table.ts";
import { carrierReasons } from "../../src/providers/reasons.ts";
import { readPage } from "./pages.ts";

const prefixes = { webhook: "COUNTERSIGN_CARRIER_WEBHOOK_" } as Readonly<Record<string, string | undefined>>;

describe("the pages of carriers", () => {
  test.each(carrierNames)("the page of %s names each of its settings, and no other", (name) => {
    const { text } = readPage(`docs/carriers/${name}.md`);
    const prefix = prefixes[name] ?? `COUNTERSIGN_${name.toUpperCase()}_`;
    const there = Object.values(carrierTable)
      .map((one) => one.environment)
      .filter((one) => one.startsWith(prefix));
    expect(there.length).toBeGreaterThan(2);
    const named = [...text.matchAll(/COUNTERSIGN_[A-Z_]+/g)].map(([one]) => one.replace(/_FILE$/, ""));
    expect(new Set(named.filter((one) => one.startsWith(prefix)))).toEqual(new Set(there));
  });

  test("every reason that a carrier can give is explained, and only those", () => {
    const { text } = readPage("docs/carriers/README.md");
    const explained = [...text.matchAll(/^\| `([a-z_]+)` \| .+ \| .+ \|$/gm)].map(([, reason]) => reason);
    expect(explained).toEqual([...carrierReasons]);
  });
});
