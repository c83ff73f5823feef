import type { RelyingParty } from "../accounts/index.ts";

interface RelyingPartyGiven {
  readonly domain: string | null;
  readonly name: string;
  readonly origins: readonly string[];
  /** Where browsers reach us. */
  readonly publicUrl: string | null;
  /** Whether pages of this machine may ask where nothing else is said. */
  readonly isDevelopment: boolean;
}

/** Whose passkeys are, as the settings say or as follows from where we are; null where it follows from nothing. */
export function relyingPartyOf(given: RelyingPartyGiven): RelyingParty | null {
  const { domain, name, origins, publicUrl } = given;
  const own = publicUrl === null ? null : new URL(publicUrl);
  if (domain === null && origins.length === 0) {
    if (own === null) return given.isDevelopment ? { id: "localhost", name, origins: "localhost" } : null;
    const followed: RelyingParty = { id: own.hostname, name, origins: [own.origin] };
    // An address, or plain http: no browser has passkeys there.
    return originProblem(followed) === null ? followed : null;
  }
  const id = domain ?? hostOf(origins) ?? own?.hostname ?? "localhost";
  if (origins.length > 0) return { id, name, origins };
  if (own !== null && isBelow(own.hostname, id)) return { id, name, origins: [own.origin] };
  return { id, name, origins: id === "localhost" ? "localhost" : [`https://${id}`] };
}

/** Why no browser would have passkeys so; null where they do. */
export function originProblem({ id, origins }: RelyingParty): string | null {
  if (origins === "localhost") return null;
  for (const origin of origins) {
    if (isAppOrigin(origin)) continue;
    if (!isWebOrigin(origin)) {
      return `${origin} is no origin: allowed are https and a host, such as https://app.example.com, without a path`;
    }
    const { protocol, hostname } = new URL(origin);
    if (/^[\d.]+$|^\[/.test(hostname)) {
      return `${origin} is an address, and browsers have passkeys for names alone: name the host, such as http://localhost:3000`;
    }
    if (protocol === "http:" && !isBelow(hostname, "localhost")) {
      return `${origin} is plain http, and browsers have passkeys there on localhost alone: use https`;
    }
    if (!isBelow(hostname, id)) {
      return `${origin} is neither on ${id}, the domain of the passkeys, nor below it`;
    }
  }
  return null;
}

function hostOf(origins: readonly string[]): string | null {
  const first = origins.find(isWebOrigin);
  return first === undefined ? null : new URL(first).hostname;
}

function isWebOrigin(given: string): boolean {
  return URL.canParse(given) && /^https?:\/\/[^*]+$/.test(given) && new URL(given).origin === given;
}

/** What apps of Android say they are: the digest of the certificate that signed them. */
function isAppOrigin(given: string): boolean {
  return /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(given);
}

function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
