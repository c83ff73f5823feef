import { signUpPurpose } from "../../engine/index.ts";
import type { Fields, Current as PageCurrent } from "../pages/flow.ts";
import { bindingOf } from "../pages/flow.ts";
import type { Visit } from "../pages/visit.ts";
import { type Current, noted, type Step, type Stepped, type Tools, trustedNow, trustOf } from "./current.ts";
import { passwordRefusal } from "./passwords.ts";
import { type AccountVisit, anew } from "./visit.ts";

const takenMax = 10;

/** A sign-up begins as the verification page does, with a purpose of its own. */
export function asPage({ visit, service, policy, network, language, origin }: Current): PageCurrent {
  const { id, openedAt, tenantId, serviceId, round } = visit;
  const page: Visit = {
    id,
    openedAt,
    tenantId,
    serviceId,
    linkId: null,
    purpose: signUpPurpose,
    subject: null,
    to: null,
    returnUrl: null,
    state: null,
    language: visit.language,
    round,
    note: null,
  };
  return { visit: page, service, policy, network, locale: language.tag, origin };
}

function afterPage(visit: AccountVisit, { round, note }: Visit): Stepped {
  const next: AccountVisit = { ...visit, round, note: null };
  if (note === null) return { visit: next };
  const { words, field, values = {}, country = "", number = "", code = "" } = note;
  const on = round === null ? "signUpNumber" : "signUpCode";
  return { visit: noted(next, on, words, { field, values, typed: { country, number, code } }) };
}

/** Which of the verification page's steps. */
export const signUpStep =
  (step: (tools: Tools, current: PageCurrent, fields: Fields) => Promise<Visit>): Step =>
  async (tools, current, fields) => {
    // Whoever is signed in has an account.
    if (current.session !== null) return { visit: current.visit };
    return afterPage(current.visit, await step(tools, asPage(current), fields));
  };

/** Name and password, for a number that was proved. That a name is taken is told here and nowhere before (W-8). */
export const finishSignUp: Step = async (tools, current, fields) => {
  const { accounts, parts, memory } = tools;
  const { visit, device, browser } = current;
  const { round, tenantId } = visit;
  if (round?.end !== "approved" || current.session !== null) return { visit };
  const { name = "", password = "" } = fields;
  const typed = { name: name.slice(0, 128) };
  const refuse = (words: "nameInvalid" | "nameTaken"): Stepped => ({
    visit: noted(visit, "signUpName", words, { field: "name", typed }),
  });
  const { verificationId } = round;
  const many = memory.takenNames.get(verificationId) ?? 0;
  if (many >= takenMax) return { visit: noted(anew(parts, visit), "signUpNumber", "pageOld") };
  // Counted before it is known to be taken: many at once are many.
  memory.takenNames.set(verificationId, many + 1);
  const result = await accounts.signUp({
    tenantId,
    name,
    password,
    verificationId,
    binding: bindingOf(visit),
    device,
    browser,
    ...trustOf(current, fields),
  });
  if (result.outcome !== "nameTaken") {
    memory.takenNames.set(verificationId, (memory.takenNames.get(verificationId) ?? 1) - 1);
  }
  switch (result.outcome) {
    case "signedUp":
      return {
        visit: { ...anew(parts, visit), codes: result.codes },
        session: result.session,
        ...trustedNow(result.trustedDevice),
      };
    case "nameTaken":
      return refuse("nameTaken");
    case "nameInvalid":
      return refuse("nameInvalid");
    case "passwordRefused":
      return { visit: noted(visit, "signUpName", ...passwordRefusal(result.problem, typed)) };
    case "numberNotProved":
      return { visit: noted(anew(parts, visit), "signUpNumber", "pageOld") };
    default:
      return result satisfies never;
  }
};
