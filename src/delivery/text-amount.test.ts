import { describe, expect, test } from "vitest";
import { readableAmount } from "./index.ts";
import { amountFor } from "./text-amount.ts";

describe("S-2: amounts as records show them", () => {
  test.each([
    ["EUR 1050", "10.50 EUR"],
    ["EUR 5", "0.05 EUR"],
    ["EUR 0", "0.00 EUR"],
    ["JPY 1050", "1050 JPY"],
    ["KWD 1050", "1.050 KWD"],
    ["USD 99999999999999", "999999999999.99 USD"],
  ])("%s is %s", (amount, shown) => {
    expect(readableAmount(amount)).toBe(shown);
  });
});

describe("S-1: amounts as people of a locale write them, never ambiguous and in GSM-7", () => {
  test.each([
    ["en", "USD 123456", "USD 1,234.56"],
    ["en-IN", "INR 12345678", "INR 1,23,456.78"],
    ["de", "EUR 123456", "1.234,56 EUR"],
    ["de-CH", "CHF 123456", "CHF 1'234.56"],
    ["fr", "EUR 123456", "1 234,56 EUR"],
    ["pl", "PLN 1050", "10,50 PLN"],
    ["ar", "EUR 1050", "10.50 EUR"],
    ["ja", "JPY 1050", "JPY 1,050"],
    ["es-MX", "MXN 1050", "MXN 10.50"],
    ["en", "KWD 1050", "KWD 1.050"],
    ["en", "USD 99999999999999", "USD 999,999,999,999.99"],
  ])("%s: %s is %s", (locale, amount, shown) => {
    expect(amountFor(amount, locale, "code")).toBe(shown);
  });

  test.each([
    ["en", "EUR 1050", "10.50 euros"],
    ["de", "EUR 1050", "10,50 Euro"],
    ["sv", "SEK 1050", "10,50 svenska kronor"],
  ])("%s: %s is said as %s", (locale, amount, said) => {
    expect(amountFor(amount, locale, "name")).toBe(said);
  });
});
