import { createHmac } from "node:crypto";
import type { Random } from "../clock/index.ts";
import { Secret } from "./secret.ts";

const prefix = "whsec_";
const secretBytes = 32;
const secretBytesMin = 24;
const secretBytesMax = 64;

/** A secret as Standard Webhooks writes it, with 256 random bits. */
export function newWebhookSecret(random: Random): Secret {
  return new Secret(prefix + Buffer.from(random.bytes(secretBytes)).toString("base64"));
}

/** What is wrong with a secret that a tenant brings along, if anything. */
export function webhookSecretProblem(given: string): string | null {
  const encoded = given.startsWith(prefix) ? given.slice(prefix.length) : "";
  const bytes = Buffer.from(encoded, "base64");
  const isRight = encoded !== "" && bytes.toString("base64") === encoded;
  if (isRight && bytes.length >= secretBytesMin && bytes.length <= secretBytesMax) return null;
  return `must be ${prefix} and the base64 of ${secretBytesMin} to ${secretBytesMax} random bytes`;
}

/** One signature of Standard Webhooks over id, time in seconds, and body: `v1,<base64>`. */
export function signWebhook(secret: Secret, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.reveal().slice(prefix.length), "base64");
  const signed = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`, "utf8");
  return `v1,${signed.digest("base64")}`;
}
