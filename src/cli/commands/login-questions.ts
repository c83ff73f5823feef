import type { Clock } from "../../clock/index.ts";
import type { Answer, Connection } from "../contract.ts";
import { failureLines, problemFailure } from "../failure.ts";
import type { Input } from "../input.ts";
import type { MaskedPhones } from "../masked-phones.ts";
import type { Terminal } from "../terminal.ts";
import { interrupted, unanswered } from "./login-ends.ts";

export interface LoginOptions {
  readonly name?: string;
  readonly passwordFile?: string;
  readonly method?: "phone" | "app";
  readonly number?: string;
  readonly issuer?: string;
  readonly signUp?: boolean;
  readonly codeFromPhone?: boolean;
}

/** A login under way. */
export interface Login {
  readonly connection: Connection;
  readonly terminal: Terminal;
  readonly input: Input;
  readonly clock: Clock;
  readonly phones: MaskedPhones | null;
  readonly options: LoginOptions;
}

/** Of a refusal. */
export const codeOf = ({ body }: Answer): string =>
  String((body as { readonly code?: unknown } | null)?.code);

/** Eleven digits are a North American number with its country code; all others begin with a plus. */
export function international(typed: string): string {
  return /^1\d{10}$/.test(typed.replaceAll(/[\s().-]/g, "")) ? `+${typed}` : typed;
}

/** Refused, but the login goes on: why, and what to do. */
export function complain(
  { terminal }: Login,
  answer: Answer,
  remedies: Readonly<Record<string, string>> = {},
): void {
  const { failure } = problemFailure(answer.status, answer.body);
  const lines = failureLines({ ...failure, remedy: remedies[codeOf(answer)] ?? failure.remedy });
  terminal.say(lines.join("\n").replace(/^countersign: /, ""));
}

/** Asks until something is said. */
export async function ask(
  { input }: Login,
  question: string,
  shown: "shown" | "hidden" = "shown",
): Promise<string> {
  for (;;) {
    const line = await (shown === "hidden" ? input.secret(question) : input.line(question));
    if (line === "interrupted") throw interrupted();
    if (line === null) throw unanswered(question);
    if (line !== "") return line;
  }
}
