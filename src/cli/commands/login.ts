import { readFileSync } from "node:fs";
import type { Authenticator, BegunSession, SentCode } from "../../client/schemas.generated.ts";
import { systemClock } from "../../clock/index.ts";
import { newestDelivery, refuseUndelivered, troubleSoFar } from "../carrier-trouble.ts";
import { call, type GlobalOptions, openConnection } from "../connection.ts";
import type { Answer } from "../contract.ts";
import { problemFailure, usageFailure } from "../failure.ts";
import { openInput } from "../input.ts";
import { openMaskedPhones } from "../masked-phones.ts";
import { printable, type Terminal } from "../terminal.ts";
import { messageText } from "../verification-text.ts";
import { type AppKey, refuseContradictions, refuseKeyInJson, showAppKey } from "./login-app.ts";
import { noPhones, notEnrolled, nothingArrived, nothingUsable } from "./login-ends.ts";
import { ask, codeOf, complain, international, type Login, type LoginOptions } from "./login-questions.ts";
import { type NameAndPassword, signUp } from "./login-sign-up.ts";

interface Asked {
  readonly pending: { readonly bearer: string };
  readonly challengeId?: string;
  readonly subscriberId?: string;
  readonly authenticators?: readonly Authenticator[];
}

const lookEveryMs = 100;
const arrivalMsMax = 5_000;

/** User name and password, a number or an app where there is neither, a code, success. */
export async function login(options: LoginOptions, all: GlobalOptions, terminal: Terminal): Promise<void> {
  refuseContradictions(options, terminal);
  // Before anything is opened: a file that is not there changes nothing.
  const given = options.passwordFile === undefined ? null : readPassword(options.passwordFile);
  const connection = await openConnection(all, terminal, options.signUp === true ? "founds" : "needs data");
  const input = openInput(terminal);
  try {
    const phones = await openMaskedPhones(connection);
    if (options.codeFromPhone === true && phones === null) throw noPhones();
    const at: Login = { connection, terminal, input, clock: systemClock(), phones, options };
    const who = options.signUp === true ? await signUp(at, given) : await asked(at, given);
    const begun = await signIn(at, who);
    // Nobody keeps the session of a person who only looked: it would stay open for a day.
    if (!terminal.json) await connection.request("DELETE", `/api/v1/sessions/${begun.session.id}`);
    const { aal, restricted } = begun.session.assurance;
    const sure = `AAL${aal}${restricted ? ", restricted: it rests on the telephone network" : ""}`;
    terminal.result(
      begun,
      () => `${terminal.style("green", "Success")}: ${printable(who.name)} is signed in (${sure}).`,
    );
  } finally {
    input.close();
    await connection.close();
  }
}

async function asked(at: Login, given: string | null): Promise<NameAndPassword> {
  const name = at.options.name ?? (await ask(at, "User name: "));
  return { name, password: given ?? (await ask(at, "Password: ", "hidden")) };
}

async function signIn(at: Login, body: NameAndPassword): Promise<BegunSession> {
  const answer = await at.connection.request("POST", "/api/v1/sessions", body);
  if (answer.status === 201) return answer.body as BegunSession;
  const { code } = answer.body as { readonly code?: unknown };
  if (code === "challenge_required") return await challenged(at, answer.body as Required<Asked>);
  if (code === "enrolment_required") return await enrolled(at, answer.body as Required<Asked>);
  throw problemFailure(answer.status, answer.body);
}

/** The first time: a number of their own, or an app, which is kept once its code was entered. */
async function enrolled(at: Login, { pending, subscriberId }: Required<Asked>): Promise<BegunSession> {
  const { terminal, options } = at;
  const base = `/api/v1/subscribers/${subscriberId}/authenticators`;
  if (options.method === "app") return await enrolledApp(at, base, pending.bearer);
  const isAsked = options.number === undefined;
  const isFree = isAsked && options.method === undefined && options.codeFromPhone !== true;
  if (isFree && terminal.isWatched && !terminal.json) {
    terminal.say("A code goes to a phone. For an authenticator app, type app instead of a number.");
  }
  for (;;) {
    const typed = options.number ?? (await ask(at, "Phone number: "));
    if (isFree && typed.toLowerCase() === "app") return await enrolledApp(at, base, pending.bearer);
    const number = international(typed);
    const answer = await at.connection.request("POST", base, { type: "phone", number });
    if (answer.status === 201) {
      const { authenticator, sent } = answer.body as { authenticator: Authenticator; sent: SentCode };
      const path = `${base}/${authenticator.id}`;
      return await proved(at, sent, {
        check: { path: `${path}/confirm`, body: { session: pending.bearer } },
        again: { path: `${path}/send`, body: {} },
        remedies: {},
      });
    }
    if (!isAsked || !isAboutNumber(answer)) throw problemFailure(answer.status, answer.body);
    complain(at, answer);
  }
}

async function enrolledApp(at: Login, base: string, session: string): Promise<BegunSession> {
  refuseKeyInJson(at.terminal);
  const body = { type: "totp", issuer: at.options.issuer };
  const made = (await call(at.connection, "POST", base, body)) as AppKey & {
    readonly authenticator: Authenticator;
  };
  await showAppKey(at.terminal, made);
  const check = { path: `${base}/${made.authenticator.id}/confirm`, body: { session } };
  return await proved(at, null, { check, again: null, remedies: remediesOf["totp"] ?? {} });
}

