import { isMetBy } from "../account-links.ts";
import type { Current, Tools } from "./current.ts";
import { withoutSecond } from "./present.ts";
import type { AccountVisit } from "./visit.ts";

/** The purpose of a challenge that an application has asked for, and that allows nothing else. */
const stepUpPurpose = "step-up";

type Asked = Pick<Current, "visit"> & { readonly session: { readonly bearer: string } | null };

/** Whether whoever is signed in is as sure as the application wants it. */
export async function isDemandMet({ accounts }: Tools, { visit, session }: Asked): Promise<boolean> {
  const { demand, tenantId } = visit;
  if (demand === null || demand === undefined) return true;
  if (session === null) return false;
  return isMetBy(
    demand,
    await accounts.checkSession({ tenantId, session: session.bearer, ...ageOf(demand) }),
  );
}

/**
 * The visit of somebody who has to use an authenticator before they go back, since what is demanded is not met; null where
 * nobody is signed in. Nothing is sent here: an address that somebody opens sends no message.
 */
export async function goOnToDemand(tools: Tools, asked: Asked): Promise<AccountVisit | null> {
  const { accounts, parts } = tools;
  const { visit, session } = asked;
  const { tenantId } = visit;
  if (session === null) return null;
  const checked = await accounts.checkSession({ tenantId, session: session.bearer });
  if (checked.outcome !== "active") return null;
  const { id: sessionId, subscriberId } = checked.session;
  const started = await accounts.startChallenge({
    tenantId,
    subscriberId,
    purpose: stepUpPurpose,
    session: session.bearer,
  });
  const fresh: AccountVisit = { ...visit, wanted: null, chosen: null, enrolment: null, note: null };
  switch (started.outcome) {
    case "challengeStarted": {
      const stepUp = { sessionId, challengeId: started.challenge.id, approvedAt: null };
      const [first] = started.authenticators;
      const chosen =
        first?.type === "totp" && !first.isDisabled
          ? { authenticatorId: first.id, type: first.type, sent: null }
          : null;
      return { ...fresh, stepUp, chosen };
    }
    // A password was enough for them until now: their first authenticator comes first.
    case "notEnrolled":
      return {
        ...fresh,
        wanted: { what: "add", id: null },
        stepUp: withoutSecond(
          checked.session,
          await accounts.subscriber({ tenantId, subscriberId }),
          parts.clock.now(),
        ),
      };
    default:
      return null;
  }
}

/** Whether the challenge that is shown is one that the application asked for. */
export function isDemanded({ demand, wanted, pending, stepUp }: AccountVisit): boolean {
  return (demand ?? null) !== null && wanted === null && pending === null && stepUp?.approvedAt === null;
}

function ageOf({ maxAgeSeconds }: { readonly maxAgeSeconds: number | null }): { readonly maxAgeMs?: number } {
  return maxAgeSeconds === null ? {} : { maxAgeMs: maxAgeSeconds * 1_000 };
}
