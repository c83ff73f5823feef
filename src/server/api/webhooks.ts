import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { wordsProblem } from "../../delivery/index.ts";
import {
  createEndpoint,
  type Endpoint,
  endpointUrlProblem,
  eventTypesProblem,
  prepareSecret,
  withNewSecret,
} from "../../events/index.ts";
import { webhookSecretProblem } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";
import { Problem, wrongField } from "../problems.ts";
import { type Administered, administer, idOf, loadOwn, ownRow } from "./administration.ts";
import { pageOf } from "./cursor.ts";
import { changedAt, refuseStale, revisionHeaders, tagged } from "./revision.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { IdParams, PageQuery } from "./schemas.ts";
import { webhookEventRoutes } from "./webhook-events.ts";
import {
  EndpointBody,
  EndpointChangesBody,
  EndpointListBody,
  IssuedEndpointBody,
  NewEndpointBody,
  RotateSecretBody,
  rotationSecondsDefault,
  toEndpointBody,
} from "./webhook-schemas.ts";
import { refuseDialect, webhooksOf } from "./webhooks-of.ts";

const endpointsMax = 10;
const exampleBody = { url: "https://shop.example/hooks", events: ["verification.*"] };

/** Where a service's events are posted. */
// house: size: a list of routes, each of them short
export const webhookRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/webhooks",
    {
      ...described({
        operationId: "createWebhook",
        tag: "Webhooks",
        summary: "Create a webhook",
        description:
          "Events of a service are posted to its URL, signed as Standard Webhooks says, from at most two seconds later on. The secret is in this answer and nowhere else.",
        scope: "webhooks:write",
        successes: { 201: "The webhook, with its secret, once" },
        // The last one for a repeat of the request, after its webhook was removed.
        problems: ["service_not_found", "resource_conflict", "not_found"],
        example: { body: exampleBody },
      }),
      ...tagged,
      schema: { body: NewEndpointBody, response: { 201: IssuedEndpointBody } },
    },
    async (request, reply) => {
      const { url, events: types = [], description = null, secret } = request.body;
      refuseWrong(request, { url, types, description, secret });
      const { tenantId } = request.caller;
      const service = await app.directory.service(tenantId, request.body.service);
      if (service === undefined) throw new Problem("service_not_found");
      const { dataKeyring, random, clock } = app.parts;
      const asked = { tenantId, serviceId: service.id, url, description, types, secret };
      const made = await createEndpoint(dataKeyring, random, clock.now(), asked);
      await refuseTooMany(request, service.id);
      const done = await administer(request, reply, [key("endpoint", made.endpoint.id)], () => ({
        writes: [{ table: "endpoint", id: made.endpoint.id, row: made.endpoint }],
        id: made.endpoint.id,
      }));
      await webhooksOf(request).registry.refresh();
      reply.code(201);
      return await issued(request, done, made.secret.reveal());
    },
  );

  app.get(
    "/webhooks",
    {
      ...described({
        operationId: "listWebhooks",
        tag: "Webhooks",
        summary: "List webhooks, newest first",
        scope: "webhooks:read",
        successes: { 200: "A page of webhooks, disabled ones included" },
        problems: ["cursor_invalid"],
      }),
      schema: { querystring: PageQuery, response: { 200: EndpointListBody } },
    },
    async (request) => pageOf(request, "webhooks", await ownEndpoints(request), toEndpointBody),
  );

  app.get(
    "/webhooks/:id",
    {
      ...described({
        operationId: "getWebhook",
        tag: "Webhooks",
        summary: "Show a webhook",
        scope: "webhooks:read",
        successes: { 200: "The webhook without its secret" },
      }),
      ...tagged,
      schema: { params: IdParams, response: { 200: EndpointBody } },
    },
    async (request) => toEndpointBody(await loadOwn(request, "endpoint", idOf(request))),
  );

  await app.register(webhookChangeRoutes);
  await app.register(webhookEventRoutes);
};

