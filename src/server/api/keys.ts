import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { wordsProblem } from "../../delivery/index.ts";
import type { Static } from "../../schemas/index.ts";
import { dialectSigningSecret, eventSigner } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";
import {
  type ApiKey,
  addressRangeProblem,
  completedKey,
  createApiKey,
  type Dialect,
  dialects,
  type IssuedKey,
  isUsable,
  type NewKey,
  type Rights,
  retireKey,
  revokeDialect,
  revokeKey,
} from "../../tenants/index.ts";
import { Problem, wrongField } from "../problems.ts";
import { administer, idOf, loadOwn, ownRow, refuseFurtherRights } from "./administration.ts";
import { pageOf } from "./cursor.ts";
import {
  DialectParams,
  IssuedKeyBody,
  KeyBody,
  KeyDetailsBody,
  KeyListBody,
  NewKeyBody,
  overlapSecondsDefault,
  RotateBody,
  toIssuedBody,
  toKeyBody,
} from "./key-schemas.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { IdParams, iso, PageQuery } from "./schemas.ts";

const exampleBody = { name: "checkout", scopes: ["verifications:write", "verifications:read"] };

/** Making and listing keys. */
export const keyRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/keys",
    {
      ...described({
        operationId: "createKey",
        tag: "Keys",
        summary: "Create a key",
        description:
          "It can do no more than the calling key, from no further addresses and for no longer. The secret, and the pair of each vendor's dialect, are in this answer and nowhere else. A request repeated with the same Idempotency-Key answers without them.",
        scope: "keys:write",
        successes: { 201: "The key, with its secrets, once" },
        example: { body: exampleBody },
      }),
      schema: { body: NewKeyBody, response: { 201: IssuedKeyBody } },
    },
    async (request, reply) => {
      const { now, random } = making(request);
      const asked = newKeyOf(request.body, request.caller.tenantId);
      const made = createApiKey(random, now, asked);
      const write = { table: "apiKey", id: made.record.id, row: made.record } as const;
      // Judged inside: a repeat is answered like the first request, though its key would be over by now.
      const done = await administer(request, reply, [key("apiKey", made.record.id)], () => {
        refuseWrongKey(asked, now);
        refuseFurtherRights(request.caller, asked);
        return { writes: [write], id: made.record.id };
      });
      reply.code(201);
      return issuedAnswer(request, done, made);
    },
  );

  app.get(
    "/keys",
    {
      ...described({
        operationId: "listKeys",
        tag: "Keys",
        summary: "List keys, newest first",
        scope: "keys:read",
        successes: { 200: "A page of keys, revoked ones included" },
        problems: ["cursor_invalid"],
      }),
      schema: { querystring: PageQuery, response: { 200: KeyListBody } },
    },
    async (request) =>
      pageOf(request, "keys", await app.parts.store.apiKeys(request.caller.tenantId), (row) =>
        body(request, row),
      ),
  );

  app.get(
    "/keys/:id",
    {
      ...described({
        operationId: "getKey",
        tag: "Keys",
        summary: "Show a key",
        scope: "keys:read",
        successes: { 200: "The key without its secrets" },
      }),
      schema: { params: IdParams, response: { 200: KeyDetailsBody } },
    },
    async (request) => details(request, await loadOwn(request, "apiKey", idOf(request))),
  );

  await app.register(keyChangeRoutes);
};

