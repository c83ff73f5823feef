import type { CheckRecoveryResult } from "../../engine/index.ts";
import { typedCode } from "../pages/digits.ts";
import {
  type Current,
  mailOf,
  minutesUntil,
  noted,
  type Step,
  type Stepped,
  sentNow,
  type Tools,
  textOf,
} from "./current.ts";
import { passwordRefusal } from "./passwords.ts";
import { type AccountNote, type AccountVisit, anew, type Proving, type Recovering } from "./visit.ts";

export const on = "/account/recover";

/** Ways back that a network may ask for in an hour, whatever the names: each may send a few messages. */
const recoveriesMax = 10;

/** A name, and nothing about it: who nobody is, is found out by nobody (W-8). */
export const beginRecovery: Step = async (tools, current, fields) => {
  const { accounts, parts, memory } = tools;
  const { visit, network } = current;
  const name = (fields["name"] ?? "").slice(0, 128);
  const refuse = (words: AccountNote["words"], more: Partial<AccountNote>): Stepped => ({
    visit: noted({ ...visit, recovery: null }, "recoverName", words, { typed: { name }, ...more }),
    on,
  });
  if (name.trim() === "") return refuse("nameMissing", { field: "name" });
  const now = parts.clock.now();
  const retryAt = memory.recoveries.take(network, recoveriesMax, now);
  if (retryAt !== null) return refuse("tooMany", { values: minutesUntil(retryAt, now) });
  const { tenantId, pending } = visit;
  if (pending !== null) await accounts.signOut({ tenantId, session: pending.bearer });
  const { recovery: bearer, endsAt } = await accounts.startRecovery({ tenantId, name });
  const recovery: Recovering = {
    bearer,
    endsAt,
    proven: [],
    isEnough: false,
    proving: null,
    sent: { phone: null, email: null },
  };
  return { visit: { ...anew(parts, visit), recovery }, on };
};

const ways: Readonly<
  Record<string, { readonly proving: Proving; readonly channel: "sms" | "voice" | "email" | null }>
> = {
  recoveryCode: { proving: "recoveryCode", channel: null },
  totp: { proving: "totp", channel: null },
  password: { proving: "password", channel: null },
  sms: { proving: "phone", channel: "sms" },
  voice: { proving: "phone", channel: "voice" },
  email: { proving: "email", channel: "email" },
};

/** One of the ways, which are the same for everybody. */
export const chooseProof: Step = async (tools, current, fields) => {
  const { visit } = current;
  const { recovery } = visit;
  const way = Object.hasOwn(ways, fields["way"] ?? "") ? ways[fields["way"] ?? ""] : undefined;
  if (recovery === null || recovery.isEnough || way === undefined || recovery.proven.includes(way.proving)) {
    return { visit, on };
  }
  const { proving, channel } = way;
  if (channel === null) return proveWith(visit, { ...recovery, proving });
  if (channel === "email" && !tools.engine.hasEmailCarrier()) return { visit, on };
  return await sendTo(tools, current, recovery, channel);
};

function proveWith(visit: AccountVisit, recovery: Recovering): Stepped {
  return { visit: { ...visit, recovery, note: null }, on };
}

/** A code, unless the last one went out a moment ago: that one is still good. */
async function sendTo(
  tools: Tools,
  current: Current,
  recovery: Recovering,
  channel: "sms" | "voice" | "email",
): Promise<Stepped> {
  const { accounts, parts } = tools;
  const { visit } = current;
  const method = channel === "email" ? "email" : "phone";
  const before = recovery.sent[method];
  const now = parts.clock.now();
  const chosen: Recovering = { ...recovery, proving: method };
  if (before !== null && (before.nextAt === null || now < before.nextAt)) return proveWith(visit, chosen);
  const text = method === "email" ? mailOf(current) : textOf(current, true);
  const asked = channel === "voice" ? { channel } : {};
  const { tenantId } = visit;
  const sent = await accounts.sendRecovery({ tenantId, recovery: recovery.bearer, method, text, ...asked });
  if (sent.outcome !== "sent") return over(tools, current);
  const last = sentNow(current, channel, before, now);
  const next = proveWith(visit, { ...chosen, sent: { ...recovery.sent, [method]: last } });
  if (before === null) return next;
  return { ...next, visit: noted(next.visit, "recoverProve", "sentThere") };
}

