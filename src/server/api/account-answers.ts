import type { FastifyReply, FastifyRequest } from "fastify";
import type { PasskeyRefusal } from "../../accounts/index.ts";
import { uuidPattern } from "../../clock/index.ts";
import type { AccountVerbs, Recalled } from "../../engine/index.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem, wrongField } from "../problems.ts";
import { toAuthenticatorBody, toBegunBody } from "./account-schemas.ts";
import { keyReused } from "./administration.ts";
import { type RefusedOutcome, refusal } from "./outcomes.ts";
import { iso } from "./schemas.ts";

/** What the verbs of accounts refuse with that those of verifications do not. */
const codes = {
  nameTaken: "name_taken",
  passwordRefused: "password_refused",
  subscriberNotFound: "subscriber_not_found",
  authenticatorNotFound: "authenticator_not_found",
  authenticatorsFull: "authenticators_full",
  authenticatorDisabled: "authenticator_disabled",
  stepUpRequired: "step_up_required",
  changesFrozen: "changes_frozen",
  noticeInvalid: "notice_invalid",
  recoveryInvalid: "recovery_invalid",
  resetInvalid: "reset_invalid",
  addressRequired: "address_required",
  notEnrolled: "not_enrolled",
  challengeNotFound: "challenge_not_found",
  challengeExpired: "challenge_expired",
  challengeSettled: "challenge_settled",
  codeUsed: "code_used",
  codeNotSent: "code_not_sent",
  subscriberLocked: "subscriber_locked",
  sessionInvalid: "session_invalid",
  signInRefused: "sign_in_refused",
  signInLocked: "sign_in_locked",
  challengeRequired: "challenge_required",
  enrolmentRequired: "enrolment_required",
  // As a check of a verification says them, though without a count of what is left: the subscriber has one budget.
  passkeyRefused: "passkey_refused",
  codeMismatch: "code_mismatch",
  codeMalformed: "code_malformed",
} as const satisfies Readonly<Record<string, ErrorCode>>;

type Result = { readonly outcome: string } & Readonly<Record<string, unknown>>;

/** The problem of an outcome that is no success, with the fields that help its caller to go on. */
export function accountRefusal(given: { readonly outcome: string }): Problem {
  const result = given as Result;
  const { outcome } = result;
  if (!Object.hasOwn(codes, outcome)) {
    return refusal({ ...result, outcome: outcome as RefusedOutcome });
  }
  const code = codes[outcome as keyof typeof codes];
  return new Problem(code, detailOf(result), fieldsOf(result));
}

function fieldsOf(result: Result): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (typeof result["retryAt"] === "number") fields["retryAt"] = iso(result["retryAt"]);
  for (const name of ["most", "challengeId", "subscriberId", "checksLeft"]) {
    if (result[name] !== undefined) fields[name] = result[name];
  }
  if (result["status"] !== undefined) fields["challengeStatus"] = result["status"];
  if (result.outcome === "passkeyRefused") fields["reason"] = snake(String(result["reason"]));
  const { problem, pending, authenticators } = result as {
    readonly problem?: { readonly reason: string; readonly least?: number };
    readonly pending?: Parameters<typeof toBegunBody>[0];
    readonly authenticators?: readonly Parameters<typeof toAuthenticatorBody>[0][];
  };
  if (problem !== undefined) {
    fields["reason"] = snake(problem.reason);
    if (problem.least !== undefined) fields["least"] = problem.least;
  }
  if (pending !== undefined) fields["pending"] = toBegunBody(pending);
  if (authenticators !== undefined) fields["authenticators"] = authenticators.map(toAuthenticatorBody);
  return fields;
}

