import { randomInt } from "node:crypto";
import pg from "pg";
import type { Clock } from "../../clock/index.ts";
import { StorageUnavailable } from "../errors.ts";
import { isLostConnection, leadsNowhere, reasonOf } from "./faults.ts";
import { type Host, hostsOf } from "./hosts.ts";
import { findPrimary, type Primary, refuseReadOnly } from "./primary.ts";
import { connectionsMaxDefault, sessionOf } from "./session.ts";

export interface ConnectionsOptions {
  readonly url: string;
  /** Which node this is: its connections carry the name, so that it can end one of its own that hangs. */
  readonly node: string;
  /** Connections of this node. Two carry batches of updates, the others read. Default 8. */
  readonly connectionsMax?: number;
  /** Real time, for the pauses of a search. */
  readonly waits: Clock;
  /** What the operator should know: a connection that broke, a server that was left. */
  readonly onWarning?: (sentence: string) => void;
  /** After another server than before was found. */
  readonly onMoved?: () => void;
}

/** Connections to whichever server takes writes now. */
export interface Connections {
  /** Whether there is more than one server to find the primary among. */
  readonly hasStandbys: boolean;
  /** @throws StorageUnavailable when no server takes writes */
  connect(): Promise<pg.PoolClient>;
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>>;
  end(): Promise<void>;
}

/** After a search in vain nobody looks again for so long, each node a little differently. */
const pauseMsMin = 50;
const pauseMsMax = 250;

/** A server that is left may have fallen silent: whoever still waits for it does so no longer than for a statement. */
const leaveMs = 6_000;
const goodbyeMs = 1_000;

interface Used {
  readonly pool: pg.Pool;
  readonly primary: Primary;
  readonly open: ReadonlySet<pg.PoolClient>;
}

/**
 * Finds the primary, and outlives it: connections that break are replaced when they are next needed, and when the
 * server is gone, takes no writes or does not confirm them, all are dropped and the primary is looked for again.
 * @throws StorageUnavailable when no server takes writes, DatabaseUrlInvalid
 */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  const connections = new PrimaryConnections(options);
  await connections.find();
  return connections;
}

class PrimaryConnections implements Connections {
  readonly hasStandbys: boolean;
  readonly #options: ConnectionsOptions;
  readonly #hosts: readonly Host[];
  readonly #ending = new Set<Promise<void>>();
  #used: Used | null = null;
  #last: Host | null = null;
  #timeline = 0;
  #search: Promise<Used> | null = null;
  #isEnded = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#hosts = hostsOf(options.url);
    this.hasStandbys = this.#hosts.length > 1;
  }

  /** However many ask, one search is under way. */
  find(): Promise<Used> {
    if (this.#isEnded) return Promise.reject(new StorageUnavailable("the store is closed"));
    if (this.#used !== null) return Promise.resolve(this.#used);
    this.#search ??= this.#find();
    return this.#search;
  }

  async #find(): Promise<Used> {
    const { node, waits, onWarning, onMoved } = this.#options;
    try {
      const primary = await findPrimary({
        hosts: this.#hosts,
        node,
        timelineMin: this.#timeline,
        last: this.#last,
        waits,
      });
      const before = this.#last;
      this.#last = primary.host;
      this.#timeline = primary.timeline;
      const used = this.#use(primary);
      this.#used = used;
      this.#search = null;
      if (before !== null && before !== primary.host) {
        onWarning?.(`The database's primary is now ${primary.host.name}; it was ${before.name}.`);
        onMoved?.();
      }
      return used;
    } catch (cause) {
      // Its answer serves whoever asks during the pause: a server that comes back is not run over.
      await waits.sleep(randomInt(pauseMsMin, pauseMsMax));
      this.#search = null;
      throw cause;
    }
  }

  /** Whoever comes to a search under way may look a second time: its questions may be older than the answer. */
  async #reach(): Promise<Used> {
    const joined = this.#used === null ? this.#search : null;
    return await (joined?.catch(() => this.find()) ?? this.find());
  }

  async connect(): Promise<pg.PoolClient> {
    const used = await this.#reach();
    try {
      return await used.pool.connect();
    } catch (cause) {
      if (isLostConnection(cause)) this.#leave(used, cause);
      // Also when somebody else left it meanwhile.
      if (this.#used === used) throw unreachable(cause);
    }
    try {
      return await (await this.#reach()).pool.connect();
    } catch (cause) {
      throw cause instanceof StorageUnavailable ? cause : unreachable(cause);
    }
  }

  async query<R extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>> {
    const client = await this.connect();
    try {
      const result = await client.query<R>(statement, values);
      client.release();
      return result;
    } catch (cause) {
      client.release(cause as Error);
      throw cause;
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#search?.catch(() => undefined);
    if (this.#used !== null) this.#drop(this.#used, goodbyeMs);
    await Promise.all(this.#ending);
  }

  #use(primary: Primary): Used {
    const { node, connectionsMax, onWarning } = this.#options;
    const pool = new pg.Pool({
      ...sessionOf(primary.host, node, primary.takesOptions),
      max: connectionsMax ?? connectionsMaxDefault,
      // An address may lead somewhere else tomorrow: no connection is used before it showed that it takes writes.
      onConnect: (client) => refuseReadOnly(client),
    });
    // Without listeners a connection that breaks, idle or at work, would end the process.
    pool.on("error", (error) =>
      onWarning?.(`A connection to the database broke and is replaced: ${reasonOf(error)}`),
    );
    const open = new Set<pg.PoolClient>();
    const used = { pool, primary, open };
    pool.on("connect", (client) => {
      open.add(client);
      client.on("error", () => undefined);
    });
    pool.on("remove", (client) => open.delete(client));
    pool.on("release", (error: unknown) => {
      if (leadsNowhere(error)) this.#leave(used, error);
    });
    return used;
  }

  #leave(used: Used, cause: unknown): void {
    if (this.#used !== used) return;
    this.#options.onWarning?.(
      `The database server ${used.primary.host.name} is left, and the primary looked for: ${reasonOf(cause)}.`,
    );
    this.#drop(used, leaveMs);
  }

  #drop({ pool, open }: Used, patienceMs: number): void {
    this.#used = null;
    const gone = new AbortController();
    const goodbye = pool.end().then(
      () => gone.abort(),
      () => gone.abort(),
    );
    const ended = this.#options.waits.sleep(patienceMs, gone.signal).then(() => {
      for (const client of open) streamOf(client).destroy();
      return goodbye;
    });
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
  }
}

/** node-postgres closes it so itself when a connection cannot be made in time; its types do not tell. */
function streamOf(client: pg.PoolClient): { destroy(): void } {
  return (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection
    .stream;
}

function unreachable(cause: unknown): StorageUnavailable {
  return new StorageUnavailable(`the database cannot be reached (${reasonOf(cause)})`, { cause });
}
