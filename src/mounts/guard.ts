import { type Countersign, instanceOf } from "../library/countersign.ts";
import { type Shape, shapeProblems } from "../library/option-shapes.ts";
import { textsEqual } from "../secrets/equal.ts";
import { makeOwnLink, problemBody } from "../server/index.ts";
import {
  type GuardAnswer,
  type GuardedRequest,
  isPageRequest,
  queryOf,
  redirect,
  wayBack,
} from "./answers.ts";
import { aFunction, aService, ownPath, pathPrefix, someSeconds } from "./options.ts";

/** What a route may demand. `R` is the request, or the context, of the framework. */
export interface RequireVerifiedOptions<R> {
  /**
   * The number that must be proved: the one that your session or your database has for this person, never one that the
   * request brings. Without it the person types a number, and the session says afterwards which.
   */
  readonly to?: (request: R) => string | null | undefined;
  /** Your id of the person: an approval of somebody else opens nothing. */
  readonly subject?: (request: R) => string | null | undefined;
  /** What the approval is for; one purpose does not open another. Default `access`. */
  readonly purpose?: string;
  /** How old an approval may be. Default 600. */
  readonly maxAgeSeconds?: number;
  /** Where the session of this browser is kept. Default: `session` of the request. */
  readonly session?: (request: R) => unknown;
  /** The path that Countersign is mounted at. Default: the root. */
  readonly prefix?: string;
  /** Whose page it is: id or name of a service. Default: the first. */
  readonly service?: string;
  /**
   * A guarded page to come back to, for requests that are no page themselves, such as those of scripts: their answer
   * then says where the number can be proved.
   */
  readonly returnTo?: string;
  /** Where somebody goes who cancels. Default `/`. */
  readonly canceledTo?: string;
}

/** What a guard keeps in the session, below `countersign` and the purpose. */
export interface VerifiedSession {
  /** The approval, once there is one. */
  readonly approved?: {
    /** In E.164. */
    readonly to: string;
    readonly subject: string | null;
    /** In milliseconds since 1970. */
    readonly approvedAt: number;
    /** What `to` said when it was asked for: another number since then needs another approval. */
    readonly asked: string | null;
  };
  /** A visit to the page that has not come back yet. */
  readonly pending?: { readonly state: string; readonly asked: string | null; readonly to: string | null };
}

export type Guard<R> = (request: R, seen: GuardedRequest) => Promise<GuardAnswer | null>;

const defaults = { purpose: "access", maxAgeSeconds: 600, prefix: "", canceledTo: "/", returnTo: null };
const ownParameters = ["ticket", "state", "outcome"];
const stateBytes = 18;

/**
 * Lets a request pass whose session proved its number a short while ago; sends all others to the page, takes what they
 * bring back from there, and only then lets them pass.
 */
