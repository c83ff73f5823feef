import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorTable } from "../../errors/codes.ts";
import type { Service } from "../../tenants/index.ts";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "../limits.ts";
import { fieldsOf } from "../pages/fields.ts";
import type { Fields } from "../pages/flow.ts";
import { languageOf } from "../pages/language.ts";
import { anonymousService, policyFor, serviceOf } from "../pages/page-service.ts";
import { isFormOf } from "../pages/visit.ts";
import { Problem, toProblem } from "../problems.ts";
import { hasSecureCookies, ownOrigins, sourceOf } from "../same-origin.ts";
import type { Current, Stepped, Tools } from "./current.ts";
import { accountLanguage } from "./languages/index.ts";
import { accountsOf } from "./opening.ts";
import type { AccountPageOptions, StepName } from "./options.ts";
import { sendClosed, sendView } from "./show.ts";
import { steps } from "./steps.ts";
import {
  type AccountVisit,
  newDevice,
  newVisit,
  readDevice,
  readSession,
  readVisit,
  writeDevice,
  writeSession,
  writeVisit,
} from "./visit.ts";

/** No step answers sooner: whether a number gets a message must not show in the time it takes (W-8). */
const answerAfterMs = 20;

/** Shows where the browser is; an address that names a service begins anew. */
export async function open(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  path: "/account" | "/account/sign-in" | "/account/sign-up",
): Promise<FastifyReply> {
  const app = request.server;
  const query = fieldsOf(request.query);
  const isHttps = hasSecureCookies(request);
  const isBeginning = Object.keys(query).length > 0;
  const known = isBeginning ? null : readVisit(app.parts, request, isHttps);
  const visit = known ?? (await visitFrom(app, options, query));
  const service = visit === null ? null : await serviceOf(app, visit);
  if (visit === null || service === null) {
    return sendClosed(options, request, reply.code(404), "closedTitle", "closedLead");
  }
  if (known === null) writeVisit(app.parts, reply, isHttps, visit);
  if (isBeginning) return reply.redirect(path, 303);
  const current = await currentOf(request, visit, service);
  return await sendView(options, request, reply, current, path === "/account/sign-up");
}

/** One step, then back to the page: what was posted is never posted again by a reload. */
export async function take(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  name: StepName,
): Promise<FastifyReply> {
  const app = request.server;
  if (sourceOf(request.headers, ownOrigins(request)) !== "own") {
    throw new Problem("forbidden", "This form was sent by another site.");
  }
  const isHttps = hasSecureCookies(request);
  const fields = fieldsOf(request.body);
  const visit = readVisit(app.parts, request, isHttps);
  if (visit === null) return sendClosed(options, request, reply.code(403), "faultTitle", "cookies");
  if (!isFormOf(app.parts, visit, fields["form"])) {
    return sendClosed(options, request, reply.code(403), "faultTitle", "pageOld");
  }
  const service = await serviceOf(app, visit);
  const opening = service === null ? "none" : accountsOf(service, options.isSandbox);
  if (service === null || opening === "none" || (opening === "signIn" && name.startsWith("sign-up/"))) {
    return sendClosed(options, request, reply.code(404), "closedTitle", "closedLead");
  }
  const tools: Tools = {
    accounts: app.accounts,
    engine: app.engine,
    parts: app.parts,
    numbers: options.flow,
  };
  const current = await currentOf(request, visit, service);
  const [stepped] = await Promise.all([steps[name](tools, current, fields), options.wait(answerAfterMs)]);
  writeStepped(app, request, reply, current, stepped);
  const isJoining = name.startsWith("sign-up/") && stepped.session === undefined;
  return reply.redirect(isJoining ? "/account/sign-up" : "/account", 303);
}

function writeStepped(
  { parts }: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  { device }: Current,
  { visit, session }: Stepped,
): void {
  const isHttps = hasSecureCookies(request);
  writeVisit(parts, reply, isHttps, visit);
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
  const visit = readVisit(request.server.parts, request, hasSecureCookies(request));
  if (visit?.codes == null) throw new Problem("not_found");
  return reply
    .type("text/plain; charset=utf-8")
    .header("content-disposition", 'attachment; filename="recovery-codes.txt"')
    .send(`${visit.codes.join("\n")}\n`);
}

async function currentOf(request: FastifyRequest, visit: AccountVisit, service: Service): Promise<Current> {
  const { server } = request;
  const isHttps = hasSecureCookies(request);
  const bearer = readSession(request, isHttps);
  const { tenantId } = visit;
  const checked = bearer === null ? null : await server.accounts.checkSession({ tenantId, session: bearer });
  return {
    visit,
    service,
    policy: policyFor(server.directory.policyOf(service), false),
    language: accountLanguage(languageOf(request, visit.language)),
    network: networkOf(clientAddress(request)).network,
    origin: server.publicOrigin(request),
    session: bearer !== null && checked?.outcome === "active" ? { bearer, view: checked.session } : null,
    device: readDevice(request, isHttps) ?? newDevice(server.parts),
  };
}

async function visitFrom(
  app: FastifyInstance,
  { isSandbox }: AccountPageOptions,
  query: Fields,
): Promise<AccountVisit | null> {
  const { parts } = app;
  const service = await anonymousService(
    parts,
    query["service"],
    (one) => accountsOf(one, isSandbox) !== "none",
  );
  if (service === null) return null;
  return newVisit(parts, {
    tenantId: service.tenantId,
    serviceId: service.id,
    returnUrl: null,
    state: query["state"]?.slice(0, 200) ?? null,
    language: query["lang"]?.slice(0, 20) ?? null,
  });
}

export function sendFault(
  options: AccountPageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const problem = toProblem(error);
  if (problem.code === "internal_error") {
    const name = error instanceof Error ? error.name : "unknown";
    const { log } = request.server.parts;
    log.error({ event: "failure", requestId: request.id, error: name }, "a page failed");
  }
  return sendClosed(options, request, reply.code(errorTable[problem.code].status), "faultTitle", "faultLead");
}
