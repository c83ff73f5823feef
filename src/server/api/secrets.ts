import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { uuidPattern } from "../../clock/index.ts";
import { newRotation, type SecretState, type SecretsStatus, secretsStatus } from "../../engine/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { key } from "../../store/index.ts";
import { type Rotation, rotationId, useDataKeys } from "../../tenants/index.ts";
import { Problem } from "../problems.ts";
import { administer, refuseOtherTenants } from "./administration.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { Instant, iso, isoOrNull, orNull, strict } from "./schemas.ts";

const NewRotationBody = Type.Optional(
  strict(
    {
      tenant: Type.Optional(
        Type.String({
          maxLength: 64,
          description: "Whose data key is replaced; of all tenants if not given",
        }),
      ),
      keepDataKeys: Type.Optional(
        Type.Boolean({
          description:
            "Only wraps data keys under the current master secret, and seals anew what is under a former one",
        }),
      ),
    },
    { title: "NewSecretsRotation" },
  ),
);

const RotationBody = Type.Object(
  {
    startedAt: Instant,
    finishedAt: orNull(Instant),
    tenant: orNull(Type.String()),
    keepsDataKeys: Type.Boolean(),
    secret: Type.String({ description: "Id of the master secret that everything is brought to" }),
    pass: Type.Integer({ description: "It ends with a pass that finds nothing left" }),
    place: orNull(Type.String({ description: "Which table it is at; null once it is over" })),
    looked: Type.Integer({ description: "Rows looked at" }),
    sealed: Type.Integer({ description: "Values that were sealed or wrapped anew" }),
    broken: Type.Integer({ description: "Values that do not open, and stay as they are" }),
  },
  { title: "SecretsRotation" },
);

const lastRotation = Type.Union([RotationBody, Type.Null()]);

const LastRotationBody = Type.Object(
  { rotation: lastRotation },
  { title: "LastSecretsRotation", description: "Null before the first one" },
);

const StatusBody = Type.Object(
  {
    secrets: Type.Array(
      Type.Object({
        id: Type.String({ description: "Public name of a master secret" }),
        role: Type.Enum(["current", "former", "kept"], {
          description: "`kept`: it was removed, and its lasting keys are kept",
        }),
        values: Type.Integer({ description: "Values that only this secret opens" }),
        hashes: Type.Integer({ description: "Hashes of passwords and recovery codes with its pepper" }),
        removable: Type.Boolean({ description: "Whether it may be removed from the settings now" }),
        remark: Type.String(),
      }),
    ),
    values: Type.Array(
      Type.Object({
        value: Type.String({ description: "Table and column" }),
        key: Type.String({ description: "Id of a master secret, `dataKey` or `formerDataKey`" }),
        count: Type.Integer(),
      }),
    ),
    rotation: lastRotation,
  },
  { title: "SecretsStatus" },
);

