import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidv7, uuidv7Time } from "../../clock/index.ts";
import { brandProblem, parseLocale } from "../../delivery/index.ts";
import { textSettingsProblem } from "../../engine/index.ts";
import type { Static } from "../../schemas/index.ts";
import { key } from "../../store/index.ts";
import {
  type AdoptedIds,
  fromPolicySettings,
  type PageSettings,
  pageSettingsProblem,
  policySettingsProblem,
  type Service,
  type ServiceSettings,
} from "../../tenants/index.ts";
import { Problem, wrongField } from "../problems.ts";
import { type Administered, administer, idOf, loadOwn, ownRow } from "./administration.ts";
import { pageOf } from "./cursor.ts";
import { changedAt, refuseStale, revisionHeaders, tagged } from "./revision.ts";
import { described } from "./route.ts";
import { IdParams, PageQuery } from "./schemas.ts";
import {
  NewServiceBody,
  ServiceBody,
  ServiceChangesBody,
  ServiceListBody,
  toServiceBody,
} from "./service-schemas.ts";
import { changedTexts } from "./text-schemas.ts";

const servicesMax = 100;
const defaults: ServiceSettings = {
  brand: "Countersign",
  locale: "en",
  policy: {},
  channels: ["sms", "voice"],
};

/** Named settings of a tenant. */
// house: size: a list of routes, each of them short
export const serviceRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const shown = (service: Service) => toServiceBody(service, app.parts.keyring);

  app.post(
    "/services",
    {
      ...described({
        operationId: "createService",
        tag: "Services",
        summary: "Create a service",
        description: "What is not given has the installation's default. Durations are in seconds.",
        scope: "services:write",
        successes: { 201: "The service" },
        problems: ["resource_conflict"],
        example: { body: { name: "payments", brand: "Example Bank", policy: { checksMax: 3 } } },
      }),
      ...tagged,
      schema: { body: NewServiceBody, response: { 201: ServiceBody } },
    },
    async (request, reply) => {
      const { name } = request.body;
      const settings = settingsOf(defaults, request.body);
      const { tenantId } = request.caller;
      const { adopted } = settings;
      const done = await underName(request, reply, { name, adopted }, (_current, now, id) => ({
        id,
        tenantId,
        name,
        settings,
        createdAt: now,
        updatedAt: now,
      }));
      reply.code(201);
      return shown(await loadOwn(request, "service", done.id));
    },
  );

  app.get(
    "/services",
    {
      ...described({
        operationId: "listServices",
        tag: "Services",
        summary: "List services, newest first",
        scope: "services:read",
        successes: { 200: "A page of services" },
        problems: ["cursor_invalid"],
      }),
      schema: { querystring: PageQuery, response: { 200: ServiceListBody } },
    },
    async (request) =>
      pageOf(request, "services", await app.parts.store.services(request.caller.tenantId), shown),
  );

  app.get(
    "/services/:id",
    {
      ...described({
        operationId: "getService",
        tag: "Services",
        summary: "Show a service",
        scope: "services:read",
        successes: { 200: "The service" },
      }),
      ...tagged,
      schema: { params: IdParams, response: { 200: ServiceBody } },
    },
    async (request) => shown(await loadOwn(request, "service", idOf(request))),
  );

  app.patch(
    "/services/:id",
    {
      ...described({
        operationId: "updateService",
        tag: "Services",
        summary: "Change a service",
        description:
          "What is not given stays. Verifications that are pending keep the policy they started with; texts are read when a message is sent.",
        scope: "services:write",
        successes: { 200: "The service as it is now" },
        headers: revisionHeaders,
        problems: ["resource_conflict", "precondition_failed"],
        example: { body: { policy: { codeLength: 8 } } },
      }),
      ...tagged,
      schema: { params: IdParams, body: ServiceChangesBody, response: { 200: ServiceBody } },
    },
    async (request, reply) => {
      const id = idOf(request);
      await loadOwn(request, "service", id);
      const { name } = request.body;
      const adopted = adoptedWith(undefined, request.body.adopted);
      await underName(request, reply, { id, name, adopted }, (row, now) => {
        const current = ownRow<"service">(request, row);
        refuseStale(request, shown(current));
        return {
          ...current,
          name: name ?? current.name,
          settings: settingsOf(current.settings, request.body),
          updatedAt: changedAt(current, now),
        };
      });
      return shown(await loadOwn(request, "service", id));
    },
  );
};

/**
 * Writes a service whose name no other of the tenant has. The names are read before the transaction, and the tenant's
 * row counts the changes of its services: where the count moved in between, the names are read again.
 */
