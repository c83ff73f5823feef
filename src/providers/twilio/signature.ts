import { createHmac } from "node:crypto";
import { textsEqual } from "../../secrets/index.ts";

/**
 * Whether Twilio signed this form: HMAC-SHA1 over the address and, in the order of their names, each name with its
 * value. Twilio signs no time: what is repeated has to be harmless by itself.
 */
export function isSigned(authToken: string, url: string, form: URLSearchParams, given: string): boolean {
  return addressesOf(url).some((one) => textsEqual(signatureOf(authToken, one, form), given));
}

function signatureOf(authToken: string, url: string, form: URLSearchParams): string {
  let signed = url;
  for (const name of [...new Set(form.keys())].sort()) {
    for (const value of [...new Set(form.getAll(name))].sort()) signed += name + value;
  }
  return createHmac("sha1", authToken).update(signed, "utf8").digest("base64");
}

/** Twilio signs the address with or without its standard port, whatever it was given. */
function addressesOf(url: string): readonly string[] {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const standard = protocol === "https:" ? "443" : "80";
  const without = `${protocol}//${hostname}${pathname}${search}`;
  const within = `${protocol}//${hostname}:${port === "" ? standard : port}${pathname}${search}`;
  return [...new Set([url, within, without])];
}
