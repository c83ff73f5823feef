import type { SessionView, SubscriberView } from "../../engine/index.ts";
import { minutesUntil, noted, type Step } from "./current.ts";
import { type AccountVisit, anew, type StepUp } from "./visit.ts";

/** A little less than the engine's, so that a form that is shown can still be sent. */
const stepUpMs = 9 * 60_000;

/** Whether somebody has confirmed that it is them, a short while ago. */
export function isConfirmed({ stepUp }: AccountVisit, now: number): boolean {
  return isLately(stepUp?.approvedAt ?? null, now);
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
  { createdAt }: SessionView,
  subscriber: Pick<SubscriberView, "hasPassword"> | null,
  now: number,
): StepUp {
  if (subscriber?.hasPassword === false) return { challengeId: null, approvedAt: now };
  return { challengeId: null, approvedAt: isLately(createdAt, now) ? createdAt : null };
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
  if (subscriber === null || password === "") return { visit: wrong };
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
  const stepUp = { challengeId: null, approvedAt: now };
  return { visit: { ...fresh, wanted, stepUp }, session: result.session };
};
