import { isSenderName, senderNameRule, senderNamesReadOn } from "../numbers/sender-names.ts";
import { problem, type SettingProblem } from "./given.ts";
import { nearestName } from "./nearest.ts";
import type { SettingValues } from "./table.ts";

const environment = "COUNTERSIGN_ROUTES";

type RouteValues = Pick<SettingValues, "routes" | "countries"> & {
  /** The senders of the accounts, by carrier. */
  readonly accountSenders: Readonly<Record<string, string>>;
};

/** Carriers that are named and not there. */
export function routesProblems(
  { routes: { routes, senders } }: Pick<SettingValues, "routes">,
  carriers: readonly string[],
): readonly SettingProblem[] {
  const named = [
    ...routes.flatMap((rule, index) =>
      rule.carriers.flat().map((one) => [`routes[${index}].carriers`, one.carrier] as const),
    ),
    ...senders.map((rule, index) => [`senders[${index}].carrier`, rule.carrier] as const),
  ];
  const problems = new Map<string, SettingProblem>();
  for (const [path, carrier] of named) {
    if (carriers.includes(carrier) || problems.has(carrier)) continue;
    const near = nearestName(carrier, carriers);
    const there = carriers.length === 0 ? "no carrier is" : `configured are ${carriers.join(", ")}`;
    const remedy =
      near === undefined ? `give it its credentials, or leave it out (${there})` : `did you mean ${near}?`;
    problems.set(
      carrier,
      problem(environment, `${path} names ${carrier}, which is not configured: ${remedy}`),
    );
  }
  return [...problems.values()];
}

/** Names that a country may not show: worth a sentence, since its rules change and ours are of one day. */
export function senderWarnings({ routes, countries, accountSenders }: RouteValues): readonly string[] {
  const warnings = routes.senders.flatMap((rule, index) => {
    if (!isSenderName(rule.from) || rule.isRegistered === true) return [];
    const asking = rule.to.filter((place) => senderNameRule(place) === "registered");
    if (asking.length === 0) return [];
    return [
      `${environment}: senders[${index}] sends as ${rule.from} to ${asking.join(", ")}, where names must be registered (${senderNamesReadOn}): register it, and say "registered": true.`,
    ];
  });
  const places = countries === null || countries === "all" ? [] : countries;
  for (const [carrier, from] of Object.entries(accountSenders)) {
    if (!isSenderName(from)) continue;
    const numberless = places.filter(
      (region) =>
        senderNameRule(region) === "unsupported" &&
        !routes.senders.some(
          (rule) =>
            rule.carrier === carrier &&
            !isSenderName(rule.from) &&
            (rule.to.includes(region) || rule.to.includes("*")),
        ),
    );
    if (numberless.length === 0) continue;
    warnings.push(
      `${carrier} sends as ${from}, and ${numberless.join(", ")} shows no names (${senderNamesReadOn}): it takes no texts there until ${environment} gives it a number as its sender.`,
    );
  }
  return warnings;
}
