import { createRequire } from "node:module";
import { PasskeysUnavailable } from "../errors.ts";

/** What we use of @simplewebauthn/server. Its own types speak of browsers, which nothing here is compiled for. */
interface Library {
  verifyRegistrationResponse(options: Expected & { readonly supportedAlgorithmIDs: number[] }): Promise<{
    readonly verified: boolean;
    readonly registrationInfo?: {
      readonly credential: { readonly id: string; readonly publicKey: Uint8Array; readonly counter: number };
    };
  }>;
  verifyAuthenticationResponse(
    options: Expected & {
      readonly credential: { readonly id: string; readonly publicKey: Uint8Array; readonly counter: number };
    },
  ): Promise<{ readonly verified: boolean }>;
  readonly decodeAttestationObject: DecodeAttestation;
}

interface Expected {
  readonly response: object;
  readonly expectedChallenge: string;
  readonly expectedOrigin: string;
  readonly expectedRPID: string;
  readonly requireUserVerification: true;
}

export type DecodeAttestation = (bytes: Uint8Array) => ReadonlyMap<string, unknown>;

/** In a variable, so that no compiler looks for a package that most installations do not have. */
const packageName: string = "@simplewebauthn/server";

const remedy = `passkeys need the package ${packageName}, which is not installed with countersign: run \`npm install ${packageName}@14\` beside it`;

let isThere: boolean | null = null;

/** What whoever wants passkeys is to install; null where nothing is missing. Loads nothing. */
export function passkeysRemedy(): string | null {
  isThere ??= isInstalled();
  return isThere ? null : remedy;
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

let loaded: Promise<Library> | null = null;

/**
 * Loads what reads keys and signatures, at the first passkey.
 * @throws PasskeysUnavailable where it is not installed
 */
export async function requirePasskeys(): Promise<Library> {
  loaded ??= load();
  try {
    return await loaded;
  } catch (cause) {
    loaded = null;
    if ((cause as { readonly code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new PasskeysUnavailable(remedy, { cause });
  }
}

async function load(): Promise<Library> {
  const [library, helpers] = await Promise.all([import(packageName), import(`${packageName}/helpers`)]);
  return { ...library, decodeAttestationObject: helpers.decodeAttestationObject } as Library;
}
