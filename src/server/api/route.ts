import type { FastifyReply, FastifyRequest } from "fastify";
import type { ErrorCode } from "../../errors/codes.ts";
import type { Scope } from "../../tenants/records.ts";
import { noteAct } from "../audit.ts";
import { type Hook, requireScope } from "../caller.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the API's document says about a route beyond its schemas. */
    readonly api?: RouteDescription;
  }
}

/** The chapters of the API's document. */
export const tags = {
  Verifications: "Start, check and follow verifications.",
  Numbers: "What is known about a phone number, and whether a code would be sent to it.",
  Pages: "Send a browser to our page, and redeem what it brings back.",
  Keys: "API keys of the tenant.",
  Services: "Named settings that a start chooses from.",
  Messages: "Texts of your own, and what became of every message.",
  Subscribers: "Enrolled people, and the devices that they trust.",
  Authenticators: "What a subscriber confirms a sign-in with: enrolled, named, preferred, removed.",
  Challenges: "Ask a subscriber for an authenticator, at a login or before something sensitive.",
  Sessions: "Sign in with a password, and what came of it, for applications without sessions.",
  Recovery: "The way back in for people who lost what they sign in with, and what stops a thief.",
  Webhooks: "Where events are posted, and what was.",
  Tenants: "Tenants of this installation; for keys of its first tenant.",
  Installation: "The installation as a whole; for keys of its first tenant.",
} as const;

/** A route's part in the document: its words, the scope it asks for, and every problem it can answer with. */
export interface RouteDescription {
  readonly operationId: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  readonly scope: Scope;
  /**
   * Where its entry of the audit log is not the usual one, which `administer` writes with what is changed under a scope of
   * administrators. `afterwards`: an act that has no such transaction, so that its entry is written before the answer
   * leaves. `none`: what programs do every day under such a scope.
   */
  readonly auditEntry?: "afterwards" | "none";
  /** What each success means, by status. */
  readonly successes: Readonly<Record<string, string>>;
  /** Request headers of its own, with what they are for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Beside those that every route has: see `commonProblems`. */
  readonly problems?: readonly ErrorCode[];
  /** A body that works, and what a success looks like. */
  readonly example?: { readonly body?: unknown; readonly answer?: unknown };
}

/** Registers nothing by itself: the hook that lets the right keys pass, and the words for the document. */
export function described(api: RouteDescription): {
  readonly onRequest: Hook;
  readonly config: { readonly api: RouteDescription };
  readonly onSend?: typeof noteAct;
} {
  const always = { onRequest: requireScope(api.scope), config: { api } };
  return api.auditEntry === "afterwards" ? { ...always, onSend: noteAct } : always;
}

/** For routes whose body may be left out: no body is the same as an empty one. */
export const bodyMayBeAbsent = {
  preValidation(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
    if (request.body === undefined) request.body = {};
    done();
  },
};

/** What any call can meet. */
const commonProblems: readonly ErrorCode[] = [
  "request_malformed",
  "unauthorized",
  "forbidden",
  "request_timeout",
  "url_too_long",
  "media_type_unsupported",
  "rate_limited",
  "headers_too_large",
  "internal_error",
  "storage_unavailable",
  "stopping",
];
/** What a call with a body can meet; a DELETE may have one, and it must still be readable JSON. */
const bodyProblems: readonly ErrorCode[] = ["body_too_large"];
/** Every POST honours `Idempotency-Key` (W-4). */
const postProblems: readonly ErrorCode[] = ["idempotency_key_invalid", "idempotency_key_reused"];

/** What decides which problems a route has beside its own. */
export interface RouteShape {
  readonly method: string;
  readonly hasParams: boolean;
  /** Whether a body or a query is held against a schema. */
  readonly isChecked: boolean;
}

/** Everything that a route can refuse with: what is not in this list is a bug. */
export function problemsOf(api: RouteDescription, shape: RouteShape): readonly ErrorCode[] {
  return [
    ...new Set([
      ...commonProblems,
      ...(shape.method === "GET" ? [] : bodyProblems),
      ...(shape.method === "POST" ? postProblems : []),
      ...(shape.hasParams ? (["not_found"] as const) : []),
      ...(shape.isChecked ? (["request_invalid"] as const) : []),
      ...(api.problems ?? []),
    ]),
  ];
}
