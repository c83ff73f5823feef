import { type PasswordProblem, passwordLengths } from "../../accounts/index.ts";
import type { AccountNote } from "./visit.ts";

/** Of a password beside which there is always another authenticator. */
export const passwordLeast = passwordLengths.withSecond;

/** What is wrong with a new password, as it is said beside its field. */
export function passwordRefusal(
  problem: PasswordProblem,
  typed: Readonly<Record<string, string>>,
): [AccountNote["words"], Partial<AccountNote>] {
  const about = { field: "password", typed } as const;
  switch (problem.reason) {
    case "tooShort":
      return ["passwordShort", { ...about, values: { least: String(problem.least) } }];
    case "tooLong":
      return ["passwordLong", about];
    case "tooCommon":
    case "containsContext":
    case "malformed":
      return ["passwordWeak", about];
    default:
      return problem satisfies never;
  }
}
