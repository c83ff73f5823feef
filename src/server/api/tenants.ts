import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { uuidv7 } from "../../clock/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import type { Keyring } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";
import { completedKey, createApiKey, type Scope, type Service, type Tenant } from "../../tenants/index.ts";
import { forms } from "../forms.ts";
import { Problem } from "../problems.ts";
import { administer, idOf, refuseOtherTenants } from "./administration.ts";
import { pageOf } from "./cursor.ts";
import { IssuedKeyBody, toIssuedBody } from "./key-schemas.ts";
import { described } from "./route.ts";
import { IdParams, Instant, iso, listOf, opaque, PageQuery, strict } from "./schemas.ts";
import { ServiceBody, toServiceBody } from "./service-schemas.ts";
import { settingsOf } from "./services.ts";

const NewTenantBody = strict(
  {
    name: Type.String({ pattern: forms.tenantName.pattern, description: "For people" }),
    brand: Type.Optional(opaque(20, "Named in the texts of its first service")),
    locale: Type.Optional(opaque(20, "BCP 47 language tag of its first service")),
  },
  { title: "NewTenant" },
);

const tenantProperties = { id: Type.String(), name: Type.String(), createdAt: Instant };
const TenantBody = Type.Object(tenantProperties, { title: "Tenant" });
const StartedTenantBody = Type.Object(
  { ...tenantProperties, service: ServiceBody, key: IssuedKeyBody },
  { title: "StartedTenant" },
);
const TenantListBody = listOf(TenantBody, "TenantList");

/** What concerns the whole installation: no other tenant's key could use it. */
const installationScopes: ReadonlySet<Scope> = new Set([
  "tenants:write",
  "tenants:read",
  "secrets:write",
  "secrets:read",
  "backup",
]);

/** Tenants, administered by the installation's first. */
// house: size: a list of routes, each of them short
export const tenantRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/tenants",
    {
      ...described({
        operationId: "createTenant",
        tag: "Tenants",
        summary: "Create a tenant",
        description:
          "It starts with one service and one key, which is shown once and has every scope of the calling key that makes sense in one tenant, its addresses and its end.",
        scope: "tenants:write",
        successes: { 201: "The tenant with its first service and key" },
        example: { body: { name: "Example Ltd" } },
      }),
      schema: { body: NewTenantBody, response: { 201: StartedTenantBody } },
    },
    async (request, reply) => {
      await refuseOtherTenants(request);
      const made = newTenant(request, request.body);
      const done = await administer(request, reply, [key("tenant", made.tenant.id)], () => ({
        writes: [
          { table: "tenant", id: made.tenant.id, row: made.tenant },
          { table: "service", id: made.service.id, row: made.service },
          { table: "apiKey", id: made.first.record.id, row: made.first.record },
        ],
        id: made.tenant.id,
      }));
      reply.code(201);
      return done.replayed
        ? repeated(request, done.id)
        : startedBody(app.parts.keyring, made.tenant, made.service, made.first);
    },
  );

  app.get(
    "/tenants",
    {
      ...described({
        operationId: "listTenants",
        tag: "Tenants",
        summary: "List tenants, newest first",
        scope: "tenants:read",
        successes: { 200: "A page of tenants" },
        problems: ["cursor_invalid"],
      }),
      schema: { querystring: PageQuery, response: { 200: TenantListBody } },
    },
    async (request) => {
      await refuseOtherTenants(request);
      return pageOf(request, "tenants", await app.parts.store.tenants(), toTenantBody);
    },
  );

  app.get(
    "/tenants/:id",
    {
      ...described({
        operationId: "getTenant",
        tag: "Tenants",
        summary: "Show a tenant",
        scope: "tenants:read",
        successes: { 200: "The tenant" },
      }),
      schema: { params: IdParams, response: { 200: TenantBody } },
    },
    async (request) => {
      await refuseOtherTenants(request);
      const tenant = await app.parts.store.get(key("tenant", idOf(request)));
      if (tenant === undefined) throw new Problem("not_found");
      return toTenantBody(tenant);
    },
  );
};

type FirstKey = ReturnType<typeof createApiKey>;

function newTenant(
  request: FastifyRequest,
  asked: Static<typeof NewTenantBody>,
): { tenant: Tenant; service: Service; first: FirstKey } {
  const { clock, random } = request.server.parts;
  const now = clock.now();
  const { name, ...settings } = asked;
  const tenant: Tenant = { id: uuidv7(now, random), name, createdAt: now };
  const service: Service = {
    id: uuidv7(now, random),
    tenantId: tenant.id,
    name: "default",
    settings: settingsOf(
      { brand: "Countersign", locale: "en", policy: {}, channels: ["sms", "voice"] },
      settings,
    ),
    createdAt: now,
    updatedAt: now,
  };
  const scopes = [...request.caller.scopes].filter((scope) => !installationScopes.has(scope));
  const { allowedAddresses, expiresAt } = request.caller;
  const rights = { scopes, allowedAddresses, expiresAt };
  const first = createApiKey(random, now, { tenantId: tenant.id, name: "first", ...rights });
  return { tenant, service, first };
}

/** The answer to a repeated request: what the tenant started with, without the key's secrets. */
async function repeated(request: FastifyRequest, id: string): Promise<Static<typeof StartedTenantBody>> {
  const { store } = request.server.parts;
  const tenant = await store.get(key("tenant", id));
  const [service] = await store.services(id);
  const [record] = await store.apiKeys(id);
  if (tenant === undefined || service === undefined || record === undefined) throw new Problem("not_found");
  return startedBody(request.server.parts.keyring, tenant, service, { record, issued: null });
}

function startedBody(
  keyring: Keyring,
  tenant: Tenant,
  service: Service,
  { record, issued }: { record: FirstKey["record"]; issued: FirstKey["issued"] | null },
): Static<typeof StartedTenantBody> {
  return {
    ...toTenantBody(tenant),
    service: toServiceBody(service, keyring),
    key: toIssuedBody(record, null, issued === null ? null : completedKey(keyring, tenant.id, issued)),
  };
}

function toTenantBody({ id, name, createdAt }: Tenant): Static<typeof TenantBody> {
  return { id, name, createdAt: iso(createdAt) };
}
