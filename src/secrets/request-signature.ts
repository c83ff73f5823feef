import { createHash, createHmac } from "node:crypto";
import { type Keyring, keyedDigest, requireKey } from "./keyring.ts";

/**
 * How Vonage's clients sign the parameters of a request. `md5hash` puts the secret behind the text, as the oldest of
 * them do; the others are HMACs.
 */
export const signatureMethods = ["md5hash", "md5", "sha1", "sha256", "sha512"] as const;

export type SignatureMethod = (typeof signatureMethods)[number];

/** In lower-case hexadecimal. */
export function requestSignature(method: SignatureMethod, text: string, secret: string): string {
  if (method === "md5hash") {
    return createHash("md5")
      .update(text + secret, "utf8")
      .digest("hex");
  }
  return createHmac(method, secret).update(text, "utf8").digest("hex");
}

/** Parameters in the order of their names, `&` and `=` in their values replaced, nothing escaped: what is signed. */
export function signedParameters(entries: Iterable<readonly [string, string]>): string {
  return [...entries]
    .filter(([name]) => name !== "sig")
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `&${name}=${value.replace(/[&=]/g, "_")}`)
    .join("");
}

/**
 * What the holder of a key signs with in a vendor's dialect. Derived from the master secret, since whoever verifies a
 * signature must know it, and of the key itself there is only a digest (W-1). One for each master secret that is still
 * configured, the current one first.
 */
export function dialectSigningSecret(keyring: Keyring, dialect: string, keyId: string, id?: string): string {
  const secret = requireKey(keyring, "dialect", id);
  return keyedDigest(secret, ["signature", dialect, keyId]).subarray(0, 24).toString("hex");
}
