import { type Address, provenAt } from "./addresses.ts";
import { staysAfterReset } from "./reset.ts";
import { type Authenticator, onlyConfirmed, type Subscriber, staying, voidPassword } from "./subscriber.ts";

/** What people are told of at their other addresses (L-3, P-6, S-4). Links hold the place on this list: it only grows. */
export const noticeKinds = [
  "phoneAdded",
  "phoneRemoved",
  "emailAdded",
  "emailRemoved",
  "authenticatorAdded",
  "authenticatorRemoved",
  /** One that protects the account is to go after a wait. */
  "removalBegun",
  "passwordChanged",
  "recoveryCodesMade",
  "recoveryCodeUsed",
  "recovered",
  "resetStarted",
  "resetDone",
  "disputed",
  /** After many wrong codes in a row: a few more disable an authenticator (S-4). */
  "disablingNear",
  "authenticatorDisabled",
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

export function noticeOfAdded({ type }: Authenticator): NoticeKind {
  switch (type) {
    case "phone":
      return "phoneAdded";
    case "email":
      return "emailAdded";
    case "recoveryCodes":
      return "recoveryCodesMade";
    default:
      return "authenticatorAdded";
  }
}

export function noticeOfRemoved({ type }: Authenticator): NoticeKind {
  switch (type) {
    case "phone":
      return "phoneRemoved";
    case "email":
      return "emailRemoved";
    default:
      return "authenticatorRemoved";
  }
}

/**
 * Whom of the proven addresses a notice tells, and with a link. An e-mail address that took no more than a password may be
 * of whoever the account was taken back from: a reset drops it without a word, and of a recovery, and of whatever comes
 * after it, it is only told. A phone that a reset takes away gets a link: who was talked into the reset may have been
 * talked into it by somebody else.
 */
export function toldOf(
  subscriber: Subscriber,
  kind: NoticeKind,
  proven: readonly Address[],
): readonly { readonly one: Address; readonly hasLink: boolean }[] {
  const told = proven.filter(
    (one) => kind !== "resetDone" || one.type === "phone" || staysAfterReset(subscriber, one),
  );
  return told.map((one) => ({ one, hasLink: mayObject(subscriber, kind, one) }));
}

/**
 * An address that was added since the account was taken back is of whoever has it now. What the first authenticator ends is
 * told to nobody else with a link: they could disable it with that.
 */
function mayObject({ linksEndedAt }: Subscriber, kind: NoticeKind, one: Address): boolean {
  if (one.type === "phone" || one.isVouched) return true;
  if (addedKinds.has(kind)) return false;
  const isOfBefore = linksEndedAt !== undefined && (provenAt(one) ?? 0) <= linksEndedAt;
  return kind !== "recovered" && !isOfBefore;
}

const addedKinds: ReadonlySet<NoticeKind> = new Set([
  "phoneAdded",
  "authenticatorAdded",
  "recoveryCodesMade",
]);

/** For how long somebody may say that a change was not theirs. */
export const noticeLifetimeMs = 7 * 86_400_000;

/** A notice's link, as what it holds tells: made at an instant, of nothing but the subscriber. */
export interface NoticeLink {
  readonly madeAt: number;
}

/**
 * Whether a link of a notice still does something. All links that were made until somebody used one are used with it,
 * unless they reach further back than that one did, and would undo more. None of before a recovery or a reset does anything.
 */
export function isLinkOpen(subscriber: Subscriber, link: NoticeLink, now: number): boolean {
  const { disputedAt, linksEndedAt, frozenAt } = subscriber;
  const { madeAt } = link;
  const isInTime = now >= madeAt - noticeLifetimeMs && now < madeAt + noticeLifetimeMs;
  const isSince = (ended: number | undefined): boolean => ended === undefined || madeAt > ended;
  if (!isInTime || !isSince(linksEndedAt)) return false;
  if (isSince(disputedAt)) return true;
  if (frozenAt === undefined) return false;
  const { disabled, password } = undone(subscriber, link, now).stopped;
  return disabled > 0 || password;
}

/** What a dispute undid, beside ending all sessions and stopping changes. */
export interface Stopped {
  /** How many that were enrolled lately are disabled. */
  readonly disabled: number;
  /** How many that were to be removed stay. */
  readonly kept: number;
  /** Whether the password was changed lately, and lets nobody in any more. */
  readonly password: boolean;
}

export type DisputeDecision =
  | { readonly type: "disputed"; readonly subscriber: Subscriber; readonly stopped: Stopped }
  | { readonly type: "refused" };

/** A link is made by the clock of a node, and what it tells of is written with that of the database. */
const skewMs = 5_000;

/** What was enrolled when an account was opened is its owner's, unless a link says otherwise. */
const openingMs = 3_600_000;

/**
 * From when on changes are undone. People open the newest message, and who got in made several changes: all of the days
 * for which links are open, not only those after this one, or the first thing that a thief enrolled would stay.
 */
function undoneSince(
  { createdAt, disputedAt, linksEndedAt }: Subscriber,
  link: NoticeLink,
  now: number,
): number {
  const known = Math.max(createdAt + openingMs, disputedAt ?? 0, linksEndedAt ?? 0);
  return Math.min(link.madeAt - skewMs, Math.max(known, now - noticeLifetimeMs));
}

/** What was enrolled since is disabled, what was to be removed stays, and a password that was set since is void. */
function undone(
  subscriber: Subscriber,
  link: NoticeLink,
  now: number,
): { readonly stopped: Stopped } & Pick<Subscriber, "authenticators" | "password"> {
  const since = undoneSince(subscriber, link, now);
  const stopped = { disabled: 0, kept: 0 };
  const { replacedCodes } = subscriber;
  // Its owner's paper has those of before.
  const before = replacedCodes !== undefined && replacedCodes.at >= since ? replacedCodes.codes : null;
  const confirmed = onlyConfirmed(subscriber).map((one): Authenticator => {
    const { removesAt } = one;
    // What its time took before anybody objected stays gone.
    if (removesAt !== undefined && now >= removesAt) return one;
    const isSince = one.confirmedAt !== null && one.confirmedAt >= since;
    if (isSince && one.disabledAt === null) stopped.disabled += 1;
    else if (removesAt !== undefined) stopped.kept += 1;
    const kept = staying(one);
    return isSince ? { ...kept, disabledAt: kept.disabledAt ?? now } : kept;
  });
  const authenticators =
    before === null ? confirmed : [...confirmed.filter(({ type }) => type !== "recoveryCodes"), before];
  const { password, passwordChangedAt = since - 1 } = subscriber;
  const isVoid = password !== null && password !== voidPassword && passwordChangedAt >= since;
  return {
    authenticators,
    password: isVoid ? voidPassword : password,
    stopped: { ...stopped, password: isVoid },
  };
}

/**
 * "This was not me": every session ends, what was to be removed stays, what was enrolled lately is disabled, a reset on
 * its way is void, and nothing is changed until the person recovered or somebody with authority resets the account.
 */
export function decideDispute(subscriber: Subscriber, link: NoticeLink, now: number): DisputeDecision {
  if (!isLinkOpen(subscriber, link, now)) return { type: "refused" };
  const { reset: _void, ...rest } = subscriber;
  const { stopped, authenticators, password } = undone(subscriber, link, now);
  return {
    type: "disputed",
    stopped,
    subscriber: {
      ...rest,
      authenticators,
      password,
      sessionsEnded: { at: now, but: null },
      stepUpsEnded: { at: now, but: null },
      frozenAt: now,
      disputedAt: now,
      updatedAt: now,
    },
  };
}
