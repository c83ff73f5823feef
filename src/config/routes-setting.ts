import type { SenderRule } from "../delivery/index.ts";
import { everywhere, prefixDigitsMax, type RouteRule } from "../delivery/routing/routes.ts";
import { templateProblem } from "../delivery/text-template.ts";
import { regions } from "../numbers/regions.ts";
import { isSenderName, senderNameRule } from "../numbers/sender-names.ts";
import type { Channel } from "../verification/index.ts";
import { nearestName } from "./nearest.ts";
import { json, type Parsed } from "./setting.ts";

/** Who carries what, and as whom. */
export interface RoutesValue {
  readonly routes: readonly RouteRule[];
  readonly senders: readonly SenderRule[];
}

const noRoutes: RoutesValue = { routes: [], senders: [] };

/** A row of the one table. */
export const routesSetting = {
  routes: json<RoutesValue>(
    {
      environment: "COUNTERSIGN_ROUTES",
      description:
        "Which carrier takes the messages to which places, and who they come from: see the guide on routes. Without it each carrier takes over from the one before it, everywhere.",
      allowed:
        'JSON such as {"routes": [{"to": "DE", "channel": "sms", "carriers": ["telnyx", "twilio"]}], "senders": [{"to": "DE", "carrier": "telnyx", "from": "Acme"}]}',
      default: noRoutes,
      defaultText: "none",
    },
    parseRoutes,
    showRoutes,
  ),
};

const rulesMax = 1_000;
const placesMax = 300;
const carriersMax = 20;
const weightMax = 1_000;
const carrierPattern = /^[a-z][a-z0-9-]{0,31}$/;
const channels: readonly Channel[] = ["sms", "voice"];

/** Says where it stumbled, such as `routes[2].carriers[0]`. */
class Stumble extends Error {
  constructor(path: string, detail: string) {
    super(`${path} ${detail}`);
  }
}

function parseRoutes(given: unknown): Parsed<RoutesValue> {
  try {
    const top = fieldsOf(given, "it", ["routes", "senders"]);
    const routes = listOf(top["routes"] ?? [], "routes", rulesMax).map((one, index) =>
      parseRoute(one, `routes[${index}]`),
    );
    const senders = listOf(top["senders"] ?? [], "senders", rulesMax).map((one, index) =>
      parseSender(one, `senders[${index}]`),
    );
    refuseRepeated(routes);
    return { value: { routes, senders } };
  } catch (cause) {
    if (cause instanceof Stumble) return { problem: cause.message };
    throw cause;
  }
}

function parseRoute(given: unknown, path: string): RouteRule {
  const rule = fieldsOf(given, path, ["to", "channel", "carriers"]);
  const channel = rule["channel"];
  if (channel !== undefined && !channels.some((one) => one === channel)) {
    throw new Stumble(`${path}.channel`, "must be sms or voice; left out, it is both");
  }
  const carriers = listOf(rule["carriers"], `${path}.carriers`, carriersMax);
  if (carriers.length === 0) throw new Stumble(`${path}.carriers`, "names nobody");
  const tiers = carriers.map((one, index) => parseTier(one, `${path}.carriers[${index}]`));
  const named = tiers.flat().map((one) => one.carrier);
  const twice = named.find((one, index) => named.indexOf(one) !== index);
  if (twice !== undefined) throw new Stumble(`${path}.carriers`, `names ${twice} twice`);
  return {
    to: placesOf(rule["to"], `${path}.to`),
    ...(channel === undefined ? {} : { channels: [channel as Channel] }),
    carriers: tiers,
  };
}

/** One carrier, or several with their weights. */
function parseTier(given: unknown, path: string): RouteRule["carriers"][number] {
  if (typeof given === "string") return [{ carrier: carrierOf(given, path), weight: 1 }];
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new Stumble(path, 'must be the name of a carrier, or weights such as {"telnyx": 70, "twilio": 30}');
  }
  const shares = Object.entries(given).map(([carrier, weight]: [string, unknown]) => {
    if (typeof weight !== "number" || !Number.isInteger(weight) || weight < 1 || weight > weightMax) {
      throw new Stumble(`${path}.${carrier}`, `must be a whole number from 1 to ${weightMax}`);
    }
    return { carrier: carrierOf(carrier, path), weight };
  });
  if (shares.length === 0) throw new Stumble(path, "names nobody");
  return shares;
}

