import { judgeNumber, type PhoneChannel, type PhoneNumber } from "../numbers/index.ts";
import { unreachable } from "../verification/index.ts";
import {
  type CounterName,
  callsPerDay,
  type GuardConfiguration,
  startsWithoutProof,
  strictCallsPerDay,
  type VelocityLimit,
} from "./configuration.ts";
import {
  type GuardDecision,
  type GuardReason,
  type GuardReasonName,
  type RuleName,
  ruleNames,
  type Verdict,
} from "./decision.ts";
import { dayEndsAt, dearestOf, hourEndsAt, type Micros } from "./money.ts";

/** One message that somebody wants sent, and what is known of who gets it. */
export interface GuardRequest {
  readonly phoneNumber: PhoneNumber;
  readonly channel: PhoneChannel;
  /** SMS segments; 1 for a call. */
  readonly segments: number;
  /** Anonymous surfaces are those that anybody reaches without an API key. */
  readonly surface: "key" | "anonymous";
  /** Whether a proof of work came with it. */
  readonly hasProof: boolean;
  /** Those that may take it, by whom the price may differ. */
  readonly carriers?: readonly string[];
  readonly recipient: RecipientFacts;
}

/** Exact, read under the lock of the recipient's row (F-15). */
export interface RecipientFacts {
  /** A code sent to it was typed before. */
  readonly isProven: boolean;
  readonly hadText: boolean;
  /** When it was called within the last 24 hours, oldest first. */
  readonly calledAt: readonly number[];
}

/** One counter with its limit, as it was read before this message was counted; null where it could not be read. */
export interface VelocityReading {
  readonly limit: VelocityLimit;
  readonly count: { readonly sends: number; readonly approved: number; readonly opensAt: number } | null;
}

/** Approximate readings (F-15). */
export interface GuardReadings {
  /** Those that concern the request, in the order of the configuration. */
  readonly velocity: readonly VelocityReading[];
  /** Which pool the message's price is held from; `none` where a day's cap is reached, null where nobody could tell. */
  readonly money: "general" | "reserve" | "none" | "noneOfHour" | null;
  /** Whether the number answered STOP; null where nobody could tell, absent where nobody asked. */
  readonly optedOut?: boolean | null;
}

type Finding = Omit<GuardReason, "rule"> | null;
type Rule = (scene: Scene) => Finding;

interface Scene {
  readonly request: GuardRequest;
  readonly readings: GuardReadings;
  readonly configuration: GuardConfiguration;
  readonly cost: Micros;
  readonly now: number;
}

const dayMs = 86_400_000;
/** How soon what could not be read is worth another try. */
const unreadableWaitMs = 5_000;

function finding(
  verdict: Verdict,
  reason: GuardReasonName,
  detail: string,
  retryAt: number | null = null,
): Finding {
  return { verdict, reason, detail, retryAt };
}

const rules: Readonly<Record<RuleName, Rule>> = {
  number: ({ request, configuration }) => {
    const judged = judgeNumber(request.phoneNumber, request.channel, configuration.numbers);
    return judged.type === "allowed" ? null : finding("deny", "number_denied", judged.detail);
  },
  optOut: judgeOptOut,
  price: ({ request, configuration, cost }) => {
    const { priceMax, numbers } = configuration;
    const { region } = request.phoneNumber;
    if (priceMax === null || cost / request.segments <= priceMax) return null;
    if (numbers.countries !== "all" && numbers.countries.includes(region)) return null;
    return finding("deny", "price_above_limit", `A message to region ${region} costs more than the limit.`);
  },
  voice: judgeVoice,
  address: (scene) => judgeAddress(scene),
  binding: (scene) => judgeCount(scene, ["binding"]),
  subject: (scene) => judgeCount(scene, ["subject"]),
  key: (scene) => judgeCount(scene, ["key"]),
  prefix: (scene) => judgeTraffic(scene, ["prefix2", "prefix3", "prefix4"]),
  region: (scene) => judgeTraffic(scene, ["region"]),
  money: judgeMoney,
};

/**
 * Whether a message may cost us money: every rule in its order, and all that they say. The first that is not content
 * decides (F-1 to F-13).
 */
export function judge(
  request: GuardRequest,
  readings: GuardReadings,
  configuration: GuardConfiguration,
  now: number,
): GuardDecision {
  const { phoneNumber, channel, segments } = request;
  const { carriers = [] } = request;
  const cost = dearestOf(configuration.prices, phoneNumber.region, channel, segments, carriers);
  const scene: Scene = { request, readings, configuration, cost, now };
  const reasons: GuardReason[] = [];
  for (const rule of ruleNames) {
    const found = rules[rule](scene);
    if (found !== null) reasons.push({ rule, ...found });
  }
  const verdict = reasons.find((one) => one.verdict !== "allow")?.verdict ?? "allow";
  const { money } = readings;
  return { verdict, reasons, cost, pool: money === "none" || money === "noneOfHour" ? null : money };
}

