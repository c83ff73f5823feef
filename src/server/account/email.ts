import { uuidv7 } from "../../clock/index.ts";
import { maskEmail } from "../../numbers/index.ts";
import { mailOf, noted, type Step, sentNow } from "./current.ts";
import { beginner, notTheirs, refusedAll } from "./enrol.ts";

/** An e-mail address: it gets its code, and then notices; nobody signs in with it. */
export const enrolEmail: Step = async (tools, current, fields) => {
  const { accounts, engine, parts } = tools;
  const { visit, session, language } = current;
  const who = beginner(tools, current);
  if (who === null) return notTheirs(tools, current);
  // Whoever has shown no more than a password adds no address (P-5).
  if (session === null || visit.pending !== null || !engine.hasEmailCarrier()) return { visit };
  const address = (fields["address"] ?? "").trim().slice(0, 320);
  const result = await accounts.enrolEmail({
    ...who,
    address,
    label: language.words.email,
    text: mailOf(current),
  });
  if (result.outcome === "requestInvalid") {
    return { visit: noted(visit, "email", "emailWrong", { field: "address", typed: { address } }) };
  }
  const no = refusedAll(tools, current, "email", result.outcome);
  if (no !== null) return no;
  // An address that gets nothing for what others did to it looks like any other (W-8).
  const isOn = result.outcome === "enrolled";
  const authenticatorId = isOn ? result.authenticator.id : uuidv7(parts.clock.now(), parts.random);
  const sent = sentNow(current, "email", null, parts.clock.now());
  const enrolment = { authenticatorId, sent, number: null, address: maskEmail(address), app: null };
  return { visit: { ...visit, enrolment, note: null } };
};

/** What was to be removed stays. */
export const keepOne: Step = async ({ accounts }, { visit, session }, fields) => {
  if (session === null) return { visit };
  const { tenantId } = visit;
  const { subscriberId } = session.view;
  const authenticatorId = fields["id"] ?? "";
  const { outcome } = await accounts.keepAuthenticator({ tenantId, subscriberId, authenticatorId });
  return { visit: noted(visit, "account", outcome === "kept" ? "changed" : "pageOld") };
};
