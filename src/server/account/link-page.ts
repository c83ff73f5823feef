import type { FastifyReply, FastifyRequest } from "fastify";
import type { FollowedLink } from "../../engine/index.ts";
import type { Service } from "../../tenants/index.ts";
import { fieldsOf } from "../pages/fields.ts";
import { anonymousService, serviceOf } from "../pages/page-service.ts";
import { hasSecureCookies } from "../same-origin.ts";
import { currentOf } from "./handlers.ts";
import { linkView } from "./link-views.ts";
import { accountsOf } from "./opening.ts";
import type { AccountPageOptions, LinkPath } from "./options.ts";
import { partsOf, sendClosed, sendIn } from "./show.ts";
import { type AccountVisit, type Followed, newVisit, readVisit, writeVisit } from "./visit.ts";

const fieldOf = { "/account/not-me": "notice", "/account/reset": "reset" } as const;

/** No link of ours is longer. */
const linkCharactersMax = 200;

/**
 * Takes what a link holds out of its address into the sealed visit, and leads to the address without it: histories,
 * logs and referrers keep addresses. Nothing else happens, however often a mail scanner opens it. Null without a link.
 */
async function followLink(
  { isSandbox }: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  path: LinkPath,
): Promise<FastifyReply | null> {
  const app = request.server;
  const query = fieldsOf(request.query);
  const given = query[fieldOf[path]]?.slice(0, linkCharactersMax);
  if (given === undefined) return null;
  const link: FollowedLink = path === "/account/reset" ? { reset: given } : { notice: given };
  const isHttps = hasSecureCookies(request);
  const tenantId = await app.accounts.tenantOfLink(link);
  const service = await serviceFor(request, tenantId, isSandbox);
  // There is always one: without any, nothing was ever sent from here.
  if (service === null) return null;
  const known = readVisit(app.parts, request, isHttps);
  const isOwn = known !== null && known.tenantId === service.tenantId;
  const visit = isOwn ? known : beginning(request, service, query["lang"]?.slice(0, 20) ?? null);
  const followed: Followed = "reset" in link ? { kind: "reset", ...link } : { kind: "notice", ...link };
  writeVisit(app.parts, reply, isHttps, { ...visit, followed, note: null });
  return reply.redirect(path, 303);
}

function beginning(request: FastifyRequest, service: Service, language: string | null): AccountVisit {
  const { tenantId, id: serviceId } = service;
  return newVisit(request.server.parts, { tenantId, serviceId, returnUrl: null, state: null, language });
}

/** Of whoever a link may be of: a service where people sign in, else their first; of nobody, the first of all. */
async function serviceFor(
  { server }: FastifyRequest,
  tenantId: string | null,
  isSandbox: boolean,
): Promise<Service | null> {
  if (tenantId === null) return await anonymousService(server.parts, undefined, () => true);
  const all = await server.directory.services(tenantId);
  return all.find((one) => accountsOf(one, isSandbox) !== "none") ?? all[0] ?? null;
}

/** What somebody who followed a link is shown, and asked. */
export async function openLink(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  path: LinkPath,
): Promise<FastifyReply> {
  const app = request.server;
  const led = await followLink(options, request, reply, path);
  if (led !== null) return led;
  const visit = readVisit(app.parts, request, hasSecureCookies(request));
  if (visit === null) return sendClosed(options, request, reply.code(403), "faultTitle", "cookies");
  const service = await serviceOf(app, visit);
  if (service === null || visit.followed === null) {
    return sendClosed(options, request, reply.code(410), "linkTitle", "linkAgain");
  }
  const current = await currentOf(request, visit, service);
  const isOpen = accountsOf(service, options.isSandbox) !== "none";
  // Whoever set their password enrols next, where that is done here.
  if (visit.followed.kind === "resetDone" && isOpen) return reply.redirect("/account", 303);
  const on = path === "/account/reset" ? "reset" : "notMe";
  const parts = partsOf(request, current, on);
  const { isOld, view } = await linkView(app, { ...parts, path, followed: visit.followed, isOpen, visit });
  return sendIn(options, request, reply.code(isOld ? 410 : 200), current, view);
}
