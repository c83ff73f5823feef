import { createHash, createHmac } from "node:crypto";
import { type CallbackRefusal, isRecent } from "../../delivery/index.ts";
import { textsEqual } from "../../secrets/index.ts";
import { at, textAt } from "../reading.ts";
import { claimsOf } from "./jwt.ts";
import type { VonageSignature } from "./settings.ts";

/** Signed webhooks of the Messages and Voice APIs: a JWT that covers the body by its digest; null where it holds. */
export function webhookProblem(
  { secret, apiKey }: { readonly secret: string; readonly apiKey: string },
  authorization: string | undefined,
  body: string,
  now: number,
): CallbackRefusal | null {
  const claims = claimsOf(/^Bearer (\S+)$/i.exec(authorization ?? "")?.[1] ?? "", secret);
  const digest = createHash("sha256").update(body, "utf8").digest("hex");
  const isOurs = at(claims, "payload_hash") === digest && at(claims, "api_key") === apiKey;
  if (!isOurs) return "signature_wrong";
  return isRecent(Number(at(claims, "iat")), now) ? null : "signature_stale";
}

/** `sig` of the SMS API's callbacks, over all other fields in the order of their names; null where it holds. */
export function sigProblem(
  { secret, method }: { readonly secret: string; readonly method: VonageSignature },
  fields: Readonly<Record<string, string>>,
  now: number,
): CallbackRefusal | null {
  const { sig = "", ...signed } = fields;
  const base = Object.keys(signed)
    .sort()
    .map((name) => `&${name}=${(signed[name] ?? "").replace(/[&=]/g, "_")}`)
    .join("");
  if (!textsEqual(sig.toLowerCase(), digest(method, secret, base))) return "signature_wrong";
  return isRecent(Number(textAt(fields, "timestamp") ?? Number.NaN), now) ? null : "signature_stale";
}

function digest(method: VonageSignature, secret: string, base: string): string {
  if (method === "md5hash")
    return createHash("md5")
      .update(base + secret, "utf8")
      .digest("hex");
  return createHmac(method, secret).update(base, "utf8").digest("hex");
}
