import type pg from "pg";
import { accountQueries } from "./account-rows.ts";
import { dueStatements } from "./due.ts";
import { families } from "./families.ts";
import { lockFreeRows, lockRows, writeMarker } from "./locks.ts";
import { keysByDialect, queries } from "./queries.ts";
import { readRecipients, readRows } from "./reads.ts";
import { webhookQueries } from "./webhook-rows.ts";

// Of no row: asked with these, a statement changes nothing and locks nothing.
const id = "00000000-0000-7000-8000-000000000000";
const otherKeys = `array['${id}']::uuid[], array[1], array['-'], array['-'], array['-'], array['-']`;
const keyLists = `array['-'], array['${id}']::uuid[], ${otherKeys}`;

/** A statement with arguments as SQL. */
export type Asked = readonly [pg.QueryConfig, string];

/** Every statement of the hot path. */
export const hotStatements: readonly Asked[] = [
  [readRows, keyLists],
  ...[lockRows, lockFreeRows].flatMap((one): readonly Asked[] => [
    [one.recipients, "array['-']"],
    [one.verifications, `array['${id}']::uuid[], '${id}', '${id}'`],
    [one.deliveries, `array['${id}']::uuid[], array[1], '${id}', '${id}', array['${id}.1']`],
    [one.others, "array['-'], array['-'], array['-'], array['-']"],
  ]),
  [writeMarker, "'-', '1'"],
  ...families.flatMap(({ tables, read, lock, lockFree }) => {
    const lists = tables.map(() => "array['-']").join(", ");
    return [read, lock, lockFree].map((one): Asked => [one, lists]);
  }),
  [accountQueries.subscribers, "'-', '', 10"],
  [accountQueries.sessionsOf, "'-', -1, -1, '', 10"],
  [readRecipients, "array['-']"],
  [dueStatements.delivery, "1, 100, 0"],
  [dueStatements.alarm, "1, 100, 0"],
  [queries.deliveriesOf, `'${id}'`],
  [queries.nextDue, ""],
  [queries.byRecipient, `'-', '${id}', null, 10, 0, '${id}', 0, '-'`],
  [queries.keyByDigest, "'-'"],
  ...Object.values(keysByDialect).map((one): Asked => [one, "'-'"]),
  [queries.services, "'-'"],
  [queries.readMeta, "'-'"],
  [webhookQueries.endpoints, "'-'"],
  [webhookQueries.endpointChanges, "'1'"],
  [webhookQueries.dueEndpoints, "1"],
  [webhookQueries.dueEvents, "array['-'], 1, 100"],
  [webhookQueries.events, "'-', '-', null, 10"],
  [webhookQueries.messagesOfTenant, "'-', '-', 10"],
  [webhookQueries.messagesOfRecipient, "'-', '-', 10"],
];

/** How the server carries a statement out, which it does to say so. Leaves nothing behind. */
export async function planOf(client: pg.ClientBase, [statement, values]: Asked): Promise<string> {
  await client.query("begin");
  try {
    await client.query("prepare hot as ".concat(statement.text));
    const call = "execute hot".concat(values === "" ? "" : `(${values})`);
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      "explain (analyze, costs off, timing off, summary off) ".concat(call),
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.query("rollback");
    // A statement outlives the transaction that prepared it.
    await client.query("deallocate all");
  }
}

/** Why a plan would get slow as tables grow; null where it would not. */
export function planFault({ name }: pg.QueryConfig, plan: string): string | null {
  // Gather: the cost of partitions that will be pruned makes the planner start workers for a few rows. A filter of a join
  // or its materialized side: a small table is read whole, and will be when it has grown.
  const scan = /Seq Scan|Hash Join|Merge Join|Gather|Join Filter|Materialize/.exec(plan);
  if (scan !== null) return `${name}: ${scan[0]}`;
  const isByKey = /^(read_rows|lock_|deliveries_of)/.test(name ?? "");
  if (!isByKey) return null;
  for (const table of ["verifications", "deliveries"]) {
    const looked = partitionsLookedInto(plan, table);
    if (looked > 1) return `${name}: looks into ${looked} partitions of ${table} for one key`;
  }
  return null;
}

/** How many partitions a plan went into: those it skipped were never executed. */
function partitionsLookedInto(plan: string, table: string): number {
  const isScan = new RegExp(`(?<!Bitmap Index )Scan .*on ${table}_`);
  const scans = plan.split("\n").filter((line) => isScan.test(line));
  return scans.filter((line) => !line.includes("never executed")).length;
}
