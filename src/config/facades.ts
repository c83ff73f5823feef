import { list, type Parsed, type Setting } from "./setting.ts";

/** The vendors whose API this server speaks. */
export const facadeNames = ["vonage", "telnyx", "flowroute"] as const;

export type FacadeName = (typeof facadeNames)[number];

const allowed = `all, none, or any of ${facadeNames.join(", ")} with commas between them`;

export const facadesSetting: Setting<readonly FacadeName[] | null> = list<readonly FacadeName[] | null>(
  {
    environment: "COUNTERSIGN_FACADES",
    description:
      "Whose APIs are spoken at their own paths, so that programs written for them need another address and nothing else.",
    allowed,
    default: null,
    defaultText: "all in development, none in production",
  },
  parseFacades,
);

function parseFacades(given: readonly string[]): Parsed<readonly FacadeName[]> {
  if (given.length === 1 && given[0] === "all") return { value: facadeNames };
  if (given.length === 1 && given[0] === "none") return { value: [] };
  const value = facadeNames.filter((one) => given.includes(one));
  const isKnown = given.length > 0 && given.every((one) => facadeNames.some((name) => name === one));
  if (!isKnown) return { problem: `allowed is ${allowed}` };
  return { value };
}

/** What is spoken where nobody said: everything while developing, and nothing that production did not ask for. */
export function facadesOn(
  asked: readonly FacadeName[] | null,
  environment: "development" | "production",
): readonly FacadeName[] {
  return asked ?? (environment === "development" ? facadeNames : []);
}
