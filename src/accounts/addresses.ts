import { type EmailAddressEnrolled, isKept, type PhoneAuthenticator, type Subscriber } from "./subscriber.ts";

/** Something of a subscriber's that can be written to. */
export type Address = PhoneAuthenticator | EmailAddressEnrolled;

/**
 * How long ago an address may have been proved at the most; null for ever. Numbers are given to other people: past
 * this age one gets nothing but its own codes until one of them came back.
 */
export type AddressAge = number | null;

/** When somebody last entered a code that went there; null before the first. */
export function provenAt({ confirmedAt, lastUsedAt }: Address): number | null {
  return confirmedAt === null ? null : Math.max(confirmedAt, lastUsedAt ?? confirmedAt);
}

/** Proved so long ago that it is to be proved again before anything else is sent there. */
export function isStale(address: Address, ageMaxMs: AddressAge, now: number): boolean {
  const at = provenAt(address);
  return at !== null && ageMaxMs !== null && now - at > ageMaxMs;
}

/** Where notices go: proved, still there, and not too long ago. */
export function provenAddresses(
  { authenticators }: Subscriber,
  ageMaxMs: AddressAge,
  now: number,
): readonly Address[] {
  return authenticators.filter(
    (one): one is Address =>
      (one.type === "phone" || one.type === "email") &&
      one.confirmedAt !== null &&
      isKept(one, now) &&
      !isStale(one, ageMaxMs, now),
  );
}
