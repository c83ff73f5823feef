import type { ConfirmResult } from "../../engine/index.ts";
import { browserOf } from "../account/browser.ts";
import { readAnswer } from "../account/passkeys.ts";
import { typedCode } from "../pages/digits.ts";
import { bindingOf, type Fields } from "../pages/flow.ts";
import { consoleTenantId } from "./administrators.ts";
import { type Here, type Led, noteConsoleAct } from "./gate.ts";
import { over, waitWords } from "./sign-in.ts";
import { newState, noted, type Pending } from "./state.ts";

const tenantId = consoleTenantId;
const on = "/console/enrol";
const outdatedWords = "That took too long, or somebody enrolled meanwhile. Sign in again.";

/** Whoever gave a right password and has nothing enrolled yet; null for everybody else. */
export function enrolling({ state: { pending } }: Here): Pending | null {
  return pending !== null && pending.challengeId === null ? pending : null;
}

/** A new authenticator app: its seed is shown until its first code is right. */
export async function enrolApp(here: Here): Promise<Led> {
  const { accounts, state } = here;
  const pending = enrolling(here);
  if (pending === null || !(await isPending(here, pending))) return over(here);
  const { subscriberId } = pending;
  const asked = { tenantId, subscriberId, issuer: "Countersign console", label: "Authenticator app" };
  const result = await accounts.enrolTotp(asked);
  if (result.outcome !== "enrolled") return refused(here);
  const { authenticator, seed, uri } = result;
  return { state: { ...state, app: { authenticatorId: authenticator.id, seed, uri }, note: null }, to: on };
}

/** The first code of the app. */
export async function confirmApp(here: Here, fields: Fields): Promise<Led> {
  const { accounts, state, parts } = here;
  const pending = enrolling(here);
  const { app } = state;
  if (pending === null || app === null) return over(here);
  const again = (text: string): Led => ({ state: noted(state, text), to: on });
  const code = typedCode(fields["code"]);
  if (code === "") return again("Enter the code that the app shows.");
  const { subscriberId, bearer: session } = pending;
  const { authenticatorId } = app;
  const result = await accounts.confirmAuthenticator({
    tenantId,
    subscriberId,
    authenticatorId,
    code,
    session,
  });
  switch (result.outcome) {
    case "confirmed":
      return await enrolled(here, pending, result);
    case "sessionInvalid":
    case "subscriberNotFound":
      return over(here);
    case "subscriberLocked":
    case "recipientLocked":
      return again(waitWords(result.retryAt, parts.clock.now()));
    default:
      return again("The code is not right. Look whether the clock of the device is.");
  }
}

/** What a browser is to make a passkey with; null where this is no longer to be done. */
export async function askNewPasskey(here: Here): Promise<{ id: string; options: object } | null> {
  const { accounts, request } = here;
  const pending = enrolling(here);
  if (pending === null || !(await isPending(here, pending))) return null;
  const label = browserOf(request.headers["user-agent"] ?? "");
  const { subscriberId } = pending;
  const binding = bindingOf(here.state);
  const asked = await accounts.enrolPasskey({ tenantId, subscriberId, label, binding });
  return asked.outcome === "enrolled" ? { id: asked.authenticator.id, options: asked.options } : null;
}

/** The passkey that the browser made. */
export async function confirmPasskey(here: Here, { id = "", answer = "" }: Fields): Promise<Led> {
  const { accounts, state } = here;
  const pending = enrolling(here);
  if (pending === null) return over(here);
  const again = (text: string): Led => ({ state: noted(state, text), to: on });
  const passkey = readAnswer(answer);
  if (passkey === null) return again("A passkey needs JavaScript, and a browser that knows passkeys.");
  const { subscriberId, bearer: session } = pending;
  const binding = bindingOf(here.state);
  const asked = { tenantId, subscriberId, authenticatorId: id, binding, passkey, session };
  const result = await accounts.confirmAuthenticator(asked);
  if (result.outcome === "confirmed") return await enrolled(here, pending, result);
  if (result.outcome === "sessionInvalid" || result.outcome === "subscriberNotFound") return over(here);
  return again("This passkey did not work. Try again, or take an app.");
}

/** In, with recovery codes that are shown until somebody says that they are kept. */
async function enrolled(
  here: Here,
  { subscriberId, name }: Pending,
  { session, stepUp }: Extract<ConfirmResult, { readonly outcome: "confirmed" }>,
): Promise<Led> {
  const { accounts, parts } = here;
  if (session === null) return over(here);
  const made = await accounts.makeRecoveryCodes({
    tenantId,
    subscriberId,
    label: "Recovery codes",
    stepUp: stepUp ?? undefined,
  });
  await noteConsoleAct(here, { id: subscriberId, name }, "signIn");
  const codes = made.outcome === "enrolled" ? made.codes : null;
  const state = { ...newState(parts), session: session.bearer, codes };
  return { state, to: codes === null ? "/console" : "/console/codes" };
}

/** The pending session alone lets somebody enrol, and only while it waits. */
async function isPending({ accounts }: Here, { bearer }: Pending): Promise<boolean> {
  return await accounts.isPending({ tenantId, session: bearer });
}

function refused({ parts }: Here): Led {
  return { state: noted(newState(parts), outdatedWords), to: "/console/sign-in" };
}