/** Whoever answered STOP gets no text; a call that was asked for is no text (C-43). */
function judgeOptOut({ request, readings, now }: Scene): Finding {
  const { optedOut = false } = readings;
  if (request.channel !== "sms" || optedOut === false) return null;
  // Law, not money: it holds whoever proved themselves.
  if (optedOut === null) return unreadable("deny", "opt-outs", now);
  const detail =
    "This number answered STOP to our texts. It can answer START to the same sender, or be reached by a call.";
  return finding("deny", "recipient_opted_out", detail);
}

/** Calls cost most and disturb most: strict where nobody vouches for caller or number (F-11). */
function judgeVoice({ request, now }: Scene): Finding {
  if (request.channel !== "voice") return null;
  const { isProven, hadText, calledAt } = request.recipient;
  const isStrict = request.surface === "anonymous" || !isProven;
  if (isStrict && !hadText) {
    return finding("deny", "text_first", "Nothing is spoken to this number before it got a text message.");
  }
  const max = isStrict ? strictCallsPerDay : callsPerDay;
  const limiting = calledAt.at(-max);
  if (limiting === undefined || now >= limiting + dayMs) return null;
  return finding("deny", "calls_of_day", `This number got its ${max} calls of a day.`, limiting + dayMs);
}

/** An address may start a little without a proof of work and more with it (F-5). */
function judgeAddress(scene: Scene): Finding {
  const { request, readings } = scene;
  if (request.surface !== "anonymous") return null;
  const counter = readings.velocity.find((one) => one.limit.counter === "address");
  const over = judgeCount(scene, ["address"]);
  if (over !== null || request.hasProof || counter?.count == null) return over;
  if (counter.count.sends < startsWithoutProof) return null;
  return finding(
    "challenge",
    "proof_needed",
    "This address must bring a proof of work.",
    counter.count.opensAt,
  );
}

function judgeCount({ readings, now }: Scene, counters: readonly CounterName[]): Finding {
  for (const { limit, count } of readings.velocity) {
    if (!counters.includes(limit.counter)) continue;
    if (count === null) return unreadable("deny", limit.counter, now);
    if (count.sends >= limit.max) return tripped(limit, count.opensAt);
  }
  return null;
}

/** Who proved themselves before are no sign of an attack, and an attack on others must not lock them out (F-9, F-13). */
function judgeTraffic({ request, readings, now }: Scene, counters: readonly CounterName[]): Finding {
  const isPassed = request.recipient.isProven;
  for (const { limit, count } of readings.velocity) {
    if (!counters.includes(limit.counter)) continue;
    if (count === null) return unreadable(isPassed ? "allow" : "deny", limit.counter, now);
    if (!isTripped(limit, count)) continue;
    const found = tripped(limit, count.opensAt);
    return found !== null && isPassed ? { ...found, verdict: "allow" } : found;
  }
  return null;
}

/**
 * Traffic is an attack where more than the limit was never approved, and less was approved than not. Healthy traffic
 * converts at 60 to 80 percent, whatever its size; two sends for one approval are a warning (F-6, F-7).
 */
export function isTripped(
  limit: VelocityLimit,
  count: { readonly sends: number; readonly approved: number },
): boolean {
  const unapproved = count.sends - count.approved;
  return unapproved >= limit.max && unapproved > count.approved;
}

function tripped(limit: VelocityLimit, retryAt: number): Finding {
  const what = limit.counter.startsWith("prefix") ? "block of numbers" : limit.counter;
  return finding("deny", "velocity", `Too many messages for this ${what} within ${limit.window}.`, retryAt);
}

/** Money fails closed for numbers that nobody knows, and open for those that proved themselves (F-13). */
function judgeMoney({ request, readings, now }: Scene): Finding {
  const { isProven } = request.recipient;
  switch (readings.money) {
    case "general":
      return null;
    case "reserve":
      return finding(
        isProven ? "allow" : "deny",
        "money_of_day",
        "What is left of the day's money is kept for numbers that were verified before.",
        dayEndsAt(now),
      );
    case "none":
      return finding("deny", "money_of_day", "The day's money is spent.", dayEndsAt(now));
    case "noneOfHour": {
      const detail = `The hour's money for messages to region ${request.phoneNumber.region} is spent.`;
      return finding("deny", "money_of_hour", detail, hourEndsAt(now));
    }
    case null:
      return unreadable(isProven ? "allow" : "deny", "money", now);
    default:
      return unreachable(readings.money);
  }
}

function unreadable(verdict: Verdict, what: string, now: number): Finding {
  const detail = `The count for ${what} cannot be read now.`;
  return finding(verdict, "signal_unreadable", detail, now + unreadableWaitMs);
}
