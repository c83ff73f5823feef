import pg from "pg";
import type { Clock } from "../../clock/index.ts";
import { StorageUnavailable } from "../errors.ts";
import { isLostConnection, ReadOnlyServer, reasonOf, rejectsOptions } from "./faults.ts";
import type { Host } from "./hosts.ts";
import { sessionOf } from "./session.ts";

/** A server that takes writes. */
export interface Primary {
  readonly host: Host;
  readonly takesOptions: boolean;
  /** How many times somebody was promoted on the way to this server's history; 0 where nobody asked. */
  readonly timeline: number;
}

export interface Search {
  readonly hosts: readonly Host[];
  readonly node: string;
  /** The highest timeline seen so far. */
  readonly timelineMin: number;
  /** Which one is taken where several would do: the one that did last. */
  readonly last: Host | null;
  readonly waits: Clock;
}

const oldPrimary =
  "is an old primary, another server was promoted since; if it is a new database, restart this server";

/** For the others, once one server is found that would do: an old primary may be quicker than the new one. */
const graceMs = 300;

/**
 * Looks at all servers at once and takes the one that takes writes. Where two do, as after a promotion that left the
 * old primary running, the one on the later timeline is right, and one on an earlier timeline than this node has seen is
 * refused even if it is the only one left: what it would acknowledge is lost.
 * @throws StorageUnavailable that says of each server what is wrong with it
 */
export async function findPrimary(search: Search): Promise<Primary> {
  const { hosts, last, waits, timelineMin } = search;
  const found: Primary[] = [];
  const reasons = new Map<Host, string>();
  const looks = hosts.map(async (host) => {
    try {
      const one = await lookAt(host, search);
      if (one.timeline < timelineMin) reasons.set(host, oldPrimary);
      else found.push(one);
    } catch (cause) {
      reasons.set(host, reasonOf(cause));
    }
    return found.length > 0;
  });
  const all = Promise.all(looks);
  await Promise.race([
    all,
    Promise.any(looks.map(untilTrue)).then(
      () => waits.sleep(graceMs),
      () => all,
    ),
  ]);
  const best = found.toSorted(
    (a, b) => b.timeline - a.timeline || Number(b.host === last) - Number(a.host === last),
  )[0];
  if (best !== undefined) return best;
  throw noneOf(hosts.map((host) => ({ host, reason: reasons.get(host) ?? "does not answer" })));
}

async function untilTrue(look: Promise<boolean>): Promise<void> {
  if (!(await look)) throw new Error("not this one");
}

function noneOf(looks: readonly { readonly host: Host; readonly reason: string }[]): StorageUnavailable {
  const [first] = looks;
  if (looks.length === 1 && first !== undefined) {
    return new StorageUnavailable(`the database cannot be reached (${first.reason})`);
  }
  const each = looks.map(({ host, reason }) => `${host.name}: ${reason}`).join("; ");
  return new StorageUnavailable(
    `no server of the database takes writes (${each}): start the primary, or promote a standby`,
  );
}

async function lookAt(host: Host, search: Search): Promise<Primary> {
  try {
    return await lookWith(host, search, true);
  } catch (cause) {
    if (!rejectsOptions(cause)) throw cause;
    return await lookWith(host, search, false);
  }
}

async function lookWith(host: Host, { hosts, node }: Search, takesOptions: boolean): Promise<Primary> {
  const client = new pg.Client({
    ...sessionOf(host, node, takesOptions),
    query_timeout: host.connectTimeoutMs,
  });
  // Without a listener a connection that breaks would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await refuseReadOnly(client);
    // Of a single address there is nothing to choose, and what pretends to be PostgreSQL may have no timelines.
    const timeline = hosts.length === 1 ? 0 : await timelineOf(client);
    return { host, takesOptions, timeline };
  } finally {
    // Not waited for: a server that fell silent would not say goodbye either.
    client.end().catch(() => undefined);
  }
}

/** @throws ReadOnlyServer from a standby, or from a server whose transactions are read-only by default */
export async function refuseReadOnly(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ standby: boolean; read_only: boolean }>(
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as read_only`,
  );
  if (rows[0]?.standby === true) throw new ReadOnlyServer("it is a standby");
  if (rows[0]?.read_only === true) throw new ReadOnlyServer("its transactions are read-only by default");
}

/** The first part of a log file's name: each promotion begins a new timeline. 0 from what has no log of this kind. */
async function timelineOf(client: pg.Client): Promise<number> {
  try {
    const { rows } = await client.query<{ name: string }>(
      "select pg_walfile_name(pg_current_wal_lsn()) as name",
    );
    return Number.parseInt(rows[0]?.name.slice(0, 8) ?? "0", 16);
  } catch (cause) {
    if (isLostConnection(cause)) throw cause;
    return 0;
  }
}
