import { minorUnitDigits, readableAmount, wordsProblem } from "../delivery/index.ts";
import type { Payment } from "../verification/index.ts";

/** Amount and payee as callers write them: `{ currency: "EUR", value: "10.50" }` and a name. */
export interface PaymentInput {
  readonly amount?: { readonly currency: string; readonly value: string } | undefined;
  readonly payee?: string | undefined;
}

const valuePattern = /^(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,3}))?$/;
const payeeLengthMax = 60;

/** The canonical form that codes are bound to (S-2), null when neither is given, or what is wrong. */
export function parsePayment(
  input: PaymentInput,
): Payment | null | { readonly problem: string; readonly field: string } {
  const { amount, payee } = input;
  if (amount === undefined && payee === undefined) return null;
  if (amount === undefined) return { field: "amount", problem: "must be given together with a payee" };
  if (payee === undefined) return { field: "payee", problem: "must be given together with an amount" };
  if (!/^[A-Z]{3}$/.test(amount.currency)) {
    return { field: "amount.currency", problem: "must be a currency code of ISO 4217, such as EUR" };
  }
  const value = valuePattern.exec(amount.value);
  const digits = minorUnitDigits(amount.currency);
  const fraction = value?.[2] ?? "";
  if (value === null || (fraction !== "" && fraction.length !== digits)) {
    return { field: "amount.value", problem: `must be a decimal such as 10 or ${(10.5).toFixed(digits)}` };
  }
  const minor = BigInt(`${value[1] ?? "0"}${fraction.padEnd(digits, "0")}`);
  const name = payee.normalize("NFC").trim();
  if ([...name].length > payeeLengthMax) {
    return { field: "payee", problem: `must be at most ${payeeLengthMax} characters long` };
  }
  const problem = wordsProblem(name);
  if (problem !== null) return { field: "payee", problem };
  return { amount: `${amount.currency} ${minor}`, payee: name };
}

/** A payment as callers write it. */
export function paymentInputOf({ amount, payee }: Payment): {
  readonly amount: { readonly currency: string; readonly value: string };
  readonly payee: string;
} {
  const [value = "", currency = ""] = readableAmount(amount).split(" ");
  return { amount: { currency, value }, payee };
}

/** Whether a check repeats the payment of its verification; the comparison does not tell which part differs (S-5). */
export function paymentMatches(expected: Payment | null, given: PaymentInput): boolean {
  const parsed = parsePayment(given);
  if (parsed === null || expected === null) return parsed === null && expected === null;
  return "amount" in parsed && parsed.amount === expected.amount && parsed.payee === expected.payee;
}
