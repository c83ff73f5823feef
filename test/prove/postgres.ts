// The long version of test/store/postgres-faults.test.ts: node test/prove/postgres.ts [cuts] [kills]. Appends its
// numbers to the ledger.
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/clock/index.ts";
import { openPostgresStore } from "../../src/store/index.ts";
import { commitCuts } from "../support/commit-cuts.ts";
import { databaseKills } from "../support/database-kills.ts";
import { startPostgres } from "../support/postgres.ts";
import { startTcpProxy, through } from "../support/tcp-proxy.ts";

const ledgerPath = join(import.meta.dirname, "..", "..", "docs", "reliability-ledger.jsonl");
const readyMsMax = 2_000;

/** Cuts commits and kills the database, writes down what came of it, and says whether all was well. */
export async function provePostgres(cuts: number, kills: number): Promise<boolean> {
  const server = await startPostgres();
  try {
    const url = await server.database();
    const proxy = await startTcpProxy(server.port);
    const cutStore = await openPostgresStore({ url: through(url, proxy.port) });
    const direct = await openPostgresStore({ url });
    const cut = await commitCuts(cutStore, direct, proxy, cuts);
    await cutStore.close();
    await direct.close();
    await proxy.close();
    write({ requirement: "R-09", ...cut });

    const killed = await databaseKills(server, await server.database(), kills);
    const { recoveryMs, ...counts } = killed;
    const recovery = { median: recoveryMs[Math.floor(recoveryMs.length / 2)], max: recoveryMs.at(-1) };
    write({ requirement: "R-06", ...counts, recoveryMs: recovery });
    const isWell = cut.lost + cut.doubled + killed.lost + killed.doubled === 0;
    return isWell && (recovery.max ?? 0) <= readyMsMax;
  } finally {
    await server.stop();
  }
}

function write(counts: Readonly<Record<string, unknown>>): void {
  const date = new Date(systemClock().now()).toISOString();
  const line = JSON.stringify({ part: "postgres", date, commit: commitId(), ...counts });
  appendFileSync(ledgerPath, `${line}\n`);
  process.stdout.write(`${line}\n`);
}

/** With a plus sign where the tree differs from that commit. */
function commitId(): string {
  const git = (...command: string[]): string => execFileSync("git", command, { encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", "src") !== "";
  return git("rev-parse", "--short", "HEAD") + (changed ? "+" : "");
}

if (import.meta.main) {
  const [cuts = "1000", kills = "50"] = process.argv.slice(2);
  process.exitCode = (await provePostgres(Number(cuts), Number(kills))) ? 0 : 1;
}
