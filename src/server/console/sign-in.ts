import type { CheckChallengeResult, SignInResult } from "../../engine/index.ts";
import { browserOf } from "../account/browser.ts";
import { readAnswer } from "../account/passkeys.ts";
import { wrongPasswordsMax } from "../account/present.ts";
import { typedCode } from "../pages/digits.ts";
import type { Fields } from "../pages/flow.ts";
import { consoleTenantId, invitationLifetimeMs, join, nameOf } from "./administrators.ts";
import { consoleAct, type Here, type Led, noteConsoleAct } from "./gate.ts";
import { type ConsoleState, newState, noted } from "./state.ts";

const tenantId = consoleTenantId;
const signInPath = "/console/sign-in";
const joinPath = "/console/join";
const enrolPath = "/console/enrol";
const nameMax = 128;

/** Name and password. Nothing here depends on whether there is such a name. */
export async function enterPassword(here: Here, { name = "", password = "" }: Fields): Promise<Led> {
  const { accounts, parts, state, tools, network, request } = here;
  const refuse = (text: string): Led => ({ state: noted(state, text), to: signInPath });
  if (name.trim() === "" || password === "") return refuse("Enter your user name and your password.");
  if (name.length > nameMax) return refuse("User name or password is wrong.");
  const now = parts.clock.now();
  const { wrongPasswords } = tools.memory;
  // Counted before it is known to be wrong: many at once are many.
  const retryAt = wrongPasswords.take(network, wrongPasswordsMax, now);
  if (retryAt !== null) return refuse(waitWords(retryAt, now));
  const browser = browserOf(request.headers["user-agent"] ?? "");
  const result = await accounts.signIn({ tenantId, name, password, browser });
  if (result.outcome === "signInRefused") {
    noteRefused(here);
    return refuse("User name or password is wrong.");
  }
  wrongPasswords.giveBack(network, now);
  if (result.outcome === "signInLocked") return refuse(waitWords(result.retryAt, now));
  return await afterPassword(here, result);
}

type RightPassword = Exclude<SignInResult, { readonly outcome: "signInRefused" | "signInLocked" }>;

async function afterPassword({ accounts, parts }: Here, result: RightPassword): Promise<Led> {
  const fresh = newState(parts);
  const refused: Led = { state: noted(fresh, "User name or password is wrong."), to: signInPath };
  if (result.outcome === "signedIn") {
    // Of administrators nobody is in with a password alone.
    await accounts.signOut({ tenantId, session: result.session.bearer });
    return refused;
  }
  const { bearer, session } = result.pending;
  const { subscriberId } = session;
  const subscriber = await accounts.subscriber({ tenantId, subscriberId });
  if (subscriber === null) return refused;
  const challengeId = result.outcome === "challengeRequired" ? result.challengeId : null;
  // An invitation that lived for an hour leaves no account behind that a password alone would open later.
  const isLate = parts.clock.now() >= subscriber.createdAt + invitationLifetimeMs;
  if (challengeId === null && isLate) {
    await accounts.signOut({ tenantId, session: bearer });
    const text = "This account was not protected in time. Ask for another invitation.";
    return { state: noted(fresh, text), to: signInPath };
  }
  // As it was made, never as it was typed: it goes into the audit log.
  const pending = { bearer, challengeId, subscriberId, name: nameOf(subscriber) };
  return {
    state: { ...fresh, pending },
    to: challengeId === null ? enrolPath : "/console/challenge",
  };
}

/** An invitation becomes an administrator, who goes on to enrol. */
export async function useInvitation(here: Here, fields: Fields): Promise<Led> {
  const { accounts, parts, state } = here;
  const { name = "", password = "", again = "" } = fields;
  const secret = (fields["invitation"] ?? state.invitation ?? "").trim();
  const kept: ConsoleState = { ...state, invitation: secret.slice(0, nameMax) };
  const refuse = (text: string): Led => ({ state: noted(kept, text), to: joinPath });
  if (secret === "") return refuse("Enter the invitation.");
  if (name.trim() === "" || password === "") return refuse("Choose a user name and a password.");
  if (password !== again) return refuse("The two passwords differ.");
  const joined = await join(parts, accounts, { secret, name, password }, (who) =>
    consoleAct(here, who, "joinAdministrators", who.id),
  );
  switch (joined.outcome) {
    case "notInvited":
      return {
        state: noted(
          { ...state, invitation: null },
          "This invitation is not valid: it is wrong, was used, or is older than an hour. `countersign console invite` makes another one.",
        ),
        to: joinPath,
      };
    case "nameTaken":
      return refuse("There is an administrator of this name already: choose another one.");
    case "refused":
      return refuse(joined.detail);
    case "joined":
      break;
    default:
      return joined satisfies never;
  }
  return await enterPassword({ ...here, state: { ...state, invitation: null } }, { name, password });
}

