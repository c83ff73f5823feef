import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isReturnUrl, type Service } from "../../tenants/index.ts";
import { readAccountLink } from "../account-links.ts";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "../limits.ts";
import { isOwnPath } from "../page-links.ts";
import { noteFault } from "../pages/faults.ts";
import { fieldsOf } from "../pages/fields.ts";
import type { Fields } from "../pages/flow.ts";
import { languageOf } from "../pages/language.ts";
import { anonymousService, policyFor, serviceOf } from "../pages/page-service.ts";
import { isFormOf, newVisitId } from "../pages/visit.ts";
import { addressBack } from "../pages/way-back.ts";
import { Problem } from "../problems.ts";
import { hasSecureCookies, ownOrigins, sourceOf } from "../same-origin.ts";
import { type Current, noted, type PagePath, type Stepped, type Tools } from "./current.ts";
import { goOnToDemand, isDemandMet } from "./demand.ts";
import { accountLanguage } from "./languages/index.ts";
import { accountsOf } from "./opening.ts";
import { type AccountPageOptions, type AccountPages, isOfLink, type StepName } from "./options.ts";
import { hasPasskeys } from "./passkey-offer.ts";
import { sendClosed, sendView } from "./show.ts";
import { steps } from "./steps.ts";
import {
  type AccountVisit,
  newVisit,
  readDevice,
  readSession,
  readTrust,
  readVisit,
  writeDevice,
  writeSession,
  writeTrust,
  writeVisit,
} from "./visit.ts";

/** Shows where the browser is; an address that names a service begins anew. */
export async function open(
  options: AccountPages,
  request: FastifyRequest,
  reply: FastifyReply,
  path: PagePath,
): Promise<FastifyReply> {
  const app = request.server;
  const query = fieldsOf(request.query);
  const isHttps = hasSecureCookies(request);
  const isBeginning = Object.keys(query).length > 0;
  const known = isBeginning ? null : readVisit(app.parts, request, isHttps);
  const visit = known ?? (await visitFrom(request, options, query));
  const service = visit === null ? null : await serviceOf(app, visit);
  if (visit === null || service === null) {
    return sendClosed(options, request, reply.code(404), "closedTitle", "closedLead");
  }
  if (known === null) writeVisit(app.parts, reply, isHttps, visit);
  const current = await currentOf(request, visit, service);
  if (isBeginning) {
    // Whoever is signed in already goes on at once; `/account` shows the account in any case.
    const isIn = path === "/account/sign-in" && current.session !== null;
    if (!isIn) return reply.redirect(path, 303);
    const demanded = await goOnToDemand(toolsOf(options, app), current);
    if (demanded !== null) writeVisit(app.parts, reply, isHttps, demanded);
    const back = demanded === null ? await wayBack(request, current) : null;
    return reply.redirect(back ?? "/account", 303);
  }
  return await sendView(options, request, reply, current, path);
}

/** One step, then back to the page: what was posted is never posted again by a reload. */
export async function take(
  options: AccountPages,
  request: FastifyRequest,
  reply: FastifyReply,
  name: StepName,
): Promise<FastifyReply> {
  const posted = await workOn(options, request, reply, name, steps[name]);
  if (posted === null) return reply;
  const app = request.server;
  const tools = toolsOf(options, app);
  const { current, result: stepped } = posted;
  const { visit: next } = stepped;
  const session = stepped.session === undefined ? current.session : stepped.session;
  const isLeft = stepped.isLeft === true && !(await isDemandMet(tools, { visit: next, session }));
  const isDone = stepped.isOver === true && !isLeft;
  const demanded = isDone ? await goOnToDemand(tools, { visit: next, session }) : null;
  writeStepped(app, request, reply, current, demanded === null ? stepped : { ...stepped, visit: demanded });
  if (stepped.isOver === true && demanded === null) {
    const back = await wayBack(request, { visit: next, session: isLeft ? null : session });
    if (back !== null) return reply.redirect(back, 303);
  }
  const isJoining = name.startsWith("sign-up/") && stepped.session === undefined;
  return reply.redirect(stepped.on ?? (isJoining ? "/account/sign-up" : "/account"), 303);
}

