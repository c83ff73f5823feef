import type { FastifyReply, FastifyRequest } from "fastify";
import type { EngineParts } from "../../engine/index.ts";
import {
  type Keyring,
  keyedDigest,
  open,
  requireKey,
  SealBroken,
  type SealContext,
  seal,
  textsEqual,
} from "../../secrets/index.ts";
import { listCodec } from "../../store/index.ts";
import type { Service } from "../../tenants/index.ts";
import { cookieIn, ownCookieName } from "../cookies.ts";
import type { WordName } from "./languages/index.ts";
import { Recent } from "./recent.ts";

/** One browser on its way to an approval. It lives in the browser's cookie, sealed: it can be neither read nor made. */
export interface Visit {
  /** The binding of what this browser starts. */
  readonly id: string;
  readonly openedAt: number;
  readonly tenantId: string;
  readonly serviceId: string;
  /** The link by which it came; null for somebody who came by himself. */
  readonly linkId: string | null;
  readonly purpose: string | null;
  readonly subject: string | null;
  /** The number that the host application chose; null where the person types it. */
  readonly to: string | null;
  readonly returnUrl: string | null;
  readonly state: string | null;
  readonly language: string | null;
  readonly round: Round | null;
  /** What to say on the next page, and what was typed. */
  readonly note: Note | null;
}

/** From one start to its end. */
export interface Round {
  /** Of a start that was refused, an id that leads nowhere: the page goes on as if it did (W-8). */
  readonly verificationId: string;
  readonly to: string;
  readonly startedAt: number;
  readonly askedAt: number;
  readonly asks: number;
  readonly wrong: number;
  readonly isCalled: boolean;
  readonly end: "approved" | "exhausted" | "canceled" | null;
}

export interface Note {
  readonly words: WordName;
  /** Which field it is about; null for the page as a whole. */
  readonly field: "number" | "code" | null;
  readonly values?: Readonly<Record<string, string>>;
  readonly country?: string;
  readonly number?: string;
  readonly code?: string;
}

const visitLifetimeMs = 3_600_000;
const context: SealContext = { table: "pages", column: "visit", row: "", tenant: "" };

/** Names left out: a browser sends the cookie with every request, over every line. */
const rounds = listCodec<Round>({
  verificationId: {},
  to: {},
  startedAt: {},
  askedAt: {},
  asks: { usual: 1 },
  wrong: { usual: 0 },
  isCalled: { usual: false },
  end: { usual: null },
});

const visits = listCodec<Visit>({
  id: {},
  openedAt: {},
  tenantId: {},
  serviceId: {},
  linkId: { usual: null },
  purpose: { usual: null },
  subject: { usual: null },
  to: { usual: null },
  returnUrl: { usual: null },
  state: { usual: null },
  language: { usual: null },
  round: {
    usual: null,
    pack: rounds.toList,
    unpack: (list: readonly unknown[]) => rounds.fromList(list),
  },
  note: { usual: null },
});

/** The prefix makes browsers refuse the cookie of another host or without https (W-13). */
export function cookieNamed(name: string, isSecure: boolean): string {
  return isSecure ? `__Host-${name}` : name;
}

const visitCookie = "countersign-visit";

/** Nobody guesses it: it is what a browser proves itself by. */
export function newVisitId({ random }: EngineParts): string {
  return Buffer.from(random.bytes(24)).toString("base64url");
}

/** A visit that a browser holds, with what its forms carry (W-13). */
export interface HeldVisit {
  readonly visit: Visit;
  readonly form: string;
}

interface SealedVisit extends HeldVisit {
  /** All that was sealed. */
  readonly text: string;
}

/**
 * What was sealed just now, by a number from the end of its seal: a page is shown and answered within a minute, and
 * opening a seal costs more than the rest of a step. Each keyring's own, and few. Whole texts are compared.
 */
const sealedLately = new WeakMap<Keyring, Recent<SealedVisit, number>>();
const sealedMax = 2_048;

function sealedBy(keyring: Keyring): Recent<SealedVisit, number> {
  const known = sealedLately.get(keyring);
  if (known !== undefined) return known;
  const recent = new Recent<SealedVisit, number>(sealedMax);
  sealedLately.set(keyring, recent);
  return recent;
}

