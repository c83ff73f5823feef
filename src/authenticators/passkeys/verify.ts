import {
  credentialBytesMax,
  type PasskeyCredential,
  type PasskeyRefusal,
  type PasskeyShown,
  type RelyingParty,
} from "../../accounts/index.ts";
import { type DecodeAttestation, requirePasskeys } from "./library.ts";
import { algorithms, type PasskeyAnswer } from "./options.ts";
import {
  type AuthenticatorData,
  authenticatorDataRefusal,
  bytesOf,
  clientDataRefusal,
  readAuthenticatorData,
  readClientData,
} from "./reading.ts";

/** What an answer has to be an answer to. */
export interface Asked {
  readonly relyingParty: RelyingParty;
  readonly challenge: string;
}

const refused = (reason: PasskeyRefusal): PasskeyShown => ({ type: "refused", reason });

/** A new passkey: WebAuthn 7.1. What holds among our rows is decided by the rules. */
export async function verifyAttestation(asked: Asked, answer: PasskeyAnswer): Promise<PasskeyShown> {
  const library = await requirePasskeys();
  const { relyingParty, challenge } = asked;
  const { clientDataJSON, attestationObject, transports = [] } = answer.response;
  const attestation = bytesOf(attestationObject);
  if (attestation === null) return refused("malformed");
  const read = attestationOf(library.decodeAttestationObject, attestation);
  if (read === null) return refused("malformed");
  const reason =
    answerRefusal(answer) ??
    spokenRefusal("webauthn.create", asked, clientDataJSON) ??
    authenticatorDataRefusal(read.data, relyingParty);
  if (reason !== null) return refused(reason);
  if (!read.isSelfMade) return refused("attestation");
  try {
    const { verified, registrationInfo } = await library.verifyRegistrationResponse({
      response: {
        ...typed(answer),
        response: { clientDataJSON, attestationObject: attestationObject as string },
      },
      expectedChallenge: challenge,
      expectedOrigin: originIn(clientDataJSON),
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    });
    if (!verified || registrationInfo?.credential.id !== answer.id) return refused("attestation");
    const { publicKey, counter } = registrationInfo.credential;
    const credential: PasskeyCredential = {
      id: answer.id,
      publicKey: Buffer.from(publicKey).toString("base64url"),
      signCount: counter,
      isBackupEligible: read.data.isBackupEligible,
      isBackedUp: read.data.isBackedUp,
      transports: transports.filter((one) => /^[a-z-]{1,20}$/.test(one)).slice(0, transportsMax),
    };
    return { type: "registered", credential };
  } catch (cause) {
    return refused(/public key alg/.test(String(cause)) ? "algorithm" : "attestation");
  }
}

const transportsMax = 8;

/**
 * One use of a passkey: WebAuthn 7.2. Without a credential it is compared with a key that nobody has, so that nobody
 * learns from the time it takes, nor from the answer, whether there is one.
 */
export async function verifyAssertion(
  asked: Asked,
  answer: PasskeyAnswer,
  credential: PasskeyCredential | null,
): Promise<PasskeyShown> {
  const library = await requirePasskeys();
  const { relyingParty, challenge } = asked;
  const { clientDataJSON, authenticatorData, signature } = answer.response;
  const [data, signed] = [bytesOf(authenticatorData), bytesOf(signature)];
  const read = data === null ? null : readAuthenticatorData(data);
  if (read === null || signed === null) return refused("malformed");
  const reason =
    answerRefusal(answer) ??
    spokenRefusal("webauthn.get", asked, clientDataJSON) ??
    authenticatorDataRefusal(read, relyingParty);
  if (reason !== null) return refused(reason);
  const publicKey = credential === null ? nobodysKey : Buffer.from(credential.publicKey, "base64url");
  try {
    const { verified } = await library.verifyAuthenticationResponse({
      response: {
        ...typed(answer),
        response: {
          clientDataJSON,
          authenticatorData: authenticatorData as string,
          signature: signature as string,
        },
      },
      expectedChallenge: challenge,
      expectedOrigin: originIn(clientDataJSON),
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      // Its count is compared behind the lock, with the one that is there then.
      credential: { id: answer.id, publicKey: new Uint8Array(publicKey), counter: 0 },
    });
    if (!verified || credential === null) return refused("signature");
  } catch {
    return refused("signature");
  }
  const { signCount, isBackupEligible, isBackedUp } = read;
  return { type: "used", credentialId: answer.id, signCount, isBackupEligible, isBackedUp };
}

/** The frame of an answer: an id of a public key in its one form, and of a length that there is. */
function answerRefusal({ id, rawId, type }: PasskeyAnswer): PasskeyRefusal | null {
  const bytes = bytesOf(id);
  if (bytes === null || id !== rawId || type !== "public-key") return "malformed";
  return bytes.length <= credentialBytesMax ? null : "credential";
}

function spokenRefusal(
  type: "webauthn.create" | "webauthn.get",
  { relyingParty, challenge }: Asked,
  clientDataJSON: string,
): PasskeyRefusal | null {
  const bytes = bytesOf(clientDataJSON);
  const read = bytes === null ? null : readClientData(bytes);
  return read === null ? "malformed" : clientDataRefusal(read, { type, challenge, relyingParty });
}

/** It was looked for in the exact list already. */
function originIn(clientDataJSON: string): string {
  return String(readClientData(Buffer.from(clientDataJSON, "base64url"))?.origin);
}

interface Attestation {
  readonly data: AuthenticatorData;
  /** Without a statement of whoever made the authenticator: none was asked for, and reading one may mean asking others. */
  readonly isSelfMade: boolean;
}

function attestationOf(decode: DecodeAttestation, bytes: Buffer): Attestation | null {
  try {
    const read = decode(new Uint8Array(bytes));
    const data = readAuthenticatorData(Buffer.from(read.get("authData") as Uint8Array));
    const format = read.get("fmt");
    const statement = read.get("attStmt") as ReadonlyMap<string, unknown>;
    const isSelf = format === "packed" && statement.get("x5c") === undefined;
    return data === null ? null : { data, isSelfMade: format === "none" || isSelf };
  } catch {
    return null;
  }
}

function typed({ id, rawId }: PasskeyAnswer): {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly clientExtensionResults: Record<string, never>;
} {
  return { id, rawId, type: "public-key", clientExtensionResults: {} };
}

/**
 * In place of a key that is not there: the base point of P-256, in COSE. Whoever signs with it, and everybody can, is
 * refused all the same.
 */
const nobodysKey: Buffer = Buffer.from(
  "a5010203262001215820" +
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
    "225820" +
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "hex",
);
