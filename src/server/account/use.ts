import type {
  Accounts,
  AuthenticatorView,
  CheckChallengeResult,
  SendChallengeResult,
} from "../../engine/index.ts";
import { SealBroken } from "../../secrets/index.ts";
import { typedCode } from "../pages/digits.ts";
import { clockTime } from "../pages/views.ts";
import {
  type Current,
  minutesUntil,
  noted,
  type Step,
  type Stepped,
  sentNow,
  type Tools,
  textOf,
  trustedNow,
  trustOf,
} from "./current.ts";
import { isDemanded } from "./demand.ts";
import { type AccountNote, type AccountVisit, anew, type Chosen, type SentCode } from "./visit.ts";

/** Who goes on with which challenge: a pending session, or the active one before a change. */
export function heldChallenge({ visit, session }: Current): {
  readonly tenantId: string;
  readonly id: string;
  readonly session: string;
} | null {
  const { tenantId, pending, stepUp } = visit;
  if (pending !== null) {
    return pending.challengeId === null
      ? null
      : { tenantId, id: pending.challengeId, session: pending.bearer };
  }
  if (session === null || stepUp === null || stepUp.challengeId === null || stepUp.approvedAt !== null) {
    return null;
  }
  return { tenantId, id: stepUp.challengeId, session: session.bearer };
}

/** What the challenge can be met with; null where it is over. */
export async function choicesOf(
  accounts: Accounts,
  current: Current,
): Promise<readonly AuthenticatorView[] | null> {
  const held = heldChallenge(current);
  const shown = held === null ? null : await accounts.challenge(held);
  return shown?.challenge.status === "pending" ? shown.authenticators : null;
}

/** One of the ways on the list. */
export const choose: Step = async (tools, current, fields) => {
  const { visit } = current;
  const choices = await choicesOf(tools.accounts, current);
  if (choices === null) return over(tools, current);
  const [, id = "", by = ""] = /^([0-9a-f-]{36}):(sms|voice|code)$/.exec(fields["way"] ?? "") ?? [];
  const found = choices.find((one) => one.id === id);
  if (found?.type === "phone" && by !== "code") {
    return await sendTo(tools, current, id, by === "voice" ? "voice" : "sms");
  }
  if (found?.type !== "totp" && found?.type !== "recoveryCodes") return { visit };
  const chosen: Chosen = { authenticatorId: id, type: found.type, sent: null };
  return { visit: { ...visit, chosen, note: null } };
};

/** Sends a code to a phone, or says that none can be sent. */
export async function sendTo(
  tools: Tools,
  current: Current,
  authenticatorId: string,
  channel: "sms" | "voice" | null,
): Promise<Stepped> {
  const { accounts, parts } = tools;
  const { visit } = current;
  const held = heldChallenge(current);
  if (held === null) return over(tools, current);
  const before = visit.chosen?.authenticatorId === authenticatorId ? visit.chosen.sent : null;
  const asked = channel === null ? {} : { channel };
  const text = textOf(current, false);
  const result = await sendOrNot(accounts, { ...held, authenticatorId, text, ...asked });
  const now = parts.clock.now();
  const by = channel ?? before?.channel ?? "sms";
  const withSent = (sent: SentCode): AccountVisit => ({
    ...visit,
    chosen: { authenticatorId, type: "phone", sent },
    note: null,
  });
  switch (result.outcome) {
    case "sent": {
      const sent = withSent(sentNow(current, by, before, now));
      const isAgain = before !== null;
      return { visit: isAgain ? noted(sent, "use", by === "voice" ? "calling" : "sentAgain") : sent };
    }
    // One that was sent a moment ago is still good.
    case "resendTooSoon":
      return { visit: withSent({ channel: by, asks: before?.asks ?? 1, nextAt: result.retryAt }) };
    case "sendLimitReached": {
      if (result.limit !== "wait") return { visit: notSent(visit) };
      if (before !== null) return { visit: withSent({ ...before, nextAt: result.retryAt }) };
      const time = clockTime(Math.max(1, Math.ceil((result.retryAt - now) / 1_000)));
      return { visit: noted({ ...visit, chosen: null }, "choose", "wait", { values: { time } }) };
    }
    case "challengeExpired":
    case "challengeSettled":
    case "challengeNotFound":
      return over(tools, current);
    default:
      return { visit: notSent(visit) };
  }
}