export function createGuard<R>(countersign: Countersign, options: RequireVerifiedOptions<R>): Guard<R> {
  refuseWrong(options);
  const instance = instanceOf(countersign);
  const { parts, engine, tenant } = instance;
  const { purpose, maxAgeSeconds, prefix, canceledTo, returnTo } = { ...defaults, ...options };

  async function toPage(kept: Kept, wanted: Wanted, seen: GuardedRequest): Promise<GuardAnswer> {
    const state = Buffer.from(parts.random.bytes(stateBytes)).toString("base64url");
    const isShown = isPageRequest(seen);
    const returnPath = isShown ? wayBack(seen.url, ownParameters) : returnTo;
    if (returnPath === null) return refused(null, prefix);
    const asked = { service: options.service, purpose, state, returnPath };
    const link = await makeOwnLink(instance, { ...asked, subject: wanted.subject, to: wanted.to });
    kept.write({ ...kept.read(), pending: { state, asked: wanted.to, to: link.to } });
    const page = `${prefix}/two-factor${link.query}`;
    return isShown ? redirect(page) : refused(page, prefix);
  }

  /** What came back from the page, if it did: once, for this browser, this person, this number and this purpose. */
  async function redeemed(kept: Kept, wanted: Wanted, came: URLSearchParams): Promise<boolean> {
    const { pending } = kept.read();
    const ticket = came.get("ticket");
    if (pending === undefined || ticket === null || !textsEqual(came.get("state") ?? "", pending.state))
      return false;
    if (pending.asked !== wanted.to) return false;
    const result = await engine.redeemTicket({ tenantId: tenant.id, ticket });
    if (result.outcome !== "redeemed") return false;
    const { to, subject, settledAt, purpose: proved } = result.verification;
    if (proved !== purpose || subject !== wanted.subject) return false;
    if (pending.to !== null && to !== pending.to) return false;
    kept.write({ approved: { to, subject, approvedAt: settledAt ?? 0, asked: wanted.to } });
    return true;
  }

  return async (request, seen) => {
    const session = (options.session ?? sessionOf)(request);
    const kept = keptIn(session, purpose);
    const wanted = {
      to: options.to?.(request) ?? null,
      subject: options.subject?.(request) ?? null,
    };
    if (options.to !== undefined && wanted.to === null) {
      throw new TypeError("requireVerified: `to` gave no number: sign the person in before this route");
    }
    const came = queryOf(seen.url);
    if (came.has("ticket") && (await redeemed(kept, wanted, came))) {
      return redirect(wayBack(seen.url, ownParameters));
    }
    const { approved, pending } = kept.read();
    const isCanceled = came.get("outcome") === "canceled" && pending !== undefined;
    if (isCanceled && textsEqual(came.get("state") ?? "", pending.state)) {
      kept.write({});
      return redirect(canceledTo);
    }
    const isFresh =
      approved !== undefined &&
      approved.asked === wanted.to &&
      approved.subject === wanted.subject &&
      parts.clock.now() < approved.approvedAt + maxAgeSeconds * 1_000;
    return isFresh ? null : await toPage(kept, wanted, seen);
  };
}

interface Wanted {
  readonly to: string | null;
  readonly subject: string | null;
}

/** The guard's part of a session: written as a whole, so that every kind of session notices. */
interface Kept {
  read(): VerifiedSession;
  write(value: VerifiedSession): void;
}

function keptIn(session: unknown, purpose: string): Kept {
  if (typeof session !== "object" || session === null) {
    throw new TypeError(
      "requireVerified: this request has no session: put the middleware that makes sessions before it, or say with `session` where one is",
    );
  }
  const holder = session as { countersign?: Readonly<Record<string, VerifiedSession>> };
  const all = (): Readonly<Record<string, VerifiedSession>> => holder.countersign ?? {};
  return {
    read: () => (Object.hasOwn(all(), purpose) ? (all()[purpose] ?? {}) : {}),
    write(value) {
      holder.countersign = { ...all(), [purpose]: value };
    },
  };
}

function sessionOf(request: unknown): unknown {
  return (request as { readonly session?: unknown }).session;
}

/** For scripts and forms: that nothing was done, and where a person can prove the number. */
function refused(page: string | null, prefix: string): GuardAnswer {
  const problem = problemBody("verification_required", prefix);
  const headers = { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" };
  return {
    status: problem.status,
    headers,
    body: JSON.stringify({ ...problem, ...(page === null ? {} : { page }) }),
  };
}

const shapes: Readonly<Record<keyof RequireVerifiedOptions<unknown>, Shape>> = {
  to: aFunction,
  subject: aFunction,
  session: aFunction,
  purpose: {
    allowed: "a word such as transfer",
    fits: (given) => typeof given === "string" && /^[a-z][a-z0-9_-]{0,31}$/.test(given),
  },
  maxAgeSeconds: someSeconds,
  prefix: pathPrefix,
  service: aService,
  returnTo: ownPath,
  canceledTo: ownPath,
};

function refuseWrong(options: object): void {
  const problems = shapeProblems(options, shapes);
  if (problems.length > 0) throw new TypeError(`requireVerified: ${problems.join("; ")}`);
}
