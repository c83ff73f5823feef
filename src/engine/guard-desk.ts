import type { GuardConfiguration, GuardRequest, RecipientFacts } from "../guard/index.ts";
import type { PhoneChannel, PhoneNumber } from "../numbers/index.ts";
import type { GuardCounts } from "./guard-counts.ts";
import type { Money } from "./guard-money.ts";
import type { Shards } from "./guard-shards.ts";
import type { EngineParts } from "./parts.ts";

/** Where a start comes from, as far as it is counted (F-5). */
export interface GuardCaller {
  /** `anonymous` for surfaces that anybody reaches without an API key. */
  readonly surface: "key" | "anonymous";
  /** The caller's network: an IPv4 address or a /64. Counted on anonymous surfaces. */
  readonly network?: string | undefined;
  readonly keyId?: string | undefined;
  /** Whether a proof of work was brought and used up. */
  readonly hasProof?: boolean | undefined;
}

/** One message, before anything is decided about it. */
export interface GuardAsk {
  readonly tenantId: string;
  readonly recipientId: string;
  readonly phoneNumber: PhoneNumber;
  readonly channel: PhoneChannel;
  readonly segments: number;
  readonly isStart: boolean;
  readonly caller: GuardCaller;
  readonly subject: string | null;
  readonly binding: string | null;
}

/** Who may take a message: the price depends on it. */
export type CarriersOf = (phoneNumber: PhoneNumber, channel: PhoneChannel) => readonly string[];

/** What the guard of a node works with. */
export interface Desk {
  readonly parts: EngineParts;
  readonly configuration: GuardConfiguration;
  readonly counts: GuardCounts;
  readonly money: Money;
  readonly carriersOf: CarriersOf;
  readonly shards: Shards;
}

/** The same for the rules. */
export function requestOf(
  { carriersOf }: Desk,
  ask: GuardAsk,
  channel: PhoneChannel,
  recipient: RecipientFacts,
): GuardRequest {
  return {
    phoneNumber: ask.phoneNumber,
    channel,
    segments: channel === "sms" ? ask.segments : 1,
    surface: ask.caller.surface,
    hasProof: ask.caller.hasProof === true,
    carriers: carriersOf(ask.phoneNumber, channel),
    recipient,
  };
}
