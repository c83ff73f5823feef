import {
  type Challenge,
  maySetTrust,
  type Subscriber,
  trustedDeviceMs,
  trustedDevices,
  usedDevice,
  withoutTrustedDevice,
  withTrustedDevice,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { key, type Write } from "../../store/index.ts";
import { newBearer, readDeviceBearer } from "./bearers.ts";
import { seenOf } from "./new-authenticator.ts";
import type { AccountParts } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type TrustedDeviceView, toTrustedDeviceView } from "./views.ts";

/** A device that is trusted from now on, with what it presents: in this answer and nowhere else. */
export interface NewlyTrusted {
  readonly bearer: string;
  readonly device: TrustedDeviceView;
}

const nameMax = 60;

interface Trust {
  readonly subscriber: Subscriber;
  readonly trusted: NewlyTrusted;
}

/** Trusts the device that an approval was given on; null where that approval trusts none. */
export function planTrust(
  parts: AccountParts,
  { subscriber, challenge, name }: { subscriber: Subscriber; challenge: Challenge; name: string | undefined },
  now: number,
): Trust | null {
  if (!maySetTrust(challenge)) return null;
  return trustDevice(
    parts,
    { subscriber, authenticatorId: challenge.proof?.authenticatorId ?? null, name },
    now,
  );
}

/** Trusts the device of a whole sign-in; null where nobody wants that. */
export function trustDevice(
  parts: AccountParts,
  given: {
    readonly subscriber: Subscriber;
    /** What it was trusted with. */
    readonly authenticatorId: string | null;
    readonly name: string | undefined;
  },
  now: number,
): Trust | null {
  const { subscriber, authenticatorId, name } = given;
  const lifetimeMs = parts.trustedDeviceMs ?? trustedDeviceMs;
  if (name === undefined || lifetimeMs === 0 || authenticatorId === null) return null;
  const id = uuidv7(now, parts.random);
  const { bearer, digest } = newBearer(parts, "trusted", id);
  const device = {
    id,
    name: seenOf(name, nameMax) || "Browser",
    digest,
    authenticatorId,
    trustedAt: now,
    endsAt: now + lifetimeMs,
    lastUsedAt: null,
  };
  const trusted = { bearer, device: toTrustedDeviceView(device) };
  return { subscriber: withTrustedDevice(subscriber, device, now), trusted };
}

/** Signs in from a trusted device; null where what was presented is none of this subscriber's. */
export async function useTrustedDevice(
  parts: AccountParts,
  subscriberId: string,
  bearer: string,
): Promise<TrustedDeviceView | null> {
  const presented = readDeviceBearer(bearer);
  if (presented === null) return null;
  const subscriberKey = key("subscriber", subscriberId);
  return await parts.store.update<TrustedDeviceView | null>([subscriberKey], (rows, now) => {
    const row = rows.get(subscriberKey);
    const used = row === undefined ? null : usedDevice(row, presented, now);
    if (used === null) return { writes: [], result: null };
    const write: Write = { table: "subscriber", id: subscriberId, row: used.subscriber };
    return { writes: [write], result: toTrustedDeviceView(used.device) };
  });
}

/** Newest first; null where there is nobody. */
export async function listTrustedDevices(
  parts: AccountParts,
  ref: SubscriberRef,
): Promise<readonly TrustedDeviceView[] | null> {
  const row = await findSubscriber(parts, ref);
  return row === undefined ? null : trustedDevices(row, parts.clock.now()).map(toTrustedDeviceView);
}

export type ForgetDevices = SubscriberRef & {
  /** Which one; without it, all of them. */
  readonly deviceId?: string | undefined;
};

export type ForgetDevicesResult = {
  readonly outcome: "forgotten" | "deviceNotFound" | "subscriberNotFound";
};

/** From these devices an authenticator is asked for again. To forget all of none is done, too. */
export async function forgetDevices(
  parts: AccountParts,
  request: ForgetDevices,
): Promise<ForgetDevicesResult> {
  const found = await findSubscriber(parts, request);
  if (found === undefined) return { outcome: "subscriberNotFound" };
  const subscriberKey = key("subscriber", found.id);
  const { deviceId = null } = request;
  return await parts.store.update<ForgetDevicesResult>([subscriberKey], (rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const next = withoutTrustedDevice(row, deviceId, now);
    if (next !== null) {
      return {
        writes: [{ table: "subscriber", id: row.id, row: next }],
        result: { outcome: "forgotten" },
      };
    }
    return { writes: [], result: { outcome: deviceId === null ? "forgotten" : "deviceNotFound" } };
  });
}
