import type { Autofill } from "../verification/index.ts";
import { countSegments } from "./segments.ts";

export const hostLengthMax = 50;
/** Google's SMS Retriever reads no longer texts. */
export const retrieverBytesMax = 140;

/** The end of a text by which a browser or an app knows that the code in it is for them (O-1, O-4). */
export function autofillEnd(autofill: Autofill, code: string): string {
  return autofill.platform === "web" ? `\n@${autofill.host} #${code}` : `\n${autofill.appHash}`;
}

/** Bytes of a text by either way of counting, in UTF-8 or as an SMS: Google does not say which one it means. */
export function retrieverBytes(text: string): number {
  const { encoding, units } = countSegments(text);
  const onTheAir = encoding === "ucs2" ? units * 2 : Math.ceil((units * 7) / 8);
  return Math.max(new TextEncoder().encode(text).length, onTheAir);
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostPattern = new RegExp(`^(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`);

/** What is wrong with a host, if anything. The origin of such a text is https, a host, and nothing more (O-2). */
export function hostProblem(host: string): string | null {
  if (host.length > hostLengthMax) return `has more than ${hostLengthMax} characters`;
  if (hostPattern.test(host)) return URL.parse(`https://${host}`)?.host === host ? null : "is no domain name";
  const meant = URL.parse(`https://${host}`)?.hostname ?? "";
  if (hostPattern.test(meant) && meant.length <= hostLengthMax) {
    return `must be a domain name without scheme, port or path, in its ASCII form: ${meant}`;
  }
  return "must be a domain name such as shop.example: no scheme, port, path or IP address";
}

/** What is wrong with the hash of an Android app, if anything. */
export function appHashProblem(hash: string): string | null {
  return /^[A-Za-z0-9+/]{11}$/.test(hash)
    ? null
    : "must be the 11 characters of the SMS Retriever: letters, digits, + and /";
}