/** Rotating and revoking keys. */
// house: size: a list of routes, each of them short
const keyChangeRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/keys/:id/rotate",
    {
      ...described({
        operationId: "rotateKey",
        tag: "Keys",
        summary: "Replace a key by a new one",
        description:
          "The new key has the name, scopes and addresses of the old one, and secrets of its own in every dialect. The old key works on for `overlapSeconds`.",
        scope: "keys:write",
        successes: { 201: "The new key, with its secrets, once" },
        problems: ["resource_conflict"],
        example: { body: { overlapSeconds: 3_600 } },
      }),
      ...bodyMayBeAbsent,
      schema: { params: IdParams, body: RotateBody, response: { 201: IssuedKeyBody } },
    },
    async (request, reply) => {
      const oldKey = key("apiKey", idOf(request));
      const overlapMs = (request.body?.overlapSeconds ?? overlapSecondsDefault) * 1_000;
      const old = await loadOwn(request, "apiKey", oldKey.id);
      const { now: madeAt, random } = making(request);
      const made = createApiKey(random, madeAt, old);
      const done = await administer(request, reply, [oldKey], (rows, now) => {
        const current = ownRow<"apiKey">(request, rows.get(oldKey));
        refuseFurtherRights(request.caller, old);
        if (!isUsable(current, now)) {
          throw new Problem("resource_conflict", "This key has expired or was revoked: create a new one.");
        }
        return {
          writes: [
            { table: "apiKey", id: oldKey.id, row: retireKey(current, overlapMs, now) },
            { table: "apiKey", id: made.record.id, row: made.record },
          ],
          id: made.record.id,
        };
      });
      reply.code(201);
      return issuedAnswer(request, done, made);
    },
  );

  app.delete(
    "/keys/:id",
    {
      ...described({
        operationId: "revokeKey",
        tag: "Keys",
        summary: "Revoke a key",
        description: "It works nowhere any more, in no dialect. Revoking it again changes nothing.",
        scope: "keys:write",
        successes: { 200: "The revoked key" },
      }),
      schema: { params: IdParams, response: { 200: KeyBody } },
    },
    async (request, reply) => {
      const id = key("apiKey", idOf(request));
      await administer(request, reply, [id], (rows, now) => {
        const current = ownRow<"apiKey">(request, rows.get(id));
        return { writes: [{ table: "apiKey", id: id.id, row: revokeKey(current, now) }], id: id.id };
      });
      return body(request, await loadOwn(request, "apiKey", id.id));
    },
  );

  app.delete(
    "/keys/:id/dialects/:dialect",
    {
      ...described({
        operationId: "revokeKeyDialect",
        tag: "Keys",
        summary: "Revoke one vendor's secret of a key",
        scope: "keys:write",
        successes: { 200: "The key; its other secrets go on working" },
      }),
      schema: { params: DialectParams, response: { 200: KeyBody } },
    },
    async (request, reply) => {
      const dialect = dialectOf(request.params.dialect);
      const id = key("apiKey", idOf(request));
      await administer(request, reply, [id], (rows, now) => {
        const row = revokeDialect(ownRow<"apiKey">(request, rows.get(id)), dialect, now);
        if (row === null) throw new Problem("not_found");
        return { writes: [{ table: "apiKey", id: id.id, row }], id: id.id };
      });
      return body(request, await loadOwn(request, "apiKey", id.id));
    },
  );
};

interface Made {
  readonly record: ApiKey;
  readonly issued: IssuedKey;
}

async function issuedAnswer(
  request: FastifyRequest,
  done: { readonly id: string; readonly replayed: boolean },
  made: Made,
): Promise<Static<typeof IssuedKeyBody>> {
  if (!done.replayed) {
    const issued = completedKey(request.server.parts.keyring, made.record.tenantId, made.issued);
    return toIssuedBody(made.record, null, issued);
  }
  const row = await loadOwn(request, "apiKey", done.id);
  return toIssuedBody(row, lastUsedAt(request, row), null);
}

function making(request: FastifyRequest): { now: number; random: typeof request.server.parts.random } {
  const { clock, random } = request.server.parts;
  return { now: clock.now(), random };
}

function newKeyOf(asked: Static<typeof NewKeyBody>, tenantId: string): NewKey & Rights {
  const expiresAt = asked.expiresAt === undefined ? null : Date.parse(asked.expiresAt);
  const allowedAddresses = asked.allowedAddresses ?? [];
  return { tenantId, name: asked.name, scopes: asked.scopes, allowedAddresses, expiresAt };
}

/** @throws Problem naming the field that the schema could not judge. */
function refuseWrongKey({ name, allowedAddresses, expiresAt }: NewKey & Rights, now: number): void {
  const unreadable = wordsProblem(name);
  if (unreadable !== null) throw wrongField("name", unreadable);
  for (const [index, range] of allowedAddresses.entries()) {
    const problem = addressRangeProblem(range);
    if (problem !== null) throw wrongField(`allowedAddresses.${index}`, problem);
  }
  // Not a number: a leap second has the right format and is no instant here.
  if (expiresAt !== null && !(expiresAt > now)) {
    throw wrongField("expiresAt", `must be after now, ${iso(now)}`);
  }
}

function dialectOf(name: string): Dialect {
  const dialect = dialects.find((one) => one === name);
  if (dialect === undefined) throw new Problem("not_found");
  return dialect;
}

function lastUsedAt(request: FastifyRequest, apiKey: ApiKey): number | null {
  return request.server.parts.directory.lastUsedAt(apiKey);
}

/** A signing secret is shown to those alone who have it already, or could make it. */
function details(request: FastifyRequest, apiKey: ApiKey): Static<typeof KeyDetailsBody> {
  const { adminCaller, parts } = request.server;
  const telnyx = { publicKey: eventSigner(parts.keyring, apiKey.tenantId).publicKey };
  const shown = { ...body(request, apiKey), telnyx };
  if (request.caller.keyId !== apiKey.id && adminCaller(request) === null) return shown;
  const signatureSecret = dialectSigningSecret(parts.keyring, "vonage", apiKey.id);
  return { ...shown, vonage: { signatureSecret } };
}

function body(request: FastifyRequest, apiKey: ApiKey): Static<typeof KeyBody> {
  return toKeyBody(apiKey, lastUsedAt(request, apiKey));
}
