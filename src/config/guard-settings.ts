import { counterNames, defaultVelocity, type VelocityLimit } from "../guard/configuration.ts";
import { defaultPrices, type Micros, microsPerUnit, type PriceTable } from "../guard/money.ts";
import { windowMs } from "../guard/windows.ts";
import { regions } from "../numbers/regions.ts";
import { list, type Parsed, type Setting } from "./setting.ts";

const amountPattern = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?$/;

/** What the guard goes by: rows of the one table. */
export const guardSettings = {
  moneyPerDay: money({
    environment: "COUNTERSIGN_MONEY_PER_DAY",
    description:
      "What all messages of a day (UTC) may cost together, in the currency of the prices. A real carrier needs it. A tenth is kept for numbers that were verified before.",
    default: null,
    defaultText: "none, and then no real carrier starts",
  }),
  tenantMoneyPerDay: money({
    environment: "COUNTERSIGN_TENANT_MONEY_PER_DAY",
    description: "The same for each tenant by itself.",
    default: null,
    defaultText: "none of its own",
  }),
  countryMoneyPerHour: list<Readonly<Record<string, Micros>>>(
    {
      environment: "COUNTERSIGN_COUNTRY_MONEY_PER_HOUR",
      description:
        "What all messages of an hour to one region may cost together; a star stands for every other region. A tenth is kept for numbers that were verified before.",
      allowed: "amounts with commas between them, such as *=5,DE=20",
      default: {},
      defaultText: "no limit of its own",
    },
    parseAmounts,
    showPrices,
  ),
  prices: list<PriceTable>(
    {
      environment: "COUNTERSIGN_PRICES",
      description:
        "What a segment of a text and a call cost, by region and channel, and by carrier where theirs differ; a star stands for every other region. The dearest that may take a message is held before it is sent.",
      allowed:
        "prices with commas between them, such as DE/sms=0.075,DE/sms/telnyx=0.06,*/sms=0.12,*/voice=0.15",
      default: defaultPrices,
      defaultText: showPrices(defaultPrices),
    },
    parsePrices,
    showPrices,
  ),
  priceMax: money({
    environment: "COUNTERSIGN_PRICE_MAX",
    description:
      "Nothing is sent where a segment or a call costs more, unless COUNTERSIGN_COUNTRIES names the region.",
    default: null,
    defaultText: "no limit",
  }),
  velocity: list<readonly VelocityLimit[]>(
    {
      environment: "COUNTERSIGN_VELOCITY",
      description:
        "Limits of the guard that replace the default ones; 0 takes one away. For prefix2, prefix3, prefix4 (numbers without their last digits) and region only those messages count that were not approved; address and binding count starts from pages, subject all starts, key all messages that a key asked for (not those of later steps of a workflow).",
      allowed:
        "limits with commas between them, such as region/1h=200,prefix3/10m=40; counters are address, binding, subject, key, prefix2, prefix3, prefix4 and region, windows 10m, 1h and 24h",
      default: defaultVelocity,
      defaultText: showVelocity(defaultVelocity),
    },
    parseVelocity,
    showVelocity,
  ),
};

function microsOf(given: string): Micros | null {
  return amountPattern.test(given) ? Math.round(Number(given) * microsPerUnit) : null;
}

function showMicros(value: Micros): string {
  return String(value / microsPerUnit);
}

/** An amount above zero, as a decimal. */
function money(
  about: Pick<Setting<Micros | null>, "environment" | "description" | "default"> & {
    readonly defaultText: string;
  },
): Setting<Micros | null> {
  const allowed = "an amount above 0 with a point, such as 50 or 0.25";
  return {
    ...about,
    allowed,
    isSecret: false,
    parse(given) {
      const value = microsOf(given);
      return value === null || value === 0 ? { problem: `allowed is ${allowed}` } : { value };
    },
    show: (value) => (value === null ? "" : showMicros(value)),
  };
}

function parsePrices(given: readonly string[]): Parsed<PriceTable> {
  const prices: Record<string, Micros> = {};
  for (const one of given) {
    const [, region = "", channel, carrier = "", amount = ""] =
      /^([A-Za-z]{2}|\*)\/(sms|voice)(\/[a-z][a-z0-9-]{0,31})?=(.+)$/.exec(one) ?? [];
    const place = region.toUpperCase();
    const micros = microsOf(amount);
    if (micros === null || (place !== "*" && !regions.has(place))) {
      return { problem: `${one} is no price: allowed are prices such as DE/sms=0.075 or */voice=0.15` };
    }
    prices[`${place}/${channel}${carrier}`] = micros;
  }
  return { value: prices };
}

function parseAmounts(given: readonly string[]): Parsed<Readonly<Record<string, Micros>>> {
  const amounts: Record<string, Micros> = {};
  for (const one of given) {
    const [, region = "", amount = ""] = /^([A-Za-z]{2}|\*)=(.+)$/.exec(one) ?? [];
    const place = region.toUpperCase();
    const micros = microsOf(amount);
    if (micros === null || micros === 0 || (place !== "*" && !regions.has(place))) {
      return { problem: `${one} is no cap: allowed are amounts above 0 such as *=5 or DE=20` };
    }
    amounts[place] = micros;
  }
  return { value: amounts };
}

function showPrices(prices: PriceTable): string {
  return Object.entries(prices)
    .map(([place, price]) => `${place}=${showMicros(price)}`)
    .join(",");
}

/** What is given replaces the default limits of the same counter and window. */
function parseVelocity(given: readonly string[]): Parsed<readonly VelocityLimit[]> {
  const windowNames = Object.keys(windowMs) as (keyof typeof windowMs)[];
  const limits = new Map(defaultVelocity.map((one) => [nameOf(one), one]));
  for (const text of given) {
    const [, counterText, windowText, maxText] = /^(\w+)\/(\w+)=(\d{1,9})$/.exec(text) ?? [];
    const counter = counterNames.find((one) => one === counterText);
    const window = windowNames.find((one) => one === windowText);
    if (counter === undefined || window === undefined) {
      return { problem: `${text} is no limit: allowed are limits such as region/1h=200` };
    }
    const limit: VelocityLimit = { counter, window, max: Number(maxText) };
    if (limit.max === 0) limits.delete(nameOf(limit));
    else limits.set(nameOf(limit), limit);
  }
  return { value: [...limits.values()] };
}

function nameOf({ counter, window }: VelocityLimit): string {
  return `${counter}/${window}`;
}

function showVelocity(limits: readonly VelocityLimit[]): string {
  return limits.map((one) => `${nameOf(one)}=${one.max}`).join(",");
}
