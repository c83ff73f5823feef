import { createHmac } from "node:crypto";
import { type CallbackRefusal, type CallbackRequest, isRecent } from "../../delivery/index.ts";
import { textsEqual } from "../../secrets/index.ts";

/** The headers by which Standard Webhooks proves a request: HMAC-SHA256 over `id.timestamp.body`. */
export function signedHeaders(
  secret: Buffer,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signatureOf(secret, id, timestamp, body)}`,
  };
}

/** Null where one of the signatures holds: during a rotation there are several. */
export function signatureProblem(
  secret: Buffer,
  { headers, body }: CallbackRequest,
  now: number,
): CallbackRefusal | null {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const given = (headers["webhook-signature"] ?? "").split(" ");
  if (id === "" || !/^\d{1,12}$/.test(timestamp)) return "signature_wrong";
  const wanted = `v1,${signatureOf(secret, id, timestamp, body)}`;
  const isSigned = given.some((one) => textsEqual(one, wanted));
  if (!isSigned) return "signature_wrong";
  return isRecent(Number(timestamp), now) ? null : "signature_stale";
}

function signatureOf(secret: Buffer, id: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`, "utf8").digest("base64");
}