/** What comes of a form, no sooner than after a while; null for one that nobody may send, which is answered then. */
export async function workOn<R>(
  options: AccountPages,
  request: FastifyRequest,
  reply: FastifyReply,
  name: StepName,
  work: (tools: Tools, current: Current, fields: Fields) => Promise<R>,
): Promise<{ readonly current: Current; readonly result: R } | null> {
  const fields = fieldsOf(request.body);
  const sender = await senderOf(options, request, fields, name);
  if (sender.type === "stranger") {
    sendClosed(options, request, reply.code(sender.status), sender.title, sender.lead);
    return null;
  }
  const { current } = sender;
  const working = work(toolsOf(options, request.server), current, fields);
  const [result] = await Promise.all([working, options.wait()]);
  return { current, result };
}

type Sender =
  | { readonly type: "known"; readonly current: Current }
  /** A page that is closed to them, or old. */
  | {
      readonly type: "stranger";
      readonly status: 403 | 404;
      readonly title: "faultTitle" | "closedTitle";
      readonly lead: "cookies" | "pageOld" | "closedLead";
    };

/** Who sent this form, which only a page of ours can have done (W-13). */
async function senderOf(
  options: AccountPages,
  request: FastifyRequest,
  fields: Fields,
  name: StepName,
): Promise<Sender> {
  const app = request.server;
  if (sourceOf(request.headers, ownOrigins(request)) !== "own") {
    throw new Problem("forbidden", "This form was sent by another site.");
  }
  const fault = { type: "stranger", status: 403, title: "faultTitle" } as const;
  const visit = readVisit(app.parts, request, hasSecureCookies(request));
  if (visit === null) return { ...fault, lead: "cookies" };
  if (!isFormOf(app.parts, visit, fields["form"])) return { ...fault, lead: "pageOld" };
  const service = await serviceOf(app, visit);
  const opening = service === null ? "none" : accountsOf(service, options.isSandbox);
  const isClosed = opening === "none" || (opening === "signIn" && name.startsWith("sign-up/"));
  if (service === null || (isClosed && !isOfLink(name))) {
    return { type: "stranger", status: 404, title: "closedTitle", lead: "closedLead" };
  }
  return { type: "known", current: await currentOf(request, visit, service) };
}

export function toolsOf({ flow, memory }: AccountPages, { accounts, engine, parts }: FastifyInstance): Tools {
  return { accounts, engine, parts, numbers: flow, memory };
}

export function writeStepped(
  { parts }: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  { device }: Current,
  { visit, session, trusted }: Stepped,
): void {
  const isHttps = hasSecureCookies(request);
  writeVisit(parts, reply, isHttps, visit);
  if (trusted !== undefined) writeTrust(parts, reply, isHttps, trusted);
  if (session === undefined) return;
  if (session === null) {
    writeSession(parts, reply, isHttps, null);
    return;
  }
  writeSession(parts, reply, isHttps, { bearer: session.bearer, endsAt: session.session.endsAt });
  writeDevice(reply, isHttps, device);
}

/** The recovery codes that are shown, as a file. */
export async function sendCodes(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const isHttps = hasSecureCookies(request);
  const visit = readVisit(request.server.parts, request, isHttps);
  const session = readSession(request, isHttps);
  if (visit?.codes == null || session === null) throw new Problem("not_found");
  const { tenantId } = visit;
  const checked = await request.server.accounts.checkSession({ tenantId, session });
  if (checked.outcome !== "active") throw new Problem("not_found");
  return reply
    .type("text/plain; charset=utf-8")
    .header("content-disposition", 'attachment; filename="recovery-codes.txt"')
    .send(`${visit.codes.join("\n")}\n`);
}

