import type { AccountSettings, Address, RelyingParty, Subscriber } from "../../accounts/index.ts";
import { type Hasher, PasskeysUnavailable } from "../../authenticators/index.ts";
import { bindingDigest, blindIndex, open, type SealContext, seal } from "../../secrets/index.ts";
import type { Key, Rows, UpdateDecision, Write } from "../../store/index.ts";
import { addressContext, addressOf } from "../address.ts";
import type { Engine } from "../engine.ts";
import type { EngineParts } from "../parts.ts";
import { shown } from "../shown.ts";
import type { Idempotency } from "../transaction.ts";
import { contextOf } from "./sealed-columns.ts";

export { contextOf };

/** What the verbs of accounts work with: the engine's parts, its verifications, and slow hashes. */
export interface AccountParts extends EngineParts {
  readonly engine: Pick<Engine, "start" | "check" | "resend" | "get" | "prepareOwnText">;
  readonly hasher: Hasher;
  readonly settings: AccountSettings;
  /** Of the request at hand; null where it has none. */
  readonly idempotency: Idempotency | null;
  /** The update that decides what a verb answers, about this subscriber where the answer does not say it. */
  decide<R>(
    keys: readonly Key[],
    decision: (rows: Rows, now: number) => UpdateDecision<R>,
    subscriberId?: string,
  ): Promise<R>;
  /** For what is decided in the transaction of a verification instead. */
  readonly recording: Recording;
}

/** What a decision about accounts writes and answers. */
export interface Plan<R> {
  readonly writes: readonly Write[];
  readonly result: R;
}

/** Writes down what is answered with what is decided, where the request has an Idempotency-Key. */
export interface Recording {
  readonly keys: readonly Key[];
  /** @throws where the same request was answered meanwhile, on its way a second time: nothing is decided again */
  begin(rows: Rows): void;
  with<R>(plan: Plan<R>, now: number, subscriberId?: string): Plan<R>;
}

export const recordingNothing: Recording = { keys: [], begin: () => {}, with: (plan) => plan };

/** The id of no row: what is asked for in place of nobody. */
export const nobodysId = "00000000-0000-7000-8000-000000000000";

const nameMax = 128;

/** A name in the one form under which it is found; null for what can be none. */
export function canonicalName(given: string): string | null {
  if (!given.isWellFormed()) return null;
  const name = given.normalize("NFKC").trim().toLowerCase();
  // Control and format characters: two names that look alike would be two.
  return name === "" || name.length > nameMax || /[\p{Cc}\p{Cf}]/u.test(name) ? null : name;
}

/**
 * The same of a name that somebody new is to have: it shows all that it is made of, so that nobody is called what looks on
 * every page like somebody else. Names of before are found whatever they hold.
 */
export function newName(given: string): string | null {
  const name = canonicalName(given);
  return name === null || /\p{Default_Ignorable_Code_Point}|\u2800|\s\s/u.test(name) ? null : name;
}

export function nameIdOf({ keyring }: EngineParts, tenantId: string, name: string): string {
  return blindIndex(keyring, tenantId, "name", name);
}

/** The row that says whose a passkey is: its id is taken like a name, so that nobody else registers it. */
export function passkeyNameId(
  { keyring }: Pick<EngineParts, "keyring">,
  tenantId: string,
  credentialId: string,
): string {
  return blindIndex(keyring, tenantId, "passkey", credentialId);
}

/** @throws PasskeysUnavailable where nobody said whose passkeys they would be */
export function requireRelyingParty({ relyingParty }: EngineParts): RelyingParty {
  if (relyingParty !== null && relyingParty !== undefined) return relyingParty;
  throw new PasskeysUnavailable(
    "passkeys belong to a domain, and none is set: set PUBLIC_URL to the https address that browsers reach this installation by, or COUNTERSIGN_PASSKEY_ORIGINS to the pages of your application that ask for passkeys (`passkeyOrigins` in code)",
  );
}

/** Who goes on, as it is kept: a session of ours by its id, or the application's own word for its session. */
export function holderDigest(
  { keyring }: EngineParts,
  tenantId: string,
  kind: "session" | "binding" | "device" | "recovery",
  value: string,
): string {
  return bindingDigest(keyring, tenantId, "binding", `${kind}:${value}`);
}

/** Where somebody is reached: E.164 number or e-mail address. */
export function addressIn(parts: EngineParts, tenantId: string, one: Address): string {
  if (one.type === "email") {
    return opened(parts, contextOf("address", one.id, tenantId), one.sealedAddress);
  }
  return one.recipient === undefined
    ? opened(parts, contextOf("number", one.id, tenantId), one.sealedNumber)
    : addressOf(parts.keyring, { ...one.recipient, tenantId });
}

/** The same for a view, or for who can be told of something; null where it does not open. */
export function shownIn(parts: EngineParts, tenantId: string, one: Address): string | null {
  return shown(parts, contextOfAddress(tenantId, one), () => addressIn(parts, tenantId, one));
}

/** What somebody is called; null where it does not open. */
export function shownName(parts: EngineParts, { id, tenantId, sealedName }: Subscriber): string | null {
  const context = contextOf("name", id, tenantId);
  return shown(parts, context, () => opened(parts, context, sealedName));
}

/** Where it is sealed to. */
function contextOfAddress(tenantId: string, one: Address): SealContext {
  if (one.type === "email") return contextOf("address", one.id, tenantId);
  return one.recipient === undefined
    ? contextOf("number", one.id, tenantId)
    : addressContext(one.recipient.id, tenantId);
}

export function sealed(parts: EngineParts, context: SealContext, plaintext: string): string {
  return seal(parts.keyring, parts.random, context, plaintext);
}

function opened(parts: EngineParts, context: SealContext, text: string): string {
  return open(parts.keyring, context, text);
}
