import type { AccountOperation } from "./account-refusals.ts";
import type { Operation } from "./results.ts";
import type { Asked, Json } from "./transport.ts";

/** Carries out one operation: a success becomes what `succeeded` makes of it, a refusal an outcome, all else throws. */
export type Call = <R>(
  operation: Operation | AccountOperation,
  asked: Asked,
  succeeded: (status: number, body: Json) => object,
) => Promise<R>;

/** An id or a number is whatever a session or a form brought: it must stay one part of the path. */
export function partOf(given: string): string {
  return encodeURIComponent(given === "" || /^\.\.?$/.test(given) ? "-" : given);
}

/** With its question mark; empty where nothing is asked for. */
export function queryOf(asked: object = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? "" : `?${query}`;
}

/** Calls without a body repeat the binding in a header. */
export function bindingHeader(binding: string | undefined): Readonly<Record<string, string>> {
  return binding === undefined ? {} : { "countersign-binding": binding };
}

/** A success with what its body holds. */
export const withOutcome =
  (outcome: string) =>
  (_status: number, body: Json): object => ({ outcome, ...body });

export const done = (): object => ({ outcome: "done" });
export const isDone = (result: unknown): boolean =>
  (result as { readonly outcome: string }).outcome === "done";

/** The whole body of an answer, for `orNothing`. */
export function shown(_status: number, body: Json): object {
  return { outcome: "shown", body };
}

/** What was shown; null where there was nothing to show. */
export function orNothing<R>(result: unknown): R | null {
  const { outcome, body } = result as { readonly outcome: string; readonly body: R };
  return outcome === "shown" ? body : null;
}
