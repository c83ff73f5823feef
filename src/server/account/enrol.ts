import { uuidv7 } from "../../clock/index.ts";
import type { ConfirmResult } from "../../engine/index.ts";
import { internationalForm } from "../../numbers/index.ts";
import { typedCode } from "../pages/digits.ts";
import { numberFrom } from "../pages/flow.ts";
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
  trustedNow,
  trustOf,
} from "./current.ts";
import { isConfirmed, isOfSession } from "./present.ts";
import { type AccountNote, type AccountVisit, anew, type Enrolment } from "./visit.ts";

/** Who enrols: somebody who is to, or somebody signed in who has confirmed that it is them; null for others. */
export function enroller(current: Current): {
  readonly tenantId: string;
  readonly subscriberId: string;
  readonly stepUp: string | undefined;
} | null {
  const { visit, session } = current;
  const { tenantId, pending, stepUp, wanted } = visit;
  if (pending?.challengeId === null) {
    // Of a recovery: whoever is back may enrol beside what they have.
    return { tenantId, subscriberId: pending.subscriberId, stepUp: stepUp?.challengeId ?? undefined };
  }
  const adds = wanted?.what === "add" || wanted?.what === "email";
  if (session === null || !isOfSession(current) || !adds) return null;
  if (stepUp === null || stepUp.approvedAt === null) return null;
  return { tenantId, subscriberId: session.view.subscriberId, stepUp: stepUp.challengeId ?? undefined };
}

/** Who begins to enrol something: with nothing enrolled, only a short while after they gave their password. */
export function beginner({ parts }: Tools, current: Current): ReturnType<typeof enroller> {
  const who = enroller(current);
  const { pending } = current.visit;
  const isVouched = pending !== null || who?.stepUp !== undefined;
  return isVouched || isConfirmed(current, parts.clock.now()) ? who : null;
}

/** A number, which gets its first code by text; a call may follow. */
export const enrolPhone: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit, language } = current;
  const who = beginner(tools, current);
  if (who === null) return notTheirs(tools, current);
  const typed = { country: fields["country"] ?? "", number: (fields["number"] ?? "").slice(0, 64) };
  const number = numberFrom(parts, typed);
  if (number === null) {
    const words = typed.number.trim() === "" ? "numberMissing" : "numberWrong";
    return { visit: noted(visit, "enrol", words, { field: "number", typed }) };
  }
  const label = language.words.phone;
  const text = textOf(current, true);
  const result = await accounts.enrolPhone({ ...who, number, label, text });
  const no = refusedAll(tools, current, "enrol", result.outcome);
  if (no !== null) return no;
  // A number that others have locked, or that we send nothing to, looks like any other (W-8).
  const isOn = result.outcome === "enrolled";
  const authenticatorId = isOn ? result.authenticator.id : uuidv7(parts.clock.now(), parts.random);
  const sent = sentNow(current, "sms", null, parts.clock.now());
  return begun(visit, { authenticatorId, sent, number: internationalForm(number), app: null });
};

export const enrolApp: Step = async (tools, current) => {
  const { visit, language, service } = current;
  const who = beginner(tools, current);
  if (who === null) return notTheirs(tools, current);
  const issuer = service.settings.brand ?? "Countersign";
  const result = await tools.accounts.enrolTotp({ ...who, issuer, label: language.words.app });
  if (result.outcome !== "enrolled") {
    return refusedAll(tools, current, "enrol", result.outcome) ?? outdated(tools, current);
  }
  const { authenticator, seed, uri } = result;
  return begun(visit, { authenticatorId: authenticator.id, sent: null, number: null, app: { seed, uri } });
};

function begun(visit: AccountVisit, enrolment: Enrolment): Stepped {
  return { visit: { ...visit, enrolment, note: null } };
}

/** What refuses whatever somebody wants to enrol; null for what is about this one. */
export function refusedAll(
  tools: Tools,
  current: Current,
  on: "enrol" | "email",
  outcome: string,
): Stepped | null {
  switch (outcome) {
    case "authenticatorsFull":
      return { visit: noted(current.visit, on, "full") };
    case "changesFrozen":
      return { visit: noted(current.visit, on, "frozen") };
    case "stepUpRequired":
    case "subscriberNotFound":
      return outdated(tools, current);
    default:
      return null;
  }
}

/** Somebody who may enrol nothing: a sign-in that waits for its challenge goes on waiting. */
export function notTheirs(tools: Tools, current: Current): Stepped {
  return current.visit.pending === null ? outdated(tools, current) : { visit: current.visit };
}

export function outdated({ parts }: Tools, { visit, session }: Current): Stepped {
  const fresh = anew(parts, visit);
  return {
    visit: session === null ? noted(fresh, "signIn", "signInOld") : noted(fresh, "account", "pageOld"),
  };
}

const wrongsMax = 5;
const lockMs = 60_000;

