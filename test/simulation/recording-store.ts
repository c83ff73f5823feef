import type { Key, Rows, Store, UpdateDecision, Write } from "../../src/store/index.ts";
import type { Change, Commit, Records } from "./records.ts";

/**
 * The real store, with a note of every committed update in commit order: what was decided on is compared with what
 * was committed before, and the rows that it wrote become the record.
 */
export function recordCommits(
  store: Store,
  owner: string,
  records: Records,
  onCommit: (commit: Commit) => void,
  isOver: () => boolean,
): Store {
  return {
    ...store,
    // Several nodes may share it here: leases count.
    isExclusive: false,
    purge(before, limit) {
      records.purgedBefore = Math.max(records.purgedBefore, before.accounts ?? 0);
      return store.purge(before, limit);
    },
    update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
      // A batch that fails is decided again one by one: only the last decision counts.
      let last: { now: number; writes: readonly Write[] } | null = null;
      const done = store.update<R>(keys, (rows, now) => {
        const decision = decide(rows, now);
        if ("writes" in decision) last = { now, writes: decision.writes };
        return decision;
      });
      return done.then((result) => {
        if (last !== null && last.writes.length > 0 && !isOver())
          onCommit(toCommit(records, owner, last.now, last.writes));
        return result;
      });
    },
  };
}

function toCommit(records: Records, owner: string, now: number, writes: readonly Write[]): Commit {
  const changes = writes.flatMap((write): Change[] => {
    switch (write.table) {
      case "verification":
        return [{ table: write.table, before: records.verifications.get(write.id), after: write.row }];
      case "delivery":
        return [{ table: write.table, before: records.deliveries.get(write.id), after: write.row }];
      case "recipient":
        return [{ table: write.table, before: records.recipients.get(write.id), after: write.row }];
      case "subscriber":
        return [{ table: write.table, before: records.subscribers.get(write.id), after: write.row }];
      case "challenge":
        return [{ table: write.table, before: records.challenges.get(write.id), after: write.row }];
      default:
        return [];
    }
  });
  for (const write of writes) keep(records, write);
  return {
    owner,
    now,
    verifications: changes.filter((one) => one.table === "verification"),
    deliveries: changes.filter((one) => one.table === "delivery"),
    recipients: changes.filter((one) => one.table === "recipient"),
    subscribers: changes.filter((one) => one.table === "subscriber"),
    challenges: changes.filter((one) => one.table === "challenge"),
  };
}

function keep(records: Records, write: Write): void {
  switch (write.table) {
    case "verification":
      put(records.verifications, write.id, write.row);
      return;
    case "delivery":
      put(records.deliveries, write.id, write.row);
      return;
    case "recipient":
      put(records.recipients, write.id, write.row);
      return;
    case "subscriber":
      put(records.subscribers, write.id, write.row);
      return;
    case "challenge":
      put(records.challenges, write.id, write.row);
      return;
    default:
  }
}

function put<R>(rows: Map<string, R>, id: string, row: R | null): void {
  if (row === null) rows.delete(id);
  else rows.set(id, row);
}
