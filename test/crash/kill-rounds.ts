import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "../../src/clock/index.ts";
import { openSqliteStore } from "../../src/store/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { type Audit, audit } from "./audit.ts";
import type { Person } from "./enrolled-app.ts";
import { followLedger, type Journal, type Ledger, load, openJournal, type Unanswered } from "./load.ts";

export interface KillOptions {
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly lifeMsMax: number;
  /** How long the last server works on what is left over, without load, before the audit. */
  readonly drainMs: number;
}

export interface KillReport extends Audit {
  readonly kills: number;
  /** From the start of each process to its first answer, in milliseconds, smallest first. */
  readonly readyMs: readonly number[];
  readonly retriedStarts: number;
}

export const apiKey = "kill-test-key-0123456789-0123456789";
const lifeMsMin = 200;
const program = join(import.meta.dirname, "server-process.ts");
const clock = systemClock();

export interface Running {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly tenantId: string;
  readonly people: readonly Person[];
  readonly readyMs: number;
}

/** Kills a server under load again and again, and compares what clients were told with what it kept. */
export async function killRounds(options: KillOptions): Promise<KillReport> {
  const journal = openJournal(join(options.folder, "journal"));
  const ledger = followLedger(join(options.folder, "ledger"));
  const random = seededRandom(options.seed);
  const readyMs: number[] = [];
  let numbers = 0;
  const nextNumber = (): string => `+1415${2_000_000 + numbers++}`;
  let unanswered: Unanswered[] = [];
  let seen = 0;
  let tenantId = "";
  try {
    for (let kill = 0; kill < options.kills; kill++) {
      const server = await startServer(options.folder);
      readyMs.push(server.readyMs);
      tenantId = server.tenantId;
      await confirm(server.origin, journal, seen);
      seen = journal.entries.length;
      const loading = load({ journal, ledger, apiKey, nextNumber }, server.origin, unanswered);
      const lifeMs = lifeMsMin + random.next() * (options.lifeMsMax - lifeMsMin);
      await Promise.race([clock.sleep(lifeMs), loading]);
      await killServer(server);
      unanswered = await loading;
    }
    const last = await startServer(options.folder);
    readyMs.push(last.readyMs);
    await confirm(last.origin, journal, seen);
    await clock.sleep(options.drainMs);
    await killServer(last);
    return await report(options, { journal, ledger, tenantId, readyMs });
  } finally {
    journal.close();
    ledger.close();
  }
}

/** What a server is started with. */
export interface ServerOptions {
  /** The current one first; without any it makes its own. */
  readonly secrets?: readonly string[];
  /** Of its data, in the folder. */
  readonly data?: string;
  /** Where it is one of several. */
  readonly databaseUrl?: string | null;
  /** How many people have apps under the last of the secrets before it serves. */
  readonly people?: number;
}

export async function startServer(
  folder: string,
  { secrets = [], data = "data", databaseUrl = null, people = 0 }: ServerOptions = {},
): Promise<Running> {
  const startedAt = clock.now();
  const paths = [program, join(folder, data), join(folder, "ledger")];
  const arguments_ = [...paths, apiKey, databaseUrl ?? "", String(people), ...secrets];
  const child = spawn(process.execPath, arguments_, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  const ended = once(child, "exit").then(() => {
    throw new Error("the server ended before it was ready");
  });
  const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
  ended.catch(() => {});
  const told = JSON.parse(line) as { port: number; tenantId: string; people: readonly Person[] };
  const { port, ...rest } = told;
  const origin = `http://127.0.0.1:${port}`;
  const unknown = "01920000-0000-7000-8000-000000000000";
  const status = await statusOf(origin, unknown);
  if (status !== 404) throw new Error(`a server that is ready answered ${status}`);
  return { child, origin, ...rest, readyMs: clock.now() - startedAt };
}

export async function killServer({ child }: Running): Promise<void> {
  const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
  if (exited === null) throw new Error(`the server ended by itself (${child.exitCode ?? child.signalCode})`);
  child.kill("SIGKILL");
  await exited;
}

async function statusOf(origin: string, id: string): Promise<number> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${origin}/api/v1/verifications/${id}`, { headers });
  await response.arrayBuffer();
  return response.status;
}

/** Right after a restart: what was acknowledged in the round before is there. */
async function confirm(origin: string, journal: Journal, from: number): Promise<void> {
  const ids = journal.entries.slice(from).map(({ id }) => id);
  for (const id of new Set(ids)) {
    const status = await statusOf(origin, id);
    if (status !== 200)
      throw new Error(`the acknowledged verification ${id} is answered ${status} after the kill`);
  }
}

async function report(
  options: KillOptions,
  parts: { journal: Journal; ledger: Ledger; tenantId: string; readyMs: number[] },
): Promise<KillReport> {
  const { journal, ledger, tenantId } = parts;
  ledger.refresh();
  const store = await openSqliteStore({ folder: join(options.folder, "data"), clock });
  try {
    return {
      kills: options.kills,
      readyMs: [...parts.readyMs].sort((a, b) => a - b),
      retriedStarts: journal.entries.filter((one) => one.type === "start" && one.retried).length,
      ...(await audit(store, tenantId, journal.entries, ledger.sent)),
    };
  } finally {
    await store.close();
  }
}
