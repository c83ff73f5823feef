import { type Clock, systemClock } from "../../clock/index.ts";
import { type Examination, type Finding, fail, ok, sizeOf } from "../finding.ts";
import { type Migration, readMigrations, standingOf } from "../migrations.ts";
import { judgeMove, judgeSchema } from "../schema-findings.ts";
import { type Connections, openConnections } from "./connections.ts";
import { reasonOf } from "./faults.ts";
import { ownMigrations, readSchema } from "./migrate.ts";
import { hotStatements, planFault, planOf } from "./plans.ts";
import { lookThroughPooler } from "./pooler.ts";
import {
  judgePartitions,
  judgeRoom,
  judgeSettings,
  type PartitionFacts,
  type RoomFacts,
  type ServerSettings,
} from "./verdicts.ts";

/** Looks at everything about a database that an operator can set right. Nothing is changed, and no work is held up. */
export async function examineDatabase(url: string, clock: Clock): Promise<Examination> {
  let connections: Connections;
  try {
    connections = await openConnections({ url, node: "operator", connectionsMax: 3, waits: systemClock() });
  } catch (cause) {
    const remedy = "Check DATABASE_URL and the server it names.";
    return { findings: [fail("connection", (cause as Error).message, remedy)], metas: null };
  }
  const findings: Finding[] = [];
  /** A question that fails is a finding, and the others are asked all the same. */
  const look = async (check: string, ask: () => Promise<readonly Finding[]>): Promise<void> => {
    try {
      findings.push(...(await ask()));
    } catch (cause) {
      findings.push(fail(check, `cannot be asked (${reasonOf(cause)})`, "See the log of the database."));
    }
  };
  let metas: ReadonlyMap<string, string> | null = null;
  try {
    await look("settings", () => settingsOf(connections, clock));
    await look("pooler", () => lookThroughPooler(connections));
    await look("connections", async () => [judgeRoom(await ask<RoomFacts>(connections, roomFacts))]);
    const migrations = readMigrations(ownMigrations);
    const schema = standingOf(await readSchema(connections), migrations);
    findings.push(judgeSchema(schema));
    if (schema.version > 0 && schema.standing !== "tooNew") {
      metas = await metasOf(connections);
      findings.push(judgeMove(metas));
      await look("indexes", async () => [
        await judgeIndexes(connections, migrations.slice(0, schema.version)),
      ]);
      await look("plans", async () => [await judgePlans(connections)]);
      await look("partitions", () => partitionsOf(connections));
    }
    await look("size", () => sizeOfAll(connections));
  } finally {
    await connections.end();
  }
  return { findings, metas };
}

async function ask<R extends object>(
  connections: Connections,
  text: string,
  values: unknown[] = [],
): Promise<R> {
  const { rows } = await connections.query(text, values);
  return rows[0] as R;
}

const settingsFacts = `select current_setting('server_version_num')::int as version,
  pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as "readOnly",
  current_setting('synchronous_commit') as "synchronousCommit",
  current_setting('synchronous_standby_names') as standbys,
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as "fullPageWrites",
  current_setting('data_checksums') as checksums,
  current_setting('enable_seqscan') = 'off' and current_setting('plan_cache_mode') = 'force_generic_plan' as pinned,
  floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now`;

async function settingsOf(connections: Connections, clock: Clock): Promise<readonly Finding[]> {
  const askedAt = clock.now();
  const facts = await ask<ServerSettings & { now: string }>(connections, settingsFacts);
  const answeredAt = clock.now();
  const skewMs = Number(facts.now) - (askedAt + answeredAt) / 2;
  return [ok("connection", `answers in ${answeredAt - askedAt} ms`), ...judgeSettings(facts, skewMs)];
}

const roomFacts = `select current_setting('max_connections')::int as max,
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
  (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as used,
  (select count(distinct application_name) from pg_stat_activity
    where datname = current_database() and application_name like 'countersign %'
      and application_name <> 'countersign operator')::int as nodes`;

