/** Who passkeys are for, in the words of WebAuthn: a domain, and the pages that may ask for a passkey of it. */
export interface RelyingParty {
  /** The domain that passkeys belong to for as long as they live. */
  readonly id: string;
  /** What a browser calls it. */
  readonly name: string;
  /** The exact origins of those pages; `localhost` is that host at any port. */
  readonly origins: readonly string[] | "localhost";
}

/** The exact list, never a pattern: whoever may put a page on an allowed origin may ask for passkeys. */
export function isAllowedOrigin({ origins }: RelyingParty, origin: string): boolean {
  return origins === "localhost"
    ? /^https?:\/\/localhost(:\d{1,5})?$/.test(origin)
    : origins.includes(origin);
}
