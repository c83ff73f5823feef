import type { IncomingMessage } from "node:http";
import type { Countersign } from "../library/index.ts";

type CheckedSession = Awaited<ReturnType<Countersign["sessions"]["check"]>>;

/** Whose session it is, and how sure that is. */
export type TwoFactorSession = Extract<CheckedSession, { readonly outcome: "active" }>["session"];

export interface TwoFactorOptions {
  /** How long ago an authenticator may have been used at the most; without it, whenever in the session it was. */
  readonly maxAgeSeconds?: number;
  /**
   * Lets sessions in that began with a password on a trusted device, where no authenticator was used. Default false; with
   * `maxAgeSeconds` an authenticator is asked for all the same.
   */
  readonly allowTrustedDevices?: boolean;
  /** The cookie that holds the session's bearer. Default `countersign_session`. */
  readonly cookie?: string;
}

/** Why a request is not let through: nobody is signed in, or an authenticator has to be used first. */
export interface TwoFactorRefusal {
  readonly status: 401 | 403;
  readonly outcome: "sessionInvalid" | "stepUpRequired";
}

export type TwoFactorGuard = (request: IncomingMessage) => Promise<TwoFactorSession | TwoFactorRefusal>;

/** The longest header that is looked through. */
const cookiesMax = 16_384;

/**
 * The guard that each framework's `requireTwoFactor` is made of: lets through who used an authenticator beside a password
 * in this session, or a passkey (AAL2), and that no longer ago than `maxAgeSeconds`.
 */
export function createTwoFactorGuard(countersign: Countersign, options: TwoFactorOptions): TwoFactorGuard {
  refuseWrong(options);
  const { maxAgeSeconds, allowTrustedDevices = false, cookie = "countersign_session" } = options;
  return async (request) => {
    const session = cookieOf(request.headers.cookie ?? "", cookie);
    const found = await countersign.sessions.check({ session, maxAgeSeconds });
    if (found.outcome === "sessionInvalid") return { status: 401, outcome: "sessionInvalid" };
    const isTrusted = allowTrustedDevices && found.session.isOfTrustedDevice;
    const isEnough = found.outcome === "active" && (isTrusted || found.session.assurance.aal === 2);
    return isEnough ? found.session : { status: 403, outcome: "stepUpRequired" };
  };
}

const allowed: Readonly<Record<keyof TwoFactorOptions, (given: unknown) => string | null>> = {
  maxAgeSeconds: (given) =>
    Number.isFinite(given) && Number(given) > 0 ? null : "a number of seconds, more than 0",
  allowTrustedDevices: (given) => (typeof given === "boolean" ? null : "true or false"),
  cookie: (given) =>
    typeof given === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(given) ? null : "the name of a cookie",
};

/**
 * A word that is passed over would leave open what was meant to be guarded: `maxAge` is milliseconds to some and seconds
 * to others.
 */
function refuseWrong(options: TwoFactorOptions): void {
  for (const [name, given] of Object.entries(options)) {
    if (!Object.hasOwn(allowed, name)) {
      const names = Object.keys(allowed).join(", ");
      throw new TypeError(`requireTwoFactor: options: "${name}" was given, allowed is ${names}`);
    }
    const problem = given === undefined ? null : allowed[name as keyof TwoFactorOptions](given);
    if (problem !== null) {
      const said = JSON.stringify(given);
      throw new TypeError(`requireTwoFactor: ${name}: ${said} was given, allowed is ${problem}`);
    }
  }
}

export function isRefusal(given: TwoFactorSession | TwoFactorRefusal): given is TwoFactorRefusal {
  return "outcome" in given;
}

/** The first cookie of this name; empty where there is none. */
function cookieOf(header: string, name: string): string {
  if (header.length > cookiesMax) return "";
  for (const part of header.split(";")) {
    const [key = "", value = ""] = part.trim().split("=", 2);
    if (key === name) return value;
  }
  return "";
}
