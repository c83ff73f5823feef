import type { NewlyTrusted, Recalled, TrustedDeviceView } from "../../engine/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { Instant, iso, isoOrNull, orNull } from "./schemas.ts";

export const TrustedDeviceBody = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    trustedAt: Instant,
    endsAt: Instant,
    lastUsedAt: orNull(Instant),
  },
  { title: "TrustedDevice" },
);

export const TrustedDeviceListBody = Type.Object(
  { items: Type.Array(TrustedDeviceBody) },
  { title: "TrustedDeviceList" },
);

export const NewlyTrustedBody = Type.Object(
  {
    bearer: orNull(Type.String({ description: "In this answer and never again" })),
    device: TrustedDeviceBody,
  },
  { title: "NewlyTrustedDevice" },
);

export const DeviceTrustedBody = Type.Object(
  { subscriberId: Type.String(), trustedDevice: TrustedDeviceBody },
  { title: "DeviceTrusted" },
);

export const DeviceParams = Type.Object({
  id: Type.String({ maxLength: 64, description: "UUIDv7 of the subscriber" }),
  device: Type.String({ maxLength: 64, description: "UUIDv7 of the trusted device" }),
});

export const toTrustedDeviceBody = (one: TrustedDeviceView): Static<typeof TrustedDeviceBody> => ({
  ...one,
  trustedAt: iso(one.trustedAt),
  endsAt: iso(one.endsAt),
  lastUsedAt: isoOrNull(one.lastUsedAt),
});

/** Null where none became trusted, or a repeat has nothing to show. */
export const toNewlyTrustedBody = (
  one: Recalled<NewlyTrusted> | null | undefined,
): Static<typeof NewlyTrustedBody> | null =>
  one === null || one === undefined ? null : { bearer: one.bearer, device: toTrustedDeviceBody(one.device) };
