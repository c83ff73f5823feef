import type { PasskeyAnswer } from "../../authenticators/index.ts";
import { bindingOf, type Fields } from "../pages/flow.ts";
import { type Current, noted, type Step, type Stepped, type Tools, trustOf } from "./current.ts";
import { beginner, confirmed, enroller, notTheirs, outdated, refusedAll } from "./enrol.ts";
import type { AccountWordName } from "./languages/index.ts";
import { afterProof, on as onRecovery, over as recoveryOver } from "./recovery.ts";
import { signedIn } from "./sign-in.ts";
import { approved, heldChallenge, over } from "./use.ts";
import type { ViewName } from "./visit.ts";

/** A form that a browser sent by itself has no answer: there is no script, or there are no passkeys here. */
function answerIn(
  { visit, hasPasskeys }: Current,
  { answer = "" }: Fields,
  on: ViewName,
): PasskeyAnswer | Stepped {
  if (answer === "" || !hasPasskeys) return { visit: noted(visit, on, "passkeyNeeds") };
  return readAnswer(answer) ?? { visit: noted(visit, on, "passkeyFailed") };
}

function isAnswer(given: PasskeyAnswer | Stepped): given is PasskeyAnswer {
  return "rawId" in given;
}

const optionalFields = ["attestationObject", "authenticatorData", "signature", "userHandle"] as const;

/** What the script of our pages wrote; null for anything else. */
export function readAnswer(text: string): PasskeyAnswer | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const { id, type, response } = (read ?? {}) as Partial<Record<keyof PasskeyAnswer, unknown>>;
  if (typeof id !== "string" || typeof type !== "string") return null;
  if (typeof response !== "object" || response === null) return null;
  const fields = response as Readonly<Record<string, unknown>>;
  const isText = (name: string): boolean => typeof fields[name] === "string";
  const isFit =
    isText("clientDataJSON") &&
    optionalFields.every((name) => fields[name] === undefined || isText(name)) &&
    isListOfTexts(fields["transports"]);
  return isFit ? { id, rawId: id, type, response: response as PasskeyAnswer["response"] } : null;
}

function isListOfTexts(given: unknown): boolean {
  if (given === undefined) return true;
  return Array.isArray(given) && given.length <= 16 && given.every((one) => typeof one === "string");
}

/** In by nothing but a passkey. No answer tells whether it is somebody's. */
export const signInWithPasskey: Step = async (tools, current, fields) => {
  const { visit, device, browser } = current;
  const passkey = answerIn(current, fields, "signIn");
  if (!isAnswer(passkey)) return passkey;
  const { tenantId } = visit;
  const signInId = fields["id"] ?? "";
  const binding = bindingOf(visit);
  const asked = { tenantId, signInId, binding, passkey, device, browser };
  const result = await tools.accounts.signInWithPasskey(asked);
  if (result.outcome === "signedIn") return signedIn(tools, visit, result.session);
  return { visit: noted(visit, "signIn", "passkeyFailed") };
};

/** As the second factor, or before a change. */
export const usePasskey: Step = async (tools, current, fields) => {
  const { visit, device } = current;
  const held = heldChallenge(current);
  if (held === null) return over(tools, current);
  const here = { ...current, visit: { ...visit, chosen: null } };
  const passkey = answerIn(here, fields, "choose");
  if (!isAnswer(passkey)) return passkey;
  const result = await tools.accounts.checkChallenge({ ...held, passkey, device });
  switch (result.outcome) {
    case "approved":
      return approved(tools, current, result);
    case "challengeExpired":
    case "challengeSettled":
    case "challengeNotFound":
      return over(tools, current);
    default:
      return { visit: noted(here.visit, "choose", "passkeyFailed") };
  }
};

/** As a way back in: enough alone, and refused like any other proof. */
export const recoverWithPasskey: Step = async (tools, current, fields) => {
  const { visit } = current;
  const { recovery, tenantId } = visit;
  if (recovery === null || recovery.isEnough) return { visit, on: onRecovery };
  const passkey = answerIn(current, fields, "recoverChoose");
  if (!isAnswer(passkey)) return { ...passkey, on: onRecovery };
  const asked = { tenantId, recovery: recovery.bearer, method: "passkey", passkey } as const;
  const result = await tools.accounts.checkRecovery(asked);
  if (result.outcome !== "codeMismatch") return afterProof(tools, current, recovery, result);
  if (result.checksLeft <= 0) return recoveryOver(tools, current);
  return { visit: noted(visit, "recoverChoose", "passkeyFailed"), on: onRecovery };
};