/** How many wrong codes there may be: of a code that was sent, as many as its verification allows. */
function mostOf({ policy }: Current, { app }: Enrolment): number {
  return app === null ? Math.min(wrongsMax, policy.checksMax) : wrongsMax;
}

/** The first code of what is being enrolled. */
export const confirmCode: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit } = current;
  const who = enroller(current);
  const { enrolment, pending } = visit;
  if (who === null) return notTheirs(tools, current);
  if (enrolment === null) return { visit };
  const code = typedCode(fields["code"]);
  const refuse = (words: AccountNote["words"], values: Readonly<Record<string, string>> = {}): Stepped => ({
    visit: noted(visit, "enrolCode", words, { field: "code", values, typed: { code } }),
  });
  if (code === "") return refuse("codeMissing");
  const { tenantId, subscriberId } = who;
  const { authenticatorId } = enrolment;
  const holder = pending === null ? {} : { session: pending.bearer };
  const result = await accounts.confirmAuthenticator({
    tenantId,
    subscriberId,
    authenticatorId,
    code,
    ...holder,
    ...trustOf(current, fields),
  });
  const now = parts.clock.now();
  switch (result.outcome) {
    case "confirmed":
      return await confirmed(tools, current, result);
    case "sessionInvalid":
    case "subscriberNotFound":
      return outdated(tools, current);
    case "subscriberLocked":
    case "recipientLocked":
      return refuse("waitMinutes", minutesUntil(result.retryAt, now));
    default: {
      const { wrongCodes } = tools.memory;
      const wrong = (wrongCodes.get(authenticatorId) ?? 0) + 1;
      wrongCodes.set(authenticatorId, wrong);
      const left = mostOf(current, enrolment) - wrong;
      if (left <= 0) return refuse("waitMinutes", minutesUntil(now + lockMs, now));
      return refuse("attemptsLeft", { count: String(left) });
    }
  }
};

/** Whoever is in by their first authenticator gets recovery codes to go with it. */
export async function confirmed(
  tools: Tools,
  current: Current,
  { session, stepUp, trustedDevice }: Extract<ConfirmResult, { readonly outcome: "confirmed" }>,
): Promise<Stepped> {
  const { visit, language } = current;
  if (session === null) return done(tools, current);
  const { tenantId } = visit;
  const made = await tools.accounts.makeRecoveryCodes({
    tenantId,
    subscriberId: session.session.subscriberId,
    label: language.words.recoveryCodes,
    stepUp: stepUp ?? undefined,
  });
  const codes = made.outcome === "enrolled" ? made.codes : null;
  return {
    visit: { ...anew(tools.parts, visit), codes },
    session,
    isOver: codes === null,
    ...trustedNow(trustedDevice),
  };
}

function done({ parts }: Tools, { visit }: Current): Stepped {
  // Whoever had nothing to show until now shows what they have before the next change.
  const isFirst = visit.stepUp?.challengeId === null;
  const stepUp = isFirst ? null : visit.stepUp;
  const next = { ...noted(anew(parts, visit), "account", "changed"), stepUp };
  // They enrolled it because the application wants one used.
  const isWanted = (visit.demand ?? null) !== null && isFirst;
  return isWanted ? { visit: next, isOver: true } : { visit: next };
}

/** Another first code, by text or as a call. */
export const askAgain =
  (channel: "voice" | null): Step =>
  async (tools, current) => {
    const { visit } = current;
    const who = enroller(current);
    const { enrolment } = visit;
    const now = tools.parts.clock.now();
    const sent = enrolment?.sent ?? null;
    if (who === null) return notTheirs(tools, current);
    if (enrolment === null || sent === null || sent.nextAt === null || now < sent.nextAt) {
      return { visit: { ...visit, note: null } };
    }
    const { tenantId, subscriberId } = who;
    const { authenticatorId } = enrolment;
    const asked = channel === null ? {} : { channel };
    const text = sent.channel === "email" ? mailOf(current) : textOf(current, true);
    await tools.accounts.sendEnrolment({ tenantId, subscriberId, authenticatorId, text, ...asked });
    const by = channel ?? sent.channel;
    const again = { ...visit, enrolment: { ...enrolment, sent: sentNow(current, by, sent, now) } };
    const { address } = enrolment;
    if (address !== undefined) {
      return { visit: noted(again, "enrolCode", "emailCodeLead", { values: { address } }) };
    }
    return { visit: noted(again, "enrolCode", by === "voice" ? "calling" : "sentAgain") };
  };

/** Back to the choice: what was begun is dropped. */
export const otherEnrolment: Step = async (tools, current) => {
  const { visit } = current;
  const who = enroller(current);
  if (who === null) return notTheirs(tools, current);
  if (visit.enrolment !== null) {
    const { tenantId, subscriberId } = who;
    const { authenticatorId } = visit.enrolment;
    await tools.accounts.removeAuthenticator({ tenantId, subscriberId, authenticatorId });
  }
  return { visit: { ...visit, enrolment: null, note: null } };
};
