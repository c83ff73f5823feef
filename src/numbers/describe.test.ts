import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readNumber } from "../../test/support/number-samples.ts";
import { describeNumber, metadataRelease, regions } from "./index.ts";

test("N-1: formats, region and type of a number in a plan that tells types apart", () => {
  expect(describeNumber(readNumber("07400 123456", { defaultRegion: "GB" }))).toEqual({
    formats: {
      e164: "+447400123456",
      international: "+44 7400 123456",
      national: "07400 123456",
      rfc3966: "tel:+447400123456",
    },
    region: "GB",
    regionName: "United Kingdom",
    countryCallingCode: "44",
    numberType: "mobile",
    possibleTypes: ["mobile"],
  });
});

test("N-1: where the plan does not tell, both types are named", () => {
  const description = describeNumber(readNumber("+16785551212"));
  expect(description).toMatchObject({
    formats: { international: "+1 678 555 1212", national: "(678) 555-1212" },
    numberType: "fixed_line_or_mobile",
    possibleTypes: ["fixed_line", "mobile"],
  });
});

test("N-4: a range of no country is called International", () => {
  const description = describeNumber(readNumber("+881612345678"));
  expect(description).toMatchObject({ region: "001", regionName: "International" });
});

test("N-3: a number of a range newer than the metadata is described too", () => {
  const allow = [{ prefix: "+447700900", digits: 12, region: "GB", numberType: "mobile" }] as const;
  expect(describeNumber(readNumber("+447700900123", { allow }))).toMatchObject({
    formats: { e164: "+447700900123", rfc3966: "tel:+447700900123" },
    numberType: "mobile",
  });
});

test("N-1: every region has an English name", () => {
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  expect([...regions].filter((region) => names.of(region) === undefined)).toEqual([]);
});

test("N-3: the stated age of the metadata is that of the installed library", () => {
  const entry = fileURLToPath(import.meta.resolve("libphonenumber-js/package.json"));
  const { version } = JSON.parse(readFileSync(entry, "utf8")) as { version: string };
  const changes = readFileSync(entry.replace("package.json", "CHANGELOG.md"), "utf8");
  const release = new RegExp(`^${version.replaceAll(".", "\\.")} / (\\d+)\\.(\\d+)\\.(\\d+)$`, "m").exec(
    changes,
  );
  const [, day, month, year] = release ?? [];
  const metadata = /^\* Updated metadata to version ([\d.]+):/m.exec(changes.slice(release?.index))?.[1];
  expect(metadataRelease).toEqual({
    library: version,
    metadata,
    releasedOn: `${year}-${month?.padStart(2, "0")}-${day?.padStart(2, "0")}`,
  });
});