function snake(reason: string): string {
  return reason.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const passwordDetails: Readonly<Record<string, string>> = {
  malformed: "The password has a character that cannot be typed: choose another.",
  tooLong: "The password is longer than 256 bytes: choose a shorter one.",
  tooCommon: "This password is among those that are tried first: choose another.",
  containsContext: "The password is little more than the name or the product: choose another.",
};

const passkeyDetails: Readonly<Record<PasskeyRefusal, string>> = {
  malformed: "This is no answer of a browser: send what `credential.toJSON()` gave, as it is.",
  purpose: "A sign-in was answered with an enrolment, or the other way round.",
  challenge:
    "This answers something else than what was asked last, or answers it a second time or too late: ask again.",
  origin:
    "The page that asked is at an origin that may not: name it in COUNTERSIGN_PASSKEY_ORIGINS if it is yours.",
  crossOrigin: "The page that asked is inside a page of another site.",
  relyingParty: "The passkey belongs to another domain than this installation's.",
  userPresence: "Nobody touched the authenticator.",
  userVerification:
    "The authenticator did not ask for a finger, a face or a PIN: ask with the options as they are.",
  backup: "What the authenticator says of its copies cannot be.",
  algorithm: "The key is of a kind that was not asked for.",
  attestation: "The new key does not hold together: ask with the options as they are.",
  credential: "This passkey is none of theirs: ask with the options as they are.",
  registered: "Somebody has this passkey already.",
  userHandle: "This passkey belongs to somebody else.",
  signature: "The signature is not of this passkey.",
  signCount:
    "The authenticator counts its uses, and this one is not after the last: there may be a copy of it.",
};

/** What this request's answer knows more than the table (`errors/details.ts`). */
function detailOf(result: Result): string | undefined {
  const { outcome, retryAt } = result;
  const until = typeof retryAt === "number" ? iso(retryAt) : "";
  switch (outcome) {
    case "passwordRefused": {
      const { reason, least } = result["problem"] as { readonly reason: string; readonly least?: number };
      return passwordDetails[reason] ?? `The password needs at least ${least} characters.`;
    }
    case "subscriberLocked":
      return `Too many wrong codes of this subscriber. It opens at ${until}.`;
    case "signInLocked":
      return `Too many wrong passwords for this name. It opens at ${until}.`;
    case "passkeyRefused":
      return passkeyDetails[result["reason"] as PasskeyRefusal];
    case "authenticatorsFull":
      return `The subscriber may have ${Number(result["most"])} authenticators, with those that wait for their first code: remove one with \`DELETE /api/v1/subscribers/{id}/authenticators/{authenticator}\` first.`;
    case "challengeSettled":
      return `The challenge is ${String(result["status"])} already: start another with \`POST /api/v1/challenges\`, or let them sign in again.`;
    default:
      return undefined;
  }
}

/** Runs a verb once for the request's Idempotency-Key (W-4); what it answered, or what is left to say of it. */
export async function askOnce<R extends { readonly outcome: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  verb: (accounts: AccountVerbs) => Promise<R>,
): Promise<Recalled<R>> {
  const { tenantId } = request.caller;
  const asked = { tenantId, idempotency: idempotencyOf(request) };
  const done = await request.server.accounts.once(asked, verb);
  if (done.outcome !== "answered") {
    throw done.outcome === "gone" ? new Problem("not_found") : keyReused();
  }
  if (done.replayed) reply.header("idempotency-replayed", "true");
  return done.result;
}

/** The id in the path; what cannot be one is of nobody. */
export function subscriberIdOf(request: FastifyRequest): string {
  return pathId(request, "id", "subscriber_not_found");
}

export function pathId(request: FastifyRequest, name: string, code: ErrorCode): string {
  const id = (request.params as Readonly<Record<string, string>>)[name] ?? "";
  if (!uuidPattern.test(id)) throw new Problem(code);
  return id;
}

/** An id in a body: what cannot be one is of nobody, and is never looked for. */
export function bodyId(given: string | undefined): string | undefined {
  if (given === undefined || uuidPattern.test(given)) return given;
  return "00000000-0000-7000-8000-000000000000";
}

export function header(request: FastifyRequest, name: string): string | undefined {
  const given = request.headers[name];
  return typeof given === "string" ? given : undefined;
}

/** Who goes on with a challenge, for calls without a body. */
export function holderOf(request: FastifyRequest): { session?: string; binding?: string } {
  const session = header(request, "countersign-session");
  const binding = header(request, "countersign-binding");
  return { ...(session === undefined ? {} : { session }), ...(binding === undefined ? {} : { binding }) };
}

/** The bearer of whoever is signed in. */
export function sessionOf(request: FastifyRequest): string {
  const given = header(request, "countersign-session") ?? "";
  if (given !== "") return given;
  throw new Problem("session_invalid", "Give the bearer of the session in the header `Countersign-Session`.");
}

/** A field that an authenticator of this type needs. */
export function needed(type: string, field: string, given: string | undefined): string {
  if (given === undefined) throw wrongField(field, `must be given with type ${type}`);
  return given;
}

/** A code or a passkey: neither is nothing to check, and of both nobody knows which is meant. */
export function onlyOne(body: { readonly code?: unknown; readonly passkey?: unknown }): void {
  if ((body.code === undefined) === (body.passkey === undefined)) {
    throw wrongField("code", "or passkey must be given, and not both");
  }
}
