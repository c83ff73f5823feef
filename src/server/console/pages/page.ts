import { type ErrorCode, errorTable } from "../../../errors/codes.ts";
import { firstTenant } from "../../../tenants/index.ts";
import { Problem } from "../../problems.ts";
import type { ApiAnswer } from "../calls.ts";
import type { ConsolePage } from "../frame.ts";
import type { Inside, Led } from "../gate.ts";
import { noted } from "../state.ts";

/** The page with what stands around it for somebody who is signed in. */
export function placed({ administrator, form }: Inside, path: string, page: ConsolePage): ConsolePage {
  return { ...page, at: { path, name: administrator.name, form } };
}

/** A call of the API in the administrator's name. */
export async function ask(
  inside: Inside,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  once?: string,
): Promise<ApiAnswer> {
  const asked = {
    method,
    path,
    ...(body === undefined ? {} : { body }),
    ...(once === undefined ? {} : { once }),
  };
  return await inside.tools.calls.call(inside.request, inside.administrator, asked);
}

/**
 * What the API shows.
 * @throws Problem as the API has it: an empty table must mean that there is nothing
 */
export async function read(inside: Inside, path: string): Promise<ApiAnswer["body"]> {
  const answer = await ask(inside, "GET", path);
  if (answer.isDone) return answer.body;
  const code: unknown = answer.body?.code;
  throw new Problem(typeof code === "string" && code in errorTable ? (code as ErrorCode) : "internal_error");
}

/** What the API refused with, in its own words. */
export function refusal({ body, status }: ApiAnswer): string {
  const detail: unknown = body?.detail ?? body?.title;
  return typeof detail === "string" ? detail : `The server answered with ${status}.`;
}

/** Back to a page, with what came of a call. */
export function afterCall({ state }: Inside, answer: ApiAnswer, good: string, to: string): Led {
  return { state: answer.isDone ? noted(state, good, true) : noted(state, refusal(answer)), to };
}

/** Whose things the console shows: those of the tenant that came with the installation. */
export async function tenantOf({ parts }: Inside): Promise<string> {
  const first = await firstTenant(parts.store);
  if (first === undefined) throw new Problem("not_found");
  return first.id;
}

/** An id in an address or a form; what can be none finds nothing. */
export function idIn(given: unknown): string {
  if (typeof given === "string" && /^[0-9a-f-]{36}$/.test(given)) return given;
  throw new Problem("not_found");
}
