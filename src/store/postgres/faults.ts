import type pg from "pg";
import { StorageUnavailable } from "../errors.ts";

function sqlState(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

/** The transaction did not take place and may simply be tried again: deadlock, serialization, a row that appeared. */
export function isRetryable(cause: unknown): boolean {
  const state = sqlState(cause);
  return state === "40P01" || state === "40001" || isLostConnection(cause);
}

const lostCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  // Administrator shutdown, crash shutdown, cannot connect now.
  "57P01",
  "57P02",
  "57P03",
]);

export function isLostConnection(cause: unknown): boolean {
  const state = sqlState(cause);
  if (state !== undefined) return lostCodes.has(state) || state.startsWith("08");
  return cause instanceof Error && /terminat|closed|ended|lost/i.test(cause.message);
}

const looksMax = 20;

/**
 * Whether a transaction committed although its answer never came: asked of the database itself, which knows.
 * @throws StorageUnavailable when it cannot be found out.
 */
export async function commitHappened(pool: pg.Pool, transactionId: string): Promise<boolean> {
  for (let look = 0; look < looksMax; look++) {
    const status = await statusOf(pool, transactionId);
    if (status === "committed") return true;
    if (status === "aborted") return false;
  }
  throw new StorageUnavailable(
    "the answer to a commit was lost and the database does not tell what became of it",
  );
}

async function statusOf(pool: pg.Pool, transactionId: string): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ status: string | null }>({
      // The server's own pause between looks: nothing here sleeps.
      text: "select pg_xact_status($1::text::xid8) as status, pg_sleep(0.1)",
      values: [transactionId],
    });
    return rows[0]?.status ?? null;
  } catch {
    return null;
  }
}
