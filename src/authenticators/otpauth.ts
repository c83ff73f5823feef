import type { TotpAlgorithm } from "../accounts/index.ts";
import { readExport } from "./authenticator-export.ts";
import { fromBase32, isSeed, type TotpSettings, totpDefaults } from "./totp.ts";

/** What an authenticator app knows of one account. */
export interface OtpauthAccount {
  readonly seed: Buffer;
  readonly settings: TotpSettings;
  readonly issuer: string | null;
  readonly name: string;
}

export type OtpauthRead = OtpauthAccount | { readonly problem: string };

const uriLengthMax = 8_192;
/** RFC 6238 recommends 30 seconds; at more than two minutes a code could be read to somebody (63B-4 3.1.4.2). */
const periodMax = 120;
const periodMin = 10;

const algorithms: Readonly<Record<string, TotpAlgorithm>> = {
  SHA1: "sha1",
  SHA256: "sha256",
  SHA512: "sha512",
};

/**
 * Reads what other authenticator apps and services hand on: the address of one account (`otpauth://totp/...`), or the
 * export of an app (`otpauth-migration://...`), of which `account` names one where there are several.
 */
export function readOtpauth(uri: string, account?: string): OtpauthRead {
  const url = uri.length <= uriLengthMax && URL.canParse(uri) ? new URL(uri) : null;
  if (url?.protocol === "otpauth-migration:") return fromExport(url, account);
  if (url?.protocol !== "otpauth:") {
    return { problem: "must be an address that begins with otpauth://totp/ or otpauth-migration://offline" };
  }
  if (url.host !== "totp") return counted;
  return fromAddress(url);
}

const counted = { problem: "holds codes that are counted (HOTP); only those of time (TOTP) are taken over" };

function fromAddress({ pathname, searchParams }: URL): OtpauthRead {
  const label = decoded(pathname.slice(1));
  if (label === null) return { problem: "has a label that is not percent-encoded as it should be" };
  const [before, ...after] = label.split(":");
  const issuer = searchParams.get("issuer") ?? (after.length > 0 ? (before ?? null) : null);
  const seed = fromBase32(searchParams.get("secret") ?? "");
  if (seed === null) return { problem: "needs a secret of 14 to 128 bytes in base32" };
  const algorithm = algorithms[(searchParams.get("algorithm") ?? "SHA1").toUpperCase().replace("-", "")];
  if (algorithm === undefined) return { problem: "has an algorithm other than SHA1, SHA256 and SHA512" };
  const digits = Number(searchParams.get("digits") ?? totpDefaults.digits);
  if (digits !== 6 && digits !== 7 && digits !== 8) return { problem: "must have codes of 6 to 8 digits" };
  const periodSeconds = Number(searchParams.get("period") ?? totpDefaults.periodSeconds);
  if (!Number.isInteger(periodSeconds) || periodSeconds < periodMin || periodSeconds > periodMax) {
    return { problem: `must have a period of ${periodMin} to ${periodMax} seconds` };
  }
  const name = (after.length > 0 ? after.join(":") : label).trim();
  return { seed, settings: { algorithm, digits, periodSeconds }, issuer, name };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function fromExport(url: URL, account: string | undefined): OtpauthRead {
  // What is not encoded as it should be: a plus arrives as a space.
  const data = url.searchParams.get("data")?.replaceAll(" ", "+") ?? "";
  const all = readExport(Buffer.from(data, "base64"));
  if (all === null || all.length === 0) return { problem: "is no export that can be read" };
  const named = all.filter(
    ({ name, issuer }) => account === undefined || [name, `${issuer}:${name}`].includes(account),
  );
  const [one, ...more] = named;
  if (one === undefined) return { problem: "holds no account of this name" };
  if (more.length > 0) return { problem: `holds ${named.length} accounts: say which with \`account\`` };
  if (one.type !== "totp") return counted;
  const { algorithm, digits } = one;
  if (algorithm === null || digits === null) return { problem: "has an account of a kind that is not known" };
  if (!isSeed(one.secret)) return { problem: "needs a secret of 14 to 128 bytes" };
  const settings = { algorithm, digits, periodSeconds: totpDefaults.periodSeconds };
  const name = one.name.split(":").at(-1)?.trim() ?? "";
  return { seed: one.secret, settings, issuer: one.issuer === "" ? null : one.issuer, name };
}
