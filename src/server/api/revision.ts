import { hash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "../../schemas/index.ts";
import { Problem } from "../problems.ts";

/** What is given with a change that must not undo somebody else's (RFC 9110, 13.1.1). */
export const revisionHeaders = {
  "If-Match":
    'The `revision` on which the change was decided, in quotes as `ETag` has it: `"..."`. If it is another one by now, nothing is changed and the answer is 412.',
} as const;

/** A field of what administrators change. */
export const Revision = Type.String({
  description: "Another one after every change; `If-Match` makes a change on condition of it",
});

/** What is shown, with its revision: a digest of all that an administrator can know and change of it. */
export function withRevision<B extends object>(shown: B): B & { readonly revision: string } {
  return { ...shown, revision: hash("sha256", JSON.stringify(shown), "base64url").slice(0, 22) };
}

/**
 * Refuses a change that was decided on something else than what is there. It is asked under the row's lock, so that of
 * two who saw the same one is told.
 * @throws Problem
 */
export function refuseStale({ headers }: FastifyRequest, current: { readonly revision: string }): void {
  const asked = headers["if-match"];
  if (asked === undefined) return;
  // Proxies that compress mark an ETag as weak; ours names the row, not the bytes.
  const known = asked.split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes("*") || known.includes(`"${current.revision}"`)) return;
  throw new Problem("precondition_failed");
}

/**
 * When a row is changed: later than its last change, also by a clock that stands or stepped back. What is not shown, such
 * as a new secret, has another revision by that alone.
 */
export function changedAt({ updatedAt }: { readonly updatedAt: number }, now: number): number {
  return Math.max(now, updatedAt + 1);
}

/** For routes that answer with one row: its revision as `ETag`. */
export const tagged = {
  preSerialization(
    _request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: (error: null, payload: unknown) => void,
  ): void {
    const revision = (payload as { readonly revision?: unknown } | null)?.revision;
    if (typeof revision === "string" && reply.statusCode < 300) reply.header("etag", `"${revision}"`);
    done(null, payload);
  },
};
