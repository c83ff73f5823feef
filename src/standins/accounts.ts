import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { privateKeyPem } from "./vonage/key.ts";

/** The head of an Ed25519 key in PKCS #8, before its 32 bytes (RFC 8410, 7). */
const pkcs8Head = "302e020100300506032b657004220420";

/** What a stand-in signs with: the same at every start, so that programs can be configured once. */
export function signingKey(name: string): KeyObject {
  const seed = createHash("sha256").update(`countersign sandbox ${name}`).digest("hex");
  return createPrivateKey({ key: Buffer.from(pkcs8Head + seed, "hex"), format: "der", type: "pkcs8" });
}

function rawPublicKey(key: KeyObject): string {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
}

/**
 * The accounts that the stand-ins know, for everybody to read: they guard nothing but virtual phones. A program under
 * development is given them in place of its real ones.
 */
export const standinAccounts = {
  flowroute: {
    accessKey: "10000001",
    secretKey: "sandbox0sandbox0sandbox0sandbox0",
    number: "+12065550100",
  },
  telnyx: {
    apiKey: "KEYsandbox00000000000000000000000_sandbox",
    number: "+12065550101",
    connectionId: "1494404757140276705",
    messagingProfileId: "16fd2706-8baf-433b-82eb-8c7fada847da",
    /** What its webhooks are verified with. */
    publicKey: rawPublicKey(signingKey("telnyx")),
  },
  vonage: {
    apiKey: "5a4d0b0c",
    apiSecret: "Sandbox0Sandbox0",
    number: "+12065550103",
    applicationId: "5a4d0b0c-0000-4000-a000-5a4d0b0c5a4d",
    /** Of the application. */
    privateKey: privateKeyPem,
    /** What its callbacks are signed with, those of the SMS API by SHA-256. */
    signatureSecret: "sandbox0sandbox0sandbox0sandbox0sandbox0sandbox0",
  },
  twilio: {
    accountSid: "AC5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c",
    authToken: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    number: "+12065550102",
  },
  webhook: {
    secret: "whsec_c2FuZGJveDBzYW5kYm94MHNhbmRib3gw",
    number: "+12065550104",
  },
} as const;
