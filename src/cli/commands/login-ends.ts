import { exitCodes } from "../exit-codes.ts";
import { CommandFailed } from "../failure.ts";

function over(
  exitCode: CommandFailed["failure"]["exitCode"],
  what: string,
  why: string | null,
  remedy: string | null,
): CommandFailed {
  const code = exitCode === exitCodes.interrupted ? "interrupted" : "not_signed_in";
  return new CommandFailed({ exitCode, code, what, why, remedy });
}

export function unanswered(question: string): CommandFailed {
  const what = `Nobody answered "${question.trim().replace(/:$/, "")}": there is nothing more to read.`;
  const remedy =
    "Run it in a terminal, or pipe in a line for each question; --name, --password-file, --number and --code-from-phone answer without asking.";
  return over(exitCodes.usage, what, null, remedy);
}

export function nothingUsable(): CommandFailed {
  const what = "Nothing that this person enrolled can be used in a terminal.";
  return over(
    exitCodes.refused,
    what,
    "A passkey needs a browser.",
    "Sign in on a page, or enrol a phone or an app there.",
  );
}

export function notEnrolled(method: "phone" | "app"): CommandFailed {
  const what = `This person has enrolled no ${method === "app" ? "authenticator app" : "phone"}.`;
  return over(exitCodes.refused, what, null, "Leave out --method to use what is enrolled.");
}

export function nothingArrived(): CommandFailed {
  const what = "No code arrived on a virtual phone.";
  return over(exitCodes.refused, what, null, "Leave out --code-from-phone and type the code.");
}

export function noPhones(): CommandFailed {
  const what = "There are no virtual phones to read the code from.";
  const why = "The sandbox is off, or it belongs to a server elsewhere.";
  return over(exitCodes.refused, what, why, "Leave out --code-from-phone and type the code.");
}

/** Said before there is an account. */
export function noTexts(why: string | null): CommandFailed {
  const what = "Nothing is sent to this number, and no account was made.";
  return over(exitCodes.refused, what, why, "Give another --number, or leave it out to be asked for one.");
}

export function interrupted(): CommandFailed {
  return over(exitCodes.interrupted, "Interrupted.", null, null);
}
