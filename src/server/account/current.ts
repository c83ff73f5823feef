import type {
  Accounts,
  Begun,
  CodeText,
  Engine,
  EngineParts,
  NewlyTrusted,
  SessionView,
} from "../../engine/index.ts";
import type { Service } from "../../tenants/index.ts";
import type { Policy } from "../../verification/index.ts";
import { autofillFor, type Fields, type Flow } from "../pages/flow.ts";
import type { AccountLanguage } from "./languages/index.ts";
import type { Memory } from "./memory.ts";
import type { AccountNote, AccountVisit, SentCode, ViewName } from "./visit.ts";

/** What every step works with. */
export interface Tools {
  readonly accounts: Accounts;
  readonly engine: Engine;
  readonly parts: EngineParts;
  /** Of the verification page: a sign-up proves its number the same way. */
  readonly numbers: Flow;
  readonly memory: Memory;
}

/** What a browser is at: everything that a step needs to know. */
export interface Current {
  readonly visit: AccountVisit;
  readonly service: Service;
  readonly policy: Policy;
  readonly language: AccountLanguage;
  /** The network of the client: an IPv4 address or a /64. */
  readonly network: string;
  /** By which origin the browser knows this page. */
  readonly origin: string;
  /** An active session of this visit's tenant; null for everybody else. */
  readonly session: { readonly bearer: string; readonly view: SessionView } | null;
  /** By which this browser is known, or will be. */
  readonly device: string;
  /** What it presents where its owner trusts it. */
  readonly trusted: string | undefined;
  /** What it says it is, in few words: by that its owner recognises it. */
  readonly browser: string;
  /** Whether it may be asked for passkeys at the address that it came to. */
  readonly hasPasskeys: boolean;
}

/** What a step leads to. */
export interface Stepped {
  readonly visit: AccountVisit;
  /** A new bearer for the session's cookie; null ends it. */
  readonly session?: Begun | null;
  /** What this browser presents from now on, so that no code is asked for there. */
  readonly trusted?: { readonly bearer: string; readonly endsAt: number };
  /** Whether the browser goes back to the application that sent it. */
  readonly isOver?: boolean;
  /** By their own wish, whatever the application wanted of them. */
  readonly isLeft?: true;
  /** Which of our pages goes on, where it is not that of the account. */
  readonly on?: PagePath;
}

/** The pages that show where a browser is. */
export type PagePath =
  | "/account"
  | "/account/sign-in"
  | "/account/sign-up"
  | "/account/recover"
  | "/account/not-me"
  | "/account/reset";

export type Step = (tools: Tools, current: Current, fields: Fields) => Promise<Stepped>;

/** The same visit with something said on its next view. */
export function noted(
  visit: AccountVisit,
  on: ViewName,
  words: AccountNote["words"],
  more: Partial<Omit<AccountNote, "on" | "words">> = {},
): AccountVisit {
  return { ...visit, note: { on, words, field: null, ...more } };
}

/** How long it is until then, as people say it. */
export function minutesUntil(at: number, now: number): Readonly<Record<string, string>> {
  return { minutes: String(Math.max(1, Math.ceil((at - now) / 60_000))) };
}

/** Whose text a code comes in; `isNew` for a number that nobody proved yet. */
export function textOf({ service, language, origin, network }: Current, isNew: boolean): CodeText {
  return {
    service: service.id,
    locale: language.tag,
    ...autofillFor(service, origin),
    // Who opened an account a moment ago is somebody whom nobody vouches for.
    ...(isNew ? { caller: { surface: "anonymous" as const, network, hasProof: true } } : {}),
  };
}

/** The same of what is sent by e-mail, out of which no browser reads a code. */
export function mailOf({ service, language, network }: Current): CodeText {
  const caller = { surface: "anonymous" as const, network, hasProof: true };
  return { service: service.id, locale: language.tag, caller };
}

/** After one more code by this channel. */
export function sentNow(
  { policy }: Current,
  channel: SentCode["channel"],
  before: SentCode | null,
  now: number,
): SentCode {
  const asks = (before?.asks ?? 0) + 1;
  const waits = policy.resendWaitsMs;
  const wait = waits[Math.min(asks, waits.length) - 1] ?? 0;
  return { channel, asks, nextAt: asks >= policy.sendsMax ? null : now + wait };
}

/** What a browser is called that its owner wants to trust: the box of the form was ticked. */
export function trustOf({ browser }: Current, fields: Fields): { readonly trustDevice?: string } {
  return fields["trust"] === "yes" ? { trustDevice: browser } : {};
}

/** What the browser presents from now on, where it is trusted. */
export function trustedNow(given: NewlyTrusted | null): Pick<Stepped, "trusted"> {
  return given === null ? {} : { trusted: { bearer: given.bearer, endsAt: given.device.endsAt } };
}
