import type { Destination } from "../../verification/index.ts";
import { absent, type Place } from "./places.ts";

/** The region alone is its text; the few with a prefix are a pair. */
export const destinationPlace: Place<Destination> = {
  usual: absent,
  pack: ({ region, prefix }) => (prefix === undefined ? region : [region, prefix]),
  unpack: (packed: string | readonly [region: string, prefix: string]) =>
    typeof packed === "string" ? { region: packed } : { region: packed[0], prefix: packed[1] },
};
