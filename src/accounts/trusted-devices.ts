import { assuranceOf, type Proof } from "./assurance.ts";
import { type Challenge, loginPurpose } from "./challenge.ts";
import { isKept, type Subscriber, type TrustedDevice } from "./subscriber.ts";

export const trustedDevicesMax = 10;
export const trustedDeviceMs: number = 30 * 86_400_000;

/** Of a subscriber, those that are trusted now, newest first. */
export function trustedDevices(subscriber: Subscriber, now: number): readonly TrustedDevice[] {
  return (subscriber.trustedDevices ?? []).filter((one) => isTrusted(subscriber, one, now));
}

/** Ended by its time, with all sessions, and with the authenticator that it was trusted with. */
function isTrusted(
  { authenticators, sessionsEnded }: Subscriber,
  device: TrustedDevice,
  now: number,
): boolean {
  const { authenticatorId, trustedAt, endsAt } = device;
  // A clock that went back does not make it younger: before its beginning it is over, too.
  if (now >= endsAt || now < trustedAt - trustedDeviceMs) return false;
  if (sessionsEnded !== undefined && trustedAt <= sessionsEnded.at) return false;
  const usedWith = authenticators.find(({ id }) => id === authenticatorId);
  if (usedWith === undefined || !isKept(usedWith, now)) return false;
  return usedWith.confirmedAt !== null && usedWith.disabledAt === null;
}

/**
 * Whether an approval may make a device trusted: that of a whole sign-in, with password and authenticator. A recovery
 * code is what is left of somebody who lost the rest; it opens one session and no more.
 */
export function maySetTrust({ purpose, payment, status, earlier, proof }: Challenge): boolean {
  return (
    status === "approved" &&
    purpose === loginPurpose &&
    payment === null &&
    proof !== null &&
    proof.kind !== "recoveryCode" &&
    assuranceOf([...earlier, proof]).aal === 2
  );
}

/** With one more of them; the oldest makes way. */
export function withTrustedDevice(subscriber: Subscriber, device: TrustedDevice, now: number): Subscriber {
  const others = trustedDevices(subscriber, now).filter(({ id }) => id !== device.id);
  return { ...subscriber, trustedDevices: [device, ...others].slice(0, trustedDevicesMax) };
}

/** Without one of them, or, where none is named, without any; null where there is nothing to forget. */
export function withoutTrustedDevice(
  subscriber: Subscriber,
  id: string | null,
  now: number,
): Subscriber | null {
  const before = trustedDevices(subscriber, now);
  const after = id === null ? [] : before.filter((one) => one.id !== id);
  return after.length === before.length ? null : { ...subscriber, trustedDevices: after, updatedAt: now };
}

/** The proof of a sign-in from it: no authenticator was used, so that it is none towards assurance and step-ups. */
export function trustedDeviceProof(device: TrustedDevice, now: number): Proof {
  return { kind: "trustedDevice", authenticatorId: device.authenticatorId, at: now };
}

/** The device that was presented, used now; null where it is not trusted. */
export function usedDevice(
  subscriber: Subscriber,
  presented: { readonly id: string; readonly digest: string } | null,
  now: number,
): { readonly subscriber: Subscriber; readonly device: TrustedDevice } | null {
  if (presented === null) return null;
  const found = trustedDevices(subscriber, now).find(({ id }) => id === presented.id);
  if (found?.digest !== presented.digest) return null;
  const device = { ...found, lastUsedAt: now };
  const all = trustedDevices(subscriber, now).map((one) => (one.id === device.id ? device : one));
  return { subscriber: { ...subscriber, trustedDevices: all }, device };
}
