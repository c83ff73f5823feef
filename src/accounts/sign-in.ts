import { type Failures, lockedUntil, noFailures, oneMore, passwordWaits } from "./budget.ts";

/**
 * A name by which somebody signs in, whether or not anybody has it: what is counted and what is answered is the same,
 * so that names cannot be found out.
 */
export interface SubscriberName {
  /** Blind index of the name. */
  readonly id: string;
  readonly tenantId: string;
  readonly subscriberId: string | null;
  /** Wrong passwords from devices that never signed in. */
  readonly strangers: Failures;
  /** Devices that did, newest first, each with wrong passwords of its own: strangers lock nobody out of them. */
  readonly devices: readonly KnownDevice[];
  readonly lastSeenAt: number;
}

export interface KnownDevice {
  /** Keyed digest of what the application calls the device. */
  readonly id: string;
  readonly provenAt: number;
  readonly failures: Failures;
}

export const devicesMax = 10;
/** A name that nobody has is forgotten a day after it was last tried. */
export const unknownNameKeptMs = 86_400_000;

export interface PasswordCheck {
  readonly device: string | null;
  /** What the slow hash said; false for a name without a subscriber. */
  readonly matches: boolean;
}

export type PasswordOutcome =
  | { readonly type: "right" }
  | { readonly type: "wrong" }
  | { readonly type: "locked"; readonly retryAt: number };

export function nameRow(id: string, tenantId: string, now: number): SubscriberName {
  return { id, tenantId, subscriberId: null, strangers: noFailures, devices: [], lastSeenAt: now };
}

/** Counts per name; while it is locked, a right password gets the answer of a wrong one. */
export function decidePassword(
  name: SubscriberName,
  { device, matches }: PasswordCheck,
  now: number,
): { readonly next: SubscriberName; readonly outcome: PasswordOutcome } {
  const known = device === null ? undefined : name.devices.find(({ id }) => id === device);
  const failures = known?.failures ?? name.strangers;
  const retryAt = lockedUntil(failures, now);
  if (retryAt !== null) return { next: name, outcome: { type: "locked", retryAt } };
  if (matches && name.subscriberId !== null) {
    return { next: counted(name, known, noFailures, now), outcome: { type: "right" } };
  }
  return {
    next: counted(name, known, oneMore(failures, passwordWaits, now), now),
    outcome: { type: "wrong" },
  };
}

function counted(
  name: SubscriberName,
  known: KnownDevice | undefined,
  failures: Failures,
  now: number,
): SubscriberName {
  if (known === undefined) return { ...name, strangers: failures, lastSeenAt: now };
  const devices = name.devices.map((one) => (one === known ? { ...one, failures } : one));
  return { ...name, devices, lastSeenAt: now };
}

/** Remembers a device that signed in, all the way. */
export function rememberDevice(name: SubscriberName, device: string, now: number): SubscriberName {
  const others = name.devices.filter(({ id }) => id !== device);
  const newest: KnownDevice = { id: device, provenAt: now, failures: noFailures };
  return { ...name, devices: [newest, ...others].slice(0, devicesMax), lastSeenAt: now };
}
