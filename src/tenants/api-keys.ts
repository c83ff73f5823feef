import { hkdfSync } from "node:crypto";
import { type Random, uuidv7 } from "../clock/index.ts";
import { bearerDigest, dialectSigningSecret, eventSigner, type Keyring, Secret } from "../secrets/index.ts";
import type { ApiKey, Dialect, DialectRecord, Scope } from "./records.ts";

/** What is shown once, when a key is made: our own key, and the pair of each vendor's dialect (design 4). */
export interface IssuedKey {
  readonly id: string;
  readonly key: string;
  readonly vonage: {
    readonly apiKey: string;
    readonly apiSecret: string;
    /** What clients sign requests with that leave the secret out; only the server can tell it. */
    readonly signatureSecret?: string;
  };
  readonly twilio: { readonly accountSid: string; readonly authToken: string };
  readonly telnyx: {
    readonly apiKey: string;
    /** What its clients verify webhooks with; the tenant's, and only the server can tell it. */
    readonly publicKey?: string;
  };
  readonly flowroute: { readonly accessKey: string; readonly secretKey: string };
}

export interface NewKey {
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly allowedAddresses?: readonly string[];
  readonly expiresAt?: number | null;
}

/** The shortest key an operator may bring along: 128 bits even in hexadecimal (W-1). */
export const ownKeyLengthMin = 32;

/** Makes a key with 256 random bits. */
export function createApiKey(
  random: Random,
  now: number,
  asked: NewKey,
): { record: ApiKey; issued: IssuedKey } {
  const secret = Buffer.from(random.bytes(32)).toString("base64url");
  return recordOf(new Secret(`cs_${secret}`), uuidv7(now, random), now, asked);
}

/** The key that an operator set: its record and dialects follow from it, so that it can be shown again. */
export function adoptApiKey(
  own: Secret,
  random: Random,
  now: number,
  asked: NewKey,
): { record: ApiKey; issued: IssuedKey } {
  return recordOf(own, uuidv7(now, random), now, asked);
}

/** What the holder of a key can present in each dialect. */
export function issuedKey(id: string, key: Secret): IssuedKey {
  const part = (dialect: Dialect, use: string, length: number): string =>
    Buffer.from(
      hkdfSync("sha256", key.reveal(), "countersign", `countersign/v1/dialect/${dialect}/${use}`, length),
    ).toString("hex");
  const digits = BigInt(`0x${part("flowroute", "user", 8)}`) % 90_000_000n;
  return {
    id,
    key: key.reveal(),
    vonage: { apiKey: part("vonage", "user", 4), apiSecret: part("vonage", "secret", 16) },
    twilio: { accountSid: `AC${part("twilio", "user", 16)}`, authToken: part("twilio", "secret", 16) },
    telnyx: { apiKey: `KEY${part("telnyx", "secret", 24).toUpperCase()}` },
    flowroute: { accessKey: String(10_000_000n + digits), secretKey: part("flowroute", "secret", 16) },
  };
}

/** The same with what does not follow from the key, but from the master secret. */
export function completedKey(keyring: Keyring, tenantId: string, issued: IssuedKey): IssuedKey {
  const { id, vonage, telnyx } = issued;
  return {
    ...issued,
    vonage: { ...vonage, signatureSecret: dialectSigningSecret(keyring, "vonage", id) },
    telnyx: { ...telnyx, publicKey: eventSigner(keyring, tenantId).publicKey },
  };
}

function recordOf(
  key: Secret,
  id: string,
  now: number,
  asked: NewKey,
): { record: ApiKey; issued: IssuedKey } {
  const issued = issuedKey(id, key);
  const pair = (user: string, secret: string): DialectRecord => ({
    user,
    digest: bearerDigest(secret),
    revokedAt: null,
  });
  const record: ApiKey = {
    id,
    tenantId: asked.tenantId,
    name: asked.name,
    scopes: asked.scopes,
    digest: bearerDigest(key.reveal()),
    dialects: {
      vonage: pair(issued.vonage.apiKey, issued.vonage.apiSecret),
      twilio: pair(issued.twilio.accountSid, issued.twilio.authToken),
      telnyx: pair("", issued.telnyx.apiKey),
      flowroute: pair(issued.flowroute.accessKey, issued.flowroute.secretKey),
    },
    allowedAddresses: asked.allowedAddresses ?? [],
    createdAt: now,
    expiresAt: asked.expiresAt ?? null,
    revokedAt: null,
  };
  return { record, issued };
}
