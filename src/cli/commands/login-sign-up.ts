import { problemFailure } from "../failure.ts";
import { noTexts } from "./login-ends.ts";
import { ask, codeOf, complain, international, type Login } from "./login-questions.ts";

export interface NameAndPassword {
  readonly name: string;
  readonly password: string;
}

/** A new account. What is refused is asked for again where it was typed; what an option said ends the command. */
export async function signUp(at: Login, given: string | null): Promise<NameAndPassword> {
  // A number that gets nothing would leave an account that nobody can sign in to.
  if (at.options.number !== undefined) await refuseNumber(at, at.options.number);
  let name = at.options.name ?? (await ask(at, "User name: "));
  let password = given ?? (await newPassword(at));
  for (;;) {
    const answer = await at.connection.request("POST", "/api/v1/subscribers", { name, password });
    if (answer.status === 201) return { name, password };
    const code = codeOf(answer);
    const isName = (code === "name_taken" || isAbout(answer.body, "name")) && at.options.name === undefined;
    const isPassword = code === "password_refused" && given === null;
    if (!isName && !isPassword) throw problemFailure(answer.status, answer.body);
    complain(at, answer);
    if (isName) name = await ask(at, "User name: ");
    else password = await newPassword(at);
  }
}

const isAbout = (body: unknown, field: string): boolean =>
  (body as { readonly field?: unknown } | null)?.field === field;

/** Nobody sees what they type: so twice. What is piped in was written down, and comes once. */
async function newPassword(at: Login): Promise<string> {
  for (;;) {
    const password = await ask(at, "Password: ", "hidden");
    if (!at.input.isTyped) return password;
    if ((await ask(at, "The same again: ", "hidden")) === password) return password;
    at.terminal.say("These were two different passwords.");
  }
}

interface Described {
  readonly channels: Readonly<
    Record<string, { readonly allowed: boolean; readonly detail: string | null } | undefined>
  >;
}

/** Refused before anything is made. A key that may not look at numbers learns it at the enrolment. */
async function refuseNumber(at: Login, given: string): Promise<void> {
  const path = `/api/v1/numbers/${encodeURIComponent(international(given))}`;
  const answer = await at.connection.request("GET", path);
  if (answer.status === 403) return;
  if (answer.status !== 200) throw problemFailure(answer.status, answer.body);
  const { sms } = (answer.body as Described).channels;
  if (sms === undefined || sms.allowed) return;
  throw noTexts(sms.detail);
}
