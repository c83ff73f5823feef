import type { FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { type AuditAct, appendAudit } from "../../audit/index.ts";
import type { Accounts, EngineParts, SessionView } from "../../engine/index.ts";
import type { Memory } from "../account/memory.ts";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "../limits.ts";
import { fieldsOf } from "../pages/fields.ts";
import type { Fields } from "../pages/flow.ts";
import { formSeal, isFormOf } from "../pages/visit.ts";
import { Problem } from "../problems.ts";
import { ownOrigins, sourceOf } from "../same-origin.ts";
import { consoleTenantId, nameOf } from "./administrators.ts";
import type { ConsoleCalls } from "./calls.ts";
import { type ConsolePage, type Look, sendPage } from "./frame.ts";
import { type ConsoleState, idleMs, newState, noted, readState, writeState } from "./state.ts";

/** Whatever somebody does, after so long they sign in again. */
const sessionMs = 8 * 3_600_000;
/** How long an authenticator counts as shown just now, for what is dangerous. */
const freshMs = 600_000;

/** What the console works with. */
export interface Tools {
  readonly look: Look;
  readonly calls: ConsoleCalls;
  readonly memory: Memory;
}

/** A request, and what its browser is at. */
export interface Here {
  readonly tools: Tools;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parts: EngineParts;
  readonly accounts: Accounts;
  readonly state: ConsoleState;
  /** What its forms carry. */
  readonly form: string;
  readonly network: string;
}

/** The same of an administrator who is signed in. */
export interface Inside extends Here {
  readonly bearer: string;
  readonly view: SessionView;
  readonly administrator: { readonly id: string; readonly name: string };
}

/** What a form leads to: another page, or one that is shown at once because nothing of it is kept. */
export type Led =
  | { readonly state: ConsoleState; readonly to: string }
  | { readonly state: ConsoleState; readonly page: ConsolePage; readonly status?: number };

export async function hereOf(tools: Tools, request: FastifyRequest, reply: FastifyReply): Promise<Here> {
  const { parts, accounts } = request.server;
  const known = readState(parts, request);
  const isIdle = known !== null && parts.clock.now() >= known.seenAt + idleMs;
  if (isIdle && known.session !== null) {
    await accounts.signOut({ tenantId: consoleTenantId, session: known.session });
  }
  const state = isIdle ? afterIdle(parts, known) : (known ?? newState(parts));
  const { network } = networkOf(clientAddress(request));
  return { tools, request, reply, parts, accounts, state, form: formSeal(parts, state), network };
}

function afterIdle(parts: EngineParts, { session, pending }: ConsoleState): ConsoleState {
  const fresh = newState(parts);
  if (session === null && pending === null) return fresh;
  return noted(fresh, "You were signed out because nothing happened for 15 minutes.");
}

/** Whoever showed password and authenticator; null for everybody else, and for who was removed meanwhile. */
export async function insideOf(here: Here): Promise<Inside | null> {
  const { accounts, parts, state } = here;
  if (state.session === null) return null;
  const tenantId = consoleTenantId;
  const checked = await accounts.checkSession({ tenantId, session: state.session });
  if (checked.outcome !== "active") return null;
  const { session: view } = checked;
  if (parts.clock.now() >= view.createdAt + sessionMs) {
    await accounts.signOut({ tenantId, session: state.session });
    return null;
  }
  // A session that nothing but a password began is none here.
  if (view.steppedUpAt === null || view.isOfTrustedDevice) return null;
  const { subscriberId } = view;
  const subscriber = await accounts.subscriber({ tenantId, subscriberId });
  if (subscriber === null) return null;
  const administrator = { id: subscriber.id, name: nameOf(subscriber) };
  return { ...here, bearer: state.session, view, administrator };
}

/** Whether an authenticator was shown just now. */
export function isFresh({ parts, view }: Inside): boolean {
  return view.steppedUpAt !== null && parts.clock.now() < view.steppedUpAt + freshMs;
}

/**
 * A link of another site comes without the Strict cookie, and an answer with a new one would sign its owner out: such a
 * visit is answered by a page of ours that asks again, then with the cookie. Null for every other visit.
 */
export function askedAgain(
  { look }: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | null {
  const site = request.headers["sec-fetch-site"];
  const isFromElsewhere = site === "cross-site" || site === "same-site";
  if (!isFromElsewhere || readState(request.server.parts, request) !== null) return null;
  reply.header("refresh", `0; url=${request.url}`);
  const content = html`<p><a class="button wide" href="${request.url}">Go on</a></p>`;
  return sendPage(reply, look, { title: "To the console", content });
}

/** Shows a page to whoever is signed in; everybody else is led to the sign-in. */
export async function show(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  render: (inside: Inside) => Promise<ConsolePage>,
): Promise<FastifyReply> {
  const here = await hereOf(tools, request, reply);
  const inside = await insideOf(here);
  if (inside === null) return leadOut(here);
  if (here.state.codes !== null) return lead(here, { state: here.state, to: "/console/codes" });
  const page = await render(inside);
  return give(here, { ...here.state, note: null }, { note: here.state.note, ...page });
}

/** Shows a page to whoever comes. */
export async function showAnybody(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  render: (here: Here) => Promise<ConsolePage | { readonly to: string }>,
): Promise<FastifyReply> {
  const here = await hereOf(tools, request, reply);
  const page = await render(here);
  if ("to" in page) return lead(here, { state: here.state, to: page.to });
  return give(here, { ...here.state, note: null }, { note: here.state.note, ...page });
}

/** Takes a form of whoever is signed in. What is dangerous asks for an authenticator first, unless one was just shown. */
export async function take(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (inside: Inside, fields: Fields) => Promise<Led>,
  dangerous: { readonly on: string } | null = null,
): Promise<FastifyReply> {
  const here = await hereOf(tools, request, reply);
  const fields = fieldsOf(request.body);
  if (!isOwnForm(here, fields)) return outdated(here);
  const inside = await insideOf(here);
  if (inside === null) return leadOut(here);
  if (here.state.codes !== null) return lead(here, { state: here.state, to: "/console/codes" });
  if (dangerous !== null && !isFresh(inside)) return lead(here, await askAgain(inside, dangerous.on));
  return lead(here, await work(inside, fields));
}

/** Takes a form of whoever comes, which only a page of ours can have sent. */
export async function takeAnybody(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (here: Here, fields: Fields) => Promise<Led>,
): Promise<FastifyReply> {
  const here = await hereOf(tools, request, reply);
  const fields = fieldsOf(request.body);
  if (!isOwnForm(here, fields)) return outdated(here);
  return lead(here, await work(here, fields));
}

/** @throws Problem for a form that another site sent (W-13) */
export function isOwnForm({ request, parts, state }: Here, fields: Fields): boolean {
  if (sourceOf(request.headers, ownOrigins(request)) !== "own") {
    throw new Problem("forbidden", "This form was sent by another site.");
  }
  return isFormOf(parts, state, fields["form"]);
}

/** A challenge for what comes next; the page that asked is shown again after it. */
async function askAgain({ accounts, state, bearer, administrator }: Inside, on: string): Promise<Led> {
  const started = await accounts.startChallenge({
    tenantId: consoleTenantId,
    subscriberId: administrator.id,
    purpose: "console",
    session: bearer,
  });
  if (started.outcome !== "challengeStarted") {
    return { state: noted(state, "Nobody can be asked for an authenticator now: try again later."), to: on };
  }
  const stepUp = { challengeId: started.challenge.id, on };
  return { state: { ...state, stepUp, note: null }, to: "/console/confirm" };
}

export function lead(here: Here, led: Led): FastifyReply {
  const { parts, reply } = here;
  if ("page" in led) {
    reply.code(led.status ?? 200);
    return give(here, led.state, led.page);
  }
  writeState(parts, reply, led.state);
  return reply.redirect(led.to, 303);
}

function give({ parts, reply, tools }: Here, state: ConsoleState, page: ConsolePage): FastifyReply {
  writeState(parts, reply, state);
  return sendPage(reply, tools.look, page);
}

function leadOut(here: Here): FastifyReply {
  const { parts, state } = here;
  const wasIn = state.session !== null;
  const next = wasIn ? noted(newState(parts), "You are not signed in any more.") : state;
  return lead(here, { state: next, to: "/console/sign-in" });
}

function outdated(here: Here): FastifyReply {
  here.reply.code(403);
  const content = `<p class="lead">This page is out of date, or your browser keeps no cookies.</p>
<p><a class="button wide" href="/console">Go on</a></p>`;
  return give(here, here.state, { title: "Once more", content });
}

/** Writes down what an administrator did in the console alone; what they do over the API has its entry from there. */
export async function noteConsoleAct(
  here: Here,
  actor: { readonly id: string; readonly name: string },
  operation: string,
  target: string | null = null,
): Promise<void> {
  await appendAudit(here.parts, consoleAct(here, actor, operation, target));
}

export function consoleAct(
  { request }: Pick<Here, "request">,
  actor: { readonly id: string; readonly name: string },
  operation: string,
  target: string | null,
): AuditAct {
  return {
    actor: { kind: "administrator", ...actor },
    operation,
    tenantId: null,
    target,
    outcome: "done",
    address: clientAddress(request),
  };
}
