/** `EUR 1050` (minor units) as `10.50 EUR`: for machines and records. */
export function readableAmount(amount: string): string {
  const { value, currency } = split(amount);
  return `${value} ${currency}`;
}

function split(amount: string): { readonly value: string; readonly currency: string } {
  const [currency = "", minor = "0"] = amount.split(" ");
  const digits = minorUnitDigits(currency);
  if (digits === 0) return { value: minor, currency };
  const padded = minor.padStart(digits + 1, "0");
  return { value: `${padded.slice(0, -digits)}.${padded.slice(-digits)}`, currency };
}

/** To make a format takes as long as the rest of a message's text. */
const formats = new Map<string, Intl.NumberFormat>();
const formatsMax = 200;

function formatOf(locale: string, currency: string, currencyDisplay: "code" | "name"): Intl.NumberFormat {
  const name = `${locale} ${currency} ${currencyDisplay}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay,
    numberingSystem: "latn",
  });
  if (formats.size >= formatsMax) formats.clear();
  formats.set(name, format);
  return format;
}

/** How many decimals a currency has (ISO 4217), as the platform's data tells. */
export function minorUnitDigits(currency: string): number {
  return formatOf("en", currency, "code").resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * An amount as people of the locale write it, with the code of the currency: `$` alone means a dozen currencies, and
 * `zł` would cost an SMS its short alphabet. Spoken, the currency is named. Digits are ASCII, as those of the code.
 */
export function amountFor(amount: string, locale: string, as: "code" | "name"): string {
  const { value, currency } = split(amount);
  // A string keeps every digit. Marks of direction come from us, where they are needed.
  return formatOf(locale, currency, as)
    .format(value as `${number}`)
    .replaceAll(/[\u00a0\u2007\u2009\u202f]/g, " ")
    .replaceAll("\u2019", "'")
    .replaceAll(/[\u061c\u200e\u200f]/g, "");
}
