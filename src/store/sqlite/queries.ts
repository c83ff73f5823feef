import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Session, Subscriber } from "../../accounts/index.ts";
import { type ApiKey, type Dialect, dialectNames, type Service, type Tenant } from "../../tenants/records.ts";
import type { Delivery, Recipient, Verification } from "../../verification/index.ts";
import {
  type Due,
  type SessionQuery,
  type SubscriberQuery,
  sessionBounds,
  type TableName,
  type Tables,
  type VerificationQuery,
} from "../port.ts";
import type { StoredRow } from "../rows/index.ts";
import { hasStatus, statusTimes } from "../status-at.ts";
import { fromDoc } from "./docs.ts";
import { prepareWebhookQueries, type WebhookQueries } from "./webhook-tables.ts";

/** The reads that go past the cache. */
export interface Queries extends WebhookQueries {
  deliveriesOf(verificationId: string): readonly Delivery[];
  due(queue: "delivery" | "alarm", now: number, limit: number): readonly Due[];
  nextDueAt(): number | null;
  verifications(query: VerificationQuery): readonly Verification[];
  apiKeyByDigest(digest: string): ApiKey | undefined;
  apiKeysByDialect(dialect: Dialect, name: string): readonly ApiKey[];
  tenants(): readonly Tenant[];
  services(tenantId: string): readonly Service[];
  apiKeys(tenantId: string): readonly ApiKey[];
  subscribers(query: SubscriberQuery): readonly Subscriber[];
  sessionsOf(query: SessionQuery): readonly Session[];
  readMeta(name: string): string | undefined;
  writeMeta(name: string, value: string | null): void;
  metas(): ReadonlyMap<string, string>;
}

function docs<T extends TableName>(
  table: T,
  rows: unknown[],
  isAskedFor: (row: Tables[T]) => boolean,
): Tables[T][] {
  return rows.map((row) => fromDoc(table, row as StoredRow, isAskedFor));
}

