import type { FastifyReply, FastifyRequest } from "fastify";
import type { EngineParts } from "../../engine/index.ts";
import { open, SealBroken, type SealContext, seal } from "../../secrets/index.ts";
import { ownCookieName } from "../cookies.ts";
import { cookieNamed, newVisitId } from "../pages/visit.ts";
import { hasSecureCookies } from "../same-origin.ts";

/** What a browser is at in the console, sealed in its cookie: it can be neither read nor made. */
export interface ConsoleState {
  /** What its forms are sealed with, and the binding of what it starts; new with every sign-in and sign-out. */
  readonly id: string;
  /** When this browser asked for something last. */
  readonly seenAt: number;
  /** The bearer of an active session. */
  readonly session: string | null;
  /** After a right password: what the sign-in waits for. */
  readonly pending: Pending | null;
  /** What an invitation holds, until it is used. */
  readonly invitation: string | null;
  /** An authenticator app that waits for its first code. */
  readonly app: { readonly authenticatorId: string; readonly seed: string; readonly uri: string } | null;
  /** Recovery codes, until somebody says that they are kept. */
  readonly codes: readonly string[] | null;
  /** The challenge before a dangerous act, and the page that asked for it. */
  readonly stepUp: { readonly challengeId: string; readonly on: string } | null;
  readonly note: ConsoleNote | null;
}

export interface Pending {
  readonly bearer: string;
  /** Null where the first authenticator is to be enrolled. */
  readonly challengeId: string | null;
  readonly subscriberId: string;
  readonly name: string;
}

/** What is said on the next page. */
export interface ConsoleNote {
  readonly isGood: boolean;
  readonly text: string;
}

/** Without a request for so long, a browser is signed out. */
export const idleMs = 900_000;
const context: SealContext = { table: "pages", column: "console", row: "", tenant: "" };
const cookie = "countersign-console";

/** What the cookie holds, however old it is; null for none of ours. */
export function readState(parts: EngineParts, request: FastifyRequest): ConsoleState | null {
  const sealed = request.cookies[nameOf(parts, request)];
  return sealed === undefined ? null : opened(parts, sealed);
}

/** Null for what another secret sealed. */
function opened(parts: EngineParts, sealed: string): ConsoleState | null {
  try {
    return JSON.parse(open(parts.keyring, context, sealed)) as ConsoleState;
  } catch (cause) {
    if (cause instanceof SealBroken) return null;
    throw cause;
  }
}

function nameOf(parts: EngineParts, request: FastifyRequest): string {
  const name = cookieNamed(cookie, hasSecureCookies(request));
  return ownCookieName(
    parts.keyring,
    request.headers.cookie,
    name,
    (sealed) => opened(parts, sealed) !== null,
  );
}

/** Never sent along from a page of anybody else, not even by a link (W-13). */
export function writeState(parts: EngineParts, reply: FastifyReply, state: ConsoleState): void {
  const isSecure = hasSecureCookies(reply.request);
  const renewed: ConsoleState = { ...state, seenAt: parts.clock.now() };
  const sealed = seal(parts.keyring, parts.random, context, JSON.stringify(renewed));
  void reply.setCookie(nameOf(parts, reply.request), sealed, {
    path: "/",
    httpOnly: true,
    secure: isSecure,
    sameSite: "strict",
    maxAge: idleMs / 1_000,
  });
}

/** A browser that is at nothing yet. */
export function newState(parts: EngineParts): ConsoleState {
  return {
    id: newVisitId(parts),
    seenAt: parts.clock.now(),
    session: null,
    pending: null,
    invitation: null,
    app: null,
    codes: null,
    stepUp: null,
    note: null,
  };
}

/** The same with something said on its next page. */
export function noted(state: ConsoleState, text: string, isGood = false): ConsoleState {
  return { ...state, note: { isGood, text } };
}