async function underName(
  request: FastifyRequest,
  reply: FastifyReply,
  named: {
    readonly id?: string;
    readonly name: string | undefined;
    /** What is to be adopted, which no other of the tenant's services may have. */
    readonly adopted: AdoptedIds | undefined;
  },
  make: (current: Service | undefined, now: number, id: string) => Service,
): Promise<Administered> {
  const { store } = request.server.parts;
  const { name } = named;
  const tenantKey = key("tenant", request.caller.tenantId);
  for (;;) {
    const seen = (await store.get(tenantKey))?.servicesRevision ?? 0;
    const services = await store.services(tenantKey.id);
    const id = named.id ?? idAfter(request, services);
    const serviceKey = key("service", id);
    const others = services.filter((one) => one.id !== id);
    try {
      return await administer(request, reply, [tenantKey, serviceKey], (rows, now) => {
        const tenant = rows.get(tenantKey);
        if (tenant === undefined) throw new Problem("not_found");
        // Thrown and caught here: no decision may be written on names that may be out of date.
        if ((tenant.servicesRevision ?? 0) !== seen) throw new NamesMoved();
        const current = rows.get(serviceKey);
        refuseTaken(others, name, current === undefined);
        refuseAdopted(others, named.adopted);
        return {
          writes: [
            { table: "tenant", id: tenant.id, row: { ...tenant, servicesRevision: seen + 1 } },
            { table: "service", id, row: make(current, now, id) },
          ],
          id,
        };
      });
    } catch (cause) {
      if (!(cause instanceof NamesMoved)) throw cause;
    }
  }
}

/**
 * An id that sorts behind all others of the tenant: its first service is the one that a start without a name gets, and
 * a clock that was set back must not make it another one.
 */
function idAfter(request: FastifyRequest, services: readonly Service[]): string {
  const { clock, random } = request.server.parts;
  const latest = Math.max(0, ...services.map(({ id }) => uuidv7Time(id)));
  return uuidv7(Math.max(clock.now(), latest + 1), random);
}

/** The names were read too early. */
class NamesMoved extends Error {
  override readonly name = "NamesMoved";
}

function refuseTaken(others: readonly Service[], name: string | undefined, isNew: boolean): void {
  if (isNew && others.length >= servicesMax) {
    throw new Problem("resource_conflict", `A tenant has at most ${servicesMax} services.`);
  }
  // An id as a name would hide the service that has this id.
  if (name !== undefined && others.some((one) => one.name === name || one.id === name)) {
    throw new Problem("resource_conflict", "A service of this tenant has this name already.");
  }
}

function refuseAdopted(others: readonly Service[], adopted: AdoptedIds = {}): void {
  for (const name of ["vonageApplication", "telnyxProfile", "twilioService"] as const) {
    const id = adopted[name];
    if (id === undefined || !others.some((one) => one.settings.adopted?.[name] === id)) continue;
    throw new Problem("resource_conflict", `A service of this tenant answers to this ${name} already.`);
  }
}

/** Ids as they are compared; null takes one back. */
function adoptedWith(
  before: AdoptedIds | undefined,
  asked: Static<typeof ServiceChangesBody>["adopted"],
): AdoptedIds | undefined {
  if (asked === undefined) return before;
  const merged = Object.entries({ ...before, ...asked }).flatMap(([name, id]) =>
    typeof id === "string" ? [[name, name === "twilioService" ? sidOf(id) : id.toLowerCase()]] : [],
  );
  return Object.fromEntries(merged) as AdoptedIds;
}

function sidOf(id: string): string {
  return `VA${id.slice(2).toLowerCase()}`;
}

/** @throws Problem naming the field that is wrong (C-25, C-36). */
export function settingsOf(
  before: ServiceSettings,
  asked: Static<typeof ServiceChangesBody>,
): ServiceSettings {
  const brand = asked.brand ?? before.brand;
  const locale = parseLocale(asked.locale ?? before.locale);
  const policy = { ...before.policy, ...fromPolicySettings(asked.policy ?? {}) };
  const wrongBrand = brandProblem(brand);
  if (wrongBrand !== null) throw wrongField("brand", wrongBrand);
  if (locale === null) throw wrongField("locale", "must be a BCP 47 language tag such as en or pt-BR");
  const wrong = policySettingsProblem(policy);
  if (wrong !== null) throw wrongField(`policy.${wrong.setting}`, wrong.detail);
  const page = pageOfSettings(before.page, asked.page);
  const texts = changedTexts(before.texts, asked.texts, (one) => parseLocale(one) ?? one);
  const adopted = adoptedWith(before.adopted, asked.adopted);
  const settings = {
    ...before,
    brand,
    locale,
    policy,
    ...(page === undefined ? {} : { page }),
    ...(texts === undefined ? {} : { texts }),
    ...(adopted === undefined ? {} : { adopted }),
  };
  const wrongText = textSettingsProblem(settings);
  if (wrongText !== null) throw wrongField(wrongText.field, wrongText.detail);
  return settings;
}

/** The settings of the page with the changes; what is not given stays. */
function pageOfSettings(
  before: PageSettings | undefined,
  asked: Static<typeof ServiceChangesBody>["page"],
): PageSettings | undefined {
  if (asked === undefined) return before;
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const page: PageSettings = { ...before, ...Object.fromEntries(given) };
  const wrong = pageSettingsProblem(page);
  if (wrong !== null) throw wrongField(`page.${wrong.setting}`, wrong.detail);
  return page;
}
