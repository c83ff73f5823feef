import { uuidv7 } from "../../clock/index.ts";
import { maskEmail } from "../../numbers/index.ts";
import { mailOf, noted, type Step, sentNow } from "./current.ts";
import { enroller, outdated } from "./enrol.ts";

/** An e-mail address: it gets its code, and then notices; nobody signs in with it. */
export const enrolEmail: Step = async (tools, current, fields) => {
  const { accounts, engine, parts } = tools;
  const { visit, session, language } = current;
  const who = enroller(current);
  // Whoever has shown no more than a password adds no address (P-5).
  if (who === null || session === null || visit.pending !== null || !engine.hasEmailCarrier())
    return { visit };
  const address = (fields["address"] ?? "").trim().slice(0, 320);
  const result = await accounts.enrolEmail({
    ...who,
    address,
    label: language.words.email,
    text: mailOf(current),
  });
  switch (result.outcome) {
    case "requestInvalid":
      return { visit: noted(visit, "email", "emailWrong", { field: "address", typed: { address } }) };
    case "authenticatorsFull":
      return { visit: noted(visit, "email", "full") };
    case "changesFrozen":
      return { visit: noted(visit, "email", "frozen") };
    case "stepUpRequired":
    case "subscriberNotFound":
      return outdated(tools, current);
    default: {
      // An address that gets nothing for what others did to it looks like any other (W-8).
      const isOn = result.outcome === "enrolled";
      const authenticatorId = isOn ? result.authenticator.id : uuidv7(parts.clock.now(), parts.random);
      const sent = sentNow(current, "email", null, parts.clock.now());
      const enrolment = { authenticatorId, sent, number: null, address: maskEmail(address), app: null };
      return { visit: { ...visit, enrolment, note: null } };
    }
  }
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