function parseSender(given: unknown, path: string): SenderRule {
  const known = ["to", "carrier", "from", "dlt", "text", "registered"];
  const rule = fieldsOf(given, path, known);
  const { carrier, from, dlt, text, registered } = rule;
  if (typeof from !== "string" || !/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(from)) {
    throw new Stumble(`${path}.from`, "must be a number, a name of at most 11 letters and digits, or an id");
  }
  const to = placesOf(rule["to"], `${path}.to`);
  const refusing = to.find((place) => senderNameRule(place) === "unsupported");
  if (isSenderName(from) && refusing !== undefined) {
    throw new Stumble(`${path}.from`, `is a name, which ${refusing} does not show: give a number there`);
  }
  if (registered !== undefined && typeof registered !== "boolean") {
    throw new Stumble(`${path}.registered`, "must be true or false");
  }
  return {
    to,
    carrier: carrierOf(carrier, `${path}.carrier`),
    from,
    ...(dlt === undefined ? {} : { registration: parseDlt(dlt, `${path}.dlt`) }),
    ...(text === undefined ? {} : { text: wordsOf(text, `${path}.text`) }),
    ...(registered === undefined ? {} : { isRegistered: registered }),
  };
}

function parseDlt(given: unknown, path: string): { entityId: string; templateId: string } {
  const { entity, template } = fieldsOf(given, path, ["entity", "template"]);
  const id = (value: unknown, name: string): string => {
    if (typeof value === "string" && /^\d{1,20}$/.test(value)) return value;
    throw new Stumble(`${path}.${name}`, "must be the id in digits, as a text");
  };
  return { entityId: id(entity, "entity"), templateId: id(template, "template") };
}

function wordsOf(given: unknown, path: string): string {
  if (typeof given !== "string") throw new Stumble(path, "must be a text with {code} and {brand} in it");
  const wrong = templateProblem("sms", given);
  if (wrong !== null) throw new Stumble(path, wrong);
  return given;
}

function carrierOf(given: unknown, path: string): string {
  if (typeof given === "string" && carrierPattern.test(given)) return given;
  throw new Stumble(path, "must be the name of a carrier, such as telnyx");
}

function placesOf(given: unknown, path: string): readonly string[] {
  const texts = typeof given === "string" ? given.split(",").map((one) => one.trim()) : given;
  const places = listOf(texts, path, placesMax).map((one) => {
    const place = typeof one === "string" ? one.toUpperCase() : "";
    const isPrefix = /^\+[1-9]\d*$/.test(place);
    if (isPrefix && place.length > prefixDigitsMax + 1) {
      throw new Stumble(path, `has the prefix ${place}: at most ${prefixDigitsMax} digits are allowed`);
    }
    if (isPrefix || place === everywhere || regions.has(place)) return place;
    throw new Stumble(path, "must be ISO 3166 regions such as DE,AT, prefixes such as +4915, or *");
  });
  if (places.length === 0) throw new Stumble(path, "names no place");
  return places;
}

/** Two rules for one place and channel: one of them would never hold, and nobody could tell which was meant. */
function refuseRepeated(routes: readonly RouteRule[]): void {
  const seen = new Map<string, number>();
  for (const [index, rule] of routes.entries()) {
    for (const place of rule.to) {
      const name = `${place} ${rule.channels?.[0] ?? "all"}`;
      const before = seen.get(name);
      if (before !== undefined) {
        const what = rule.channels === undefined ? place : `${place} by ${rule.channels[0]}`;
        throw new Stumble(`routes[${index}].to`, `names ${what}, for which routes[${before}] is already`);
      }
      seen.set(name, index);
    }
  }
}

/** In one line, for `config print`. */
function showRoutes({ routes, senders }: RoutesValue): string {
  const tier = (shares: RouteRule["carriers"][number]): string =>
    shares.map(({ carrier, weight }) => (shares.length === 1 ? carrier : `${carrier}:${weight}`)).join("+");
  return [
    ...routes.map(
      ({ to, channels: on, carriers }) =>
        `${to.join(",")}${on === undefined ? "" : `/${on.join()}`}=${carriers.map(tier).join(">")}`,
    ),
    ...senders.map(({ to, carrier, from }) => `${to.join(",")}/${carrier} from ${from}`),
  ].join(" ");
}

function listOf(given: unknown, path: string, max: number): readonly unknown[] {
  if (!Array.isArray(given)) throw new Stumble(path, "must be a list");
  if (given.length > max) throw new Stumble(path, `has ${given.length} entries, at most ${max} are allowed`);
  return given;
}

function fieldsOf(given: unknown, path: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new Stumble(path, "must be an object");
  }
  const wrong = Object.keys(given).find((name) => !known.includes(name));
  if (wrong !== undefined) {
    const near = nearestName(wrong, known);
    const hint = near === undefined ? `allowed are ${known.join(", ")}` : `did you mean ${near}?`;
    throw new Stumble(path, `has ${wrong}, which it does not know; ${hint}`);
  }
  return given as Readonly<Record<string, unknown>>;
}
