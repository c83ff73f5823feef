import type { ProviderAnswer } from "../verification/index.ts";
import type { CarrierReply } from "./http.ts";
import type { CarrierReason } from "./reasons.ts";

type Answered = Extract<CarrierReply, { type: "answered" }>;

/** A carrier's own meanings of statuses, before the common ones. */
type StatusReasons = Readonly<Record<number, CarrierReason>>;

/** How a carrier says what is wrong. */
export interface CarrierMeanings {
  readonly statuses?: StatusReasons;
  /** What a code in the body of a refusal means; null where it says no more than the status. */
  readonly reasonOf?: (body: unknown) => CarrierReason | null;
}

const commonReasons: StatusReasons = {
  400: "request_refused",
  401: "credentials_refused",
  402: "account_out_of_credit",
  403: "forbidden_by_carrier",
  404: "request_refused",
  405: "request_refused",
  409: "request_refused",
  413: "request_refused",
  415: "request_refused",
  422: "value_refused",
};

/** What a call means that brought no acceptance (D-5). `accepted` looks at an answer of 200 to 299 first. */
export function toAnswer(
  reply: CarrierReply,
  meanings: CarrierMeanings,
  accepted: (answered: Answered) => ProviderAnswer | null,
): ProviderAnswer {
  switch (reply.type) {
    case "notSent":
      return notSent(reply.reason);
    case "unknown":
      return { type: "unknown", detail: reply.detail };
    case "answered":
      if (reply.status < 200 || reply.status > 299) return refusal(reply, meanings);
      return accepted(reply) ?? { type: "unknown", detail: "the carrier's answer could not be read" };
    default:
      return unreachable(reply);
  }
}

function refusal({ status, retryAfterMs, body }: Answered, meanings: CarrierMeanings): ProviderAnswer {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 429) return notSent("rate_limited", wait);
  // Only a carrier that knows when it is back says that it did not take the message.
  if (status === 503 && retryAfterMs !== undefined) {
    return notSent("carrier_unavailable", wait);
  }
  const reason = meanings.statuses?.[status] ?? commonReasons[status];
  if (reason !== undefined) return rejected(meanings.reasonOf?.(body) ?? reason);
  return { type: "unknown", detail: `the carrier answered ${status}` };
}

/** Nothing left, or nothing was taken: it may be tried again, here or elsewhere. */
export function notSent(
  reason: CarrierReason,
  wait: { readonly retryAfterMs?: number } = {},
): ProviderAnswer {
  return { type: "refused", kind: "notSent", reason, ...wait };
}

/** This carrier will never take it. */
export function rejected(reason: CarrierReason): ProviderAnswer {
  return { type: "refused", kind: "rejected", reason };
}

function unreachable(reply: never): never {
  throw new TypeError(`not a reply: ${JSON.stringify(reply)}`);
}
