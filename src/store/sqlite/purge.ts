import type { DatabaseSync } from "node:sqlite";
import { uuidv7Floor } from "../../clock/index.ts";
import type { PurgeBefore, PurgeCounts } from "../port.ts";
import { purgeWebhooks } from "./webhook-tables.ts";

/**
 * Removes old rows in one small transaction. Ids carry their time, so that the oldest rows are the first of the table
 * and no index on age is needed; recipients are walked round and round by key.
 */
export function purge(database: DatabaseSync, before: PurgeBefore, limit: number): PurgeCounts {
  const floor = uuidv7Floor(before.settled);
  const walkedTo = database.prepare("select value from meta where name = 'purge_recipients_after'").get() as
    | { value: string }
    | undefined;
  database.exec("begin immediate");
  try {
    // No verification outlives 45 minutes, so an old id is a settled verification, written down or not.
    const verifications = database
      .prepare(
        "delete from verifications where id in (select id from verifications where id < ? order by id limit ?)",
      )
      .run(floor, limit).changes;
    const deliveries = database
      .prepare(
        `delete from deliveries where (verification_id, sequence) in
         (select verification_id, sequence from deliveries where verification_id < ? order by verification_id limit ?)`,
      )
      .run(floor, limit).changes;
    const idempotency = database
      .prepare(
        `delete from idempotency where id in
         (select id from idempotency where created_at < ? order by created_at limit ?)`,
      )
      .run(before.idempotency, limit).changes;
    const { messages, events } = purgeWebhooks(database, before.settled, limit);
    const accounts = purgeAccounts(database, before.accounts ?? 0, limit);
    const after = walkedTo?.value ?? "";
    const walked = database
      .prepare("select id from recipients where id > ? order by id limit ?")
      .all(after, limit);
    const last = (walked.at(-1) as { id: string } | undefined)?.id;
    const recipients =
      last === undefined
        ? 0
        : database
            .prepare("delete from recipients where id > ? and id <= ? and last_seen_at < ?")
            .run(after, last, before.settled).changes;
    database
      .prepare(
        `insert into meta (name, value) values ('purge_recipients_after', ?)
         on conflict (name) do update set value = excluded.value`,
      )
      .run(walked.length < limit ? "" : (last ?? ""));
    database.exec("commit");
    const full = [verifications, deliveries, messages, events, idempotency, accounts].some(
      (count) => Number(count) >= limit,
    );
    return {
      verifications: Number(verifications),
      deliveries: Number(deliveries),
      messages,
      events,
      recipients: Number(recipients),
      idempotency: Number(idempotency),
      accounts,
      finished: !full && walked.length < limit,
    };
  } catch (cause) {
    // A full disk has rolled it back already.
    if (database.isTransaction) database.exec("rollback");
    throw cause;
  }
}

const accountPurges = [
  `delete from challenges where id in
     (select id from challenges where kept_until < ? order by kept_until limit ?)`,
  "delete from sessions where id in (select id from sessions where kept_until < ? order by kept_until limit ?)",
  `delete from subscriber_names where id in
     (select id from subscriber_names where kept_until < ? order by kept_until limit ?)`,
];

/** At most `limit` rows of all of them together. */
function purgeAccounts(database: DatabaseSync, before: number, limit: number): number {
  let removed = 0;
  for (const text of accountPurges) {
    removed += Number(database.prepare(text).run(before, limit - removed).changes);
  }
  return removed;
}
