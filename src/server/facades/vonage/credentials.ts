import type { FastifyReply, FastifyRequest } from "fastify";
import {
  dialectSigningSecret,
  requestSignature,
  type SignatureMethod,
  signedParameters,
  textsEqual,
} from "../../../secrets/index.ts";
import type { ApiKey } from "../../../tenants/index.ts";
import type { Caller } from "../../caller.ts";
import { basicOf } from "../basic.ts";
import { enter, keysNamed, keyWithSecret, refuseEntry } from "../dialect-key.ts";
import { errors, refuse } from "./errors.ts";
import { type Parameters, readParameters } from "./parameters.ts";

/** Who calls, under which of the vendor's names, and what was asked. */
export interface Visitor {
  readonly caller: Caller;
  /** What the vendor calls an account. */
  readonly apiKey: string;
  readonly parameters: Parameters;
}

/**
 * Lets a caller in by what clients of any age send: Basic, key and secret in query, form or JSON, or a signature.
 * @throws VonageRefusal where a part is missing, Problem where it is wrong
 */
export async function visitorOf(request: FastifyRequest, reply: FastifyReply): Promise<Visitor> {
  const parameters = readParameters(request);
  const basic = basicOf(request);
  const apiKey = basic?.user ?? parameters.get("api_key");
  if (apiKey === undefined) return refuse(errors.missing("api_key"));
  const secret = basic === null ? parameters.get("api_secret") : basic.secret;
  if (secret !== undefined) {
    const key = await keyWithSecret(request, "vonage", apiKey, secret);
    return { caller: enter(request, reply, key), apiKey, parameters };
  }
  if (parameters.get("sig") === undefined) return refuse(errors.missing("api_secret"));
  // Clients that sign do not escape a plus sign: what they signed is what they meant.
  for (const read of [readParameters(request, "plus"), parameters]) {
    const key = await signerOf(request, apiKey, read);
    if (key !== undefined) return { caller: enter(request, reply, key), apiKey, parameters: read };
  }
  return refuseEntry(request, "The signature is wrong, or too old.");
}

const toleranceSeconds = 300;

/** A digest is known by its length; what is 32 digits long may be either of two. */
const methodsByLength: Readonly<Record<number, readonly SignatureMethod[]>> = {
  32: ["md5hash", "md5"],
  40: ["sha1"],
  64: ["sha256"],
  128: ["sha512"],
};

async function signerOf(
  request: FastifyRequest,
  apiKey: string,
  parameters: Parameters,
): Promise<ApiKey | undefined> {
  const { parts, clock } = request.server;
  const signature = parameters.get("sig")?.toLowerCase() ?? "";
  const timestamp = parameters.get("timestamp") ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(clock.now() / 1_000 - Number(timestamp)) > toleranceSeconds) return undefined;
  const methods = methodsByLength[signature.length] ?? [];
  const text = signedText(parameters);
  for (const key of await keysNamed(request, "vonage", apiKey)) {
    for (const id of parts.keyring.knownIds) {
      const secret = dialectSigningSecret(parts.keyring, "vonage", key.id, id);
      const isRight = methods.some((one) => textsEqual(requestSignature(one, text, secret), signature));
      if (isRight) return key;
    }
  }
  return undefined;
}

/** What a client signed of its parameters. */
export function signedText({ entries }: Pick<Parameters, "entries">): string {
  return signedParameters([...entries].map(([name, values]) => [name, String(values)] as const));
}