export async function currentOf(
  request: FastifyRequest,
  visit: AccountVisit,
  service: Service,
): Promise<Current> {
  const { server } = request;
  const isHttps = hasSecureCookies(request);
  const bearer = readSession(request, isHttps);
  const { tenantId } = visit;
  const checked = bearer === null ? null : await server.accounts.checkSession({ tenantId, session: bearer });
  return {
    visit: await withoutDead(server, visit),
    service,
    policy: policyFor(server.directory.policyOf(service), false),
    language: accountLanguage(languageOf(request, visit.language)),
    network: networkOf(clientAddress(request)).network,
    origin: server.publicOrigin(request),
    session: bearer !== null && checked?.outcome === "active" ? { bearer, view: checked.session } : null,
    device: readDevice(request, isHttps) ?? newVisitId(server.parts),
    trusted: readTrust(request, isHttps),
    agent: request.headers["user-agent"] ?? "",
    hasPasskeys: hasPasskeys(request),
  };
}

/**
 * A pending session that was ended, or whose account was taken back or removed, opens nothing: neither its challenge nor
 * an enrolment. Forms of other pages of the same visit go on.
 */
async function withoutDead({ accounts }: FastifyInstance, visit: AccountVisit): Promise<AccountVisit> {
  const { pending, tenantId } = visit;
  if (pending === null || (await accounts.isPending({ tenantId, session: pending.bearer }))) return visit;
  const over = { pending: null, stepUp: null, chosen: null, enrolment: null };
  return noted({ ...visit, ...over }, "signIn", "signInOld");
}

/** To the application: with a ticket of whoever is signed in, or without one. On its own host the cookie is enough. */
async function wayBack(
  request: FastifyRequest,
  { visit, session }: { readonly visit: AccountVisit; readonly session: { readonly bearer: string } | null },
): Promise<string | null> {
  const { server } = request;
  const { returnUrl, state, tenantId } = visit;
  if (returnUrl === null) return null;
  const ticket =
    session === null ? null : await server.accounts.issueTicket({ tenantId, session: session.bearer });
  if (ticket === null) return addressBack(request, { returnUrl, state }, { outcome: "canceled" });
  return addressBack(request, { returnUrl, state }, isOwnPath(returnUrl) ? {} : { ticket });
}

async function visitFrom(
  request: FastifyRequest,
  { isSandbox }: AccountPageOptions,
  query: Fields,
): Promise<AccountVisit | null> {
  const { parts } = request.server;
  if (query["link"] !== undefined) return visitOfLink(request, query["link"]);
  const service = await anonymousService(
    parts,
    query["service"],
    (one) => accountsOf(one, isSandbox) !== "none",
  );
  if (service === null) return null;
  const returnUrl = query["return_url"] ?? null;
  if (returnUrl !== null && !mayLeadTo(request, service, returnUrl)) return null;
  return newVisit(parts, {
    tenantId: service.tenantId,
    serviceId: service.id,
    returnUrl,
    state: query["state"]?.slice(0, 200) ?? null,
    language: query["lang"]?.slice(0, 20) ?? null,
    demand: null,
  });
}

/** What an application with a key says of whom it sends here; whether its service is open is looked at by whoever asks. */
async function visitOfLink(request: FastifyRequest, text: string): Promise<AccountVisit | null> {
  const { server } = request;
  const link = readAccountLink(server.parts, text);
  const service = link === null ? null : await serviceOf(server, link);
  if (link === null || service === null || !mayLeadTo(request, service, link.returnUrl)) return null;
  return newVisit(server.parts, link);
}

/** A registered address, letter by letter; or, inside an application, a path on its own host (W-14). */
function mayLeadTo(request: FastifyRequest, { settings }: Service, returnUrl: string): boolean {
  const isInside = request.server.hostAddress(request) !== null;
  return (isInside && isOwnPath(returnUrl)) || isReturnUrl(settings.page, returnUrl);
}

export function sendFault(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  return sendClosed(options, request, reply.code(noteFault(request, error)), "faultTitle", "faultLead");
}
