import {
  type Address,
  type Authenticator,
  isKept,
  provenAddresses,
  type Subscriber,
} from "../../accounts/index.ts";
import type { AccountParts } from "./parts.ts";

/** The first that was proved lately and, of e-mail addresses, added with an authenticator. */
export function addressFor(
  parts: AccountParts,
  subscriber: Subscriber,
  method: "email" | "phone",
): Address | undefined {
  return usableAddresses(parts, subscriber, parts.clock.now()).find(({ type }) => type === method);
}

function usableAddresses(parts: AccountParts, subscriber: Subscriber, now: number): readonly Address[] {
  return provenAddresses(subscriber, parts.settings.addressAgeMaxMs, now).filter(
    (one) => one.disabledAt === null && (one.type === "phone" || one.isVouched),
  );
}

/** What may prove anything in a recovery, disabled or not. */
export function usableIn(parts: AccountParts, subscriber: Subscriber, now: number): readonly Authenticator[] {
  const addresses = new Set(usableAddresses(parts, subscriber, now).map(({ id }) => id));
  return subscriber.authenticators.filter(
    (one) =>
      one.confirmedAt !== null &&
      isKept(one, now) &&
      ((one.type !== "phone" && one.type !== "email") || addresses.has(one.id)),
  );
}
