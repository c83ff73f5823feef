import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign as signWith } from "node:crypto";
import type { CreationOptions, PasskeyAnswer, RequestOptions } from "../../authenticators/index.ts";
import { type Cbor, cbor } from "./cbor.ts";

export type PasskeyAlgorithm = "ES256" | "EdDSA" | "RS256";

/** What a test makes wrong; without it, all is as browsers and authenticators do it. */
export interface PasskeyFaults {
  /** Fields of what the browser says. */
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** The domain that the authenticator believes it is asked by. */
  readonly rpId?: string;
  /** All flags as one byte, instead of present, verified, and eligible for copies or not. */
  readonly flags?: number;
  readonly signCount?: number;
  /** The key that signs, instead of the passkey's own. */
  readonly key?: KeyObject;
  /** Of an enrolment: the format and the statement of the attestation. */
  readonly format?: string;
  readonly statement?: ReadonlyMap<string, Cbor>;
  readonly credentialId?: Buffer;
  /** The answer, after it was signed. */
  readonly answer?: (answer: PasskeyAnswer) => PasskeyAnswer;
}

export interface SoftwareAuthenticatorOptions {
  /** Of the page that asks. */
  readonly origin: string;
  readonly algorithm?: PasskeyAlgorithm;
  /** Whether its passkeys may be copied, and are. Default false. */
  readonly isBackedUp?: boolean;
  /** Whether it counts uses, as security keys do and synchronised passkeys do not. Default false. */
  readonly counts?: boolean;
}

/** A browser with an authenticator, in software: for tests of what asks for passkeys. */
export interface SoftwareAuthenticator {
  /** What `navigator.credentials.create` would answer, as JSON. */
  create(options: CreationOptions, faults?: PasskeyFaults): PasskeyAnswer;
  /**
   * What `navigator.credentials.get` would answer, as JSON: with the newest passkey that is allowed.
   * @throws Error where it has none that is allowed
   */
  get(options: RequestOptions, faults?: PasskeyFaults): PasskeyAnswer;
}

interface Passkey {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
  readonly key: KeyObject;
  signCount: number;
}

const flag = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10, attested: 0x40 } as const;

export function createSoftwareAuthenticator(options: SoftwareAuthenticatorOptions): SoftwareAuthenticator {
  const { origin, algorithm = "ES256", isBackedUp = false, counts = false } = options;
  const passkeys: Passkey[] = [];
  const flags = flag.present | flag.verified | (isBackedUp ? flag.eligible | flag.backedUp : 0);
  const clientDataOf = (type: string, challenge: string, faults: PasskeyFaults): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...faults.clientData }));
  const dataOf = (rpId: string, ownFlags: number, signCount: number, faults: PasskeyFaults): Buffer => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(faults.signCount ?? signCount);
    const hash = createHash("sha256")
      .update(faults.rpId ?? rpId)
      .digest();
    return Buffer.concat([hash, Buffer.from([faults.flags ?? ownFlags]), count]);
  };
  return {
    create(asked, faults = {}) {
      const { publicKey, privateKey } = keyPair(algorithm);
      const id = faults.credentialId ?? randomBytes(32);
      passkeys.push({ id, rpId: asked.rp.id, userHandle: asked.user.id, key: privateKey, signCount: 0 });
      const clientData = clientDataOf("webauthn.create", asked.challenge, faults);
      const length = Buffer.from([id.length >> 8, id.length & 255]);
      const data = Buffer.concat([
        dataOf(asked.rp.id, flags | flag.attested, 0, faults),
        Buffer.alloc(16),
        length,
        id,
        coseOf(algorithm, publicKey),
      ]);
      const attestation = new Map<string, Cbor>([
        ["fmt", faults.format ?? "none"],
        ["attStmt", faults.statement ?? new Map<string, Cbor>()],
        ["authData", data],
      ]);
      const response = {
        clientDataJSON: clientData.toString("base64url"),
        attestationObject: cbor(attestation).toString("base64url"),
        transports: ["internal"],
      };
      return answered(id, response, faults);
    },
    get(asked, faults = {}) {
      const allowed = asked.allowCredentials.map((one) => one.id);
      const found = passkeys.findLast(
        (one) =>
          one.rpId === asked.rpId && (allowed.length === 0 || allowed.includes(one.id.toString("base64url"))),
      );
      if (found === undefined)
        throw new Error("NotAllowedError: no passkey of this authenticator is allowed");
      if (counts) found.signCount += 1;
      const clientData = clientDataOf("webauthn.get", asked.challenge, faults);
      const data = dataOf(asked.rpId, flags, found.signCount, faults);
      const hash = createHash("sha256").update(clientData).digest();
      const signature = signed(algorithm, Buffer.concat([data, hash]), faults.key ?? found.key);
      const response = {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: data.toString("base64url"),
        signature: signature.toString("base64url"),
        userHandle: found.userHandle,
      };
      return answered(faults.credentialId ?? found.id, response, faults);
    },
  };
}

function answered(
  credentialId: Buffer,
  response: PasskeyAnswer["response"],
  { answer }: PasskeyFaults,
): PasskeyAnswer {
  const id = credentialId.toString("base64url");
  const made: PasskeyAnswer = { id, rawId: id, type: "public-key", response };
  return answer === undefined ? made : answer(made);
}

function keyPair(algorithm: PasskeyAlgorithm): {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
} {
  switch (algorithm) {
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "EdDSA":
      return generateKeyPairSync("ed25519");
    case "RS256":
      return generateKeyPairSync("rsa", { modulusLength: 2_048 });
    default:
      return algorithm satisfies never;
  }
}

function signed(algorithm: PasskeyAlgorithm, data: Buffer, key: KeyObject): Buffer {
  return signWith(algorithm === "EdDSA" ? null : "sha256", data, key);
}

/** RFC 9053: the public key as a map of small numbers. */
function coseOf(algorithm: PasskeyAlgorithm, key: KeyObject): Buffer {
  const jwk = key.export({ format: "jwk" });
  const bytes = (name: string): Buffer => Buffer.from(String(jwk[name]), "base64url");
  switch (algorithm) {
    case "ES256":
      return cbor(
        new Map<number, Cbor>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes("x")],
          [-3, bytes("y")],
        ]),
      );
    case "EdDSA":
      return cbor(
        new Map<number, Cbor>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes("x")],
        ]),
      );
    case "RS256":
      return cbor(
        new Map<number, Cbor>([
          [1, 3],
          [3, -257],
          [-1, bytes("n")],
          [-2, bytes("e")],
        ]),
      );
    default:
      return algorithm satisfies never;
  }
}
