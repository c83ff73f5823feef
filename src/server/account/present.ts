import type { SessionView, SubscriberView } from "../../engine/index.ts";
import { type Current, minutesUntil, noted, type Step } from "./current.ts";
import { type AccountVisit, anew, type StepUp } from "./visit.ts";

/** A little less than the engine's, so that a form that is shown can still be sent. */
const stepUpMs = 9 * 60_000;

type Shown = Pick<Current, "visit" | "session">;

/** Whether whoever is signed in has confirmed that it is them, a short while ago. */
export function isConfirmed(shown: Shown, now: number): boolean {
  return isOfSession(shown) && isLately(shown.visit.stepUp?.approvedAt ?? null, now);
}

/** The session lies in another cookie than the visit: one that was put there later has confirmed nothing. */
export function isOfSession({ visit, session }: Shown): boolean {
  return session !== null && visit.stepUp?.sessionId === session.view.id;
}

function isLately(at: number | null, now: number): boolean {
  return at !== null && now < at + stepUpMs;
}

/**
 * Before a change by whoever has nothing enrolled: their password is what they show. Who signed in just now has done so;
 * a session of before may be in other hands, which would make an authenticator of theirs the first. Where the
 * application checks passwords itself, there is none to ask for.
 */
export function withoutSecond(
  { id: sessionId, createdAt }: SessionView,
  subscriber: Pick<SubscriberView, "hasPassword"> | null,
  now: number,
): StepUp {
  const isUnasked = subscriber?.hasPassword === false;
  const shownAt = isLately(createdAt, now) ? createdAt : null;
  return { sessionId, challengeId: null, approvedAt: isUnasked ? now : shownAt };
}

/** Whether the present password is what comes before the change that is wanted. */
export function isPresentAsked({ wanted, stepUp, pending }: AccountVisit): boolean {
  const isAsked = stepUp !== null && stepUp.challengeId === null && stepUp.approvedAt === null;
  return isAsked && wanted !== null && pending === null;
}

/** In a quarter of an hour. */
export const wrongPasswordsMax = 30;

/** The present password: a sign-in anew, counted as any other. Its session takes the place of the one of before (P-5). */
export const showPresent: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit, session, device, browser, network } = current;
  if (session === null || !isPresentAsked(visit)) return { visit };
  const { tenantId, wanted } = visit;
  const { subscriberId } = session.view;
  const subscriber = await accounts.subscriber({ tenantId, subscriberId });
  const { password = "" } = fields;
  const wrong = noted(visit, "present", "signInWrong");
  if (subscriber === null || subscriber.name === null || password === "") return { visit: wrong };
  const now = parts.clock.now();
  const { wrongPasswords } = tools.memory;
  const wait = (retryAt: number): AccountVisit =>
    noted(visit, "present", "waitMinutes", { values: minutesUntil(retryAt, now) });
  const retryAt = wrongPasswords.take(network, wrongPasswordsMax, now);
  if (retryAt !== null) return { visit: wait(retryAt) };
  const result = await accounts.signIn({ tenantId, name: subscriber.name, password, device, browser });
  if (result.outcome === "signInRefused") return { visit: wrong };
  wrongPasswords.giveBack(network, now);
  if (result.outcome === "signInLocked") return { visit: wait(result.retryAt) };
  const fresh = anew(parts, visit);
  if (result.outcome !== "signedIn") {
    // An authenticator was enrolled meanwhile, or has become a must: the change begins with that.
    await accounts.signOut({ tenantId, session: result.pending.bearer });
    return { visit: noted(fresh, "account", "pageOld") };
  }
  await accounts.signOut({ tenantId, session: session.bearer });
  const stepUp = { sessionId: result.session.session.id, challengeId: null, approvedAt: now };
  return { visit: { ...fresh, wanted, stepUp }, session: result.session };
};