/** Another code to where the last one went, or a call. */
export const sendProofAgain =
  (asked: "voice" | null): Step =>
  async (tools, current) => {
    const { recovery } = current.visit;
    const { proving = null } = recovery ?? {};
    if (recovery === null || (proving !== "phone" && proving !== "email"))
      return { visit: current.visit, on };
    const channel = proving === "email" ? "email" : (asked ?? recovery.sent.phone?.channel ?? "sms");
    return await sendTo(tools, current, recovery, channel);
  };

export const otherProof: Step = async (_tools, { visit }) =>
  visit.recovery === null ? { visit, on } : proveWith(visit, { ...visit.recovery, proving: null });

/** What was chosen: a code, or the password. Wrong, used, locked and nobody are answered alike. */
export const showProof: Step = async (tools, current, fields) => {
  const { visit } = current;
  const { recovery, tenantId } = visit;
  const { proving = null } = recovery ?? {};
  if (recovery === null || recovery.isEnough || proving === null) return { visit, on };
  const field = proving === "password" ? "password" : "code";
  const given = fields[field] ?? "";
  const code = field === "password" ? given : typedCode(given);
  const refuse = (words: AccountNote["words"], values: Readonly<Record<string, string>> = {}): Stepped => ({
    visit: noted(visit, "recoverProve", words, { field, values, typed: field === "code" ? { code } : {} }),
    on,
  });
  if (code === "") return refuse(field === "code" ? "codeMissing" : "passwordMissing");
  const result = await tools.accounts.checkRecovery({
    tenantId,
    recovery: recovery.bearer,
    method: proving,
    code,
  });
  if (result.outcome !== "codeMismatch") return afterProof(tools, current, recovery, result);
  if (result.checksLeft <= 0) return over(tools, current);
  return refuse("attemptsLeft", { count: String(result.checksLeft) });
};

/** What was shown was right, or nothing more comes of it. */
export function afterProof(
  tools: Tools,
  current: Current,
  recovery: Recovering,
  result: Exclude<CheckRecoveryResult, { readonly outcome: "codeMismatch" }>,
): Stepped {
  if (result.outcome === "recoveryInvalid") return over(tools, current);
  const isEnough = result.outcome === "approved";
  const next = proveWith(current.visit, { ...recovery, proven: result.methods, isEnough, proving: null });
  return isEnough ? next : { ...next, visit: noted(next.visit, "recoverChoose", "provenOne") };
}

/** A new password, or the one that was shown; then its owner enrols anew, or signs in with what they have. */
export const finishRecovery: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit } = current;
  const { recovery, tenantId } = visit;
  if (recovery?.isEnough !== true) return { visit, on };
  const given = fields["password"] ?? "";
  const refuse = (...[words, more]: ReturnType<typeof passwordRefusal>): Stepped => ({
    visit: noted(visit, "recoverFinish", words, more),
    on,
  });
  const missing = (): Stepped => refuse("passwordMissing", { field: "password" });
  const mayKeep = recovery.proven.includes("password");
  if (given === "" && !mayKeep) return missing();
  const asked = { tenantId, recovery: recovery.bearer, browser: current.browser };
  const first = await accounts.completeRecovery({ ...asked, ...(given === "" ? {} : { password: given }) });
  // Theirs is checked by the application: there is none to set here.
  const isElsewhere = first.outcome === "requestInvalid" && given !== "";
  const result = isElsewhere ? await accounts.completeRecovery(asked) : first;
  switch (result.outcome) {
    case "recovered": {
      const { subscriberId, stepUp } = result;
      return await backIn(tools, current, {
        ...noted(anew(parts, visit), "enrol", "recovered"),
        pending: { bearer: result.pending.bearer, challengeId: null, subscriberId },
        stepUp: { sessionId: null, challengeId: stepUp, approvedAt: parts.clock.now() },
      });
    }
    case "passwordRefused":
      return refuse(...passwordRefusal(result.problem, {}));
    case "requestInvalid":
      return missing();
    default:
      return over(tools, current);
  }
};

/** On a browser where somebody else is signed in, they are no longer. */
export async function backIn(tools: Tools, { session }: Current, visit: AccountVisit): Promise<Stepped> {
  const { tenantId } = visit;
  if (session !== null) await tools.accounts.signOut({ tenantId, session: session.bearer });
  return { visit, session: null };
}

export const leaveRecovery: Step = async ({ parts }, { visit }) => ({ visit: anew(parts, visit) });

/** Nothing more comes of it: too late, too often wrong, or done elsewhere. */
export function over({ parts }: Tools, { visit }: Current): Stepped {
  return { visit: noted(anew(parts, visit), "recoverName", "recoverOver"), on };
}
