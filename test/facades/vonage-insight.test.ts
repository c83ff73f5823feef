import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { regions } from "../../src/numbers/index.ts";
import { threeLettersOf } from "../../src/server/facades/vonage/country-codes.ts";
import { type FacadeInstallation, openFacades } from "./installation.ts";
import { ask } from "./vonage-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const basic = {
  status: 0,
  status_message: "Success",
  request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  international_format_number: "442079460018",
  national_format_number: "020 7946 0018",
  country_code: "GB",
  country_code_iso3: "GBR",
  country_name: "United Kingdom",
  country_prefix: "44",
};
const carrier = { network_code: null, name: null, country: "GB", network_type: "landline" };
const standard = {
  ...basic,
  request_price: "0.00000000",
  refund_price: "0.00000000",
  remaining_balance: "0.00000000",
  current_carrier: carrier,
  original_carrier: carrier,
  ported: "unknown",
  caller_identity: { caller_type: "unknown", caller_name: "unknown" },
  caller_type: "unknown",
  caller_name: "unknown",
};

describe("Number Insight", () => {
  test.each([
    ["basic", basic],
    ["standard", standard],
    [
      "advanced",
      {
        ...standard,
        lookup_outcome: 1,
        lookup_outcome_message: "Partial success - some fields populated",
        valid_number: "inferred",
        reachable: "unknown",
        roaming: "unknown",
        ip_warnings: "unknown",
      },
    ],
  ])("%s tells what numbering plans know, and says unknown of the rest", async (level, expected) => {
    for (const shape of ["query", "form", "json"] as const) {
      const { http, body } = await ask(
        at,
        `/ni/${level}/json`,
        { number: "442079460018", cnam: true },
        shape,
      );
      expect(http.status).toBe(200);
      expect(http.headers.get("content-type")).toBe("application/json");
      expect(body).toEqual(expected);
    }
    const national = await ask(at, `/ni/${level}/json`, { number: "020 7946 0018", country: "GB" });
    expect(national.body).toEqual(expected);
  });

  test("what is no number, no key or no facility has a status that is a number", async () => {
    const wrong = await ask(at, "/ni/basic/json", { number: "145645562<b>" });
    expect(wrong.body).toMatchObject({
      status: 3,
      status_message: "Invalid request :: Not valid number format detected [ 145645562 ]",
    });
    const key = { ...at.key, vonage: { ...at.key.vonage, apiSecret: "wrong" } };
    expect(
      (await ask({ url: at.url, key }, "/ni/basic/json", { number: "442079460018" })).body,
    ).toMatchObject({
      status: 4,
    });
    const limited = { url: at.url, key: await at.makeKey({ scopes: ["verifications:write"] }) };
    expect((await ask(limited, "/ni/basic/json", { number: "442079460018" })).body).toMatchObject({
      status: 19,
    });
    const async = { number: "442079460018", callback: "https://app.example.com/insight" };
    expect((await ask(at, "/ni/advanced/async/json", async)).body).toMatchObject({
      status: 19,
      error_text: "Facility Not Allowed",
    });
  });

  test("every region that numbers have has its three letters", () => {
    const codes = [...regions].map(threeLettersOf);
    expect(codes.filter((one) => !/^[A-Z]{3}$/.test(one))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
