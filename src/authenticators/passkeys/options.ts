import { type PasskeyCredential, passkeyRequestLifetimeMs, type RelyingParty } from "../../accounts/index.ts";

/** A credential as browsers are told of it. */
export interface CredentialDescriptor {
  readonly type: "public-key";
  readonly id: string;
  readonly transports: readonly string[];
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`, and then `navigator.credentials.create`. */
export interface CreationOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: "public-key"; readonly alg: number }[];
  readonly timeout: number;
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: "required";
    readonly requireResidentKey: true;
    readonly userVerification: "required";
  };
  readonly attestation: "none";
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`, and then `navigator.credentials.get`. */
export interface RequestOptions {
  readonly challenge: string;
  readonly timeout: number;
  readonly rpId: string;
  /** Empty where the person chooses among all that they have here. */
  readonly allowCredentials: readonly CredentialDescriptor[];
  readonly userVerification: "required";
}

/** What `credential.toJSON()` gives for an answer of `create` or `get`; more fields than these are not looked at. */
export interface PasskeyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject?: string | undefined;
    readonly transports?: readonly string[] | undefined;
    readonly authenticatorData?: string | undefined;
    readonly signature?: string | undefined;
    readonly userHandle?: string | null | undefined;
  };
}

/** EdDSA, ES256 and RS256: what is there is one of these. */
export const algorithms: readonly number[] = [-8, -7, -257];

export function creationOptions(fields: {
  readonly relyingParty: RelyingParty;
  readonly challenge: string;
  readonly user: CreationOptions["user"];
  readonly existing: readonly PasskeyCredential[];
}): CreationOptions {
  const { relyingParty, challenge, user, existing } = fields;
  return {
    rp: { id: relyingParty.id, name: relyingParty.name },
    user,
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
    timeout: passkeyRequestLifetimeMs,
    excludeCredentials: existing.map(described),
    // Found by itself, and used with a finger, a face or a PIN: then it is enough alone.
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    // Nobody asks who made the authenticator: that would tell devices apart.
    attestation: "none",
  };
}

export function requestOptions(
  { id: rpId }: RelyingParty,
  challenge: string,
  allowed: readonly PasskeyCredential[],
): RequestOptions {
  const timeout = passkeyRequestLifetimeMs;
  return { challenge, timeout, rpId, allowCredentials: allowed.map(described), userVerification: "required" };
}

function described({ id, transports }: PasskeyCredential): CredentialDescriptor {
  return { type: "public-key", id, transports };
}
