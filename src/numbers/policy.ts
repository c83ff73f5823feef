import type { NumberType } from "./number-type.ts";
import { isNonGeographic } from "./numbering-plan.ts";
import type { PhoneNumber } from "./phone-number.ts";

/** A channel that reaches a phone number through the telephone network. */
export type PhoneChannel = "sms" | "voice";

/** Types no setting opens: they cost the caller or the called more than a code is worth, or reach no person (N-3). */
export type DeniedType =
  | "premium_rate"
  | "shared_cost"
  | "uan"
  | "pager"
  | "voicemail"
  | "personal_number"
  | "toll_free";

/** Types that are allowed unless a policy denies them. */
export type DeniableType = Exclude<NumberType, DeniedType>;

/** Where an operator sends to. The caller's settings, frozen; nothing here widens what N-3 and N-4 close. */
export interface NumberPolicy {
  /** ISO 3166-1 regions, by region and not by calling code (N-5). An empty list allows none (F-2). */
  readonly countries: "all" | readonly string[];
  /** The separate list for calls (F-11); it replaces `countries` for voice. */
  readonly voiceCountries?: "all" | readonly string[];
  /** Line types to deny in addition, such as `voip`. */
  readonly denyTypes?: readonly DeniableType[];
}

/** Why nothing is sent to a number. Stable: the API shows these. */
export type NumberDenial =
  | "range_denied"
  | "type_denied"
  | "type_denied_by_policy"
  | "landline_sms"
  | "country_not_allowed"
  /** What was looked up speaks against its line now. */
  | "risk_denied";

/** Whether we would send to a number over a channel, and why not. `detail` never contains the number. */
export type NumberJudgement =
  | { readonly type: "allowed" }
  | { readonly type: "denied"; readonly reason: NumberDenial; readonly detail: string };

/** Satellite and non-geographic calling codes that are never sent to: the classic ranges of revenue-share fraud (N-4). */
export const neverCallingCodes: readonly string[] = ["870", "878", "881", "882", "883", "888", "979"];

const deniedTypes: Readonly<Record<NumberType, boolean>> = {
  fixed_line: false,
  mobile: false,
  fixed_line_or_mobile: false,
  voip: false,
  toll_free: true,
  premium_rate: true,
  shared_cost: true,
  personal_number: true,
  pager: true,
  uan: true,
  voicemail: true,
};

const allowed: NumberJudgement = { type: "allowed" };

/**
 * Whether a code may go to a number over a channel (F-1, F-2, N-3 to N-5). Asked before any money is spent. What is
 * closed for everyone comes first, so that a reason does not change when an operator edits the countries.
 */
export function judgeNumber(
  phoneNumber: PhoneNumber,
  channel: PhoneChannel,
  policy: NumberPolicy,
): NumberJudgement {
  const { countryCallingCode, numberType, region } = phoneNumber;
  // The list as well as the metadata: an override or an update may call such a range a mobile of some country.
  if (neverCallingCodes.includes(countryCallingCode) || isNonGeographic(countryCallingCode)) {
    return denied(
      "range_denied",
      `Numbers under +${countryCallingCode} belong to no country and are never sent to.`,
    );
  }
  if (deniedTypes[numberType]) {
    return denied("type_denied", `Numbers of type ${numberType} are never sent to.`);
  }
  if (policy.denyTypes?.some((type) => type === numberType)) {
    return denied("type_denied_by_policy", `The policy denies numbers of type ${numberType}.`);
  }
  if (numberType === "fixed_line" && channel === "sms") {
    return denied("landline_sms", "A landline cannot receive SMS; use voice.");
  }
  const countries = channel === "voice" ? (policy.voiceCountries ?? policy.countries) : policy.countries;
  if (countries !== "all" && !countries.includes(region)) {
    return denied(
      "country_not_allowed",
      `Region ${region} is not among the allowed countries for ${channel}.`,
    );
  }
  return allowed;
}

function denied(reason: NumberDenial, detail: string): NumberJudgement {
  return { type: "denied", reason, detail };
}
