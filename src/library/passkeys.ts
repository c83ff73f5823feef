import type { PasskeyAnswer } from "../authenticators/index.ts";
import { typed } from "./requests.ts";

/** No answer at all: it is compared, and refused, like any other. */
export const noAnswer: PasskeyAnswer = { id: "", rawId: "", type: "", response: { clientDataJSON: "" } };

/** An answer as the browser gives it, or as the text of it that a form sent. */
export type GivenAnswer = PasskeyAnswer | string;

/** The answer of a browser, whatever came in its place: what is no text becomes one that is refused. */
export function answerOf(given: GivenAnswer | undefined): PasskeyAnswer | undefined {
  if (given === undefined) return undefined;
  const read = typeof given === "string" ? parsed(given) : given;
  if (typeof read !== "object" || read === null) return noAnswer;
  const { id, rawId = id, type, response } = read;
  if (typeof response !== "object" || response === null) return noAnswer;
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle, transports } =
    response;
  return {
    id: typed(id),
    rawId: typed(rawId),
    type: typed(type),
    response: {
      clientDataJSON: typed(clientDataJSON),
      attestationObject: textOf(attestationObject),
      authenticatorData: textOf(authenticatorData),
      signature: textOf(signature),
      userHandle: textOf(userHandle),
      transports: Array.isArray(transports) ? transports.map(typed) : [],
    },
  };
}

function parsed(text: string): PasskeyAnswer | null {
  try {
    return JSON.parse(text) as PasskeyAnswer | null;
  } catch {
    return null;
  }
}

function textOf(given: string | null | undefined): string | undefined {
  return given === undefined || given === null ? undefined : typed(given);
}