async function metasOf(connections: Connections): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connections.query<{ name: string; value: string }>("select name, value from meta");
  return new Map(rows.map(({ name, value }) => [name, value]));
}

const indexFacts = `select c.relname as name, i.indisvalid as valid
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = current_schema()::regnamespace`;

async function judgeIndexes(connections: Connections, migrations: readonly Migration[]): Promise<Finding> {
  const { rows } = await connections.query<{ name: string; valid: boolean }>(indexFacts);
  const valid = new Map(rows.map((row) => [row.name, row.valid]));
  const expected = indexesOf(migrations);
  const missing = expected.filter((name) => !valid.has(name));
  const broken = rows.filter((row) => !row.valid).map(({ name }) => name);
  if (missing.length > 0) {
    return fail(
      "indexes",
      `missing: ${missing.join(", ")}`,
      "Make them again as src/store/postgres/migrations does, with `create index concurrently`.",
    );
  }
  if (broken.length > 0) {
    return fail("indexes", `invalid: ${broken.join(", ")}`, "Run `reindex index concurrently` for each.");
  }
  return ok("indexes", `${expected.length} as they should be, on ${rows.length} tables and partitions`);
}

/** The names of the indexes that migrations leave behind: each table has a primary key. */
export function indexesOf(migrations: readonly Migration[]): readonly string[] {
  const names = new Set<string>();
  for (const { text } of migrations) {
    const statements = text.replaceAll(/--.*$/gm, "");
    for (const [, name] of statements.matchAll(/create table (?:if not exists )?(\w+)\s*\(/gi)) {
      names.add(`${name}_pkey`);
    }
    for (const [, name] of statements.matchAll(
      /create (?:unique )?index (?:concurrently )?(?:if not exists )?(\w+) on/gi,
    )) {
      names.add(name ?? "");
    }
    for (const [, name] of statements.matchAll(/drop index (?:concurrently )?(\w+)/gi))
      names.delete(name ?? "");
    for (const [, name] of statements.matchAll(/drop table (\w+)/gi)) names.delete(`${name}_pkey`);
  }
  return [...names];
}

async function judgePlans(connections: Connections): Promise<Finding> {
  const client = await connections.connect();
  try {
    const faults: string[] = [];
    for (const asked of hotStatements) {
      const fault = planFault(asked[0], await planOf(client, asked));
      if (fault !== null) faults.push(fault);
    }
    if (faults.length === 0) return ok("plans", `${hotStatements.length} statements go by index alone`);
    return fail(
      "plans",
      faults.join("; "),
      "Set the planner's settings for the role, as docs/operate.md says, and look at the finding on indexes.",
    );
  } finally {
    // Its prepared statements are not what the pool takes them for.
    client.release(true);
  }
}

const partitionFacts = `select p.relname as parent, count(*)::int as days,
  min(right(c.relname, 8)) as oldest, max(right(c.relname, 8)) as newest,
  to_char(clock_timestamp() at time zone 'utc' + interval '1 day', 'YYYYMMDD') as tomorrow
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
  where p.relnamespace = current_schema()::regnamespace and p.relkind = 'p' and c.relname ~ '_[0-9]{8}$'
  group by p.relname order by p.relname desc`;

async function partitionsOf(connections: Connections): Promise<readonly Finding[]> {
  const { rows } = await connections.query<PartitionFacts>(partitionFacts);
  const { strays } = await ask<{ strays: boolean }>(
    connections,
    "select exists (select 1 from verifications_default) or exists (select 1 from deliveries_default) as strays",
  );
  return [judgePartitions(rows, strays)];
}

async function sizeOfAll(connections: Connections): Promise<readonly Finding[]> {
  const { bytes } = await ask<{ bytes: string }>(
    connections,
    "select pg_database_size(current_database())::text as bytes",
  );
  return [
    ok("size", `${sizeOf(Number(bytes))}; what is free on the disk of the database cannot be seen from here`),
  ];
}
