import type { FastifyReply, FastifyRequest } from "fastify";
import type { RecoveryMethod, Stopped } from "../../accounts/index.ts";
import type { EngineParts } from "../../engine/index.ts";
import { open, SealBroken, type SealContext, seal } from "../../secrets/index.ts";
import type { Demand } from "../account-links.ts";
import { ownCookieName } from "../cookies.ts";
import { cookieNamed, newVisitId, type Round } from "../pages/visit.ts";
import type { AccountWordName } from "./languages/index.ts";

/** What a browser is at on the account pages, sealed in its cookie: it can be neither read nor made (ADR 22). */
export interface AccountVisit {
  /** The binding of what this browser starts; new with every sign-in. */
  readonly id: string;
  readonly openedAt: number;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly returnUrl: string | null;
  readonly state: string | null;
  readonly language: string | null;
  /** What the application wants that the browser goes back to; null, or absent in cookies of before, for nothing. */
  readonly demand?: Demand | null;
  /** The number that a sign-up begins with. */
  readonly round: Round | null;
  /** After a right password: what the pending session waits for. */
  readonly pending: PendingSignIn | null;
  /** The challenge before a change of the account. */
  readonly stepUp: StepUp | null;
  /** What is to be changed. */
  readonly wanted: Wanted | null;
  /** What a code is entered for. */
  readonly chosen: Chosen | null;
  readonly enrolment: Enrolment | null;
  /** The link that somebody followed here, and what came of it. */
  readonly followed: Followed | null;
  /** The way back in of somebody who cannot sign in. */
  readonly recovery: Recovering | null;
  /** Recovery codes, until somebody says that they are kept. */
  readonly codes: readonly string[] | null;
  readonly note: AccountNote | null;
}

export interface PendingSignIn {
  /** Of the pending session, which opens nothing else (P-5). */
  readonly bearer: string;
  /** Null where the first authenticator is to be enrolled. */
  readonly challengeId: string | null;
  readonly subscriberId: string;
}

export interface StepUp {
  /** The session that it was shown with, and counts for; null for the pending one of a way back in. */
  readonly sessionId: string | null;
  /** Null where nothing is enrolled that could be asked for. */
  readonly challengeId: string | null;
  /** Null while it is pending. */
  readonly approvedAt: number | null;
}

export type Wanted = {
  readonly what: "add" | "email" | "password" | "codes" | "remove";
  /** Of the authenticator that is to go. */
  readonly id: string | null;
};

/** The authenticator that somebody wants to show. */
export interface Chosen {
  readonly authenticatorId: string;
  readonly type: "phone" | "totp" | "recoveryCodes";
  readonly sent: SentCode | null;
}

export interface SentCode {
  readonly channel: "sms" | "voice" | "email";
  readonly asks: number;
  /** When another code may be asked for; null for never. */
  readonly nextAt: number | null;
}

/** A new authenticator that waits for its first code. */
export interface Enrolment {
  readonly authenticatorId: string;
  readonly sent: SentCode | null;
  /** Of a phone: its number. */
  readonly number: string | null;
  /** Of an e-mail address: itself. */
  readonly address?: string;
  /** Of an app: what it is set up with. */
  readonly app: { readonly seed: string; readonly uri: string } | null;
}

/** A link is good for the address that it stands in only until it is sealed here. */
export type Followed =
  | { readonly kind: "notice"; readonly notice: string }
  /** With `isWarned` of wrong codes, where nothing was changed that could be stopped. */
  | { readonly kind: "disputed"; readonly stopped: Stopped; readonly isWarned?: boolean }
  | { readonly kind: "reset"; readonly reset: string }
  | { readonly kind: "resetDone" };

/** What a way back can be asked for on these pages. */
export type Proving = "recoveryCode" | "totp" | "phone" | "email" | "password";

export interface Recovering {
  /** What its holder presents. */
  readonly bearer: string;
  readonly endsAt: number;
  readonly proven: readonly RecoveryMethod[];
  /** Whether that is enough. */
  readonly isEnough: boolean;
  /** What is being shown now; null where it is to be chosen. */
  readonly proving: Proving | null;
  /** The last code that was asked for, of each kind. */
  readonly sent: { readonly phone: SentCode | null; readonly email: SentCode | null };
}

export interface AccountNote {
  /** The view that it belongs to: on every other one it is not shown. */
  readonly on: ViewName;
  readonly words: AccountWordName;
  readonly field: "name" | "password" | "number" | "address" | "code" | null;
  readonly values?: Readonly<Record<string, string>>;
  readonly typed?: Readonly<Record<string, string>>;
}

/** What a browser can be shown at `/account`. */
export type ViewName =
  | "signIn"
  | "signUpNumber"
  | "signUpCode"
  | "signUpName"
  | "choose"
  | "use"
  | "enrol"
  | "enrolCode"
  | "codes"
  | "account"
  | "present"
  | "password"
  | "newCodes"
  | "remove"
  | "email"
  | "recoverName"
  | "recoverChoose"
  | "recoverProve"
  | "recoverFinish"
  | "notMe"
  | "reset";

