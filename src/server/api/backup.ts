import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "../../schemas/index.ts";
import { key } from "../../store/index.ts";
import { forms } from "../forms.ts";
import { idempotencyOf } from "../idempotency.ts";
import { Problem } from "../problems.ts";
import { keyReused, refuseOtherTenants } from "./administration.ts";
import { bodyMayBeAbsent, described } from "./route.ts";
import { Instant, iso, strict } from "./schemas.ts";

const NewBackupBody = Type.Optional(
  strict(
    {
      name: Type.Optional(
        Type.String({
          pattern: forms.backupName.pattern,
          description: "Name of the file, without its ending; the time of the call by default",
        }),
      ),
    },
    { title: "NewBackup" },
  ),
);

const BackupBody = Type.Object(
  {
    path: Type.String({ description: "On the machine of the server" }),
    bytes: Type.Integer(),
    createdAt: Instant,
    masterSecretIncluded: Type.Literal(false),
    remark: Type.String(),
  },
  { title: "Backup" },
);

type Backup = Static<typeof BackupBody>;

const remark =
  "The master secret is not in this file. Keep the file `secret` of the data folder, or COUNTERSIGN_SECRET, somewhere else: without it nobody can read the numbers or go on with what is pending.";

/** A consistent copy of the embedded database, while everything goes on. */
export const backupRoutes: FastifyPluginAsyncTypebox = async (app) => {
  /** Backups under way by their Idempotency-Key: whoever asks again waits for the same one. */
  const underWay = new Map<string, Promise<Backup>>();

  app.post(
    "/backup",
    {
      ...described({
        operationId: "createBackup",
        tag: "Installation",
        summary: "Write an online backup",
        description: `Into the folder \`backups\` of the data folder. ${remark}`,
        scope: "backup",
        auditEntry: "afterwards",
        successes: { 201: "The backup is complete" },
        problems: ["not_found", "resource_conflict"],
        example: { body: { name: "before-upgrade" } },
      }),
      ...bodyMayBeAbsent,
      schema: { body: NewBackupBody, response: { 201: BackupBody } },
    },
    async (request, reply) => {
      await refuseOtherTenants(request);
      reply.code(201);
      const name = request.body?.name;
      const idempotency = idempotencyOf(request);
      if (idempotency === undefined) return await write(request, name);
      const id = `${idempotency.id}.${idempotency.fingerprint}`;
      const pending = underWay.get(id) ?? once(request, reply, name).finally(() => underWay.delete(id));
      underWay.set(id, pending);
      return await pending;
    },
  );
};

/** Writes the record when the file is complete: a backup that a crash cut short is made again. */
async function once(request: FastifyRequest, reply: FastifyReply, name: string | undefined): Promise<Backup> {
  const idempotency = idempotencyOf(request);
  if (idempotency === undefined) return await write(request, name);
  const { store } = request.server.parts;
  const recordKey = key("idempotency", idempotency.id);
  const record = await store.get(recordKey);
  if (record !== undefined) {
    if (record.fingerprint !== idempotency.fingerprint) throw keyReused();
    reply.header("idempotency-replayed", "true");
    const { path, bytes, createdAt } = record.outcome as unknown as Backup;
    return { path, bytes, createdAt, masterSecretIncluded: false, remark };
  }
  const made = await write(request, name);
  const { path, bytes, createdAt } = made;
  await store.update([recordKey], (_rows, now) => {
    const outcome = { type: "backedUp", path, bytes, createdAt };
    const row = { ...idempotency, verificationId: null, outcome, createdAt: now };
    return { writes: [{ table: "idempotency", id: idempotency.id, row }], result: undefined };
  });
  return made;
}

async function write(request: FastifyRequest, name: string | undefined): Promise<Backup> {
  const { store, clock, dataFolder } = request.server.parts;
  if (dataFolder === undefined) {
    throw new Problem(
      "not_found",
      "This installation has no data folder: back its database up with its own tools.",
    );
  }
  const createdAt = iso(clock.now());
  const folder = join(dataFolder, "backups");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name ?? `countersign-${createdAt.replaceAll(/[:.]/g, "-")}`}.db`);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) throw taken();
  // Whoever finds the name finds a whole backup: it is written beside it first.
  const partial = `${path}.${request.id}.partial`;
  removeCutShort(folder);
  beingWritten.add(partial);
  try {
    await store.backup(partial);
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) throw taken();
    renameSync(partial, path);
  } finally {
    beingWritten.delete(partial);
    rmSync(partial, { force: true });
  }
  return { path, bytes: statSync(path).size, createdAt, masterSecretIncluded: false, remark };
}

/** What this process writes at the moment. No other one does: one holds a data folder. */
const beingWritten = new Set<string>();

/** What a process left that was killed: each is as large as the database, and nobody else takes it away. */
function removeCutShort(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isWritten = [...beingWritten].some((one) => path.startsWith(one));
    if (cutShortName.test(name) && !isWritten) rmSync(path, { force: true });
  }
}

/** Two endings: the store, too, writes beside the name it was given. */
const cutShortName = /\.db\.req-[A-Za-z0-9_-]+\.partial(\.partial)?(-journal)?$/;

function taken(): Problem {
  return new Problem("resource_conflict", "A backup of this name exists already.");
}
