import type { Authenticator } from "../../accounts/index.ts";
import {
  fromBase32,
  newSeed,
  qrSvg,
  readOtpauth,
  type TotpSettings,
  toBase32,
  totpDefaults,
  totpUri,
} from "../../authenticators/index.ts";
import { add, type Enrol, type EnrolRefused, type Invalid } from "./enrolment.ts";
import { newBase } from "./new-authenticator.ts";
import { type AccountParts, contextOf, shownName } from "./parts.ts";
import { findSubscriber } from "./subscribers.ts";
import type { AuthenticatorView } from "./views.ts";

export type EnrolTotp = Enrol & {
  /** What the app shows above the code. Default: what the `uri` says, else the brand of the tenant's service. */
  readonly issuer?: string | undefined;
  /** A seed from elsewhere in base32, to move people without enrolling them again. */
  readonly seed?: string | undefined;
  /** Instead: an `otpauth://totp/` address with seed and settings, or an app's export (`otpauth-migration://`). */
  readonly uri?: string | undefined;
  /** Which account of an export, by its name there. */
  readonly account?: string | undefined;
};

export type EnrolTotpResult =
  | {
      readonly outcome: "enrolled";
      readonly authenticator: AuthenticatorView;
      /** In this answer and never again (T-6), as are the two others. */
      readonly seed: string;
      readonly uri: string;
      /** The address as an image in SVG, made here; null where it is too long for one. */
      readonly qr: string | null;
    }
  | EnrolRefused
  | Invalid;

/** An authenticator app. It is used only once one of its codes was confirmed (T-7). */
export async function enrolTotp(parts: AccountParts, request: EnrolTotp): Promise<EnrolTotpResult> {
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const service = await parts.directory.service(subscriber.tenantId, undefined);
  const given = seedOf(parts, request, service?.settings.brand);
  if ("outcome" in given) return given;
  const { seed, settings } = given;
  // Half of a pair of surrogates is in no address.
  const issuer = given.issuer.toWellFormed();
  const base = newBase(parts, request.label, "Authenticator app");
  const context = contextOf("seed", base.id, subscriber.tenantId);
  const sealedSeed = await parts.dataKeyring.seal(context, seed.toString("base64"));
  const row: Authenticator = { ...base, ...settings, type: "totp", sealedSeed, lastStep: null };
  const added = await add(parts, subscriber.id, row, request.stepUp);
  if (added.outcome !== "enrolled") return added;
  const name = shownName(parts, subscriber) ?? subscriber.id;
  const uri = totpUri(seed, settings, issuer, name);
  return { ...added, seed: toBase32(seed), uri, qr: await qrSvg(uri) };
}

interface Given {
  readonly seed: Buffer;
  readonly settings: TotpSettings;
  readonly issuer: string;
}

function seedOf(
  parts: AccountParts,
  { issuer: asked, seed, uri, account }: EnrolTotp,
  brand: string | undefined,
): Given | Invalid {
  const invalid = (field: string, detail: string): Invalid => ({ outcome: "requestInvalid", field, detail });
  if (account !== undefined && uri === undefined) return invalid("account", "goes with a uri");
  if (uri !== undefined) {
    if (seed !== undefined) return invalid("seed", "does not go with a uri, which has one");
    const read = readOtpauth(uri, account);
    if ("problem" in read) return invalid("uri", read.problem);
    return { ...read, issuer: asked ?? read.issuer ?? brand ?? "" };
  }
  const issuer = asked ?? brand ?? "";
  const own = seed === undefined ? newSeed(parts.random, totpDefaults.algorithm) : fromBase32(seed);
  if (own === null) return invalid("seed", "must be 14 to 128 bytes in base32");
  return { seed: own, settings: totpDefaults, issuer };
}