/** Changing, rotating and removing them. */
// house: size: a list of routes, each of them short
const webhookChangeRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.patch(
    "/webhooks/:id",
    {
      ...described({
        operationId: "updateWebhook",
        tag: "Webhooks",
        summary: "Change a webhook",
        description:
          "What is not given stays. While a webhook is disabled nothing is written for it; what waited before is posted when it is enabled again.",
        scope: "webhooks:write",
        successes: { 200: "The webhook as it is now" },
        headers: revisionHeaders,
        problems: ["resource_conflict", "precondition_failed"],
        example: { body: { enabled: true } },
      }),
      ...tagged,
      schema: { params: IdParams, body: EndpointChangesBody, response: { 200: EndpointBody } },
    },
    async (request, reply) => {
      const { url, events, description, enabled } = request.body;
      refuseWrong(request, { url, types: events, description });
      return await change(request, reply, (current, now) => {
        if (url !== undefined || events !== undefined) refuseDialect(current);
        return {
          ...current,
          url: url ?? current.url,
          types: events ?? current.types,
          description: description === undefined ? current.description : description,
          disabled: disabledAfter(current, enabled, now),
          failingSince: enabled === true ? null : current.failingSince,
          updatedAt: changedAt(current, now),
        };
      });
    },
  );

  app.post(
    "/webhooks/:id/rotate",
    {
      ...described({
        operationId: "rotateWebhookSecret",
        tag: "Webhooks",
        summary: "Give a webhook a new secret",
        description: "The former secret signs along for `overlapSeconds`, a day if not given.",
        scope: "webhooks:write",
        successes: { 200: "The webhook, with its new secret, once" },
        headers: revisionHeaders,
        problems: ["resource_conflict", "precondition_failed"],
        example: { body: { overlapSeconds: 3_600 } },
      }),
      ...tagged,
      ...bodyMayBeAbsent,
      schema: { params: IdParams, body: RotateSecretBody, response: { 200: IssuedEndpointBody } },
    },
    async (request, reply) => {
      const { overlapSeconds = rotationSecondsDefault, secret } = request.body ?? {};
      refuseWrong(request, { secret });
      const id = key("endpoint", idOf(request));
      const { dataKeyring, random } = app.parts;
      const { tenantId } = request.caller;
      const prepared = await prepareSecret(dataKeyring, random, { id: id.id, tenantId }, secret);
      const done = await administer(request, reply, [id], (rows, now) => {
        const current = currentOf(request, rows.get(id));
        refuseDialect(current);
        const renewed = withNewSecret(current, prepared, overlapSeconds * 1_000, now);
        const row = { ...renewed, updatedAt: changedAt(current, now) };
        return { writes: [{ table: "endpoint", id: id.id, row }], id: id.id };
      });
      await webhooksOf(request).registry.refresh();
      return await issued(request, done, prepared.secret.reveal());
    },
  );

  app.delete(
    "/webhooks/:id",
    {
      ...described({
        operationId: "deleteWebhook",
        tag: "Webhooks",
        summary: "Remove a webhook",
        description: "What still waits for it is not posted any more.",
        scope: "webhooks:write",
        successes: { 200: "The webhook as it was" },
        headers: revisionHeaders,
        problems: ["resource_conflict", "precondition_failed"],
      }),
      schema: { params: IdParams, response: { 200: EndpointBody } },
    },
    async (request, reply) => {
      const id = key("endpoint", idOf(request));
      const was = await loadOwn(request, "endpoint", id.id);
      await administer(request, reply, [id], (rows) => {
        refuseDialect(currentOf(request, rows.get(id)));
        return { writes: [{ table: "endpoint", id: id.id, row: null }], id: id.id };
      });
      await webhooksOf(request).registry.refresh();
      return toEndpointBody(was);
    },
  );
};

/** The tenant's own, as whoever changes it saw it. */
function currentOf(request: FastifyRequest, row: Endpoint | undefined): Endpoint {
  const current = ownRow<"endpoint">(request, row);
  refuseStale(request, toEndpointBody(current));
  return current;
}

async function change(
  request: FastifyRequest,
  reply: FastifyReply,
  make: (current: Endpoint, now: number) => Endpoint,
): Promise<ReturnType<typeof toEndpointBody>> {
  const id = key("endpoint", idOf(request));
  await administer(request, reply, [id], (rows, now) => {
    const row = make(currentOf(request, rows.get(id)), now);
    return { writes: [{ table: "endpoint", id: id.id, row }], id: id.id };
  });
  await webhooksOf(request).registry.refresh();
  return toEndpointBody(await loadOwn(request, "endpoint", id.id));
}

function disabledAfter(
  { disabled }: Endpoint,
  enabled: boolean | undefined,
  now: number,
): Endpoint["disabled"] {
  if (enabled === undefined) return disabled;
  return enabled ? null : (disabled ?? { at: now, reason: "asked" });
}

async function issued(
  request: FastifyRequest,
  { id, replayed }: Administered,
  secret: string,
): Promise<ReturnType<typeof toEndpointBody> & { secret?: string }> {
  const body = toEndpointBody(await loadOwn(request, "endpoint", id));
  return replayed ? body : { ...body, secret };
}

async function ownEndpoints(request: FastifyRequest): Promise<readonly Endpoint[]> {
  return await request.server.parts.store.endpoints(request.caller.tenantId);
}

/** Read before the write: of several requests at once a few may pass, which hurts nobody. */
async function refuseTooMany(request: FastifyRequest, serviceId: string): Promise<void> {
  const all = await ownEndpoints(request);
  const own = all.filter((one) => one.serviceId === serviceId && one.dialect === undefined);
  if (own.length < endpointsMax) return;
  throw new Problem("resource_conflict", `A service has at most ${endpointsMax} webhooks.`);
}

interface Asked {
  readonly url?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly secret?: string | undefined;
}

/** @throws Problem naming the field that the schema could not judge. */
function refuseWrong(request: FastifyRequest, { url, types, description, secret }: Asked): void {
  const wrongUrl = url === undefined ? null : endpointUrlProblem(url, webhooksOf(request).rules);
  if (wrongUrl !== null) throw wrongField("url", wrongUrl);
  const wrongTypes = eventTypesProblem(types ?? []);
  if (wrongTypes !== null) throw wrongField("events", wrongTypes);
  const unreadable = typeof description === "string" && description !== "" ? wordsProblem(description) : null;
  if (unreadable !== null) throw wrongField("description", unreadable);
  const wrongSecret = secret === undefined ? null : webhookSecretProblem(secret);
  if (wrongSecret !== null) throw wrongField("secret", wrongSecret);
}
