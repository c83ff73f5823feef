import type { Channel, Payment } from "../verification/index.ts";

export interface TextInput {
  readonly channel: Channel;
  readonly code: string;
  readonly brand: string;
  readonly payment: Payment | null;
  /** How long the code still works. */
  readonly minutes: number;
}

/** The words of a delivery, in plain English: the code comes first, the brand is named, there is no link. */
export function renderText(input: TextInput): string {
  return input.channel === "voice" ? spoken(input) : written(input);
}

function written({ code, brand, payment, minutes }: TextInput): string {
  const life = `It expires in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
  if (payment !== null) {
    return `${code} is your ${brand} code to pay ${readableAmount(payment.amount)} to ${payment.payee}. ${life}`;
  }
  return `${code} is your ${brand} code. ${life} Do not share it.`;
}

/** Digits one by one, and all of it twice, since nobody can scroll back in a call. */
function spoken({ code, brand, payment }: TextInput): string {
  const digits = [...code].join(", ");
  const what =
    payment === null
      ? `Your ${brand} code is`
      : `Your ${brand} code to pay ${readableAmount(payment.amount)} to ${payment.payee} is`;
  return `Hello. ${what}: ${digits}. Again: ${digits}. Goodbye.`;
}

/** `EUR 1050` (minor units) as `10.50 EUR`. */
export function readableAmount(amount: string): string {
  const [currency = "", minor = "0"] = amount.split(" ");
  const digits = minorUnitDigits(currency);
  if (digits === 0) return `${minor} ${currency}`;
  const padded = minor.padStart(digits + 1, "0");
  return `${padded.slice(0, -digits)}.${padded.slice(-digits)} ${currency}`;
}

/** How many decimals a currency has (ISO 4217), as the platform's data tells. */
export function minorUnitDigits(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
