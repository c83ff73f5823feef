/**
 * What kind of line a phone number is, in our words. `fixed_line_or_mobile` is an answer of its own: in some
 * numbering plans (all of +1) landlines and mobiles share their ranges, and no metadata can tell them apart.
 */
export type NumberType =
  | "fixed_line"
  | "mobile"
  | "fixed_line_or_mobile"
  | "toll_free"
  | "premium_rate"
  | "shared_cost"
  | "voip"
  | "personal_number"
  | "pager"
  | "uan"
  | "voicemail";
