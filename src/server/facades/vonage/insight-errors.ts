import type { ProblemKind } from "../problem-kinds.ts";

/** How Number Insight says what is wrong: with HTTP 200 and a status that is a number. */
export interface InsightError {
  readonly status: number;
  readonly text: string;
}

export const insightErrors = {
  busy: { status: 1, text: "Busy" },
  invalid: (detail: string): InsightError => ({ status: 3, text: `Invalid request :: ${detail}` }),
  credentials: { status: 4, text: "Invalid credentials" },
  internal: { status: 5, text: "Internal Error" },
  notAllowed: { status: 19, text: "Facility Not Allowed" },
  unparseable: { status: 999, text: "Request unparseable" },
} as const;

/** What is refused before anything is looked up. */
export const insightProblems = {
  unauthorized: insightErrors.credentials,
  forbidden: insightErrors.notAllowed,
  throttled: insightErrors.busy,
  unreadable: insightErrors.unparseable,
  notFound: insightErrors.unparseable,
  unavailable: insightErrors.internal,
  fault: insightErrors.internal,
} satisfies Readonly<Record<ProblemKind, InsightError>>;
