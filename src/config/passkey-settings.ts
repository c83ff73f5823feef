import type { RelyingParty } from "../accounts/index.ts";
import { relyingPartyOf } from "./relying-party.ts";
import { list, text } from "./setting.ts";

/** Whose passkeys are. */
export const passkeySettings = {
  passkeyDomain: text<string | null>(
    {
      environment: "COUNTERSIGN_PASSKEY_DOMAIN",
      description:
        "The domain that passkeys belong to (the relying party of WebAuthn): the host of the pages that ask for them, or a domain above it. Passkeys of one domain never work on another, so it stays what it is.",
      allowed: "a domain in lower case without scheme and port, such as example.com",
      default: null,
      defaultText:
        "the host of the first COUNTERSIGN_PASSKEY_ORIGINS, else of PUBLIC_URL; localhost in development",
    },
    (given) =>
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(given) &&
      !/^[\d.]+$/.test(given)
        ? null
        : "allowed is a domain in lower case without scheme and port, such as example.com",
  ),
  passkeyName: text<string | null>(
    {
      environment: "COUNTERSIGN_PASSKEY_NAME",
      description: "What browsers and phones call the owner of that domain when they ask for a passkey.",
      allowed: "1 to 64 characters",
      default: null,
      defaultText: "as COUNTERSIGN_BRAND",
    },
    (given) => (/^[^\p{Cc}\p{Cf}]{1,64}$/u.test(given) ? null : "allowed are 1 to 64 visible characters"),
  ),
  passkeyOrigins: list<readonly string[]>(
    {
      environment: "COUNTERSIGN_PASSKEY_ORIGINS",
      description:
        "The exact origins of the pages that may ask for passkeys. Apps of Android are android:apk-key-hash:....",
      allowed:
        "origins with commas between them, such as https://app.example.com, on the domain of the passkeys or below it",
      default: [],
      defaultText:
        "the origin of PUBLIC_URL where that is on the domain, else https and the domain; http://localhost at any port in development",
    },
    (given) => ({ value: [...new Set(given)] }),
  ),
};

/** Whose passkeys are, of all settings together; null where that is not known. */
export function relyingPartyIn(values: {
  readonly passkeyDomain: string | null;
  readonly passkeyName: string | null;
  readonly passkeyOrigins: readonly string[];
  readonly brand: string;
  readonly publicUrl: string | null;
  readonly environment: "development" | "production";
}): RelyingParty | null {
  return relyingPartyOf({
    domain: values.passkeyDomain,
    name: values.passkeyName ?? values.brand,
    origins: values.passkeyOrigins,
    publicUrl: values.publicUrl,
    isDevelopment: values.environment === "development",
  });
}
