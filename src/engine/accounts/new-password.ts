import {
  canonicalPassword,
  hasSecond,
  type PasswordProblem,
  passwordProblem,
  type Subscriber,
} from "../../accounts/index.ts";
import { isCommonPassword } from "../../authenticators/index.ts";
import { type AccountParts, shownName } from "./parts.ts";

/** By the rules of passwords (P-1, P-2). */
export interface PasswordRefused {
  readonly outcome: "passwordRefused";
  readonly problem: PasswordProblem;
}

/** Why a new password is refused; null for a good one. */
export async function judge(
  parts: AccountParts,
  password: string,
  name: string,
  hasSecond: boolean,
): Promise<PasswordProblem | null> {
  const problem = passwordProblem(password, {
    isAlone: !hasSecond,
    context: [name, "countersign"],
    isCommon: isCommonPassword,
  });
  if (problem !== null) return problem;
  return (await isBreached(parts, password)) ? { reason: "tooCommon" } : null;
}

/** Where the list cannot be read, the password passes: nobody could sign up or get back in until somebody mends it. */
async function isBreached({ isBreached: ask, log, meter }: AccountParts, password: string): Promise<boolean> {
  if (ask === undefined) return false;
  try {
    const found = await ask(canonicalPassword(password));
    meter.count("breached_passwords", { found: found ? "yes" : "no" });
    return found;
  } catch (cause) {
    meter.count("breached_passwords", { found: "unread" });
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    log.error(
      { event: "breached_passwords_unread", reason },
      "the list of breached passwords cannot be read: new passwords are not looked up until it can",
    );
    return false;
  }
}

export type NewPasswordRefused =
  | PasswordRefused
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string };

/** What is wrong with a password that is to be set on the way back in; null where nothing is. */
export async function newPasswordProblem(
  parts: AccountParts,
  subscriber: Subscriber,
  password: string | undefined,
  isNeeded: boolean,
): Promise<NewPasswordRefused | null> {
  const field = "password";
  if (password === undefined) {
    const detail = "must be given: the one before may be known to somebody else";
    return isNeeded ? { outcome: "requestInvalid", field, detail } : null;
  }
  if (subscriber.password === null) {
    const detail = "must be left out: the password of this subscriber is checked elsewhere";
    return { outcome: "requestInvalid", field, detail };
  }
  const name = shownName(parts, subscriber) ?? "";
  const isBeside = subscriber.mustHaveSecond || hasSecond(subscriber, parts.clock.now());
  const problem = await judge(parts, password, name, isBeside);
  return problem === null ? null : { outcome: "passwordRefused", problem };
}
