import { join } from "node:path";
import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { systemClock } from "../../clock/index.ts";
import { isReturnUrl, type Service } from "../../tenants/index.ts";
import { accountPages } from "../account/index.ts";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "../limits.ts";
import { isOwnPath, readLink } from "../page-links.ts";
import { Problem } from "../problems.ts";
import { hasSecureCookies, ownOrigins, sourceOf } from "../same-origin.ts";
import { accentRoutes } from "./accent.ts";
import { loadAssets } from "./assets.ts";
import { noteFault } from "./faults.ts";
import { fieldsOf } from "./fields.ts";
import { type Current, createFlow, type Fields, type Flow } from "./flow.ts";
import { languageOf } from "./language.ts";
import { allowsAnonymous, anonymousService, policyFor, serviceOf } from "./page-service.ts";
import { type Shown, sendClosed, sendPage, wayBack } from "./show.ts";
import { isFormOf, newVisit, readVisit, type Visit, writeVisit } from "./visit.ts";

export interface PageOptions {
  /** Whether nothing that is sent costs anything: then a service's page is open to all, unless it says otherwise. */
  readonly isSandbox: boolean;
}

const bodyBytesMax = 16_384;
/** No step answers sooner. Longer than any of them takes on a machine that has time, and nothing to a person. */
const answerAfterMs = 20;
const base = "/two-factor";

/** The verification pages: a number, a code, a result; whole without a script. */
export function verificationPages(options: PageOptions): FastifyPluginAsync {
  // Never a clock that tests turn: how long an answer takes is measured by those who wait for it.
  const passing = systemClock();
  return async (app) => {
    await app.register(cookie);
    await app.register(formbody, { bodyLimit: bodyBytesMax });
    const assets = loadAssets(join(import.meta.dirname, "assets"), `${base}/assets`);
    await app.register(assets.routes);
    await app.register(accentRoutes);
    const shown: Shown = {
      app,
      assets,
      flow: createFlow(app.engine, app.parts),
      wait: (ms) => passing.sleep(ms),
    };
    await app.register(accountPages({ ...options, assets, flow: shown.flow, wait: shown.wait }));
    app.setErrorHandler((error, request, reply) => sendFault(shown, request, reply, error));
    app.get(base, (request, reply) => open(shown, options, request, reply));
    const steps: Readonly<Record<string, Step>> = {
      number: (flow, current, fields) => flow.number(current, fields),
      code: (flow, current, fields) => flow.code(current, fields),
      resend: (flow, current) => flow.ask(current, "resend"),
      call: (flow, current) => flow.ask(current, "call"),
      cancel: (flow, current) => flow.cancel(current),
      restart: async (flow, current) => ({ ...(await flow.cancel(current)), round: null, note: null }),
    };
    for (const [name, step] of Object.entries(steps)) {
      app.post(`${base}/${name}`, (request, reply) => take(shown, request, reply, name, step));
    }
  };
}

type Step = (flow: Flow, current: Current, fields: Fields) => Promise<Visit>;

/** Shows where the visit is; an address with a link or a service begins a new one. */
async function open(
  shown: Shown,
  options: PageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = fieldsOf(request.query);
  const isHttps = hasSecureCookies(request);
  if (Object.keys(query).length > 0) {
    const visit = await visitFrom(shown.app, options, query);
    if (visit === null) {
      const isLink = query["link"] !== undefined;
      if (isLink) return sendClosed(shown, request, reply.code(410), "linkTitle", "linkLead");
      return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
    }
    const service = await serviceOf(shown.app, visit);
    if (service === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
    writeVisit(shown.app.parts, reply, isHttps, visit, service);
    return reply.redirect(base, 303);
  }
  const known = readVisit(shown.app.parts, request, isHttps);
  const visit = known ?? (await visitFrom(shown.app, options, {}));
  if (visit === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
  const service = await serviceOf(shown.app, visit);
  if (service === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
  if (known === null) writeVisit(shown.app.parts, reply, isHttps, visit, service);
  return sendPage(shown, request, reply, currentOf(request, visit, service));
}

/** One step, then back to the page: what was posted is never posted again by a reload. */
async function take(
  shown: Shown,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  step: Step,
): Promise<FastifyReply> {
  const { app } = shown;
  if (sourceOf(request.headers, ownOrigins(request)) !== "own") {
    throw new Problem("forbidden", "This form was sent by another site.");
  }
  const isHttps = hasSecureCookies(request);
  const fields = fieldsOf(request.body);
  const visit = readVisit(app.parts, request, isHttps);
  if (visit === null) return sendClosed(shown, request, reply.code(403), "faultTitle", "cookies");
  if (!isFormOf(app.parts, visit, fields["form"])) {
    return sendClosed(shown, request, reply.code(403), "faultTitle", "pageOld");
  }
  const service = await serviceOf(app, visit);
  if (service === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
  // Both at once: whether a number gets a message shows in the work that a step does, and nobody may time that (W-8).
  const current = currentOf(request, visit, service);
  const [after] = await Promise.all([step(shown.flow, current, fields), shown.wait(answerAfterMs)]);
  writeVisit(app.parts, reply, isHttps, after, service);
  const hasDecided = after.round?.end === "approved" || name === "cancel";
  return reply.redirect((hasDecided ? await wayBack(app, request, after) : null) ?? base, 303);
}

function currentOf(request: FastifyRequest, visit: Visit, service: Service): Current {
  return {
    visit,
    service,
    policy: policyFor(request.server.directory.policyOf(service), visit.linkId !== null),
    network: networkOf(clientAddress(request)).network,
    locale: languageOf(request, visit.language).tag,
    origin: request.server.publicOrigin(request),
  };
}

async function visitFrom(app: FastifyInstance, options: PageOptions, query: Fields): Promise<Visit | null> {
  const { parts } = app;
  if (query["link"] !== undefined) {
    const link = readLink(parts, query["link"]);
    if (link === null) return null;
    const { id, ...given } = link;
    const visit = newVisit(parts, { ...given, linkId: id });
    const service = await serviceOf(app, visit);
    // Taken out of the service since: it must not lead there any more.
    if (service === null) return null;
    // Only an application around us can have made a link with a path of its own.
    const isAllowed = isOwnPath(link.returnUrl) || isReturnUrl(service.settings.page, link.returnUrl);
    return isAllowed ? visit : null;
  }
  const service = await anonymousService(parts, query["service"], (one) =>
    allowsAnonymous(one, options.isSandbox),
  );
  if (service === null) return null;
  const returnUrl = query["return_url"] ?? null;
  if (returnUrl !== null && !isReturnUrl(service.settings.page, returnUrl)) return null;
  return newVisit(parts, {
    tenantId: service.tenantId,
    serviceId: service.id,
    linkId: null,
    purpose: null,
    subject: null,
    to: null,
    returnUrl,
    state: query["state"]?.slice(0, 200) ?? null,
    language: query["lang"]?.slice(0, 20) ?? null,
  });
}

function sendFault(shown: Shown, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  return sendClosed(shown, request, reply.code(noteFault(request, error)), "faultTitle", "faultLead");
}
