/** What a country makes of a name as the sender of a text, where it is not simply shown. */
export type SenderNameRule =
  /** Lost, refused, or replaced by a number. */
  | "unsupported"
  /** Only names that were registered there. */
  | "registered";

/**
 * Of public lists of carriers, read on 2026-11-21: unsupported by Telnyx (Alphanumeric Sender IDs: US, CA, PR), AWS End
 * User Messaging (Sender IDs: US, CA, CN) and Pushtech (AR); registered by AWS End User Messaging (Registration forms)
 * and Pushtech (AF, AM, BD). Countries change this without notice; a region that is not named is not known to object.
 */
const namesByRegion: Readonly<Record<SenderNameRule, readonly string[]>> = {
  unsupported: ["AR", "CA", "CN", "PR", "US"],
  registered: [
    ..."AE AF AM AT AU BD BY EG ES FI GB ID IE IN JO KE".split(" "),
    ..."KW KZ LK PH QA RU SA SG TH TR VN ZM".split(" "),
  ],
};

/** When the lists were read: they age. */
export const senderNamesReadOn = "2026-11-21";

const ruleByRegion: ReadonlyMap<string, SenderNameRule> = new Map(
  Object.entries(namesByRegion).flatMap(([rule, places]) =>
    places.map((region) => [region, rule as SenderNameRule] as const),
  ),
);

/** Null where no objection to names is known. */
export function senderNameRule(region: string): SenderNameRule | null {
  return ruleByRegion.get(region) ?? null;
}

/** Whether a sender is a name, and no number, short code or id of a carrier's pool. */
export function isSenderName(sender: string): boolean {
  return /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(sender);
}
