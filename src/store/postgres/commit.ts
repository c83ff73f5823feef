import type pg from "pg";
import { StorageUnavailable } from "../errors.ts";
import { CommitUnconfirmed } from "./faults.ts";
import type { Call } from "./grouped.ts";
import { prepared } from "./prepared.ts";

/**
 * Commits, and resolves only if the server says so and means all of it. The wait for a synchronous standby has no
 * time-out of the server's: cut off, it would leave a transaction that everybody sees and a fail-over loses.
 * @throws CommitUnconfirmed when it was done here and perhaps nowhere else
 */
export function commit(client: pg.PoolClient): Promise<void> {
  return confirmed(client, async () => (await client.query("commit")).command);
}

/** A commit as a statement among others. */
export const commitCall: Call = { ...prepared("commit", "commit"), values: [] };

/** As `commit`, of a commit that is sent in some other way: `send` gives the server's word for what it did. */
export async function confirmed(client: pg.PoolClient, send: () => Promise<string>): Promise<void> {
  let warning: string | null = null;
  const onNotice = (notice: { severity?: string | undefined; message?: string | undefined }): void => {
    // 01000 when somebody cancelled the wait for the standby, 57P01 when the server shut down meanwhile.
    if (notice.severity === "WARNING") warning = notice.message ?? "a warning";
  };
  client.on("notice", onNotice);
  try {
    const command = await send();
    if (command !== "COMMIT") throw new StorageUnavailable(`the database answered ${command} to a commit`);
  } finally {
    client.off("notice", onNotice);
  }
  if (warning !== null) throw new CommitUnconfirmed(`the standby did not confirm a commit (${warning})`);
}
