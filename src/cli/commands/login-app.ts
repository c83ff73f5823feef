import { usageFailure } from "../failure.ts";
import { qrDrawing } from "../qr-drawing.ts";
import { printable, type Terminal } from "../terminal.ts";

/** Of an authenticator app that was just enrolled. */
export interface AppKey {
  readonly seed: string;
  readonly uri: string;
}

/** The key in three forms, this once: to type, to click, and to scan where it can be drawn. */
export async function showAppKey(terminal: Terminal, { seed, uri }: AppKey): Promise<void> {
  const drawing = await qrDrawing(uri, terminal.pictureColumns);
  const how = drawing === null ? "type its key there" : "scan it, or type its key there";
  terminal.say(`Add an account to your authenticator app: ${how}. It is shown this once.`);
  terminal.say(`  Key   ${printable(seed.replaceAll(/.{4}(?=.)/g, "$& "))}`);
  terminal.say(`  Link  ${printable(uri)}`);
  // The last before the question: nothing pushes it off a small terminal.
  if (drawing !== null) terminal.say(drawing);
}

interface Given {
  readonly method?: "phone" | "app";
  readonly number?: string;
  readonly signUp?: boolean;
  readonly codeFromPhone?: boolean;
}

/** Options that contradict each other, before anything is done. */
export function refuseContradictions(given: Given, terminal: Terminal): void {
  if (given.method !== "app") return;
  const other =
    given.number !== undefined ? "--number" : given.codeFromPhone === true ? "--code-from-phone" : null;
  if (other !== null) {
    throw usageFailure(`--method app does not go with ${other}.`, "Leave out one of the two.");
  }
  if (given.signUp === true) refuseKeyInJson(terminal);
}

/** What is said beside a JSON result ends in the logs of scripts. */
export function refuseKeyInJson(terminal: Terminal): void {
  if (!terminal.json) return;
  throw usageFailure(
    "The key of an authenticator app is not shown with --json.",
    "Enrol it without --json, or by POST /api/v1/subscribers/{id}/authenticators; later logins may have --json.",
  );
}