/** From then on: what they enrolled; a code to their number, or what their app shows. */
async function challenged(
  at: Login,
  { pending, challengeId, authenticators }: Required<Asked>,
): Promise<BegunSession> {
  const session = pending.bearer;
  const { id, type } = await chosen(at, authenticators);
  const path = `/api/v1/challenges/${challengeId}`;
  const check = { path: `${path}/check`, body: { session, authenticatorId: id } };
  const remedies = remediesOf[type] ?? {};
  if (type !== "phone") return await proved(at, null, { check, again: null, remedies });
  const again = { path: `${path}/send`, body: { session, authenticatorId: id } };
  const sent = (await call(at.connection, "POST", again.path, again.body)) as SentCode;
  return await proved(at, sent, { check, again, remedies });
}

async function chosen(at: Login, all: readonly Authenticator[]): Promise<Authenticator> {
  const { terminal, options } = at;
  const wanted = options.method === "app" ? "totp" : options.method;
  const usable = all
    .filter((one) => one.isConfirmed && !one.isDisabled && one.type in kinds)
    .filter((one) => wanted === undefined || one.type === wanted)
    .sort((one, other) => Number(other.isPreferred) - Number(one.isPreferred));
  const [first] = usable;
  if (first === undefined) throw options.method === undefined ? nothingUsable() : notEnrolled(options.method);
  const phone = usable.find((one) => one.type === "phone");
  if (options.codeFromPhone === true && phone !== undefined) return phone;
  if (usable.length === 1) return first;
  for (const [index, { type, name, number }] of usable.entries()) {
    const what = number ?? (name === "" ? "" : name);
    terminal.say(`  ${index + 1}  ${kinds[type]}${what === "" ? "" : ` ${printable(what)}`}`);
  }
  for (;;) {
    const typed = await ask(at, `Which one (1 to ${usable.length})? `);
    const found = /^\d$/.test(typed) ? usable[Number(typed) - 1] : undefined;
    if (found !== undefined) return found;
  }
}

/** What a terminal can do: a passkey needs a browser. */
const kinds: Readonly<Record<string, string>> = {
  phone: "a code to",
  totp: "the code of an app",
  recoveryCodes: "a recovery code",
};

/** What to do about a code that no message brought. */
const remediesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  totp: {
    code_mismatch:
      "Type what the app shows now. If that is wrong too, let its device set the clock by itself.",
    code_malformed: "Type the digits that the app shows for this account.",
  },
  recoveryCodes: {
    code_mismatch: "Compare it with your list, letter by letter.",
    code_malformed: "Type one code of your list as it stands there.",
  },
};

interface Step {
  readonly path: string;
  readonly body: object;
}

interface Steps {
  readonly check: Step;
  readonly again: Step | null;
  /** By the code of a refusal, where the usual remedy does not fit. */
  readonly remedies: Readonly<Record<string, string>>;
}

/** Asks until a code is right; `first` is null where none is sent. */
async function proved(
  at: Login,
  first: SentCode | null,
  { check, again, remedies }: Steps,
): Promise<BegunSession> {
  let code = first === null ? null : await shownArrival(at, first);
  for (;;) {
    if (at.options.codeFromPhone !== true) {
      code = await ask(at, again === null ? "Code: " : "Code (r: send again): ");
    }
    if (code === null) throw nothingArrived();
    const isResend = again !== null && code.toLowerCase() === "r";
    const step = isResend ? again : check;
    const body = isResend ? step.body : { ...step.body, code };
    const answer = await at.connection.request("POST", step.path, body);
    if (answer.status === 200 && !isResend)
      return (answer.body as { readonly session: BegunSession }).session;
    if (answer.status === 200) await shownArrival(at, answer.body as SentCode);
    else if (at.options.codeFromPhone !== true && mayGoOn(answer)) complain(at, answer, remedies);
    else throw problemFailure(answer.status, answer.body);
  }
}

/** Waits until the message has left, and shows what arrives on a virtual phone: its code, if there is one. */
async function shownArrival(at: Login, { to, channel, verificationId }: SentCode): Promise<string | null> {
  const { phones, clock, connection, terminal } = at;
  terminal.say(
    `A ${channel === "voice" ? "call" : "text"} is on its way to ${printable(to ?? "a number that cannot be read")}.`,
  );
  const until = clock.now() + arrivalMsMax;
  let trouble: string | null = null;
  while (clock.now() < until) {
    const messages = (to === null ? null : await phones?.look(to)) ?? [];
    for (const one of messages) terminal.say(messageText(one));
    const code = messages.at(-1)?.code;
    if (code !== undefined) return code;
    const found = await newestDelivery(connection, verificationId);
    if (found === null && phones === null) return null;
    if (found !== null) refuseUndelivered(found);
    trouble = found === null ? null : troubleSoFar(found);
    const hasLeft = found !== null && !["queued", "sending"].includes(found.state);
    if (hasLeft && phones === null) return null;
    await clock.sleep(lookEveryMs);
  }
  if (trouble !== null) terminal.say(trouble);
  return null;
}

const aboutNumber = new Set(["number_invalid", "number_not_allowed", "send_limit_reached"]);
const aboutCode = new Set([
  ...["code_mismatch", "code_malformed", "code_expired", "code_used", "code_not_sent"],
  ...["resend_too_soon", "send_limit_reached"],
]);
const isAboutNumber = (answer: Answer): boolean => aboutNumber.has(codeOf(answer));
const mayGoOn = (answer: Answer): boolean => aboutCode.has(codeOf(answer));

const standardInput = 0;

function readPassword(path: string): string {
  try {
    // As editors and `echo` leave it: the line end is no part of it.
    return readFileSync(path === "-" ? standardInput : path, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw usageFailure(`The file ${path} cannot be read.`, "Check the path that --password-file names.");
  }
}