/** Who is challenged now: a sign-in, or somebody signed in before something dangerous. */
export function heldOf({ state }: Here): { tenantId: string; id: string; session: string } | null {
  const { pending, session, stepUp } = state;
  if (pending !== null) {
    return pending.challengeId === null
      ? null
      : { tenantId, id: pending.challengeId, session: pending.bearer };
  }
  if (session === null || stepUp === null) return null;
  return { tenantId, id: stepUp.challengeId, session };
}

function challengePath({ pending }: ConsoleState): string {
  return pending === null ? "/console/confirm" : "/console/challenge";
}

/** A code of an app, or a recovery code. */
export async function enterCode(here: Here, fields: Fields): Promise<Led> {
  const held = heldOf(here);
  if (held === null) return over(here);
  const code = typedCode(fields["code"]);
  const type = fields["type"] === "recoveryCodes" ? "recoveryCodes" : "totp";
  const again = (text: string): Led => ({ state: noted(here.state, text), to: challengePath(here.state) });
  if (code === "") return again("Enter the code.");
  const shown = await here.accounts.challenge(held);
  const one = shown?.authenticators.find((each) => each.type === type && !each.isDisabled);
  if (one === undefined) return over(here);
  const result = await here.accounts.checkChallenge({ ...held, authenticatorId: one.id, code });
  return await afterCheck(here, result, again);
}

/** What a browser's passkey answered. */
export async function usePasskey(here: Here, { answer = "" }: Fields): Promise<Led> {
  const held = heldOf(here);
  if (held === null) return over(here);
  const again = (text: string): Led => ({ state: noted(here.state, text), to: challengePath(here.state) });
  const passkey = readAnswer(answer);
  if (passkey === null) return again("A passkey needs JavaScript, and a browser that knows passkeys.");
  return await afterCheck(here, await here.accounts.checkChallenge({ ...held, passkey }), again);
}

async function afterCheck(
  here: Here,
  result: CheckChallengeResult,
  again: (text: string) => Led,
): Promise<Led> {
  const { parts, state } = here;
  if (result.outcome !== "approved") noteRefused(here);
  switch (result.outcome) {
    case "approved":
      return await letIn(here, result.session?.bearer ?? null, result.session?.session.subscriberId ?? null);
    case "codeUsed":
      return again("This code was used already: wait for the next one.");
    case "subscriberLocked":
    case "recipientLocked":
      return again(waitWords(result.retryAt, parts.clock.now()));
    case "passkeyRefused":
      return again("This passkey did not work. Try again, or choose another way.");
    case "challengeExpired":
    case "challengeSettled":
    case "challengeNotFound":
      return over(here);
    default:
      return again(state.pending === null ? "The code is not right." : "The code is not right. Try again.");
  }
}

/** All the way in, or back to what asked for a fresh authenticator; under another bearer and with other forms (P-5). */
async function letIn(here: Here, bearer: string | null, subscriberId: string | null): Promise<Led> {
  const { parts, state } = here;
  if (bearer === null || subscriberId === null) return over(here);
  const fresh = { ...newState(parts), session: bearer };
  if (state.pending === null) {
    const on = state.stepUp?.on ?? "/console";
    return { state: noted(fresh, "Confirmed. You can do it now.", true), to: on };
  }
  await noteConsoleAct(here, { id: subscriberId, name: state.pending.name }, "signIn");
  return { state: fresh, to: "/console" };
}

/** Nothing more comes of it: from the beginning. */
export function over({ parts, state }: Here): Led {
  if (state.pending === null && state.session !== null) {
    return { state: noted({ ...state, stepUp: null }, "That took too long. Try again."), to: "/console" };
  }
  return { state: noted(newState(parts), "That took too long. Sign in again."), to: signInPath };
}

/** What the passkey of whoever is challenged is to sign; null where there is nothing to sign any more. */
export async function askPasskey(here: Here): Promise<{ id: string; options: object } | null> {
  const held = heldOf(here);
  if (held === null) return null;
  const asked = await here.accounts.askPasskey(held);
  return asked.outcome === "passkeyAsked" ? { id: asked.challenge.id, options: asked.options } : null;
}

/** Out, here and for whoever copied the cookie. */
export async function signOut({ accounts, parts, state }: Here): Promise<Led> {
  if (state.session !== null) await accounts.signOut({ tenantId, session: state.session });
  if (state.pending !== null) await accounts.signOut({ tenantId, session: state.pending.bearer });
  return { state: noted(newState(parts), "You are signed out.", true), to: signInPath };
}

export function waitWords(at: number, now: number): string {
  const minutes = Math.max(1, Math.ceil((at - now) / 60_000));
  return `Too many tries. Wait ${minutes === 1 ? "a minute" : `${minutes} minutes`}, then try again.`;
}

/** For whoever watches the log: anybody can make such lines, so that they are none of the audit log. */
function noteRefused({ parts, network }: Here): void {
  parts.log.warn({ event: "console_sign_in", network }, "a sign-in to the console was refused");
}
