import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Countersign, instanceOf } from "../library/countersign.ts";
import { type Shape, shapeProblems } from "../library/option-shapes.ts";
import { cookieIn, isMetBy, makeOwnAccountLink, namesThisMachine } from "../server/index.ts";
import {
  type GuardAnswer,
  type GuardedRequest,
  isPageRequest,
  queryOf,
  redirect,
  wayBack,
} from "./answers.ts";
import { aService, ownPath, pathPrefix, someSeconds } from "./options.ts";

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
  /**
   * The cookie that holds the session's bearer. Default `__Host-countersign_session`, and on this machine without https
   * `countersign_session`, which the account pages set.
   */
  readonly cookie?: string;
  /**
   * Leads browsers to the account pages, where they sign in or use an authenticator, and back: `true`, or where the pages
   * are. Without it everybody who is not let through gets a problem.
   */
  readonly pages?: boolean | TwoFactorPages;
}

/** Where the account pages are that are mounted beside a guarded route. */
export interface TwoFactorPages {
  /** The path that Countersign is mounted at. Default: the root. */
  readonly prefix?: string;
  /** Whose pages: id or name of a service. Default: the first. */
  readonly service?: string;
  /** Where somebody goes who cancels. Default `/`. */
  readonly canceledTo?: string;
}

const pageShapes: Readonly<Record<keyof TwoFactorPages, Shape>> = {
  prefix: pathPrefix,
  service: aService,
  canceledTo: ownPath,
};

const shapes: Readonly<Record<keyof TwoFactorOptions, Shape>> = {
  maxAgeSeconds: someSeconds,
  allowTrustedDevices: { allowed: "true or false", fits: (given) => typeof given === "boolean" },
  cookie: {
    allowed: "the name of a cookie",
    fits: (given) => typeof given === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(given),
  },
  pages: {
    allowed: `true, or an object with ${Object.keys(pageShapes).join(", ")}`,
    fits: (given) => typeof given === "boolean" || isObject(given),
  },
};

export type TwoFactorGuard = (
  request: IncomingMessage,
  seen: GuardedRequest,
) => Promise<{ readonly session: TwoFactorSession } | { readonly answer: GuardAnswer }>;

/** The longest header that is looked through. */
const cookiesMax = 16_384;
/** The pages set the first everywhere but on this machine without https, and no other host can. */
const hostsOwn = ["__Host-countersign_session"];
const onThisMachine = [...hostsOwn, "countersign_session"];

/**
 * The guard that each framework's `requireTwoFactor` is made of: lets through who used an authenticator beside a password
 * in this session, or a passkey (AAL2), and that no longer ago than `maxAgeSeconds`.
 */
export function createTwoFactorGuard(countersign: Countersign, options: TwoFactorOptions): TwoFactorGuard {
  refuseWrong(options);
  const instance = instanceOf(countersign);
  const { publicUrl } = instance.callbacks;
  const { maxAgeSeconds, allowTrustedDevices = false, cookie } = options;
  const pages = options.pages === true ? {} : (options.pages ?? false);

  async function refused(seen: GuardedRequest, status: 401 | 403): Promise<GuardAnswer> {
    if (pages === false || !isPageRequest(seen)) return problem(status);
    const { prefix = "", service, canceledTo = "/" } = pages;
    // Anybody can write that into an address: it leads to this one path, and nowhere else.
    if (queryOf(seen.url).get("outcome") === "canceled") return redirect(canceledTo);
    const demand = { maxAgeSeconds: maxAgeSeconds ?? null, allowTrustedDevices };
    const returnPath = wayBack(seen.url, []);
    const query = await makeOwnAccountLink(instance, { service, returnPath, demand });
    return redirect(`${prefix}/account/sign-in${query}`);
  }

  return async (request, seen) => {
    // Another host of the same site could set the one without a prefix, and so choose who somebody is.
    const usual = isPlainHere(request.headers, publicUrl) ? onThisMachine : hostsOwn;
    const session = cookieOf(request.headers.cookie ?? "", cookie === undefined ? usual : [cookie]);
    const found = await countersign.sessions.check({ session, maxAgeSeconds });
    if (found.outcome === "sessionInvalid") return { answer: await refused(seen, 401) };
    if (isMetBy({ allowTrustedDevices }, found)) return { session: found.session };
    return { answer: await refused(seen, 403) };
  };
}

/** A browser on this machine without https. A proxy in front may call us by such a name as well. */
function isPlainHere(headers: IncomingHttpHeaders, publicUrl: string | null): boolean {
  const { host = "", forwarded = "", "x-forwarded-proto": proto = "" } = headers;
  const isSecure = publicUrl?.startsWith("https:") === true || /https/i.test(`${forwarded} ${proto}`);
  return !isSecure && namesThisMachine(host);
}

/** Nobody is signed in, or an authenticator has to be used first. */
function problem(status: 401 | 403): GuardAnswer {
  const outcome = status === 401 ? "sessionInvalid" : "stepUpRequired";
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify({ outcome }) };
}

/** The first of these cookies that is there; empty where none is. */
function cookieOf(header: string, names: readonly string[]): string {
  if (header.length > cookiesMax) return "";
  for (const name of names) {
    const found = cookieIn(header, name);
    if (found !== undefined) return found;
  }
  return "";
}

function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function refuseWrong(options: TwoFactorOptions): void {
  const problems = shapeProblems(options, shapes);
  const { pages } = options;
  if (isObject(pages)) problems.push(...shapeProblems(pages, pageShapes).map((one) => `pages.${one}`));
  if (problems.length > 0) throw new TypeError(`requireTwoFactor: ${problems.join("; ")}`);
}
