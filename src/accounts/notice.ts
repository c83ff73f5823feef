import { type Address, provenAt } from "./addresses.ts";
import { staysAfterReset } from "./reset.ts";
import { type Authenticator, type Subscriber, voidPassword } from "./subscriber.ts";

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

/** An address that was added since the account was taken back is of whoever has it now. */
function mayObject({ linksEndedAt }: Subscriber, kind: NoticeKind, one: Address): boolean {
  if (one.type === "phone" || one.isVouched) return true;
  const isOfBefore = linksEndedAt !== undefined && (provenAt(one) ?? 0) <= linksEndedAt;
  return kind !== "recovered" && !isOfBefore;
}

/** For how long somebody may say that a change was not theirs. */
export const noticeLifetimeMs = 7 * 86_400_000;

/** A notice's link, as what it holds tells: made at an instant, of nothing but the subscriber. */
export interface NoticeLink {
  readonly madeAt: number;
}

/**
 * Whether a link of a notice still does something. All links that were made until somebody used one are used with it:
 * whatever they told of is undone or stopped already. So are those of before a recovery or a reset.
 */
export function isLinkOpen(
  { disputedAt, linksEndedAt }: Pick<Subscriber, "disputedAt" | "linksEndedAt">,
  { madeAt }: NoticeLink,
  now: number,
): boolean {
  const isInTime = now >= madeAt - noticeLifetimeMs && now < madeAt + noticeLifetimeMs;
  const isSince = (ended: number | undefined): boolean => ended === undefined || madeAt > ended;
  return isInTime && isSince(disputedAt) && isSince(linksEndedAt);
}

/** What a dispute undid, beside ending all sessions and stopping changes. */
export interface Stopped {
  /** How many that were enrolled since are disabled. */
  readonly disabled: number;
  /** How many that were to be removed stay. */
  readonly kept: number;
  /** Whether the password was changed since, and lets nobody in any more. */
  readonly password: boolean;
}

export type DisputeDecision =
  | { readonly type: "disputed"; readonly subscriber: Subscriber; readonly stopped: Stopped }
  | { readonly type: "refused" };

/**
 * "This was not me": every session ends, what was to be removed stays, what was enrolled since is disabled, a reset on
 * its way is void, and nothing is changed until the person recovered or somebody with authority resets the account.
 */
export function decideDispute(subscriber: Subscriber, link: NoticeLink, now: number): DisputeDecision {
  if (!isLinkOpen(subscriber, link, now)) return { type: "refused" };
  const { reset: _void, ...rest } = subscriber;
  const stopped = { disabled: 0, kept: 0 };
  const authenticators = subscriber.authenticators
    .filter(({ confirmedAt }) => confirmedAt !== null)
    .map((one): Authenticator => {
      const { removesAt, ...kept } = one;
      // What its time took before anybody objected stays gone.
      if (removesAt !== undefined && now >= removesAt) return one;
      const isSince = one.confirmedAt !== null && one.confirmedAt >= link.madeAt;
      if (isSince && one.disabledAt === null) stopped.disabled += 1;
      else if (removesAt !== undefined) stopped.kept += 1;
      return isSince ? { ...kept, disabledAt: kept.disabledAt ?? now } : kept;
    });
  const { password, passwordChangedAt } = subscriber;
  const isPasswordSince =
    password !== null && passwordChangedAt !== undefined && passwordChangedAt >= link.madeAt;
  return {
    type: "disputed",
    stopped: { ...stopped, password: isPasswordSince },
    subscriber: {
      ...rest,
      authenticators,
      password: isPasswordSince ? voidPassword : password,
      sessionsEnded: { at: now, but: null },
      stepUpsEnded: { at: now, but: null },
      frozenAt: now,
      disputedAt: now,
      updatedAt: now,
    },
  };
}
