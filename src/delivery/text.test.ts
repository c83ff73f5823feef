import { describe, expect, test } from "vitest";
import { countSegments, readableAmount, renderText } from "./index.ts";

const plain = { channel: "sms", code: "000123", brand: "Acme", payment: null, minutes: 5 } as const;
const payment = { amount: "EUR 1050", payee: "Café Zoë" };

describe("A-11, A-12, S-1: the words of a delivery", () => {
  test("A-11: sms", () => {
    expect(renderText(plain)).toBe("000123 is your Acme code. It expires in 5 minutes. Do not share it.");
  });

  test("A-11: sms, in its last minute", () => {
    expect(renderText({ ...plain, minutes: 1 })).toBe(
      "000123 is your Acme code. It expires in 1 minute. Do not share it.",
    );
  });

  test("A-11: email says the same", () => {
    expect(renderText({ ...plain, channel: "email" })).toBe(renderText(plain));
  });

  test("A-12: voice says the code twice, digit by digit", () => {
    expect(renderText({ ...plain, channel: "voice" })).toBe(
      "Hello. Your Acme code is: 0, 0, 0, 1, 2, 3. Again: 0, 0, 0, 1, 2, 3. Goodbye.",
    );
  });

  test("S-1: a payment names amount and payee, in writing and in a call", () => {
    expect(renderText({ ...plain, payment })).toBe(
      "000123 is your Acme code to pay 10.50 EUR to Café Zoë. It expires in 5 minutes.",
    );
    expect(renderText({ ...plain, payment, channel: "voice" })).toBe(
      "Hello. Your Acme code to pay 10.50 EUR to Café Zoë is: 0, 0, 0, 1, 2, 3. Again: 0, 0, 0, 1, 2, 3. Goodbye.",
    );
  });

  test("A-11: the code comes first, on the first and only line, and there is no link", () => {
    for (const one of [plain, { ...plain, payment }]) {
      const text = renderText(one);
      expect(text.startsWith(one.code)).toBe(true);
      expect(text).not.toMatch(/\n|https?:|www\./);
    }
  });

  test("O-6: one segment for brands of up to 11 characters", () => {
    const longest = renderText({ ...plain, code: "0".repeat(10), brand: "M".repeat(11), minutes: 10 });
    expect(countSegments(longest)).toMatchObject({ encoding: "gsm7", count: 1 });
    const worst = renderText({ ...plain, code: "0".repeat(10), brand: "M".repeat(20), minutes: 10 });
    expect(countSegments(worst).count).toBe(1);
  });
});

describe("S-2: amounts are shown as people write them", () => {
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
