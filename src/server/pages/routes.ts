import { join } from "node:path";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { systemClock } from "../../clock/index.ts";
import { textsEqual } from "../../secrets/index.ts";
import { isReturnUrl, type Service } from "../../tenants/index.ts";
import type { Policy } from "../../verification/index.ts";
import { accountPages } from "../account/index.ts";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "../limits.ts";
import { isOwnPath, readLink } from "../page-links.ts";
import { Problem } from "../problems.ts";
import { hasSecureCookies, ownOrigins, sourceOf } from "../same-origin.ts";
import { accentRoutes } from "./accent.ts";
import { loadAssets } from "./assets.ts";
import { noteFault } from "./faults.ts";
import { fieldsOf, readForms } from "./fields.ts";
import { type Current, createFlow, type Fields, type Flow } from "./flow.ts";
import { languageOf } from "./language.ts";
import { allowsAnonymous, anonymousService, policyFor, serviceOf } from "./page-service.ts";
import { type Shown, sendClosed, sendPage, wayBack } from "./show.ts";
import { giveVisit, held, newVisit, readVisit, sealVisit, type Visit } from "./visit.ts";
import { waitTogether } from "./wait.ts";

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
  return async (app) => {
    readForms(app, bodyBytesMax);
    const assets = loadAssets(join(import.meta.dirname, "assets"), `${base}/assets`);
    await app.register(assets.routes);
    await app.register(accentRoutes);
    const shown: Shown = {
      app,
      assets,
      flow: createFlow(app.engine, app.parts),
      // Never a clock that tests turn: how long an answer takes is measured by those who wait for it.
      wait: waitTogether(systemClock(), answerAfterMs),
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
    const { parts } = shown.app;
    giveVisit(parts, reply, isHttps, sealVisit(parts, held(parts, visit)), service);
    return reply.redirect(base, 303);
  }
  const known = readVisit(shown.app.parts, request, isHttps);
  const visit = known?.visit ?? (await visitFrom(shown.app, options, {}));
  if (visit === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
  const service = await serviceOf(shown.app, visit);
  if (service === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
  const one = known ?? held(shown.app.parts, visit);
  if (known === null) giveVisit(shown.app.parts, reply, isHttps, sealVisit(shown.app.parts, one), service);
  return sendPage(shown, request, reply, new CurrentRequest(request, visit, service), one.form);
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
  const known = readVisit(app.parts, request, isHttps);
  if (known === null) return sendClosed(shown, request, reply.code(403), "faultTitle", "cookies");
  const { visit, form } = known;
  if (!textsEqual(form, fields["form"] ?? "")) {
    return sendClosed(shown, request, reply.code(403), "faultTitle", "pageOld");
  }
  const service = await serviceOf(app, visit);
  if (service === null) return sendClosed(shown, request, reply.code(404), "closedTitle", "closedLead");
  // From here on: whether a number gets a message shows in the work that a step does, and nobody may time that (W-8).
  const waited = shown.wait();
  const after = await step(shown.flow, new CurrentRequest(request, visit, service), fields);
  const hasDecided = after.round?.end === "approved" || name === "cancel";
  const sealed = sealVisit(app.parts, { visit: after, form });
  const back = hasDecided ? await wayBack(app, request, after) : null;
  await waited;
  giveVisit(app.parts, reply, isHttps, sealed, service);
  return reply.redirect(back ?? base, 303);
}

/** A step asks for little of what a request tells: each is found out when it is asked for. */
class CurrentRequest implements Current {
  readonly visit: Visit;
  readonly service: Service;
  readonly policy: Policy;
  readonly #request: FastifyRequest;
  #network: string | null = null;

  constructor(request: FastifyRequest, visit: Visit, service: Service) {
    this.visit = visit;
    this.service = service;
    this.policy = policyFor(request.server.directory.policyOf(service), visit.linkId !== null);
    this.#request = request;
  }

  get network(): string {
    this.#network ??= networkOf(clientAddress(this.#request)).network;
    return this.#network;
  }

  get locale(): string {
    return languageOf(this.#request, this.visit.language).tag;
  }

  get origin(): string {
    return this.#request.server.publicOrigin(this.#request);
  }
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
