import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Service } from "../../tenants/index.ts";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "../limits.ts";
import { isOwnPath } from "../page-links.ts";
import { noteFault } from "../pages/faults.ts";
import { fieldsOf } from "../pages/fields.ts";
import type { Fields } from "../pages/flow.ts";
import { languageOf } from "../pages/language.ts";
import { policyFor, serviceOf } from "../pages/page-service.ts";
import { isFormOf, newVisitId } from "../pages/visit.ts";
import { addressBack } from "../pages/way-back.ts";
import { Problem } from "../problems.ts";
import { hasSecureCookies, ownOrigins, sourceOf } from "../same-origin.ts";
import { arrival, noteRefused } from "./arrival.ts";
import { browserOf } from "./browser.ts";
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
  const before = readVisit(app.parts, request, isHttps);
  const known = isBeginning ? null : before;
  const arrived = known === null ? await arrival(request, options, query) : null;
  if (arrived?.type === "refused") noteRefused(request, arrived.why);
  const visit = arrived?.type === "arrived" ? withCodes(arrived.visit, before) : known;
  const service = visit === null ? null : await serviceOf(app, visit);
  if (visit === null || service === null) {
    return sendClosed(options, request, reply.code(404), "signInClosed", "signInClosedLead");
  }
  if (known === null) writeVisit(app.parts, reply, isHttps, visit);
  const current = await currentOf(request, visit, service);
  if (isBeginning) {
    // Whoever is signed in already goes on at once; `/account` shows the account in any case.
    const isIn = path === "/account/sign-in" && current.session !== null && visit.codes === null;
    if (!isIn) return reply.redirect(path, 303);
    const tools = toolsOf(options, app);
    const isMet = await isDemandMet(tools, current);
    const demanded = isMet ? null : await goOnToDemand(tools, current);
    if (demanded !== null) writeVisit(app.parts, reply, isHttps, demanded);
    const back = isMet ? await wayBack(request, current) : null;
    return reply.redirect(back ?? "/account", 303);
  }
  return await sendView(options, request, reply, current, path);
}

/** A link from anywhere may begin anew; what is shown once is shown until somebody says that it is kept. */
function withCodes(visit: AccountVisit, before: AccountVisit | null): AccountVisit {
  return before?.tenantId === visit.tenantId ? { ...visit, codes: before.codes } : visit;
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
  const asked = { visit: next, session };
  const isMet = stepped.isOver === true && (await isDemandMet(tools, asked));
  const isLeft = stepped.isLeft === true && !isMet;
  const isDemanding = stepped.isOver === true && !isMet && !isLeft;
  const demanded = isDemanding ? await goOnToDemand(tools, asked) : null;
  writeStepped(app, request, reply, current, demanded === null ? stepped : { ...stepped, visit: demanded });
  // Whoever has nothing that could be asked for stays here: no ticket says that they have used it.
  if (isMet || isLeft) {
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
      readonly title: "faultTitle" | "signInClosed";
      readonly lead: "cookies" | "pageOld" | "signInClosedLead";
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
    return { type: "stranger", status: 404, title: "signInClosed", lead: "signInClosedLead" };
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
  const { server } = request;
  const checked = await server.accounts.checkSession({ tenantId, session });
  if (checked.outcome !== "active") throw new Problem("not_found");
  const { subscriberId } = checked.session;
  const subscriber = await server.accounts.subscriber({ tenantId, subscriberId });
  const brand = (await serviceOf(server, visit))?.settings.brand ?? "";
  // Years later somebody finds it among others.
  const whose = [
    brand,
    `${server.publicOrigin(request)}${server.basePath(request)}/account`,
    subscriber?.name ?? "",
  ];
  return reply
    .type("text/plain; charset=utf-8")
    .header("content-disposition", 'attachment; filename="recovery-codes.txt"')
    .send(`${whose.filter(Boolean).join("\n")}\n\n${visit.codes.join("\n")}\n`);
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
    browser: browserOf(request.headers["user-agent"] ?? ""),
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

export function sendFault(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  return sendClosed(options, request, reply.code(noteFault(request, error)), "faultTitle", "faultLead");
}
