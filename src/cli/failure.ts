import { withCommandName } from "../config/command-name.ts";
import { type ErrorCode, errorTable } from "../errors/codes.ts";
import { detailBelow, details } from "../errors/details.ts";
import { StartRefused, type StartRefusedCode, toStartRefused } from "../instance/start-refused.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { remedies } from "./remedies.ts";

/** Why a command ends without its result: for people in three parts, for programs as one object. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly what: string;
  readonly why: string | null;
  readonly remedy: string | null;
  /** What a program gets: the problem as the API sent it, where there is one. */
  readonly problem?: unknown;
  /** The page of the error, with its address. */
  readonly page?: string | null;
}

/** Ends the command. What is thrown as anything else is a mistake of ours. */
export class CommandFailed extends Error {
  readonly failure: Failure;
  override readonly name = "CommandFailed";

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.what, options);
    this.failure = failure;
  }
}

/** A command line that cannot be meant; `usage` is the command whose help says more. */
export function usageFailure(what: string, remedy: string): CommandFailed {
  return new CommandFailed({ exitCode: exitCodes.usage, code: "usage", what, why: null, remedy });
}

/** A problem of the API (RFC 9457) as the end of a command. */
export function problemFailure(status: number, problem: unknown): CommandFailed {
  const { code, title, detail } = (problem ?? {}) as Record<string, unknown>;
  const known = typeof code === "string" && Object.hasOwn(errorTable, code) ? (code as ErrorCode) : null;
  if (known === null) {
    return new CommandFailed({
      exitCode: status >= 500 ? exitCodes.unreachable : exitCodes.refused,
      code: "unexpected_answer",
      what: `The server answered ${status}, which is no answer of Countersign.`,
      why: null,
      remedy: "Check the address: a proxy or another program may stand there.",
      problem,
    });
  }
  const what = sentence(typeof title === "string" ? title : errorTable[known].title);
  const why =
    typeof detail === "string" && sentence(detail) !== what ? causeOf(detail, known, problem) : null;
  const field = fieldOf(problem);
  return new CommandFailed({
    exitCode: exitCodeOf(status, known),
    code: known,
    what,
    // The API begins with the field's name itself where its sentence needs it.
    why: field === null || why?.startsWith(`${field} `) === true ? why : `${field}: ${why ?? what}`,
    remedy: remedies[known] ?? null,
    problem,
    page: pageOf(problem, known),
  });
}

/** Where there is a remedy for people at a terminal, what a program should do instead is left out. */
function causeOf(detail: string, code: ErrorCode, problem: unknown): string | null {
  if (remedies[code] === undefined) return detail;
  const known = detail.replace(detailBelow(details[code], basePathOf(problem, code)), "").trim();
  if (known === "") return null;
  const [, cause] = /^(.*?): [^:]*`[A-Z]+ \/[^:]*$/s.exec(known) ?? [];
  return cause === undefined ? known : `${cause}.`;
}

/** Where the server is on its host, which the page of the code is below. */
function basePathOf(problem: unknown, code: ErrorCode): string {
  const type = (problem as { readonly type?: unknown } | null)?.type;
  const path = typeof type === "string" ? (URL.parse(type, "http://host.invalid")?.pathname ?? "") : "";
  return path.endsWith(`/errors/${code}`) ? path.slice(0, -`/errors/${code}`.length) : "";
}

/** Where the code is explained; null where it has no address outside of the server. */
function pageOf(problem: unknown, code: ErrorCode): string | null {
  const type = (problem as { readonly type?: unknown } | null)?.type;
  return typeof type === "string" && /^https?:/.test(type) && type.endsWith(`/errors/${code}`) ? type : null;
}

function fieldOf(problem: unknown): string | null {
  const field = (problem as { readonly field?: unknown } | null)?.field;
  return typeof field === "string" ? field : null;
}

function exitCodeOf(status: number, code: ErrorCode): ExitCode {
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (code === "request_invalid" || code === "request_malformed") return exitCodes.usage;
  if (code === "storage_unavailable") return exitCodes.storage;
  if (code === "internal_error") return exitCodes.internal;
  if (code === "starting" || code === "stopping" || code === "rate_limited") return exitCodes.unreachable;
  return exitCodes.refused;
}

const exitCodeOfStart: Readonly<Record<StartRefusedCode, ExitCode>> = {
  data_folder_in_use: exitCodes.storage,
  data_folder_unusable: exitCodes.storage,
  data_moved: exitCodes.storage,
  database_unusable: exitCodes.storage,
  data_unreadable: exitCodes.storage,
  secret_invalid: exitCodes.configuration,
  settings_invalid: exitCodes.configuration,
  address_in_use: exitCodes.configuration,
  address_unusable: exitCodes.configuration,
};

/** Anything thrown, as the end of a command. */
export function toFailure(thrown: unknown, folder: string): Failure {
  if (thrown instanceof CommandFailed) return thrown.failure;
  const cause = toStartRefused(thrown, folder);
  if (cause instanceof StartRefused) {
    // Its one sentence names the cause, then a colon or semicolon, then the remedy.
    const [, what = cause.message, remedy = null] = /^(.*\S)[:;]\s+([^:;]+)$/s.exec(cause.message) ?? [];
    return {
      exitCode: exitCodeOfStart[cause.code],
      code: cause.code,
      what: sentence(what),
      why: null,
      remedy: remedy === null ? null : sentence(remedy),
    };
  }
  const name = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return {
    exitCode: exitCodes.internal,
    code: "internal_error",
    what: "Something went wrong inside Countersign.",
    why: name,
    remedy: "Run it again with COUNTERSIGN_LOG=debug to see where, and report it.",
  };
}

/** Upper case at the front where it is a word, and a point at the end. */
export function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  const front = /^[a-z]+\s/.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
  return `${front}${end}`;
}

/** For people: what happened, why, what to do. */
export function failureLines(failure: Failure): readonly string[] {
  const lines = [`countersign: ${failure.what}`];
  if (failure.why !== null) lines.push(`  Why: ${failure.why}`);
  if (failure.remedy !== null) {
    lines.push(`  What to do: ${withCommandName(failure.remedy)}`);
  }
  if (failure.page != null) lines.push(`  More: ${failure.page}`);
  return lines;
}

/** For programs: the API's problem, or an object of the same kind. */
export function failureObject(failure: Failure): unknown {
  if (failure.problem !== undefined && failure.problem !== null) return failure.problem;
  const { code, what, why, remedy } = failure;
  return { code, title: what, detail: why ?? what, remedy };
}
