import { uuidPattern } from "../clock/index.ts";
import {
  authenticatorBindingPrefix,
  type StartRequest as EngineStart,
  isOfAuthenticator,
} from "../engine/index.ts";

/** What a start is asked for. Everything but `to` has a default from its service. */
export type StartRequest = Omit<EngineStart, "tenantId" | "idempotency">;

/** Which verification, and who goes on with it. */
export interface VerificationRequest {
  readonly id: string;
  /** What the start was given as `binding`; with another or none, nothing is found. */
  readonly binding?: string | undefined;
}

/** A code that a person typed, and what the application believes it verifies. */
export interface CheckRequest extends VerificationRequest {
  /**
   * The recipient that is being verified, from the session and never from the form that brings the code. Another one
   * counts as a wrong code: else a person could verify a number of their own and pass for somebody else.
   */
  readonly to: string;
  readonly code: string;
  readonly subject?: string | undefined;
  readonly amount?: { readonly currency: string; readonly value: string } | undefined;
  readonly payee?: string | undefined;
}

export interface SettleRequest extends VerificationRequest {
  readonly status: "approved" | "canceled";
}

/** As long as the HTTP API takes them; what the engine judges itself is not repeated here. */
const lengthsMax = { service: 64, subject: 200, binding: 200, payee: 120, clientRef: 100 } as const;
const purposePattern = /^[a-z][a-z0-9_-]{0,31}$/;
const metadataKeysMax = 10;
const metadataKeyPattern = /^[A-Za-z0-9_.-]{1,40}$/;
const metadataValueMax = 200;

/** What is wrong with a start beyond what the engine looks at; null where nothing is. */
export function startProblem(
  request: StartRequest,
): { readonly field: string; readonly detail: string } | null {
  for (const [field, max] of Object.entries(lengthsMax)) {
    const given = request[field as keyof typeof lengthsMax];
    if (given === undefined) continue;
    if (typeof given !== "string" || given.length < 1 || given.length > max)
      return { field, detail: `must be 1 to ${max} characters` };
  }
  if (isOfAuthenticator(request.binding)) {
    return { field: "binding", detail: `must not begin with ${authenticatorBindingPrefix}` };
  }
  if (request.purpose !== undefined && !purposePattern.test(request.purpose)) {
    return { field: "purpose", detail: "must be a lower-case word of up to 32 characters, such as login" };
  }
  return metadataProblem(request.metadata);
}

function metadataProblem(
  metadata: StartRequest["metadata"],
): { readonly field: string; readonly detail: string } | null {
  if (metadata === undefined) return null;
  const entries = Object.entries(metadata);
  const isRight =
    entries.length <= metadataKeysMax &&
    entries.every(
      ([name, value]) =>
        metadataKeyPattern.test(name) && typeof value === "string" && value.length <= metadataValueMax,
    );
  if (isRight) return null;
  const detail = `must be up to ${metadataKeysMax} texts of up to ${metadataValueMax} characters`;
  return { field: "metadata", detail };
}

/** What people bring is a value, whatever it is: a form field may be missing, or come twice as a list. */
export function typed(given: unknown): string {
  return typeof given === "string" ? given : "";
}

/** What cannot be an id finds nothing, like any other unknown id (C-12). */
export function idOf(given: unknown): string {
  return typeof given === "string" && uuidPattern.test(given) ? given : nobodysId;
}

const nobodysId = "00000000-0000-7000-8000-000000000000";

/** @throws TypeError when the application forgot what the check is for (C-14) */
export function requireRecipient(to: unknown): string {
  if (typeof to === "string" && to !== "") return to;
  throw new TypeError(
    "check: `to` is missing: give the number that this person is to prove, from your session or database, never from the form that brought the code",
  );
}

/** @throws TypeError without a binding: what anybody may begin, only the browser that began it may go on with */
export function requiredBinding(binding: unknown): string {
  if (typeof binding === "string" && binding !== "") return binding;
  throw new TypeError(
    "`binding` must be given: what tells this browser from others, such as a random cookie of yours",
  );
}

/** @throws TypeError: a binding of another type would be none at all, and find what has none */
export function requireBinding(binding: unknown): void {
  if (binding === undefined || typeof binding === "string") return;
  throw new TypeError("`binding` must be a text, or be left out");
}
