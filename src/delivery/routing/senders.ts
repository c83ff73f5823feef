import { isSenderName, senderNameRule } from "../../numbers/index.ts";
import type { Destination } from "../../verification/index.ts";
import type { MessageRegistration } from "../provider.ts";
import { everywhere } from "./routes.ts";

/** Who texts of one carrier come from, in some places. */
export interface SenderRule {
  /** ISO 3166 regions, prefixes such as `+4915`, or a star for everywhere else. */
  readonly to: readonly string[];
  readonly carrier: string;
  /** A number, a name, or an id of the carrier's such as that of a messaging service (10DLC campaigns are bound to it). */
  readonly from: string;
  /** What was registered for the text, where a country asks for it (India: DLT). */
  readonly registration?: MessageRegistration;
  /** The registered words themselves, in place of all others: such texts must be the same to the letter. */
  readonly text?: string;
  /** Whether a name was registered in the countries that ask for it. */
  readonly isRegistered?: boolean;
}

/** What a carrier sends as; `default` is what its account says. */
export type FoundSender =
  | { readonly type: "sender"; readonly rule: SenderRule }
  | { readonly type: "default" }
  /** It would send under a name where names are not delivered. */
  | { readonly type: "nameUnsupported"; readonly name: string };

export interface SenderTable {
  find(carrier: string, destination: Destination | undefined): FoundSender;
  /** Whether a sender is one of the carrier's, and shown at the destination. */
  has(carrier: string, from: string, destination: Destination | undefined): boolean;
  /** The longest prefix that a rule is for and the number begins with. */
  prefixOf(e164: string): string | undefined;
}

/** `defaults` are the senders of the carriers' accounts. */
export function createSenderTable(
  rules: readonly SenderRule[],
  defaults: Readonly<Record<string, string>>,
): SenderTable {
  const prefixes = rules
    .flatMap((rule) => rule.to.filter((place) => place.startsWith("+")))
    .sort((one, other) => other.length - one.length);

  const found = new Map<string, FoundSender>();

  const refusesNames = (region: string | undefined): boolean =>
    region !== undefined && senderNameRule(region) === "unsupported";

  function senderOf(carrier: string, destination: Destination | undefined): FoundSender {
    const region = destination?.region;
    const names = refusesNames(region);
    const places = [destination?.prefix, region, everywhere];
    for (const place of places) {
      const rule = rules.find(
        (one) => one.carrier === carrier && place !== undefined && one.to.includes(place),
      );
      if (rule !== undefined && !(names && isSenderName(rule.from))) return { type: "sender", rule };
    }
    const standard = defaults[carrier];
    if (names && standard !== undefined && isSenderName(standard)) {
      return { type: "nameUnsupported", name: standard };
    }
    return { type: "default" };
  }

  return {
    has(carrier, from, destination) {
      if (isSenderName(from) && refusesNames(destination?.region)) return false;
      return defaults[carrier] === from || rules.some((one) => one.carrier === carrier && one.from === from);
    },
    find(carrier, destination) {
      // Asked several times a message. Regions and the prefixes of rules are few.
      const asked = `${carrier}/${destination?.prefix ?? ""}/${destination?.region ?? ""}`;
      let sender = found.get(asked);
      if (sender === undefined) {
        sender = senderOf(carrier, destination);
        found.set(asked, sender);
      }
      return sender;
    },
    prefixOf: (e164) => prefixes.find((one) => e164.startsWith(one)),
  };
}