// house: size: a list of statements, and of their uses
export function prepareQueries(database: DatabaseSync): Queries {
  const deliveriesOf = database.prepare(
    `select verification_id || '.' || sequence as id, recipient_id as "recipientId", doc
     from deliveries where verification_id = ? order by sequence`,
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
  const keyByDigest = database.prepare("select id, doc from api_keys where digest = ?");
  const keysByDialect = prepareKeysByDialect(database);
  const tenants = database.prepare("select id, doc from tenants order by id");
  const services = database.prepare("select id, doc from services where tenant_id = ? order by id");
  const apiKeys = database.prepare("select id, doc from api_keys where tenant_id = ? order by id");
  const subscribers = database.prepare(
    "select id, doc from subscribers where tenant_id = ? and id > ? order by id limit ?",
  );
  const sessionsOf = database.prepare(
    `select id, doc from sessions where subscriber_id = ? and kept_until > ? and (kept_until > ? or id < ?)
       order by id desc limit ?`,
  );
  const readMeta = database.prepare("select value from meta where name = ?");
  const metas = database.prepare("select name, value from meta order by name");
  const removeMeta = database.prepare("delete from meta where name = ?");
  const writeMeta = database.prepare(
    "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
  );
  return {
    deliveriesOf: (id) => docs("delivery", deliveriesOf.all(id), (row) => row.verificationId === id),
    due: (queue, now, limit) =>
      (queue === "delivery" ? dueDeliveries : dueAlarms).all(now, limit) as unknown as Due[],
    nextDueAt: () => (nextDue.get() as { at: number | null }).at,
    verifications: prepareList(database),
    apiKeyByDigest: (digest) => docs("apiKey", keyByDigest.all(digest), (row) => row.digest === digest)[0],
    apiKeysByDialect: (dialect, name) =>
      docs(
        "apiKey",
        keysByDialect[dialect].all(name),
        (row) => row.dialects[dialect]?.[dialectNames[dialect]] === name,
      ),
    tenants: () => docs("tenant", tenants.all(), () => true),
    services: (tenantId) => docs("service", services.all(tenantId), (row) => row.tenantId === tenantId),
    apiKeys: (tenantId) => docs("apiKey", apiKeys.all(tenantId), (row) => row.tenantId === tenantId),
    subscribers: ({ tenantId, after, limit }) =>
      docs("subscriber", subscribers.all(tenantId, after ?? "", limit), (row) => row.tenantId === tenantId),
    sessionsOf: (query) => {
      const { at, until, olderThan } = sessionBounds(query);
      const { subscriberId, limit } = query;
      const rows = sessionsOf.all(subscriberId, at, until, olderThan, limit);
      return docs("session", rows, (row) => row.subscriberId === subscriberId);
    },
    readMeta: (name) => (readMeta.get(name) as { value: string } | undefined)?.value,
    writeMeta: (name, value) => void (value === null ? removeMeta.run(name) : writeMeta.run(name, value)),
    ...prepareWebhookQueries(database),
    metas: () =>
      new Map((metas.all() as { name: string; value: string }[]).map((row) => [row.name, row.value])),
  };
}

/** Written as the indexes are, which SQLite compares letter by letter. */
function prepareKeysByDialect(database: DatabaseSync): Readonly<Record<Dialect, StatementSync>> {
  return {
    vonage: database.prepare(
      "select id, doc from api_keys where json_extract(substr(doc, 9), '$.dialects.vonage.user') = ? order by id",
    ),
    twilio: database.prepare(
      "select id, doc from api_keys where json_extract(substr(doc, 9), '$.dialects.twilio.user') = ? order by id",
    ),
    telnyx: database.prepare(
      "select id, doc from api_keys where json_extract(substr(doc, 9), '$.dialects.telnyx.digest') = ? order by id",
    ),
    flowroute: database.prepare(
      "select id, doc from api_keys where json_extract(substr(doc, 9), '$.dialects.flowroute.user') = ? order by id",
    ),
  };
}

/** Verifications of a tenant or of one recipient, newest first. */
function prepareList(database: DatabaseSync): Queries["verifications"] {
  // Whether a pending row has ended, as `asOf` has it. The columns tell for nearly all of them: an alarm is never later
  // than the end, and only what seems to come from the future can have ended before it began.
  const byTenant = database.prepare(
    `select id, tenant_id as "tenantId", recipient_id as "recipientId", doc from verifications where tenant_id = ?1 and id < ?2 and (?3 is null or ?3 = case
       when status <> 'pending' then status
       when alarm_at <= ?5 and json_extract(substr(doc, 9), '$[2]') <= ?5 then 'expired'
       when id > ?6 and json_extract(substr(doc, 9), '$[1]') > ?7 then 'expired'
       else status end)
     order by id desc limit ?4`,
  );
  const recipient = database.prepare(`select id, tenant_id as "tenantId", doc from recipients where id = ?`);
  const verification = database.prepare(
    `select id, tenant_id as "tenantId", recipient_id as "recipientId", doc from verifications where id = ?`,
  );
  return (query) => {
    const { tenantId, recipientId, status, before, limit } = query;
    if (recipientId === undefined) {
      const asked = [tenantId, before ?? endOfIds, status ?? null, limit, ...statusTimes(query.at)];
      return docs("verification", byTenant.all(...asked), (row) => row.tenantId === tenantId);
    }
    return listOf(
      query,
      (id) => docs("verification", verification.all(id), (row) => row.id === id)[0],
      docs("recipient", recipient.all(recipientId), (row) => row.id === recipientId)[0],
    );
  };
}

/** Walks a recipient's list from its newest verification backwards; it ends where retention has cut it off. */
function listOf(
  { tenantId, recipientId, status, at, before, limit }: VerificationQuery,
  read: (id: string) => Verification | undefined,
  recipient: Recipient | undefined,
): Verification[] {
  const last = before === undefined ? undefined : read(before);
  const isOnList = last?.recipientId === recipientId;
  const found: Verification[] = [];
  for (let id = isOnList ? last?.previousId : recipient?.newestId; found.length < limit; ) {
    const next = id === undefined || id === null ? undefined : read(id);
    if (next === undefined) break;
    id = next.previousId;
    const isWanted = next.tenantId === tenantId && hasStatus(next, status, at);
    if (isWanted && (before === undefined || next.id < before)) found.push(next);
  }
  return found;
}

/** Sorts after every UUID. */
const endOfIds = "g";
