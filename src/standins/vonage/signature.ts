import { createHash, createHmac } from "node:crypto";
import { standinAccounts } from "../accounts.ts";
import { hexId, type StandinParts, uuidId } from "../parts.ts";
import type { CarrierPost } from "../post.ts";

const { apiKey, applicationId, signatureSecret } = standinAccounts.vonage;

function secretOf(isForged: boolean): string {
  return isForged ? "the secret of somebody else" : signatureSecret;
}

/** A webhook of the Messages or Voice API: the JWT covers the body by its digest. */
export function signedWebhook(
  parts: Pick<StandinParts, "clock" | "random">,
  url: string,
  event: unknown,
  isForged = false,
): CarrierPost {
  const body = JSON.stringify(event);
  const claims = {
    iat: Math.floor(parts.clock.now() / 1_000),
    jti: uuidId(parts),
    iss: "Vonage",
    payload_hash: createHash("sha256").update(body, "utf8").digest("hex"),
    api_key: apiKey,
    application_id: applicationId,
  };
  const signed = [{ alg: "HS256", typ: "JWT" }, claims]
    .map((one) => Buffer.from(JSON.stringify(one)).toString("base64url"))
    .join(".");
  const signature = createHmac("sha256", secretOf(isForged)).update(signed).digest("base64url");
  const authorization = `Bearer ${signed}.${signature}`;
  return { url, headers: { "content-type": "application/json", authorization }, body };
}

/** A callback of the SMS API, as a form with `sig` (SHA-256 is what the sandbox's account is set to). */
export function signedForm(
  parts: Pick<StandinParts, "clock" | "random">,
  url: string,
  fields: Readonly<Record<string, string>>,
  isForged = false,
): CarrierPost {
  const timestamp = String(Math.floor(parts.clock.now() / 1_000));
  const signed: Record<string, string> = { ...fields, timestamp, nonce: hexId(parts) };
  const form = new URLSearchParams({ ...signed, sig: sigOf(signed, secretOf(isForged)) });
  return {
    url,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  };
}

/** `sig` of the fields without it. */
export function sigOf(fields: Readonly<Record<string, string>>, secret: string = signatureSecret): string {
  const names = Object.keys(fields).filter((one) => one !== "sig");
  const base = names
    .sort()
    .reduce((sum, name) => `${sum}&${name}=${(fields[name] ?? "").replace(/[&=]/g, "_")}`, "");
  return createHmac("sha256", secret).update(base, "utf8").digest("hex");
}
