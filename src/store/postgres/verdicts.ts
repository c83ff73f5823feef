import { type Finding, fail, ok, warn } from "../finding.ts";
import { connectionsMaxDefault } from "./session.ts";

const versionMin = 15;
/** The newest that the tests ran on. */
const versionTestedMax = 18;
const clockSkewMsMax = 2_000;

export interface ServerSettings {
  readonly version: number;
  readonly readOnly: boolean;
  readonly synchronousCommit: string;
  readonly standbys: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly checksums: string;
  readonly pinned: boolean;
}

/** What a server says of itself, and how far its clock is ahead, as findings. */
export function judgeSettings(server: ServerSettings, skewMs: number): readonly Finding[] {
  return [
    judgeVersion(Math.floor(server.version / 10_000)),
    server.readOnly
      ? fail(
          "writable",
          "read-only: a standby, or read-only by default",
          "Point DATABASE_URL at the primary.",
        )
      : ok("writable", "takes writes"),
    server.fsync === "on"
      ? ok("fsync", "on")
      : fail("fsync", "off: a power cut may destroy the whole database", "Set fsync = on."),
    server.fullPageWrites === "on"
      ? ok("full_page_writes", "on")
      : fail("full_page_writes", "off: a power cut may leave torn pages", "Set full_page_writes = on."),
    judgeCommit(server),
    server.standbys === ""
      ? ok(
          "standbys",
          "none that commits wait for: with the disk of the primary goes what no standby has yet",
        )
      : ok("standbys", `commits wait for ${server.standbys}`),
    server.checksums === "on"
      ? ok("data_checksums", "on")
      : warn(
          "data_checksums",
          "off: damage by the disk goes unnoticed",
          "Stop the database once and run pg_checksums --enable.",
        ),
    server.pinned
      ? ok("planner", "the session's settings arrive")
      : warn(
          "planner",
          "the session's settings do not arrive, as through a pooler",
          "Set them for the role, as docs/operate.md says.",
        ),
    Math.abs(skewMs) <= clockSkewMsMax
      ? ok("clock", `${Math.round(Math.abs(skewMs))} ms apart from this machine`)
      : warn(
          "clock",
          `${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "ahead of" : "behind"} this machine`,
          "Synchronize both clocks.",
        ),
  ];
}

function judgeVersion(version: number): Finding {
  if (version < versionMin) {
    return fail("version", `PostgreSQL ${version}`, `Upgrade to ${versionMin} or newer.`);
  }
  if (version > versionTestedMax) {
    return warn(
      "version",
      `PostgreSQL ${version}: newer than any this version was tested on`,
      `Prefer ${versionMin} to ${versionTestedMax}, or upgrade Countersign.`,
    );
  }
  return ok("version", `PostgreSQL ${version}`);
}

function judgeCommit({ synchronousCommit, standbys }: ServerSettings): Finding {
  if (synchronousCommit === "off") {
    return fail(
      "synchronous_commit",
      "off: what was acknowledged right before a crash is lost",
      "Set synchronous_commit = on.",
    );
  }
  if (synchronousCommit === "local" && standbys !== "") {
    return fail(
      "synchronous_commit",
      "local, with synchronous standbys: a fail-over loses what was acknowledged right before it",
      "Set synchronous_commit = on.",
    );
  }
  return ok("synchronous_commit", synchronousCommit);
}

export interface RoomFacts {
  readonly max: number;
  readonly reserved: number;
  readonly used: number;
  readonly nodes: number;
}

/** Whether one server more, as while servers are replaced, would find its connections. */
export function judgeRoom({ max, reserved, used, nodes }: RoomFacts): Finding {
  const free = max - reserved - used;
  const most = nodes * connectionsMaxDefault;
  const found = `${used} of ${max - reserved} in use, ${nodes} servers here with up to ${connectionsMaxDefault} each`;
  if (free >= connectionsMaxDefault && most + connectionsMaxDefault <= max - reserved)
    return ok("connections", found);
  return warn(
    "connections",
    `${found}: too few for one server more`,
    "Raise max_connections, or put a pooler in between.",
  );
}

export interface PartitionFacts {
  readonly parent: string;
  readonly days: number;
  readonly oldest: string;
  readonly newest: string;
  readonly tomorrow: string;
}

export function judgePartitions(parents: readonly PartitionFacts[], strays: boolean): Finding {
  const found = parents
    .map(({ parent, days, oldest }) => `${parent} ${days} days since ${oldest}`)
    .join(", ");
  if (parents.length < 2 || parents.some(({ newest, tomorrow }) => newest < tomorrow)) {
    return warn(
      "partitions",
      `${found === "" ? "none" : found}: none for tomorrow`,
      "A server makes them hourly: start one, and look for `purge` in its log.",
    );
  }
  if (strays) {
    return warn(
      "partitions",
      `${found}; some rows have no day of their own`,
      "Nothing: they are served, and removed with age. Look at the clocks if it goes on.",
    );
  }
  return ok("partitions", found);
}
