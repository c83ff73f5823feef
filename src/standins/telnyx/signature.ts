import { sign } from "node:crypto";
import { signingKey } from "../accounts.ts";
import type { StandinParts } from "../parts.ts";
import type { CarrierPost } from "../post.ts";

const key = signingKey("telnyx");
const foreignKey = signingKey("somebody else");

/** A webhook as Telnyx signs it, or as somebody would who has another key. */
export function signedPost(
  { clock }: Pick<StandinParts, "clock">,
  url: string,
  event: unknown,
  isForged = false,
): CarrierPost {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(clock.now() / 1_000));
  const signed = Buffer.from(`${timestamp}|${body}`, "utf8");
  const signature = sign(null, signed, isForged ? foreignKey : key).toString("base64");
  return {
    url,
    headers: {
      "content-type": "application/json",
      "telnyx-timestamp": timestamp,
      "telnyx-signature-ed25519": signature,
    },
    body,
  };
}
