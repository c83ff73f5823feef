import type pg from "pg";
import type { Clock } from "../../clock/index.ts";
import type { ApiKey, Service, Tenant } from "../../tenants/records.ts";
import type { Delivery, Verification } from "../../verification/index.ts";
import { decodeVerification } from "../codec.ts";
import { StorageUnavailable } from "../errors.ts";
import type { Due, Key, Store, TableName, Tables, VerificationQuery } from "../port.ts";
import { migrate, openPool } from "./database.ts";
import { PostgresGroupCommit } from "./group-commit.ts";
import { addDays, purge } from "./partitions.ts";
import { decodeRow, keyParameters, readRows } from "./statements.ts";

export interface PostgresStoreOptions {
  /** `postgres://user@host,host/database?target_session_attrs=read-write` */
  readonly url: string;
  readonly connectionsMax?: number;
  /** 1 turns group commit off, for comparison. Default 128. */
  readonly batchMax?: number;
  readonly queueMax?: number;
  /** Time from here instead of from the database: for tests. */
  readonly clock?: Clock;
  /** What broke in the background and was replaced. */
  readonly onError?: (error: Error) => void;
}

/**
 * The store of many nodes: PostgreSQL 15 or newer, as many processes on it as wanted.
 * @throws StorageUnavailable, DataUnreadable
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const pool = openPool({
    url: options.url,
    onError: options.onError ?? (() => undefined),
    ...(options.connectionsMax === undefined ? {} : { connectionsMax: options.connectionsMax }),
  });
  try {
    await migrate(pool);
    await addDays(pool, options.clock ?? null);
  } catch (cause) {
    await pool.end();
    throw cause;
  }
  return createStore(pool, options);
}

function createStore(pool: pg.Pool, options: PostgresStoreOptions): Store {
  const commits = new PostgresGroupCommit({
    pool,
    batchMax: options.batchMax ?? 128,
    queueMax: options.queueMax ?? 10_000,
    batchesMax: 2,
    clock: options.clock ?? null,
  });
  let closed = false;
  const query = async <R extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<R[]> => {
    if (closed) throw new StorageUnavailable("the store is closed");
    try {
      return (await pool.query<R>({ name, text, values })).rows;
    } catch (cause) {
      throw new StorageUnavailable("the data cannot be read", { cause });
    }
  };
  const docs = async <R>(name: string, text: string, values: unknown[]): Promise<R[]> =>
    (await query<{ doc: string }>(name, text, values)).map((row) => JSON.parse(row.doc) as R);

  return {
    update: (keys, decide) =>
      closed
        ? Promise.reject(new StorageUnavailable("the store is closed"))
        : commits.update(keys, decide),
    async get<T extends TableName>(key: Key<T>): Promise<Tables[T] | undefined> {
      const rows = await query<{ doc: string }>(readRows.name ?? "", readRows.text, keyParameters([key]));
      return rows[0] === undefined ? undefined : decodeRow(key.table, rows[0].doc);
    },
    deliveriesOf: (id) => docs<Delivery>("deliveries_of", deliveriesOf, [id]),
    due: (queue, now, limit) =>
      query<Due & pg.QueryResultRow>(
        queue === "delivery" ? "due_deliveries" : "due_alarms",
        queue === "delivery" ? dueDeliveries : dueAlarms,
        [now, limit],
      ),
    async nextDueAt() {
      const rows = await query<{ at: string | null }>("next_due", nextDue, []);
      const at = rows[0]?.at ?? null;
      return at === null ? null : Number(at);
    },
    verifications: (asked) => verifications(query, asked),
    apiKeyByDigest: async (digest) =>
      (await docs<ApiKey>("key_by_digest", "select doc from api_keys where digest = $1", [digest]))[0],
    tenants: () => docs<Tenant>("tenants", "select doc from tenants order by id", []),
    services: (tenantId) =>
      docs<Service>("services", "select doc from services where tenant_id = $1 order by id", [tenantId]),
    apiKeys: (tenantId) =>
      docs<ApiKey>("api_keys", "select doc from api_keys where tenant_id = $1 order by id", [tenantId]),
    async purge(before, limit) {
      try {
        await addDays(pool, options.clock ?? null);
        return await purge(pool, before, limit);
      } catch (cause) {
        throw new StorageUnavailable("old rows could not be removed", { cause });
      }
    },
    readMeta: async (name) =>
      (await query<{ value: string }>("read_meta", "select value from meta where name = $1", [name]))[0]
        ?.value,
    writeMeta: async (name, value) => void (await query("write_meta", writeMeta, [name, value])),
    probe: async () => void (await query("write_meta", writeMeta, ["probe", "written"])),
    backup: () =>
      Promise.reject(
        new StorageUnavailable("a PostgreSQL database is backed up with pg_dump or pg_basebackup"),
      ),
    async close() {
      if (closed) return;
      closed = true;
      await commits.drained();
      await pool.end();
    },
  };
}

type Query = <R extends pg.QueryResultRow>(name: string, text: string, values: unknown[]) => Promise<R[]>;

async function verifications(query: Query, asked: VerificationQuery): Promise<Verification[]> {
  const { tenantId, recipientId, status, before, limit } = asked;
  const values = [tenantId, before ?? endOfIds, status ?? null, limit];
  const rows =
    recipientId === undefined
      ? await query<{ doc: string }>("by_tenant", byTenant, values)
      : await query<{ doc: string }>("by_recipient", byRecipient, [...values, recipientId]);
  return rows.map((row) => decodeVerification(row.doc));
}

/** Sorts after every id. */
const endOfIds = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const deliveriesOf = "select doc from deliveries where verification_id = $1 order by sequence";
const dueDeliveries = `select verification_id as "verificationId", sequence, recipient_id as "recipientId"
  from deliveries where due_at is not null and due_at <= $1 order by due_at limit $2`;
const dueAlarms = `select id as "verificationId", 0 as sequence, recipient_id as "recipientId"
  from verifications where alarm_at is not null and alarm_at <= $1 order by alarm_at limit $2`;
const nextDue = `select least(
  (select min(due_at) from deliveries where due_at is not null),
  (select min(alarm_at) from verifications where alarm_at is not null))::text as at`;
const byTenant = `select doc from verifications where tenant_id = $1 and id < $2::uuid
  and ($3::text is null or status = $3) order by id desc limit $4`;
const byRecipient = `select doc from verifications where tenant_id = $1 and id < $2::uuid
  and ($3::text is null or status = $3) and recipient_id = $5 order by id desc limit $4`;
const writeMeta = `insert into meta (name, value) values ($1, $2)
  on conflict (name) do update set value = excluded.value`;
