import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Audit } from "../crash/audit.ts";
import { auditOf } from "./failover-rounds.ts";
import { type NodeProcess, startNodeProcess } from "./node-processes.ts";
import { loadNodes } from "./nodes-load.ts";

export interface NodeRoundsReport extends Audit {
  readonly kills: number;
  readonly pauses: number;
  readonly unanswered: number;
  /** From the start of a process that follows a killed one to its first acknowledgement, smallest first. */
  readonly readyMs: readonly number[];
}

const acknowledgedPerRound = 100;
/** The shortest leaves every time-out untouched, the longest outlives transactions and leases. */
const pausesMs = [500, 3_000, 12_000, 18_000];

/** Kills and pauses nodes in turn under load, and compares what clients and carriers were told with what is there. */
export async function nodeRounds(url: string, rounds: number, drainMs: number): Promise<NodeRoundsReport> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-rounds-"));
  const ledger = join(folder, "ledger");
  writeFileSync(ledger, "");
  const startNode = (): Promise<NodeProcess> => startNodeProcess(folder, url, ledger);
  const nodes = await Promise.all([startNode(), startNode()]);
  let serving = [...nodes];
  let numbers = 0;
  const load = loadNodes(
    () => serving.map(({ origin }) => origin),
    ledger,
    () => `+1415${2_000_000 + numbers++}`,
  );
  const readyMs: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const index = round % 4 < 2 ? 0 : 1;
      const node = nodes[index] as NodeProcess;
      await load.more(acknowledgedPerRound);
      serving = nodes.filter((one) => one !== node);
      if (round % 2 === 0) {
        await node.end("SIGKILL");
        const startedAt = performance.now();
        nodes[index] = await startNode();
        readyMs.push(Math.round(performance.now() - startedAt));
      } else {
        node.child.kill("SIGSTOP");
        await pause(pausesMs[((round - 1) / 2) % pausesMs.length] ?? 0);
        node.child.kill("SIGCONT");
      }
      serving = [...nodes];
    }
    await load.more(acknowledgedPerRound);
    const { unanswered } = load;
    const sent = await load.stop();
    await pause(drainMs);
    // The rows stand still while they are compared with each other.
    await Promise.all(nodes.map((node) => node.end("SIGKILL")));
    const audited = await auditOf(url, load.entries, sent);
    const kills = Math.ceil(rounds / 2);
    readyMs.sort((a, b) => a - b);
    return { kills, pauses: rounds - kills, unanswered, readyMs, ...audited };
  } finally {
    for (const node of nodes) node.child.kill("SIGCONT");
    await Promise.all(nodes.map((node) => node.end("SIGKILL")));
    rmSync(folder, { recursive: true, force: true });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
