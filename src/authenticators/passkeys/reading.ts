import { createHash } from "node:crypto";
import { isAllowedOrigin, type PasskeyRefusal, type RelyingParty } from "../../accounts/index.ts";

/** What the browser says of itself, with its bytes: those are what is signed. */
export interface ClientData {
  readonly type: unknown;
  readonly challenge: unknown;
  readonly origin: unknown;
  readonly crossOrigin: unknown;
  readonly topOrigin: unknown;
}

/** The beginning of what an authenticator says. */
export interface AuthenticatorData {
  readonly rpIdHash: Buffer;
  readonly isPresent: boolean;
  readonly isVerified: boolean;
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  readonly signCount: number;
}

const authenticatorDataBytesMin = 37;

/** Bytes in base64url in its one form: two texts of the same bytes would be two answers. */
export function bytesOf(given: unknown): Buffer | null {
  if (typeof given !== "string" || given === "") return null;
  const bytes = Buffer.from(given, "base64url");
  return bytes.toString("base64url") === given ? bytes : null;
}

export function readClientData(bytes: Buffer): ClientData | null {
  try {
    const read: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof read !== "object" || read === null || Array.isArray(read)) return null;
    const { type, challenge, origin, crossOrigin, topOrigin } = read as Partial<ClientData>;
    return { type, challenge, origin, crossOrigin, topOrigin };
  } catch {
    return null;
  }
}

export function readAuthenticatorData(bytes: Buffer): AuthenticatorData | null {
  if (bytes.length < authenticatorDataBytesMin) return null;
  const flags = bytes.readUInt8(32);
  return {
    rpIdHash: bytes.subarray(0, 32),
    isPresent: (flags & 0x01) !== 0,
    isVerified: (flags & 0x04) !== 0,
    isBackupEligible: (flags & 0x08) !== 0,
    isBackedUp: (flags & 0x10) !== 0,
    signCount: bytes.readUInt32BE(33),
  };
}

/** WebAuthn 7.1 and 7.2, in their order: what the browser says. */
export function clientDataRefusal(
  read: ClientData,
  expected: {
    readonly type: "webauthn.create" | "webauthn.get";
    readonly challenge: string;
    readonly relyingParty: RelyingParty;
  },
): PasskeyRefusal | null {
  if (read.type !== expected.type) return "purpose";
  if (read.challenge !== expected.challenge) return "challenge";
  if (typeof read.origin !== "string" || !isAllowedOrigin(expected.relyingParty, read.origin))
    return "origin";
  // Our pages are in nobody's frame: an answer from inside another site was not meant for us.
  const isAlone = read.crossOrigin === undefined || read.crossOrigin === false;
  return isAlone && read.topOrigin === undefined ? null : "crossOrigin";
}

/** The same of what the authenticator says, up to its signature. */
export function authenticatorDataRefusal(
  read: AuthenticatorData,
  { id }: RelyingParty,
): PasskeyRefusal | null {
  const hash = createHash("sha256").update(id, "utf8").digest();
  if (!read.rpIdHash.equals(hash)) return "relyingParty";
  if (!read.isPresent) return "userPresence";
  if (!read.isVerified) return "userVerification";
  return read.isBackedUp && !read.isBackupEligible ? "backup" : null;
}
