import { createHmac } from "node:crypto";
import { standinAccounts } from "../accounts.ts";
import type { PlannedRefusal } from "../plan.ts";
import type { CarrierPost } from "../post.ts";

const { authToken } = standinAccounts.twilio;

export interface TwilioRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function errorBody(status: number, code: string, message: string): unknown {
  return { code: Number(code), message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

const codes: Readonly<Record<number, string>> = { 401: "20003", 404: "20404", 429: "20429" };

/** The status and the code of a refusal; `standard` is that of one for good. */
export function refusedBy(
  refusal: PlannedRefusal | null,
  standard: string,
): { readonly status: number; readonly code: string } {
  const status = refusal?.status ?? 400;
  return { status, code: refusal === null ? standard : (refusal.code ?? codes[status] ?? "20001") };
}

/** A form as Twilio signs it. */
export function signedForm(
  url: string,
  form: Readonly<Record<string, string>>,
  secret: string = authToken,
): CarrierPost {
  const signed = Object.keys(form)
    .sort()
    .reduce((sum, name) => sum + name + form[name], url);
  return {
    url,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": createHmac("sha1", secret).update(signed, "utf8").digest("base64"),
    },
    body: new URLSearchParams(form).toString(),
  };
}
