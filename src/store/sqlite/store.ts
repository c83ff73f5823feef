import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { backup, type DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import type { ApiKey, Service, Tenant } from "../../tenants/records.ts";
import type { Delivery, Verification } from "../../verification/index.ts";
import { decodeVerification } from "../codec.ts";
import { StorageUnavailable } from "../errors.ts";
import type { Due, PurgeCounts, Store, VerificationQuery } from "../port.ts";
import { openDatabase } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import { GroupCommit } from "./group-commit.ts";
import { purge } from "./purge.ts";
import { prepareTables } from "./tables.ts";

export interface SqliteStoreOptions {
  /** The data folder; made with mode 0700 where it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** How long to wait for another process to let go of the folder. Default 10 s. */
  readonly lockWaitMs?: number;
  /** 1 turns group commit off, for comparison. Default 96. */
  readonly batchMax?: number;
  readonly queueMax?: number;
  /** Runs a turn later; a simulation decides when. Default `setImmediate`. */
  readonly defer?: (turn: () => void) => void;
}

/**
 * The embedded store: one SQLite database in a folder that one process holds.
 * @throws DataFolderInUse, DataUnreadable
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(options.folder, options.clock, options.lockWaitMs ?? 10_000);
  const path = join(options.folder, "countersign.db");
  let database: DatabaseSync;
  try {
    database = openDatabase(path);
    chmodSync(path, 0o600);
  } catch (cause) {
    lock.release();
    throw cause;
  }
  return createStore(database, options, () => lock.release());
}

function createStore(database: DatabaseSync, options: SqliteStoreOptions, onClosed: () => void): Store {
  const commits = new GroupCommit({
    database,
    tables: prepareTables(database),
    clock: options.clock,
    batchMax: options.batchMax ?? 96,
    queueMax: options.queueMax ?? 10_000,
    ...(options.defer === undefined ? {} : { defer: options.defer }),
  });
  const queries = prepareQueries(database);
  let closed = false;
  /** Synchronous work as a promise whose failure is a storage fault. */
  const reading = async <R>(read: () => R): Promise<R> => {
    if (closed) throw new StorageUnavailable("the store is closed");
    try {
      return read();
    } catch (cause) {
      throw new StorageUnavailable("the data cannot be read", { cause });
    }
  };

  return {
    update: (keys, decide) =>
      closed ? Promise.reject(new StorageUnavailable("the store is closed")) : commits.update(keys, decide),
    get: (key) => reading(() => commits.read(key)),
    deliveriesOf: (id) => reading(() => queries.deliveriesOf(id)),
    due: (queue, now, limit) => reading(() => queries.due(queue, now, limit)),
    nextDueAt: () => reading(() => queries.nextDueAt()),
    verifications: (query) => reading(() => queries.verifications(query)),
    apiKeyByDigest: (digest) => reading(() => queries.apiKeyByDigest(digest)),
    tenants: () => reading(() => queries.tenants()),
    services: (tenantId) => reading(() => queries.services(tenantId)),
    apiKeys: (tenantId) => reading(() => queries.apiKeys(tenantId)),
    purge: (before, limit): Promise<PurgeCounts> =>
      reading(() => {
        const counts = purge(database, before, limit);
        commits.forget();
        return counts;
      }),
    readMeta: (name) => reading(() => queries.readMeta(name)),
    writeMeta: (name, value) => reading(() => queries.writeMeta(name, value)),
    probe: () => reading(() => queries.writeMeta("probe", String(options.clock.now()))),
    async backup(to) {
      await commits.drained();
      await backup(database, to);
      chmodSync(to, 0o600);
    },
    async close() {
      if (closed) return;
      await commits.drained();
      closed = true;
      database.close();
      onClosed();
    },
  };
}

interface Queries {
  deliveriesOf(verificationId: string): readonly Delivery[];
  due(queue: "delivery" | "alarm", now: number, limit: number): readonly Due[];
  nextDueAt(): number | null;
  verifications(query: VerificationQuery): readonly Verification[];
  apiKeyByDigest(digest: string): ApiKey | undefined;
  tenants(): readonly Tenant[];
  services(tenantId: string): readonly Service[];
  apiKeys(tenantId: string): readonly ApiKey[];
  readMeta(name: string): string | undefined;
  writeMeta(name: string, value: string): void;
}

const docs = <R>(rows: unknown[]): R[] => rows.map((row) => JSON.parse((row as { doc: string }).doc) as R);

function prepareQueries(database: DatabaseSync): Queries {
  const deliveriesOf = database.prepare(
    "select doc from deliveries where verification_id = ? order by sequence",
  );
  const dueDeliveries = database.prepare(
    `select verification_id as verificationId, sequence, recipient_id as recipientId from deliveries
     where due_at is not null and due_at <= ? order by due_at limit ?`,
  );
  const dueAlarms = database.prepare(
    `select id as verificationId, 0 as sequence, recipient_id as recipientId from verifications
     where alarm_at is not null and alarm_at <= ? order by alarm_at limit ?`,
  );
  const nextDue = database.prepare(
    `select min(at) as at from (
       select min(due_at) as at from deliveries where due_at is not null
       union all
       select min(alarm_at) as at from verifications where alarm_at is not null)`,
  );
  const byTenant = database.prepare(
    `select doc from verifications where tenant_id = ?1 and id < ?2 and (?3 is null or status = ?3)
     order by id desc limit ?4`,
  );
  const byRecipient = database.prepare(
    `select doc from verifications indexed by verifications_by_recipient
     where recipient_id = ?1 and id < ?2 and (?3 is null or status = ?3) and tenant_id = ?5
     order by id desc limit ?4`,
  );
  const keyByDigest = database.prepare("select doc from api_keys where digest = ?");
  const tenants = database.prepare("select doc from tenants order by id");
  const services = database.prepare("select doc from services where tenant_id = ? order by id");
  const apiKeys = database.prepare("select doc from api_keys where tenant_id = ? order by id");
  const readMeta = database.prepare("select value from meta where name = ?");
  const writeMeta = database.prepare(
    "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
  );
  return {
    deliveriesOf: (id) => docs<Delivery>(deliveriesOf.all(id)),
    due: (queue, now, limit) =>
      (queue === "delivery" ? dueDeliveries : dueAlarms).all(now, limit) as unknown as Due[],
    nextDueAt: () => (nextDue.get() as { at: number | null }).at,
    verifications({ tenantId, recipientId, status, before, limit }) {
      const from = before ?? endOfIds;
      const rows =
        recipientId === undefined
          ? byTenant.all(tenantId, from, status ?? null, limit)
          : byRecipient.all(recipientId, from, status ?? null, limit, tenantId);
      return rows.map((row) => decodeVerification((row as { doc: string }).doc));
    },
    apiKeyByDigest: (digest) => docs<ApiKey>(keyByDigest.all(digest))[0],
    tenants: () => docs<Tenant>(tenants.all()),
    services: (tenantId) => docs<Service>(services.all(tenantId)),
    apiKeys: (tenantId) => docs<ApiKey>(apiKeys.all(tenantId)),
    readMeta: (name) => (readMeta.get(name) as { value: string } | undefined)?.value,
    writeMeta: (name, value) => void writeMeta.run(name, value),
  };
}

/** Sorts after every UUID. */
const endOfIds = "g";