const lifetimeMs = 3_600_000;
const context: SealContext = { table: "pages", column: "account", row: "", tenant: "" };

export function readVisit(
  parts: EngineParts,
  request: FastifyRequest,
  isSecure: boolean,
): AccountVisit | null {
  const sealed = request.cookies[visitCookieOf(parts, request, isSecure)];
  const visit = sealed === undefined ? null : opened(parts, sealed);
  return visit !== null && parts.clock.now() < visit.openedAt + lifetimeMs ? visit : null;
}

/** Null for what another secret sealed. */
function opened(parts: EngineParts, sealed: string): AccountVisit | null {
  try {
    return JSON.parse(open(parts.keyring, context, sealed)) as AccountVisit;
  } catch (cause) {
    if (cause instanceof SealBroken) return null;
    throw cause;
  }
}

function visitCookieOf(parts: EngineParts, { headers }: FastifyRequest, isSecure: boolean): string {
  const name = cookieNamed("countersign-account", isSecure);
  return ownCookieName(parts.keyring, headers.cookie, name, (sealed) => opened(parts, sealed) !== null);
}

export function writeVisit(
  parts: EngineParts,
  reply: FastifyReply,
  isSecure: boolean,
  visit: AccountVisit,
): void {
  // Whoever goes on is not old: the sessions within have ends of their own.
  const renewed: AccountVisit = { ...visit, openedAt: parts.clock.now() };
  const sealed = seal(parts.keyring, parts.random, context, JSON.stringify(renewed));
  void reply.setCookie(visitCookieOf(parts, reply.request, isSecure), sealed, {
    ...everywhere(isSecure),
    maxAge: lifetimeMs / 1_000,
  });
}

function everywhere(isSecure: boolean): {
  path: string;
  httpOnly: boolean;
  secure: boolean;
  sameSite: "lax";
} {
  return { path: "/", httpOnly: true, secure: isSecure, sameSite: "lax" };
}

/** The name of the cookie that holds the bearer of a session: what `requireTwoFactor` reads. */
const sessionCookie = "countersign_session";

export function readSession(request: FastifyRequest, isSecure: boolean): string | null {
  return request.cookies[cookieNamed(sessionCookie, isSecure)] ?? null;
}

/** Null takes it away. */
export function writeSession(
  parts: EngineParts,
  reply: FastifyReply,
  isSecure: boolean,
  session: { readonly bearer: string; readonly endsAt: number } | null,
): void {
  const name = cookieNamed(sessionCookie, isSecure);
  if (session === null) {
    void reply.clearCookie(name, everywhere(isSecure));
    return;
  }
  const maxAge = Math.max(1, Math.floor((session.endsAt - parts.clock.now()) / 1_000));
  void reply.setCookie(name, session.bearer, { ...everywhere(isSecure), maxAge });
}

/** What a browser presents that its owner trusts: no code is asked for there. */
const trustCookie = "countersign-trusted";

export function readTrust(request: FastifyRequest, isSecure: boolean): string | undefined {
  return request.cookies[cookieNamed(trustCookie, isSecure)];
}

export function writeTrust(
  parts: EngineParts,
  reply: FastifyReply,
  isSecure: boolean,
  trusted: { readonly bearer: string; readonly endsAt: number },
): void {
  const maxAge = Math.max(1, Math.floor((trusted.endsAt - parts.clock.now()) / 1_000));
  void reply.setCookie(cookieNamed(trustCookie, isSecure), trusted.bearer, {
    ...everywhere(isSecure),
    maxAge,
  });
}

const deviceLifetimeSeconds = 34_560_000;
const devicePattern = /^[A-Za-z0-9_-]{32}$/;

/** By which a browser that signed in before is known, so that strangers lock nobody out of it. */
export function readDevice(request: FastifyRequest, isSecure: boolean): string | null {
  const given = request.cookies[cookieNamed("countersign-device", isSecure)] ?? "";
  return devicePattern.test(given) ? given : null;
}

export function writeDevice(reply: FastifyReply, isSecure: boolean, device: string): void {
  void reply.setCookie(cookieNamed("countersign-device", isSecure), device, {
    ...everywhere(isSecure),
    maxAge: deviceLifetimeSeconds,
  });
}

export function newVisit(
  parts: EngineParts,
  given: Pick<AccountVisit, "tenantId" | "serviceId" | "returnUrl" | "state" | "language" | "demand">,
): AccountVisit {
  return { ...given, ...nothing, id: newVisitId(parts), openedAt: parts.clock.now() };
}

const nothing = {
  round: null,
  pending: null,
  stepUp: null,
  wanted: null,
  chosen: null,
  enrolment: null,
  followed: null,
  recovery: null,
  codes: null,
  note: null,
};

/** The same browser from the beginning: what it was at is forgotten, and its forms are others. */
export function anew(parts: EngineParts, visit: AccountVisit): AccountVisit {
  return { ...visit, ...nothing, id: newVisitId(parts), openedAt: parts.clock.now() };
}
