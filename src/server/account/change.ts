import { managePurpose } from "../../accounts/index.ts";
import { type Current, noted, type Step, type Stepped, type Tools } from "./current.ts";
import { isDemanded } from "./demand.ts";
import { accountLanguages } from "./languages/index.ts";
import { passwordRefusal } from "./passwords.ts";
import { isConfirmed, withoutSecond } from "./present.ts";
import { chooseOnly } from "./sign-in.ts";
import { timeIn } from "./time.ts";
import { type AccountVisit, anew, type Wanted } from "./visit.ts";

const changes: readonly string[] = [
  "add",
  "email",
  "password",
  "codes",
  "remove",
] satisfies readonly Wanted["what"][];

/** What somebody wants to change. Without a fresh step-up, that comes first (A-14, P-6). */
export const wantChange: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { session } = current;
  const what = fields["what"] ?? "";
  if (session === null || !changes.includes(what)) return { visit: current.visit };
  const wanted = { what: what as Wanted["what"], id: fields["id"] ?? null };
  const visit: AccountVisit = { ...current.visit, wanted, chosen: null, enrolment: null, note: null };
  const now = parts.clock.now();
  const { tenantId } = visit;
  const { id: sessionId, subscriberId } = session.view;
  const subscriber = await accounts.subscriber({ tenantId, subscriberId });
  if (subscriber?.isFrozen === true) return { visit: noted(anew(parts, visit), "account", "frozen") };
  if (visit.stepUp?.challengeId !== null && isConfirmed({ visit, session }, now)) return { visit };
  const started = await accounts.startChallenge({
    tenantId,
    subscriberId,
    purpose: managePurpose,
    session: session.bearer,
  });
  switch (started.outcome) {
    case "challengeStarted": {
      const next = { ...visit, stepUp: { sessionId, challengeId: started.challenge.id, approvedAt: null } };
      return await chooseOnly(tools, { ...current, visit: next }, started.authenticators);
    }
    case "notEnrolled":
      // Whoever wants another password is asked for the present one beside it.
      return {
        visit: {
          ...visit,
          stepUp:
            what === "password"
              ? { sessionId, challengeId: null, approvedAt: now }
              : withoutSecond(session.view, subscriber, now),
        },
      };
    default:
      return { visit: anew(parts, visit) };
  }
};

/** The account of whoever is signed in and has confirmed it, for this change; null for others. */
function owner({ parts }: Tools, current: Current, what: Wanted["what"]) {
  const { visit, session } = current;
  if (session === null || visit.wanted?.what !== what || !isConfirmed(current, parts.clock.now()))
    return null;
  const { tenantId, stepUp, wanted } = visit;
  const { subscriberId } = session.view;
  return {
    who: { tenantId, subscriberId, stepUp: stepUp?.challengeId ?? undefined },
    session,
    id: wanted.id,
  };
}

export const changePassword: Step = async (tools, current, fields) => {
  const { visit, device } = current;
  const owned = owner(tools, current, "password");
  if (owned === null) return { visit };
  const { password = "", current: present } = fields;
  const result = await tools.accounts.changePassword({
    ...owned.who,
    password,
    session: owned.session.bearer,
    device,
    ...(present === undefined ? {} : { current: present }),
  });
  switch (result.outcome) {
    case "changed":
      return changed(tools, visit);
    case "passwordRefused":
      return { visit: noted(visit, "password", ...passwordRefusal(result.problem, {})) };
    case "signInRefused":
      return { visit: noted(visit, "password", "signInWrong") };
    default:
      return { visit: noted(anew(tools.parts, visit), "account", "pageOld") };
  }
};

export const makeCodes: Step = async (tools, current) => {
  const { visit, language } = current;
  const owned = owner(tools, current, "codes");
  if (owned === null) return { visit };
  const label = language.words.recoveryCodes;
  const made = await tools.accounts.makeRecoveryCodes({ ...owned.who, label });
  if (made.outcome === "authenticatorsFull") return { visit: noted(gone(visit), "account", "full") };
  if (made.outcome !== "enrolled") return { visit: noted(anew(tools.parts, visit), "account", "pageOld") };
  return { visit: { ...gone(visit), codes: made.codes } };
};

