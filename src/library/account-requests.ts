import type { AccountVerbs as EngineVerbs } from "../engine/index.ts";
import { idOf, requireBinding, typed } from "./requests.ts";

/** A request of the engine, of the one tenant that embeds it. */
type Own<R> = R extends unknown ? Omit<R, "tenantId"> : never;
export type Request<Verb extends keyof EngineVerbs> = Own<Parameters<EngineVerbs[Verb]>[0]>;
/** With what a browser answered: as its JSON, or as the text of that, which a form sent. */
export type WithPasskey<R> = R extends unknown
  ? { [K in keyof R]: K extends "passkey" ? R[K] | string : R[K] }
  : never;

const ids: ReadonlySet<string> = new Set([
  "id",
  "subscriberId",
  "authenticatorId",
  "stepUp",
  "but",
  "deviceId",
  "signInId",
]);
const texts: ReadonlySet<string> = new Set([
  "name",
  "password",
  "passwordHash",
  "number",
  "code",
  "session",
  "device",
  "seed",
  "label",
  "issuer",
  "uri",
  "account",
  "displayName",
  "purpose",
  "current",
  "trustedDevice",
  "trustDevice",
  "browser",
  "audience",
  "address",
  "recovery",
  "reset",
  "notice",
]);

/**
 * What people bring is text, whatever a form made of it, and what cannot be an id finds nothing.
 * @throws TypeError for a binding that is no text
 */
export function clean<R extends object>(request: R): R {
  const entries = Object.entries(request).map(([name, given]) => {
    if (name === "binding") requireBinding(given);
    if (given === undefined) return [name, given];
    return [name, ids.has(name) ? idOf(given) : texts.has(name) ? typed(given) : given];
  });
  return Object.fromEntries(entries) as R;
}