/** A new one: what was asked for with `options` is answered. */
export const enrolPasskey: Step = async (tools, current, fields) => {
  const { visit } = current;
  const who = enroller(current);
  if (who === null) return notTheirs(tools, current);
  const passkey = answerIn(current, fields, "enrol");
  if (!isAnswer(passkey)) return passkey;
  const { tenantId, subscriberId } = who;
  const result = await tools.accounts.confirmAuthenticator({
    tenantId,
    subscriberId,
    authenticatorId: fields["id"] ?? "",
    binding: bindingOf(visit),
    passkey,
    ...(visit.pending === null ? {} : { session: visit.pending.bearer }),
    ...trustOf(current, fields),
  });
  switch (result.outcome) {
    case "confirmed":
      return await confirmed(tools, current, result);
    case "sessionInvalid":
    case "subscriberNotFound":
      return outdated(tools, current);
    default:
      return { visit: noted(visit, "enrol", "passkeyFailed") };
  }
};

/** What a browser's passkey is asked for with, or what the page says instead. */
export type PasskeyAsked = { readonly id: string; readonly options: object } | { readonly stepped: Stepped };

export type PasskeyAsk = (tools: Tools, current: Current, fields: Fields) => Promise<PasskeyAsked>;

const says = (current: Current, on: ViewName, words: AccountWordName): PasskeyAsked => ({
  stepped: { visit: noted(current.visit, on, words) },
});

/** For any passkey that a person has here: who they are is not known. */
export const askSignIn: PasskeyAsk = async ({ accounts }, current) => {
  if (!current.hasPasskeys) return says(current, "signIn", "passkeyNeeds");
  const { visit } = current;
  const { tenantId } = visit;
  const { signInId, options } = await accounts.askPasskeySignIn({ tenantId, binding: bindingOf(visit) });
  return { id: signInId, options };
};

export const askUse: PasskeyAsk = async (tools, current) => {
  const held = heldChallenge(current);
  if (held === null) return { stepped: over(tools, current) };
  if (!current.hasPasskeys) return says(current, "choose", "passkeyNeeds");
  const asked = await tools.accounts.askPasskey(held);
  switch (asked.outcome) {
    case "passkeyAsked":
      return { id: asked.challenge.id, options: asked.options };
    case "authenticatorNotFound":
      return says(current, "choose", "passkeyFailed");
    default:
      return { stepped: over(tools, current) };
  }
};

export const askRecovery: PasskeyAsk = async (tools, current) => {
  const { tenantId, recovery } = current.visit;
  if (recovery === null || recovery.isEnough) return { stepped: { visit: current.visit, on: onRecovery } };
  if (!current.hasPasskeys) {
    return { stepped: { visit: noted(current.visit, "recoverChoose", "passkeyNeeds"), on: onRecovery } };
  }
  const asked = await tools.accounts.askRecoveryPasskey({ tenantId, recovery: recovery.bearer });
  if (asked.outcome !== "passkeyAsked") return { stepped: recoveryOver(tools, current) };
  // Which one is answered is known by the way back itself.
  return { id: "", options: asked.options };
};

const labelMax = 60;

export const askEnrolment: PasskeyAsk = async (tools, current, fields) => {
  const { visit, browser } = current;
  const who = beginner(tools, current);
  if (who === null) return { stepped: outdated(tools, current) };
  if (!current.hasPasskeys) return says(current, "enrol", "passkeyNeeds");
  const label = passkeyName(fields["label"]) ?? browser;
  const asked = await tools.accounts.enrolPasskey({ ...who, label, binding: bindingOf(visit) });
  if (asked.outcome !== "enrolled") {
    return { stepped: refusedAll(tools, current, "enrol", asked.outcome) ?? outdated(tools, current) };
  }
  return { id: asked.authenticator.id, options: asked.options };
};

/** A name that can be read beside others; null for none. */
function passkeyName(given = ""): string | null {
  const name = given.isWellFormed()
    ? given
        .normalize("NFC")
        .replaceAll(/\p{Cc}|(?![\u200c\u200d])\p{Cf}/gu, "")
        .trim()
    : "";
  return name === "" ? null : [...name].slice(0, labelMax).join("");
}
