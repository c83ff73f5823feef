import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../test/support/postgres.ts";
import { pin } from "./cores.ts";

/** A PostgreSQL whose processes all run on one core, and whose processor time is known. */
export interface Database {
  readonly version: string;
  /** The connection string of a fresh database, with our tables in it or without. */
  database(kind: "countersign" | "empty"): Promise<string>;
  /** Statements of the superuser. */
  sql(text: string, url?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Of all its processes, those that ended included. */
  cpuMs(): number;
  /** Since the server started, by what the process is for; of those that still run. */
  cpuMsByRole(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Room as on a small machine of its own; whatever makes a commit durable stays at PostgreSQL's defaults. */
const flags = ["-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB", "-c", "min_wal_size=1GB"];

/**
 * A database that has run for a while writes into log files that it has already; a fresh one makes each of them, which
 * was 7 % of its processor time. So they are made before anything is measured.
 */
const logFiles = 48;

export async function startDatabase(core: number, more: readonly string[] = []): Promise<Database> {
  const server = await startPostgres([...flags, ...more]);
  const [row] = await server.sql(
    "select current_setting('data_directory') as folder, current_setting('server_version') as version",
  );
  const postmaster = Number(
    readFileSync(join(String(row?.["folder"]), "postmaster.pid"), "utf8").split("\n")[0],
  );
  // What it starts from now on inherits its core.
  for (const pid of [postmaster, ...childrenOf(postmaster)]) pin(pid, core);
  for (let file = 0; file < logFiles; file++) {
    await server.sql("select pg_switch_wal() from pg_logical_emit_message(false, 'bench', '')");
  }
  // What the first one leaves behind the second one gives a new name.
  for (let time = 0; time < 2; time++) await server.sql("checkpoint");
  return {
    version: String(row?.["version"]),
    database: (kind) => (kind === "empty" ? server.emptyDatabase() : server.database()),
    sql: (text, url) => server.sql(text, url),
    cpuMs: () =>
      spentBy(postmaster, "with those that ended") +
      childrenOf(postmaster).reduce((sum, pid) => sum + spentBy(pid), 0),
    cpuMsByRole: () => byRole([postmaster, ...childrenOf(postmaster)]),
    stop: () => server.stop(),
  };
}

/** Linux tells processes in this unit, whatever the kernel's own is. */
const msPerTick = 10;

/** 0 where there is no /proc, and for a process that has just ended: its parent has its time then. */
function spentBy(pid: number, ended?: "with those that ended"): number {
  const text = contents(`/proc/${pid}/stat`);
  // The name in parentheses may contain anything; the state follows it.
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return (user + system + (ended === undefined ? 0 : childUser + childSystem)) * msPerTick;
}

function byRole(pids: readonly number[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const pid of pids) {
    const title = contents(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    const role = roleOf(title);
    sums.set(role, (sums.get(role) ?? 0) + spentBy(pid));
  }
  return sums;
}

/** Backends are called by user, database and address; the others by what they do. */
function roleOf(title: string): string {
  if (!title.startsWith("postgres: ")) return "postmaster";
  if (title.includes("127.0.0.1")) return "backends";
  return title.slice("postgres: ".length).replace(/ \d+$/, "").trim();
}

function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) =>
      contents(`/proc/${pid}/task/${task}/children`).trim().split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function contents(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