export const removeOne: Step = async (tools, current) => {
  const { visit } = current;
  const owned = owner(tools, current, "remove");
  if (owned === null || owned.id === null) return { visit };
  const removed = await tools.accounts.removeAuthenticator({ ...owned.who, authenticatorId: owned.id });
  if (removed.outcome === "removed") return changed(tools, visit);
  if (removed.outcome !== "removing") {
    return { visit: noted(anew(tools.parts, visit), "account", "pageOld") };
  }
  // The last one that protects the account goes after a wait, and is on the list until then.
  const after = changed(tools, visit).visit;
  const values = { time: timeIn(current.language.tag, removed.removesAt) };
  return { visit: noted(after, "account", "goesAt", { values }) };
};

/** The step-up goes on for as long as it lasts; the forms of before do not. */
function changed({ parts }: Tools, visit: AccountVisit): Stepped {
  return { visit: { ...noted(anew(parts, visit), "account", "changed"), stepUp: visit.stepUp } };
}

function gone(visit: AccountVisit): AccountVisit {
  return { ...visit, wanted: null, chosen: null, enrolment: null, note: null };
}

/** In which of our languages somebody is written to; it makes nothing weaker, and takes no step-up. */
export const chooseLanguage: Step = async ({ accounts }, { visit, session }, fields) => {
  const locale = accountLanguages.find(({ tag }) => tag === fields["locale"])?.tag;
  if (session === null || locale === undefined) return { visit };
  const { tenantId } = visit;
  const { subscriberId } = session.view;
  const { outcome } = await accounts.updateSubscriber({ tenantId, subscriberId, locale });
  return { visit: noted(visit, "account", outcome === "changesFrozen" ? "frozen" : "changed") };
};

/** Ends a session of one's own: an id of somebody else's is none. */
export const endSession: Step = async ({ accounts }, { visit, session }, fields) => {
  if (session === null) return { visit };
  const { tenantId } = visit;
  const own = await accounts.sessions({ tenantId, subscriberId: session.view.subscriberId });
  const found = own.find(({ id }) => id === fields["id"]);
  if (found === undefined) return { visit };
  await accounts.endSession({ tenantId, id: found.id });
  return { visit: noted(visit, "account", "changed") };
};

export const endOthers: Step = async ({ accounts }, { visit, session }) => {
  if (session === null) return { visit };
  const { tenantId } = visit;
  const { subscriberId, id } = session.view;
  await accounts.endSessions({ tenantId, subscriberId, but: id });
  return { visit: { ...noted(visit, "account", "changed"), stepUp: null } };
};

/** Codes are asked for there again. */
export const forgetBrowser: Step = async ({ accounts }, { visit, session }, fields) => {
  if (session === null) return { visit };
  const { tenantId } = visit;
  const { subscriberId } = session.view;
  const deviceId = fields["id"] ?? "";
  await accounts.forgetDevices({ tenantId, subscriberId, deviceId });
  return { visit: noted(visit, "account", "changed") };
};

/** Out of whatever was begun: to the account, or to the sign-in. */
export const cancel: Step = async ({ accounts, parts }, current) => {
  const { visit, session } = current;
  const { tenantId, pending } = visit;
  if (pending !== null) await accounts.signOut({ tenantId, session: pending.bearer });
  const stepUp = session !== null && visit.stepUp?.approvedAt !== null ? visit.stepUp : null;
  const next = { ...anew(parts, visit), stepUp };
  return session !== null && isDemanded(visit)
    ? { visit: next, isOver: true, isLeft: true }
    : { visit: next };
};

/** The codes are kept: from here on nobody is shown them again. */
export const keepCodes: Step = async (_tools, { visit }) => ({
  visit: { ...visit, codes: null },
  isOver: true,
});

/** Back to the application that sent the browser here. */
export const leave: Step = async (_tools, { visit }) => ({ visit, isOver: true, isLeft: true });