/** To a number that does not open nothing is sent: whoever has another way goes that one (K-3). */
async function sendOrNot(
  accounts: Accounts,
  asked: Parameters<Accounts["sendChallenge"]>[0],
): Promise<SendChallengeResult | { readonly outcome: "numberUnread" }> {
  try {
    return await accounts.sendChallenge(asked);
  } catch (cause) {
    if (cause instanceof SealBroken) return { outcome: "numberUnread" };
    throw cause;
  }
}

function notSent(visit: AccountVisit): AccountVisit {
  return noted({ ...visit, chosen: null }, "choose", "notSent");
}

/** Another code, or a call, to the phone that was chosen. */
export const askAgain =
  (channel: "voice" | null): Step =>
  async (tools, current) => {
    const { chosen } = current.visit;
    const nextAt = chosen?.sent?.nextAt ?? null;
    const mayAsk = nextAt !== null && tools.parts.clock.now() >= nextAt;
    if (chosen?.type !== "phone" || !mayAsk) return { visit: { ...current.visit, note: null } };
    return await sendTo(tools, current, chosen.authenticatorId, channel);
  };

export const otherWay: Step = async (_tools, { visit }) => ({
  visit: { ...visit, chosen: null, note: null },
});

/** The code of what was chosen. */
export const enterCode: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit, device } = current;
  const held = heldChallenge(current);
  const { chosen } = visit;
  if (held === null || chosen === null) return over(tools, current);
  const { authenticatorId } = chosen;
  const code = typedCode(fields["code"]);
  const refuse = (words: AccountNote["words"], values: Readonly<Record<string, string>> = {}): Stepped => ({
    visit: noted(visit, "use", words, { field: "code", values, typed: { code } }),
  });
  if (code === "") return refuse("codeMissing");
  const result = await accounts.checkChallenge({
    ...held,
    authenticatorId,
    code,
    device,
    ...trustOf(current, fields),
  });
  if (result.outcome === "approved") return approved(tools, current, result);
  const now = parts.clock.now();
  switch (result.outcome) {
    case "codeUsed":
      return refuse("codeUsed");
    case "subscriberLocked":
    case "recipientLocked":
      return refuse("waitMinutes", minutesUntil(result.retryAt, now));
    case "authenticatorDisabled":
    case "authenticatorNotFound":
      return { visit: notSent(visit) };
    case "challengeExpired":
    case "challengeSettled":
    case "challengeNotFound":
      return over(tools, current);
    case "codeNotSent":
      return refuse("codeWrong");
    case "codeMismatch":
      if (result.checksLeft !== undefined) return refuse("triesLeft", { count: String(result.checksLeft) });
      return refuse(chosen.type === "phone" ? "codeWrong" : "codeNotRight");
    default:
      return refuse(chosen.type === "phone" ? "codeWrong" : "codeNotRight");
  }
};

export function approved(
  { parts }: Tools,
  { visit }: Current,
  { session, trustedDevice }: Extract<CheckChallengeResult, { readonly outcome: "approved" }>,
): Stepped {
  const now = parts.clock.now();
  if (visit.pending !== null) {
    return { visit: anew(parts, visit), session, isOver: true, ...trustedNow(trustedDevice) };
  }
  // It allows no change of the account.
  if (isDemanded(visit)) return { visit: anew(parts, visit), session, isOver: true };
  const stepUp = visit.stepUp === null ? null : { ...visit.stepUp, approvedAt: now };
  // The bearer of before is dead (P-5), and so are the forms of before.
  const { wanted } = visit;
  return { visit: { ...anew(parts, visit), wanted, stepUp }, session };
}

/** Nothing more comes of this challenge: from the beginning. */
export function over({ parts }: Tools, { visit, session }: Current): Stepped {
  const fresh = anew(parts, visit);
  return {
    visit: session === null ? noted(fresh, "signIn", "signInOld") : noted(fresh, "account", "pageOld"),
  };
}