/** Which key everything is under, and bringing it to the current ones (K-4). */
// house: size: a list of routes, each of them short
export const secretsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  /** Reads every row: whoever asks meanwhile waits for the same answer. */
  let counting: Promise<SecretsStatus> | null = null;

  app.get(
    "/secrets",
    {
      ...described({
        operationId: "getSecretsStatus",
        tag: "Installation",
        summary: "Show how much is under which secret",
        description: "Reads every row that holds something sealed. Nothing secret is in the answer.",
        scope: "secrets:read",
        successes: { 200: "Counts by value and key, and whether former secrets may be removed" },
        problems: ["forbidden"],
      }),
      schema: { response: { 200: StatusBody } },
    },
    async (request) => {
      await refuseOtherTenants(request);
      counting ??= secretsStatus(app.parts).finally(() => {
        counting = null;
      });
      return toStatusBody(await counting);
    },
  );

  app.get(
    "/secrets/rotation",
    {
      ...described({
        operationId: "getSecretsRotation",
        tag: "Installation",
        summary: "Show how far the last rotation is",
        scope: "secrets:read",
        successes: { 200: "The rotation under way, or the last one" },
        problems: ["forbidden"],
      }),
      schema: { response: { 200: LastRotationBody } },
    },
    async (request) => {
      await refuseOtherTenants(request);
      return { rotation: toRotationOrNull(await rotationIn(request)) };
    },
  );

  app.post(
    "/secrets/rotation",
    {
      ...described({
        operationId: "rotateSecrets",
        tag: "Installation",
        summary: "Bring everything to the current keys",
        description:
          "Gives tenants new data keys, and seals anew what is under former ones, in the background; a server that is killed goes on where it was. Where a rotation is under way, the answer is that one.",
        scope: "secrets:write",
        successes: { 200: "The rotation under way" },
        problems: ["forbidden", "not_found", "resource_conflict"],
        example: { body: {} },
      }),
      ...bodyMayBeAbsent,
      schema: { body: NewRotationBody, response: { 200: RotationBody } },
    },
    async (request, reply) => {
      await refuseOtherTenants(request);
      const { tenant = null, keepDataKeys = false } = request.body ?? {};
      const { parts } = app;
      if (tenant !== null) await refuseUnknownTenant(request, tenant);
      await useDataKeys(parts.store);
      const asked = { tenantId: tenant, replacesDataKeys: !keepDataKeys };
      await administer(request, reply, [key("rotation", rotationId)], (rows, now) => {
        const made = newRotation(rows, parts, asked, now);
        if (made !== null)
          return { writes: [{ table: "rotation", id: rotationId, row: made }], id: rotationId };
        const under = rows.get(key("rotation", rotationId));
        if (under?.tenantId !== tenant || under.replacesDataKeys === keepDataKeys) {
          throw new Problem("resource_conflict", "Another rotation is under way; wait until it is over.");
        }
        return { writes: [], id: rotationId };
      });
      return toRotationBody((await rotationIn(request)) as Rotation);
    },
  );
};

async function refuseUnknownTenant({ server }: FastifyRequest, id: string): Promise<void> {
  const row = uuidPattern.test(id) ? await server.parts.store.get(key("tenant", id)) : undefined;
  if (row === undefined) throw new Problem("not_found", "There is no tenant of this id.");
}

async function rotationIn({ server }: FastifyRequest): Promise<Rotation | null> {
  return (await server.parts.store.get(key("rotation", rotationId))) ?? null;
}

function toRotationOrNull(row: Rotation | null): Static<typeof RotationBody> | null {
  return row === null ? null : toRotationBody(row);
}

function toRotationBody(row: Rotation): Static<typeof RotationBody> {
  const { pass, place, looked, sealed, broken } = row;
  return {
    startedAt: iso(row.startedAt),
    finishedAt: isoOrNull(row.finishedAt),
    tenant: row.tenantId,
    keepsDataKeys: !row.replacesDataKeys,
    secret: row.keyId,
    pass,
    place: place?.table ?? null,
    looked,
    sealed,
    broken,
  };
}

function toStatusBody({ secrets, values, rotation }: SecretsStatus): Static<typeof StatusBody> {
  const isRotating = rotation !== null && rotation.place !== null;
  return {
    secrets: secrets.map((one) => {
      const { id, role, values: count, hashes } = one;
      const removable = role === "former" && one.isReplaced && count === 0 && !isRotating;
      return { id, role, values: count, hashes, removable, remark: remarkOf(one, isRotating) };
    }),
    values: values.map(({ value, keyId, count }) => ({ value, key: keyId, count })),
    rotation: toRotationOrNull(rotation),
  };
}

function remarkOf({ role, values, passing, isUsed, isReplaced }: SecretState, isRotating: boolean): string {
  switch (role) {
    case "current":
      return "Seals what is new.";
    case "kept":
      if (values > 0) {
        return "Was removed too early: put it behind the current one again, and run `countersign secrets rotate`.";
      }
      return "Was removed; the keys that outlive it are kept under the current secret.";
    case "former":
      if (!isUsed) return "Is known, and seals nothing yet.";
      if (isRotating) return "Must stay: a rotation is under way.";
      if (values === 0 && isReplaced) {
        return "May be removed from COUNTERSIGN_SECRET now. Backups from before still need it.";
      }
      if (values === passing) return "Must stay for pending codes, which are gone within the hour.";
      return "Must stay: run `countersign secrets rotate`, once every server has the current secret first.";
    default:
      return role satisfies never;
  }
}
