import type { IncomingMessage } from "node:http";
import type { Countersign } from "../library/index.ts";
import { type Shape, shapeProblems } from "../library/option-shapes.ts";

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

const shapes: Readonly<Record<keyof TwoFactorOptions, Shape>> = {
  maxAgeSeconds: {
    allowed: "a number of seconds above 0",
    fits: (given) => Number.isFinite(given) && Number(given) > 0,
  },
  allowTrustedDevices: { allowed: "true or false", fits: (given) => typeof given === "boolean" },
  cookie: {
    allowed: "the name of a cookie",
    fits: (given) => typeof given === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(given),
  },
};

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
  const problems = shapeProblems(options, shapes);
  if (problems.length > 0) throw new TypeError(`requireTwoFactor: ${problems.join("; ")}`);
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
