import type { AuthenticatorView, Begun, SignInResult } from "../../engine/index.ts";
import { type Current, minutesUntil, noted, type Step, type Stepped, type Tools } from "./current.ts";
import { wrongPasswordsMax } from "./present.ts";
import { sendTo } from "./use.ts";
import { type AccountVisit, anew } from "./visit.ts";

/** Name and password. Nothing here depends on whether there is such a name (W-8, P-4). */
export const enterPassword: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit, network, device, browser, trusted: trustedDevice } = current;
  const { name = "", password = "" } = fields;
  const typed = { name: name.slice(0, 128) };
  const refuse = (words: "signInMissing" | "signInWrong", field: "name" | null): Stepped => ({
    visit: noted(visit, "signIn", words, { field, typed }),
  });
  if (name.trim() === "" || password === "") return refuse("signInMissing", "name");
  const now = parts.clock.now();
  const { wrongPasswords } = tools.memory;
  // Counted before it is known to be wrong: many at once are many.
  const retryAt = wrongPasswords.take(network, wrongPasswordsMax, now);
  if (retryAt !== null) {
    const values = minutesUntil(retryAt, now);
    return { visit: noted(visit, "signIn", "waitMinutes", { values, typed }) };
  }
  const result = await accounts.signIn({
    tenantId: visit.tenantId,
    name,
    password,
    device,
    browser,
    trustedDevice,
  });
  if (result.outcome !== "signInRefused") wrongPasswords.giveBack(network, now);
  switch (result.outcome) {
    case "signInRefused":
      return refuse("signInWrong", null);
    case "signInLocked": {
      const values = minutesUntil(result.retryAt, now);
      return { visit: noted(visit, "signIn", "waitMinutes", { values, typed }) };
    }
    case "signedIn":
      return signedIn(tools, visit, result.session);
    default:
      return await goOn(tools, current, result);
  }
};

/** The password was right, and is not enough. */
async function goOn(
  tools: Tools,
  current: Current,
  result: Extract<SignInResult, { readonly pending: Begun }>,
): Promise<Stepped> {
  const { bearer, session } = result.pending;
  const fresh = anew(tools.parts, current.visit);
  const challengeId = result.outcome === "challengeRequired" ? result.challengeId : null;
  const visit = { ...fresh, pending: { bearer, challengeId, subscriberId: session.subscriberId } };
  if (result.outcome === "enrolmentRequired") return { visit };
  return await chooseOnly(tools, { ...current, visit }, result.authenticators);
}

/** The way that somebody prefers, or the only one besides recovery codes, is taken without a question. */
export async function chooseOnly(
  tools: Tools,
  current: Current,
  authenticators: readonly AuthenticatorView[],
): Promise<Stepped> {
  const { visit } = current;
  const usual = authenticators.filter(({ type, isDisabled }) => type !== "recoveryCodes" && !isDisabled);
  const only = usual.find(({ isPreferred }) => isPreferred) ?? (usual.length === 1 ? usual[0] : undefined);
  if (only === undefined) return { visit };
  const { id: authenticatorId } = only;
  if (only.type === "totp") {
    return { visit: { ...visit, chosen: { authenticatorId, type: "totp", sent: null } } };
  }
  if (only.type !== "phone") return { visit };
  return await sendTo(tools, current, authenticatorId, only.channel ?? "sms");
}

/** All the way in: a new visit, so that nothing from before is good for anything (P-5). */
export function signedIn({ parts }: Tools, visit: AccountVisit, session: Begun): Stepped {
  return { visit: anew(parts, visit), session, isOver: true };
}

/** Signs out: of a session, or of the way to one. */
export const signOut: Step = async ({ accounts, parts }, { visit, session }) => {
  const { tenantId, pending } = visit;
  if (session !== null) await accounts.signOut({ tenantId, session: session.bearer });
  if (pending !== null) await accounts.signOut({ tenantId, session: pending.bearer });
  return { visit: anew(parts, visit), session: null };
};
