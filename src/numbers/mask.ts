import { findCallingCode } from "./numbering-plan.ts";

const bullet = "•";
const visibleDigitsMax = 4;
// A fixed width: the length of a name says something about it.
const maskedName = bullet.repeat(3);

/**
 * A phone number fit for pages, logs and outputs: `+1••••••1212` (N-8). Shows the calling code and at most the last
 * four digits, and never more than half of the national number. Text that is no E.164 number shows nothing.
 */
export function maskPhoneNumber(e164: string): string {
  const digits = e164.slice(1);
  const callingCode = /^\+\d{1,15}$/.test(e164) ? findCallingCode(digits) : undefined;
  if (callingCode === undefined) {
    return maskedName;
  }
  const nationalLength = digits.length - callingCode.length;
  const visible = Math.min(visibleDigitsMax, Math.floor(nationalLength / 2));
  const last = digits.slice(digits.length - visible);
  return `+${callingCode}${bullet.repeat(nationalLength - visible)}${last}`;
}

/** A number or an e-mail address fit for pages, logs and outputs: no number has an @. */
export function maskAddress(address: string): string {
  return address.includes("@") ? maskEmail(address) : maskPhoneNumber(address);
}

/** An e-mail address fit for pages, logs and outputs: `j•••@example.com`. A one-letter name shows nothing. */
export function maskEmail(emailAddress: string): string {
  const at = emailAddress.lastIndexOf("@");
  if (at < 1) {
    return maskedName;
  }
  const first = at > 1 ? emailAddress.slice(0, 1) : "";
  return `${first}${maskedName}${emailAddress.slice(at)}`;
}
