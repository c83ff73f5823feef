import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgresStore, type PostgresStore } from "../../src/store/index.ts";
import { type Audit, audit } from "../crash/audit.ts";
import type { Entry, Sent } from "../crash/load.ts";
import { type PostgresPair, startPostgresPair } from "../support/postgres-pair.ts";
import { startNodeProcess } from "./node-processes.ts";
import { loadNodes } from "./nodes-load.ts";

export interface FailoverReport extends Audit {
  readonly failovers: number;
  /** Answers that told nothing: 503, or none. */
  readonly unanswered: number;
  /** From the kill of the primary to what each node acknowledged first, in milliseconds, smallest first. */
  readonly outageMs: readonly number[];
  /** How much of it the promotion took. */
  readonly promotionMs: readonly number[];
  /** Old primaries that were started again and asked to write. */
  readonly oldPrimaries: number;
}

export interface FailoverOptions {
  readonly failovers: number;
  /** Whether each old primary is started once more as it was, which no operator should do. */
  readonly withOldPrimary: boolean;
  /**
   * For comparison: commits wait for no standby, which is away for the last moments before the kill. What is lost then
   * shows as anomalies.
   */
  readonly isAsynchronous?: boolean;
  /** How long the nodes work on what is left over, without load, before the audit. */
  readonly drainMs: number;
}

const acknowledgedPerRound = 150;

/**
 * Kills the primary under the load of two nodes and promotes its synchronous standby, again and again; then compares what
 * clients were told, and what carriers were asked to send, with what is there.
 */
export async function failoverRounds(options: FailoverOptions): Promise<FailoverReport> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-failover-"));
  const ledger = join(folder, "ledger");
  writeFileSync(ledger, "");
  const pair = await startPostgresPair();
  const nodes = await Promise.all([
    startNodeProcess(folder, pair.url, ledger),
    startNodeProcess(folder, pair.url, ledger),
  ]);
  let numbers = 0;
  const load = loadNodes(
    () => nodes.map(({ origin }) => origin),
    ledger,
    () => `+1415${2_000_000 + numbers++}`,
  );
  const outageMs: number[] = [];
  const promotionMs: number[] = [];
  try {
    for (let round = 0; round < options.failovers; round++) {
      await load.more(acknowledgedPerRound);
      if (options.isAsynchronous === true) await leaveStandbyBehind(pair, () => load.more(100));
      await pair.primary.kill();
      if (options.isAsynchronous === true) await pair.standby.start();
      const served = load.servedByAll();
      const killedAt = performance.now();
      await pair.promote();
      promotionMs.push(Math.round(performance.now() - killedAt));
      outageMs.push(...(await served));
      if (options.withOldPrimary) await askOldPrimary(pair);
      await pair.join();
    }
    await load.more(acknowledgedPerRound);
    const unanswered = load.unanswered;
    const sent = await load.stop();
    for (const { child } of nodes) {
      if (child.exitCode !== null) throw new Error(`a node ended by itself: ${child.exitCode}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.drainMs));
    // The rows stand still while they are compared with each other.
    await Promise.all(nodes.map((node) => node.end("SIGKILL")));
    return {
      failovers: options.failovers,
      unanswered,
      outageMs: outageMs.sort((a, b) => a - b),
      promotionMs,
      oldPrimaries: options.withOldPrimary ? options.failovers : 0,
      ...(await auditOf(pair.url, load.entries, sent)),
    };
  } finally {
    await Promise.all(nodes.map((node) => node.end("SIGKILL")));
    await pair.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function leaveStandbyBehind(pair: PostgresPair, work: () => Promise<void>): Promise<void> {
  await pair.primary.sql("alter system reset synchronous_standby_names");
  await pair.primary.sql("select pg_reload_conf()");
  await pair.standby.kill();
  await work();
}

/** Whoever is led to an old primary, knowing no other, is refused: its standby is gone and confirms nothing. */
async function askOldPrimary(pair: PostgresPair): Promise<void> {
  const old = pair.standby;
  await old.start();
  const url = pair.url.replace(/@[^/]*/, `@127.0.0.1:${old.port}`);
  const store = await openPostgresStore({ url }).catch(() => null);
  if (store !== null) {
    await store.close();
    throw new Error("an old primary confirmed a write");
  }
  await old.kill();
}

export async function auditOf(url: string, entries: readonly Entry[], sent: readonly Sent[]): Promise<Audit> {
  const store: PostgresStore = await openPostgresStore({ url });
  try {
    const [tenant] = await store.tenants();
    return await audit(store, tenant?.id ?? "", entries, sent);
  } finally {
    await store.close();
  }
}
