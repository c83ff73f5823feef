import type { MessageRegistration } from "../delivery/index.ts";
import { endpointUrlProblem } from "../events/index.ts";
import type { MessageReceipts } from "../verification/index.ts";
import type { GuardCaller } from "./guard-desk.ts";
import type { EngineParts } from "./parts.ts";
import { startFieldsProblem } from "./start-fields.ts";
import type { Idempotency } from "./transaction.ts";

/** A text of the caller's own. */
export interface MessageRequest {
  readonly tenantId: string;
  /** Id or name; without it, the tenant's first service. */
  readonly service?: string | undefined;
  /** A phone number as people write it. */
  readonly to: string;
  readonly text: string;
  /** Who it shall come from: one of the senders of the carriers; those that do not have it send as themselves. */
  readonly from?: string | undefined;
  /** What was registered for sender and text, where a country asks for it. */
  readonly registration?: MessageRegistration | undefined;
  /** Where its caller wants to be told what becomes of it, and in whose words. */
  readonly receipts?: (Omit<MessageReceipts, "sealedUrl"> & { readonly url: string }) | undefined;
  readonly clientRef?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** For how long it is worth sending; default ten minutes. */
  readonly lifetimeMs?: number | undefined;
  readonly idempotency?: Idempotency | undefined;
  readonly caller?: GuardCaller | undefined;
}

const textLengthMax = 1_000;

interface FieldProblem {
  readonly field: string;
  readonly detail: string;
}

export function fieldsProblem(request: MessageRequest): FieldProblem | null {
  const { text, from, registration } = request;
  return (
    startFieldsProblem(request) ??
    textProblem(text) ??
    senderProblem(from) ??
    registrationProblem(registration)
  );
}

/** Lines are welcome; other control characters and halves of characters are not. */
function textProblem(text: string): FieldProblem | null {
  const field = "text";
  if (text.trim() === "") return { field, detail: "must say something" };
  const length = [...text].length;
  if (length > textLengthMax) {
    return { field, detail: `must be at most ${textLengthMax} characters long, but is ${length}` };
  }
  if (!text.isWellFormed()) {
    return { field, detail: "must be well-formed Unicode: it has half of a surrogate pair" };
  }
  return /[^\P{Cc}\n\r\t]/u.test(text)
    ? { field, detail: "must have no control characters but line ends" }
    : null;
}

/** Numbers that are too long for a short code are written with or without a plus sign, and kept with it. */
export function senderOf(from: string | undefined): string | undefined {
  return from !== undefined && /^\d{9,15}$/.test(from) ? `+${from}` : from;
}

function senderProblem(from: string | undefined): FieldProblem | null {
  if (from === undefined || /^(\+?[0-9]{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/.test(from)) return null;
  return { field: "from", detail: "must be a number, or 1 to 11 letters and digits" };
}

function registrationProblem(given: MessageRegistration | undefined): FieldProblem | null {
  if (given === undefined) return null;
  for (const name of ["entityId", "templateId"] as const) {
    if (!/^\d{1,20}$/.test(given[name])) {
      return { field: `registration.${name}`, detail: "must be the id in digits" };
    }
  }
  return null;
}

export function receiptsProblem(
  { webhooks }: EngineParts,
  { receipts }: MessageRequest,
): FieldProblem | null {
  if (receipts === undefined) return null;
  const field = "receipts.url";
  if (webhooks === undefined) return { field, detail: "cannot be told anything: there are no webhooks here" };
  const detail = endpointUrlProblem(receipts.url, webhooks.rules);
  return detail === null ? null : { field, detail };
}
