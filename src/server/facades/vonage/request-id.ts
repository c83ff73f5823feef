import { fromHex, toHex } from "../ids.ts";
import { errors, refuse, type VerifyCall } from "./errors.ts";
import type { Parameters } from "./parameters.ts";

/** A request as its caller names it, and as we do. */
export interface RequestId {
  readonly given: string;
  readonly id: string;
}

const lengthMax = 32;

/** @throws VonageRefusal for one that is missing, too long, or cannot be one of ours. */
export function requestIdIn(parameters: Parameters, call: VerifyCall): RequestId {
  const given = parameters.get("request_id");
  if (given === undefined) return refuse(errors.missing("request_id"));
  if (given.length > lengthMax) return refuse(errors.invalid("request_id"));
  const id = fromHex(given);
  return id === null ? refuse(errors.notFound(call, given)) : { given, id };
}

/** An event as answers and lists name it: any text, as long as it is the same everywhere (E.4 of the contract). */
export function eventId(verificationId: string, sequence: number): string {
  return `${toHex(verificationId).slice(-14)}${sequence.toString(16).padStart(2, "0")}`.toUpperCase();
}
