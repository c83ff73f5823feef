import type { Key, TableName } from "../port.ts";
import type { Marker } from "./commit-marker.ts";
import { families } from "./families.ts";
import { arrayText, type Call, type Fields } from "./grouped.ts";
import type { RawRow } from "./operation.ts";
import { prepared, type Statement } from "./prepared.ts";
import { keyLists } from "./reads.ts";
import { familyParameters, skipping } from "./row-family.ts";

/** What locks the rows of a batch, kind by kind in key order: one total order over all nodes, so that none wait in a circle. */
export interface LockStatements {
  readonly recipients: Statement;
  readonly verifications: Statement;
  readonly deliveries: Statement;
  readonly others: Statement;
}

/**
 * Waits for whoever holds a row. Each partitioned table has a statement of its own: PostgreSQL 18 shares what it knows
 * of pruning between a statement and the second look that it takes at a row changed meanwhile, and a statement that goes
 * on to another partitioned table after such a look loses rows or crashes the server (seen with 18.4). A new statement
 * also sees what was committed while the one before it waited. Rows are found by a plain scan of their keys, which no
 * statistics turn into reading a small table whole; the bounds prune partitions before any is opened.
 */
export const lockRows: LockStatements = {
  recipients: prepared(
    "lock_recipients",
    "select r.id, r.tenant_id, r.doc from recipients r where r.id = any($1::text[]) order by r.id for update",
  ),
  verifications: prepared(
    "lock_verifications",
    `select v.id, v.tenant_id, v.recipient_id, v.doc from verifications v
      where v.id = any($1::uuid[]) and v.id between $2::uuid and $3::uuid order by v.id for update`,
  ),
  deliveries: prepared(
    "lock_deliveries",
    `select d.verification_id || '.' || d.sequence, d.recipient_id, d.doc from deliveries d
      where d.verification_id = any($1::uuid[]) and d.verification_id between $3::uuid and $4::uuid
        and d.sequence = any($2::int[]) and d.verification_id || '.' || d.sequence = any($5::text[])
      order by d.verification_id, d.sequence for update`,
  ),
  others: prepared(
    "lock_others",
    `with idempotency_record as materialized (
       select i.id, i.doc from idempotency i where i.id = any($1::text[]) order by i.id for update),
     tenant as materialized (
       select t.id, t.doc from tenants t where t.id = any($2::text[]) order by t.id for update),
     service as materialized (
       select s.id, s.doc from services s where s.id = any($3::text[]) order by s.id for update),
     api_key as materialized (
       select a.id, a.doc from api_keys a where a.id = any($4::text[]) order by a.id for update)
     select 'idempotency', id, doc from idempotency_record
     union all select 'tenant', id, doc from tenant
     union all select 'service', id, doc from service
     union all select 'apiKey', id, doc from api_key`,
  ),
};

/** The same, of the rows that nobody holds. */
export const lockFreeRows: LockStatements = {
  recipients: skipping(lockRows.recipients),
  verifications: skipping(lockRows.verifications),
  deliveries: skipping(lockRows.deliveries),
  others: skipping(lockRows.others),
};

/** The lane's marker is written behind all locks, and gives the time. No row: somebody removed it. */
export const writeMarker: Statement = prepared(
  "write_marker",
  `update commit_markers set batch = $2, at = floor(extract(epoch from clock_timestamp()) * 1000)
    where slot = $1 returning at`,
);

export function markerCall({ slot, batch }: Marker): Call {
  return { ...writeMarker, values: [slot, batch] };
}

/** A statement, and what its rows are. */
export interface LockCall {
  readonly call: Call;
  readonly rowOf: (fields: Fields) => RawRow;
}

/** The statements that lock and read the rows of these keys, in the order of the locks. */
export function lockCalls(statements: LockStatements, keys: readonly Key[]): LockCall[] {
  const { recipient, verification, delivery, others } = keyLists(keys);
  const calls: LockCall[] = [];
  if (recipient.length > 0) {
    calls.push({ call: { ...statements.recipients, values: [arrayText(recipient)] }, rowOf: recipientOf });
  }
  if (verification.length > 0) {
    const values = [arrayText(verification), ...boundsOf(verification)];
    calls.push({ call: { ...statements.verifications, values }, rowOf: verificationOf });
  }
  for (const family of families) {
    const lists = familyParameters(family, keys);
    if (lists === null) continue;
    const statement = statements === lockRows ? family.lock : family.lockFree;
    calls.push({ call: { ...statement, values: lists.map(arrayText) }, rowOf: anyOf });
  }
  if (delivery.ids.length > 0) {
    const { verificationIds, sequences, ids } = delivery;
    const values = [arrayText(verificationIds), arrayText(sequences), ...boundsOf(verificationIds)];
    calls.push({
      call: { ...statements.deliveries, values: [...values, arrayText(ids)] },
      rowOf: deliveryOf,
    });
  }
  if (others.some((ids) => ids.length > 0)) {
    calls.push({ call: { ...statements.others, values: others.map(arrayText) }, rowOf: anyOf });
  }
  return calls;
}

function recipientOf([id, tenantId, doc]: Fields): RawRow {
  return { kind: "recipient", id: id as string, tenantId: tenantId as string, doc: doc as string };
}

function verificationOf([id, tenantId, recipientId, doc]: Fields): RawRow {
  return {
    kind: "verification",
    id: id as string,
    tenantId: tenantId as string,
    recipientId: recipientId as string,
    doc: doc as string,
  };
}

function deliveryOf([id, recipientId, doc]: Fields): RawRow {
  return { kind: "delivery", id: id as string, recipientId: recipientId as string, doc: doc as string };
}

function anyOf([kind, id, doc]: Fields): RawRow {
  return { kind: kind as TableName, id: id as string, doc: doc as string };
}

/** UUIDs in lower case sort as text like PostgreSQL sorts them; null bounds hold nothing. */
function boundsOf(ids: readonly string[]): [string | null, string | null] {
  let [least, most]: [string | null, string | null] = [null, null];
  for (const id of ids) {
    if (least === null || id < least) least = id;
    if (most === null || id > most) most = id;
  }
  return [least, most];
}

/**
 * `for update` locks nothing for rows that do not exist yet: two nodes on one fresh key would both insert it and one
 * update would be lost. Their keys are locked by hash first, in one order.
 */
const lockNames = prepared(
  "lock_missing",
  `select pg_advisory_xact_lock(h) from (
     select distinct hashtextextended(name, 0) as h from unnest($1::text[]) k (name) order by h) hashes`,
);

export function namesCall(names: readonly string[]): Call {
  return { ...lockNames, values: [arrayText(names)] };
}
