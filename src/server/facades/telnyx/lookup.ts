import type { FastifyReply, FastifyRequest } from "fastify";
import { describeNumber, type NumberType, type PhoneNumber } from "../../../numbers/index.ts";
import { refuse, TelnyxRefusal } from "./errors.ts";
import { callerOf } from "./requests.ts";
import { phoneNumberIn } from "./start.ts";

/** What the numbering plan says of a line, in the vendor's words. */
const types = {
  mobile: "mobile",
  fixed_line: "fixed line",
  fixed_line_or_mobile: "fixed line or mobile",
  voip: "voip",
  toll_free: "toll free",
  premium_rate: "premium rate",
  shared_cost: "shared cost",
  personal_number: "personal number",
  pager: "pager",
  uan: "uan",
  voicemail: "voicemail",
} satisfies Readonly<Record<NumberType, string>>;

/** Region codes have two letters; ranges of no country have none that this vendor would know. */
const regionPattern = /^[A-Z]{2}$/;

/** `GET /v2/number_lookup/{phone_number}`: what plans know. Carrier, owner and porting only registers could tell. */
export async function lookUp(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await callerOf(request, reply, "numbers:read");
  const phoneNumber = numberIn(request);
  const { formats, region, numberType } = describeNumber(phoneNumber);
  const type = types[numberType];
  return {
    data: {
      record_type: "number_lookup",
      phone_number: formats.e164,
      national_format: formats.national,
      country_code: regionPattern.test(region) ? region : "",
      fraud: null,
      carrier: {
        name: "",
        normalized_carrier: "",
        type,
        mobile_country_code: numberType === "mobile" && regionPattern.test(region) ? region : "",
        mobile_network_code: "",
        error_code: null,
      },
      caller_name: { caller_name: "", error_code: "" },
      portability: { ...noPorting, line_type: type },
    },
  };
}

const noPorting = {
  lrn: "",
  ported_status: "",
  ported_date: "",
  ocn: "",
  spid: "",
  spid_carrier_name: "",
  spid_carrier_type: "",
  altspid: "",
  altspid_carrier_name: "",
  altspid_carrier_type: "",
  city: "",
  state: "",
} as const;

/** Here, and nowhere in its Verify, the vendor answers 422 to what is no number. */
function numberIn(request: FastifyRequest): PhoneNumber {
  const { phone_number: given = "" } = request.params as { phone_number?: string };
  try {
    return phoneNumberIn(request, given, { parameter: "phone_number" });
  } catch (cause) {
    if (cause instanceof TelnyxRefusal) return refuse({ ...cause.error, http: 422 });
    throw cause;
  }
}
