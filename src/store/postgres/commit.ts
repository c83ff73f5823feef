import type pg from "pg";
import { StorageUnavailable } from "../errors.ts";
import { CommitUnconfirmed } from "./faults.ts";

/**
 * Waiting for a synchronous standby is not cut off by the time-out of statements: a wait that is cut off leaves a
 * transaction that everybody sees and a fail-over loses. Without it the transaction stays unseen, and holds its locks,
 * until the standby has it.
 */
const commitStatement = "set local statement_timeout = 0; commit";

/**
 * Commits, and resolves only if the server says so and means all of it.
 * @throws CommitUnconfirmed when it was done here and perhaps nowhere else
 */
export async function commit(client: pg.PoolClient): Promise<void> {
  let warning: string | null = null;
  const onNotice = (notice: { severity?: string | undefined; message?: string | undefined }): void => {
    // 01000 when somebody cancelled the wait for the standby, 57P01 when the server shut down meanwhile.
    if (notice.severity === "WARNING") warning = notice.message ?? "a warning";
  };
  client.on("notice", onNotice);
  try {
    // Two statements in one message give two results, which the types do not know.
    const answer = (await client.query(commitStatement)) as unknown as readonly pg.QueryResult[];
    const command = answer.at(-1)?.command;
    if (command !== "COMMIT") throw new StorageUnavailable(`the database answered ${command} to a commit`);
  } finally {
    client.off("notice", onNotice);
  }
  if (warning !== null) throw new CommitUnconfirmed(`the standby did not confirm a commit (${warning})`);
}
