import type { FastifyInstance, FastifyRequest } from "fastify";
import { noteFailure } from "../notes.ts";
import type { Problem } from "../problems.ts";

/** A vendor answers in its own words to whatever method meets its paths. */
export const everyMethod = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Takes every body as bytes: what it is, each vendor's clients say in their own way, or not at all. */
export function anyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

/** What nobody foresaw goes into the log; the vendor's answer tells nothing of it. */
export function noteFault(request: FastifyRequest, problem: Problem, error: unknown): void {
  if (problem.code === "internal_error") noteFailure(request, error);
}

/** A base address that ends in a slash and a path that begins with one: clients join them as they are. */
export function withDoubledSlash(path: string): readonly string[] {
  return [path, `/${path}`];
}
