import type pg from "pg";
import type { Host } from "./hosts.ts";

const statementTimeoutMs = 5_000;
/** Connections of one node: two carry batches of updates, the others read. */
export const connectionsMaxDefault = 8;
/** What a connection that fell silent costs at most; longer than the server itself lets a statement run. */
const answerTimeoutMs = statementTimeoutMs + 1_000;

/**
 * Plans made for empty tables must not live on when the tables are large: no sequential scans, nested loops that find
 * rows by key and prune partitions, one generic plan a statement, and no workers started for a few rows: the cost of
 * partitions that will be pruned makes the planner think of them.
 */
export const sessionOptions: string = [
  "-c enable_seqscan=off",
  "-c enable_hashjoin=off",
  "-c enable_mergejoin=off",
  "-c plan_cache_mode=force_generic_plan",
  "-c jit=off",
  "-c max_parallel_workers_per_gather=0",
  `-c statement_timeout=${statementTimeoutMs}`,
  `-c idle_in_transaction_session_timeout=${2 * statementTimeoutMs}`,
].join(" ");

export function applicationName(node: string): string {
  return `countersign ${node}`;
}

/** How to connect to a host. Some poolers take no start-up options: then the role has to carry them. */
export function sessionOf(host: Host, node: string, takesOptions: boolean): pg.PoolConfig {
  return {
    connectionString: host.url,
    connectionTimeoutMillis: host.connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    // Statements that do not need each other's answers go out together: a batch waits three times, not ten.
    pipeline: true,
    application_name: applicationName(node),
    ...(takesOptions ? { options: sessionOptions } : {}),
  };
}
