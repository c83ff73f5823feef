import type { FastifyRequest } from "fastify";
import { uuidPattern } from "../../clock/index.ts";
import { isReturnUrl, type Service } from "../../tenants/index.ts";
import { readAccountLink } from "../account-links.ts";
import { isOwnPath } from "../page-links.ts";
import type { Fields } from "../pages/flow.ts";
import { anonymousService, serviceOf } from "../pages/page-service.ts";
import { accountsOf } from "./opening.ts";
import type { AccountPageOptions } from "./options.ts";
import { type AccountVisit, newVisit } from "./visit.ts";

/** What an address that names a service begins; or why it begins nothing, for the operator alone. */
export type Arrival =
  | { readonly type: "arrived"; readonly visit: AccountVisit }
  | { readonly type: "refused"; readonly why: string };

const refused = (why: string): Arrival => ({ type: "refused", why });

export async function arrival(
  request: FastifyRequest,
  { isSandbox }: AccountPageOptions,
  query: Fields,
): Promise<Arrival> {
  const { parts } = request.server;
  if (query["link"] !== undefined) return await arrivalByLink(request, query["link"]);
  const asked = query["service"];
  const service = await anonymousService(parts, asked, () => true);
  const named = asked === undefined ? "the first service" : `service ${wordOf(asked)}`;
  if (service === null) return refused(`${named} is unknown: name one of \`countersign services list\``);
  if (accountsOf(service, isSandbox) === "none") {
    return refused(`nobody signs in at ${named}: set its page.accounts to signIn or signUp`);
  }
  const returnUrl = query["return_url"] ?? null;
  if (returnUrl !== null && !mayLeadTo(request, service, returnUrl)) {
    return refused(
      `return_url ${originOf(returnUrl)}is not in page.returnUrls of ${named}, letter by letter`,
    );
  }
  const visit = newVisit(parts, {
    tenantId: service.tenantId,
    serviceId: service.id,
    returnUrl,
    state: query["state"]?.slice(0, 200) ?? null,
    language: query["lang"]?.slice(0, 20) ?? null,
    demand: null,
  });
  return { type: "arrived", visit };
}

/** What an application with a key says of whom it sends here; whether its service is open is looked at by whoever asks. */
async function arrivalByLink(request: FastifyRequest, text: string): Promise<Arrival> {
  const { server } = request;
  const link = readAccountLink(server.parts, text);
  if (link === null) return refused("the link is older than 15 minutes, or not as it was made");
  const service = await serviceOf(server, link);
  if (service === null) return refused("the service of the link is gone");
  if (!mayLeadTo(request, service, link.returnUrl)) {
    return refused("the return address of the link is no longer in page.returnUrls of its service");
  }
  return { type: "arrived", visit: newVisit(server.parts, link) };
}

/** A registered address, letter by letter; or, inside an application, a path on its own host (W-14). */
function mayLeadTo(request: FastifyRequest, { settings }: Service, returnUrl: string): boolean {
  const isInside = request.server.hostAddress(request) !== null;
  return (isInside && isOwnPath(returnUrl)) || isReturnUrl(settings.page, returnUrl);
}

export function noteRefused(request: FastifyRequest, why: string): void {
  const { log } = request.server.parts;
  log.info({ event: "page_refused", requestId: request.id }, `an account page did not open: ${why}`);
}

/** A name as people give them; of what may be anything else, such as a number or a secret, nothing. */
function wordOf(asked: string): string {
  return uuidPattern.test(asked) || /^[A-Za-z][A-Za-z0-9_-]{0,19}$/.test(asked) ? asked : "of this name";
}

/** Without its path, which may hold anything; empty where it is no address of the web. */
function originOf(returnUrl: string): string {
  if (!URL.canParse(returnUrl)) return "";
  const { protocol, hostname, origin } = new URL(returnUrl);
  const isShort = /^https?:$/.test(protocol) && hostname.length <= 100;
  return isShort ? `at ${origin} ` : "";
}
