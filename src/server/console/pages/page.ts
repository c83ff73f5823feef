import { uuidPattern } from "../../../clock/index.ts";
import { type ErrorCode, errorTable } from "../../../errors/codes.ts";
import type { Fields } from "../../pages/flow.ts";
import { Problem } from "../../problems.ts";
import type { ApiAnswer, AskedCall } from "../calls.ts";
import type { ConsolePage } from "../frame.ts";
import type { Inside, Led } from "../gate.ts";
import { noted } from "../state.ts";

/** Where the people are who sign in; each at their id below it. */
export const peoplePath = "/console/people";

/** The page with what stands around it for somebody who is signed in. */
export function placed({ administrator, form }: Inside, path: string, page: ConsolePage): ConsolePage {
  return { ...page, at: { path, name: administrator.name, form } };
}

/** A call of the API in the administrator's name. */
export async function ask(
  inside: Inside,
  method: AskedCall["method"],
  path: string,
  more: Pick<AskedCall, "body" | "once"> = {},
): Promise<ApiAnswer> {
  const { tools, request, administrator } = inside;
  return await tools.calls.call(request, administrator, { method, path, ...more });
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

/** An id in an address or a form; what can be none finds nothing. */
export function idIn(given: unknown): string {
  if (typeof given === "string" && uuidPattern.test(given)) return given;
  throw new Problem("not_found");
}

/** What keeps a form that is sent again, as by a reload, from doing the same again: its Idempotency-Key. */
export function onceOf({ parts }: Inside): string {
  return Buffer.from(parts.random.bytes(18)).toString("base64url");
}

/** That of a form; a new one where it has none of ours. */
export function onceIn(inside: Inside, { once = "" }: Fields): string {
  return /^[A-Za-z0-9_-]{24}$/.test(once) ? once : onceOf(inside);
}
