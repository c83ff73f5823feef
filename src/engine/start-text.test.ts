import { describe, expect, test } from "vitest";
import { defaultPolicy } from "../verification/index.ts";
import { parsePayment, paymentMatches } from "./payment.ts";
import { startTextProblem } from "./start-text.ts";

const text = { brand: "Acme", locale: "en", payment: null, code: null, autofill: null, texts: undefined };
const paying = (payee: string) => ({ ...text, payment: { amount: "EUR 1000", payee } });

describe("S-6, C-28: the words of a payment", () => {
  test.each(["Shop", "Dr. Müller", "J. R. Smith & Sons, Ltd.", "St. Gallen", "5.50 Store", "漢字商店"])(
    "to %s",
    (payee) => {
      expect(startTextProblem(paying(payee), defaultPolicy)).toBeNull();
    },
  );

  test("S-6: a payee is never cut: what does not fit into two segments is refused", () => {
    const short = `${"漢字".repeat(10)} shop`;
    expect(startTextProblem(paying(short), defaultPolicy)).toBeNull();
    expect(
      startTextProblem({ ...paying("𠮷".repeat(60)), brand: "漢".repeat(20) }, defaultPolicy),
    ).toMatchObject({ field: "payee" });
  });

  test.each(["AbC123", "0000", "0123456789"])("a caller's code %s", (code) => {
    expect(startTextProblem({ ...text, code }, defaultPolicy)).toBeNull();
  });

  test.each(["123", "12345678901", "12 456", "12-456", "１２３４５６", "1234\n", "ab<b>cd"])(
    "no caller's code: %j",
    (code) => {
      expect(startTextProblem({ ...text, code }, defaultPolicy)).toMatchObject({ field: "code" });
    },
  );
});

const eur = (value: string) => ({ currency: "EUR", value });

describe("S-2: the canonical form of a payment", () => {
  test.each([
    [eur("10"), "EUR 1000"],
    [eur("10.50"), "EUR 1050"],
    [eur("0.05"), "EUR 5"],
    [eur("0"), "EUR 0"],
    [{ currency: "JPY", value: "1050" }, "JPY 1050"],
    [{ currency: "KWD", value: "1.050" }, "KWD 1050"],
    [eur("999999999999.99"), "EUR 99999999999999"],
  ])("%j is %s", (amount, canonical) => {
    expect(parsePayment({ amount, payee: "Shop" })).toEqual({ amount: canonical, payee: "Shop" });
  });

  test("the payee is compared in NFC, so that an accent typed in two ways is one name", () => {
    const decomposed = parsePayment({ amount: eur("1"), payee: " Cafe\u0301 " });
    expect(decomposed).toEqual({ amount: "EUR 100", payee: "Caf\u00e9" });
  });

  test.each([
    ["a comma", { amount: eur("1,00"), payee: "Shop" }, "amount.value"],
    ["three decimals of a euro", { amount: eur("1.000"), payee: "Shop" }, "amount.value"],
    ["one decimal of a euro", { amount: eur("1.5"), payee: "Shop" }, "amount.value"],
    ["decimals of a yen", { amount: { currency: "JPY", value: "1.00" }, payee: "Shop" }, "amount.value"],
    ["an exponent", { amount: eur("1e3"), payee: "Shop" }, "amount.value"],
    ["a sign", { amount: eur("-1"), payee: "Shop" }, "amount.value"],
    ["a leading zero", { amount: eur("01"), payee: "Shop" }, "amount.value"],
    ["too many digits", { amount: eur("1234567890123"), payee: "Shop" }, "amount.value"],
    ["a line feed", { amount: eur("1\n"), payee: "Shop" }, "amount.value"],
    ["no ISO code", { amount: { currency: "eur", value: "1" }, payee: "Shop" }, "amount.currency"],
    ["no payee", { amount: eur("1") }, "payee"],
    ["no amount", { payee: "Shop" }, "amount"],
    ["an empty payee", { amount: eur("1"), payee: " " }, "payee"],
    ["61 characters", { amount: eur("1"), payee: "x".repeat(61) }, "payee"],
    ["U+202E", { amount: eur("1"), payee: "Shop\u202e" }, "payee"],
    ["a zero-width joiner", { amount: eur("1"), payee: "Sh\u200dop" }, "payee"],
    ["a new line", { amount: eur("1"), payee: "Shop\n@evil" }, "payee"],
    ["a link", { amount: eur("1"), payee: "pay at bit.ly" }, "payee"],
    ["half of a surrogate pair", { amount: eur("1"), payee: "Shop \ud83d" }, "payee"],
    ["a Hangul filler", { amount: eur("1"), payee: "\u3164" }, "payee"],
  ])("S-6: %s is refused", (_, input, field) => {
    expect(parsePayment(input)).toMatchObject({ field });
  });

  test("only the same amount and payee match, however they are written", () => {
    const expected = { amount: "EUR 1000", payee: "Café" };
    expect(paymentMatches(expected, { amount: eur("10.00"), payee: "Cafe\u0301" })).toBe(true);
    for (const given of [
      {},
      { amount: eur("10.00") },
      { payee: "Café" },
      { amount: eur("10.01"), payee: "Café" },
      { amount: { currency: "USD", value: "10.00" }, payee: "Café" },
      { amount: eur("10.00"), payee: "Cafe" },
      { amount: eur("10,00"), payee: "Café" },
    ]) {
      expect(paymentMatches(expected, given), JSON.stringify(given)).toBe(false);
    }
    expect(paymentMatches(null, {})).toBe(true);
    expect(paymentMatches(null, { amount: eur("10.00"), payee: "Café" })).toBe(false);
  });
});
