/** Why a carrier did not take a message, in words that are the same for all: docs/carriers/README.md explains them. */
export const carrierReasons = [
  "account_out_of_credit",
  "carrier_certificate_refused",
  "carrier_unavailable",
  "carrier_unreachable",
  "country_not_permitted",
  "credentials_refused",
  "forbidden_by_carrier",
  "not_mobile",
  "not_routable",
  "not_sent_in_time",
  "number_not_supported",
  "number_refused",
  "opted_out",
  "rate_limited",
  "redirect_refused",
  "rejected_by_destination",
  "request_refused",
  "sender_refused",
  "taken_for_spam",
  "value_refused",
] as const;
export type CarrierReason = (typeof carrierReasons)[number];
