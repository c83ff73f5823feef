import { describeNumber, type NumberDescription, type NumberType } from "../../../numbers/index.ts";
import { threeLettersOf } from "./country-codes.ts";

export type Level = "basic" | "standard" | "advanced";

/** A body of Number Insight; its status is a number, other than that of Verify. */
export type Insight = Readonly<Record<string, unknown>>;

/** What the numbering plan says of a line, in the vendor's words. */
const networkTypes = {
  mobile: "mobile",
  fixed_line: "landline",
  // The plan does not tell, and a guess is no insight.
  fixed_line_or_mobile: "unknown",
  voip: "virtual",
  toll_free: "landline_tollfree",
  premium_rate: "landline_premium",
  pager: "pager",
  shared_cost: "unknown",
  personal_number: "unknown",
  uan: "unknown",
  voicemail: "unknown",
} satisfies Readonly<Record<NumberType, string>>;

/**
 * What is known of a valid number without asking anybody. Whatever only a network or a register could tell is `unknown`
 * or null, as the vendor writes it where its own source is silent.
 */
export function insightInto(
  phoneNumber: Parameters<typeof describeNumber>[0],
  level: Level,
  requestId: string,
): Insight {
  const described = describeNumber(phoneNumber);
  const basic = basicOf(described, requestId);
  if (level === "basic") return basic;
  const standard = { ...basic, ...standardOf(described) };
  if (level === "standard") return standard;
  return {
    ...standard,
    lookup_outcome: 1,
    lookup_outcome_message: "Partial success - some fields populated",
    // By its form alone: nobody was called.
    valid_number: "inferred",
    reachable: "unknown",
    roaming: "unknown",
    ip_warnings: "unknown",
  };
}

function basicOf(described: NumberDescription, requestId: string): Insight {
  const { formats, region, regionName, countryCallingCode } = described;
  return {
    status: 0,
    status_message: "Success",
    request_id: requestId,
    international_format_number: formats.e164.replace("+", ""),
    national_format_number: formats.national,
    country_code: region,
    country_code_iso3: threeLettersOf(region),
    country_name: regionName,
    country_prefix: countryCallingCode,
  };
}

function standardOf({ region, numberType }: NumberDescription): Insight {
  const carrier = {
    network_code: null,
    name: null,
    country: region,
    network_type: networkTypes[numberType],
  };
  return {
    ...nothingCharged,
    current_carrier: carrier,
    // Which carrier a number belonged to first, plans tell no more than which it belongs to now.
    original_carrier: carrier,
    ported: "unknown",
    caller_identity: unknownCaller,
    ...unknownCaller,
  };
}

const unknownCaller = { caller_type: "unknown", caller_name: "unknown" };

/** Looking into our own tables costs nothing, and there is no account to draw on. */
export const nothingCharged = {
  request_price: "0.00000000",
  refund_price: "0.00000000",
  remaining_balance: "0.00000000",
} as const;