/** Of the tag, which chance made. A number is a quicker key than a text. */
function endOf(text: string): number {
  let end = 0;
  for (let at = Math.max(0, text.length - endLength); at < text.length; at++) {
    end = (end * 31 + text.charCodeAt(at)) & 0x3fff_ffff;
  }
  return end;
}

const endLength = 8;

/** The visit in the request's cookie; null where there is none, or it is old. */
export function readVisit(parts: EngineParts, request: FastifyRequest, isSecure: boolean): HeldVisit | null {
  const { cookie } = request.headers;
  const given = cookieIn(cookie, visitCookieOf(parts, cookie, isSecure));
  const found = given === undefined ? null : openVisit(parts, given);
  return found !== null && found !== "foreign" && parts.clock.now() < found.visit.openedAt + visitLifetimeMs
    ? found
    : null;
}

function visitCookieOf(parts: EngineParts, header: string | undefined, isSecure: boolean): string {
  const name = cookieNamed(visitCookie, isSecure);
  return ownCookieName(parts.keyring, header, name, (text) => openVisit(parts, text) !== "foreign");
}

/** What a cookie of ours holds, if anything. It is asked several times for one text. */
function openVisit(parts: EngineParts, text: string): HeldVisit | null | "foreign" {
  const lately = sealedBy(parts.keyring);
  const known = lately.get(endOf(text));
  if (known?.text === text) return known;
  try {
    const list: unknown = JSON.parse(open(parts.keyring, context, text));
    // A version of ours before this one wrote an object.
    if (!Array.isArray(list)) return null;
    const found = held(parts, visits.fromList(list));
    lately.set(endOf(text), { text, ...found });
    return found;
  } catch (cause) {
    if (cause instanceof SealBroken) return "foreign";
    throw cause;
  }
}

/** What this browser holds from now on. */
export function held(parts: EngineParts, visit: Visit): HeldVisit {
  return { visit, form: formSeal(parts, visit) };
}

/** The visit as its cookie holds it. */
export function sealVisit(parts: EngineParts, { visit, form }: HeldVisit): string {
  const text = seal(parts.keyring, parts.random, context, JSON.stringify(visits.toList(visit)));
  sealedBy(parts.keyring).set(endOf(text), { text, visit, form });
  return text;
}

/** Puts a sealed visit into the browser's cookie. */
export function giveVisit(
  parts: EngineParts,
  reply: FastifyReply,
  isSecure: boolean,
  text: string,
  service: Service,
): void {
  // In a frame of another site a Lax cookie never comes back; a partitioned one is of this site's frame there alone.
  // Only where somebody may frame the page: a browser without partitions would take it from anybody's frame.
  const mayFrame = (service.settings.page?.frameAncestors ?? []).length > 0;
  const isFramed = isSecure && mayFrame && reply.request.headers["sec-fetch-dest"] === "iframe";
  // Nothing in it needs to be encoded.
  const name = visitCookieOf(parts, reply.request.headers.cookie, isSecure);
  const cookie = `${name}=${text}; Max-Age=${visitLifetimeMs / 1_000}; Path=/; HttpOnly`;
  const site = isFramed ? "; Partitioned; SameSite=None" : "; SameSite=Lax";
  void reply.header("set-cookie", `${cookie}${isSecure ? "; Secure" : ""}${site}`);
}

export function newVisit(
  parts: EngineParts,
  given: Omit<Visit, "id" | "openedAt" | "round" | "note">,
): Visit {
  return { ...given, id: newVisitId(parts), openedAt: parts.clock.now(), round: null, note: null };
}

/** What every form of a visit carries, and only pages of this visit know (W-13). */
export function formSeal(parts: EngineParts, visit: Pick<Visit, "id">): string {
  const key = requireKey(parts.keyring, "page", parts.keyring.indexId);
  return keyedDigest(key, ["form", visit.id]).subarray(0, 18).toString("base64url");
}

export function isFormOf(parts: EngineParts, visit: Pick<Visit, "id">, given: unknown): boolean {
  return typeof given === "string" && textsEqual(formSeal(parts, visit), given);
}
