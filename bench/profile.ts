// node bench/profile.ts [--seconds n] [--top n] [--keep file] [--bare|--store postgres|--facade vonage|--people phone]: where the server's time goes under full load.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { cores, pinLoad } from "./cores.ts";
import { startDatabase } from "./database.ts";
import { closedLoop } from "./load.ts";
import { type CpuProfile, type Spent, spentBy, spentIn } from "./profile-summary.ts";
import type { FacadeSpoken, PeopleSetup, ServerSetup } from "./protocol.ts";
import { startSubject } from "./subject.ts";

const topStatements = `select calls, total_exec_time + total_plan_time as ms, wal_bytes as wal,
    left(regexp_replace(query, '\\s+', ' ', 'g'), 60) as text
  from pg_stat_statements order by total_exec_time desc limit 14`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    top: { type: "string", default: "45" },
    connections: { type: "string", default: "64" },
    /** Where the .cpuprofile is kept, for a viewer. */
    keep: { type: "string" },
    bare: { type: "boolean", default: false },
    /** vonage or telnyx: through that vendor's API. */
    facade: { type: "string" },
    /** app or phone: challenges of enrolled people, met with a code of that. */
    people: { type: "string" },
    store: { type: "string", default: "sqlite" },
  },
});

const warmSeconds = 10;
const folder = mkdtempSync(join(tmpdir(), "countersign-profile-"));
const monotonicUs = (): number => Number(process.hrtime.bigint() / 1_000n);

pinLoad();
const database =
  values.store === "postgres" && !values.bare
    ? await startDatabase(cores.server, ["-c", "shared_preload_libraries=pg_stat_statements"])
    : null;
const databaseUrl = await database?.database("countersign");
const server: ServerSetup = values.bare
  ? { mode: "bare" }
  : {
      mode: "countersign",
      folder,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(values.facade === undefined ? {} : { facade: values.facade as FacadeSpoken }),
      ...(values.people === undefined ? {} : { people: enrolled(values.people as PeopleSetup["meets"]) }),
    };
const nodeFlags = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${folder}`];
const subject = await startSubject({ server, database, nodeFlags });
const load = { connections: Number(values.connections) };
await closedLoop(subject, { ...load, seconds: warmSeconds });
await database?.sql("create extension if not exists pg_stat_statements", databaseUrl);
await database?.sql("select pg_stat_statements_reset()", databaseUrl);
const rolesBefore = database?.cpuMsByRole();
const fromUs = monotonicUs();
const round = await closedLoop(subject, { ...load, seconds: Number(values.seconds) });
const toUs = monotonicUs();
const rolesAfter = database?.cpuMsByRole();
const statements = await database?.sql(topStatements, databaseUrl);
await subject.stop();
await database?.stop();

const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile")) ?? "";
const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile;
if (values.keep !== undefined) copyFileSync(join(folder, file), values.keep);
rmSync(folder, { recursive: true });

const ownUs = round.cpuUsPerPair - round.databaseCpuUsPerPair;
console.log(
  `${round.pairs} pairs, ${round.pairsPerSecond.toFixed(0)} a second; ${ownUs.toFixed(0)} us of the server's processor each, while being profiled`,
);
if (rolesBefore !== undefined && rolesAfter !== undefined) printRoles(rolesBefore, rolesAfter);
for (const row of statements ?? []) printStatement(row);
const slices = { fromUs, toUs };
print("By room", spentBy(profile, slices, "room"), 40);
print("By function, self time", spentBy(profile, slices, "function"), Number(values.top));
print("Under a function of ours, with all it calls", spentIn(profile, slices), Number(values.top));

/** A phone is written to once: there have to be as many as can be met while it is warmed up and profiled. */
function enrolled(meets: PeopleSetup["meets"]): PeopleSetup {
  return { meets, count: (warmSeconds + Number(values.seconds)) * 3_500, passwords: 0 };
}

/** What the database's processes spent, beside the server's own. */
function printRoles(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): void {
  console.log(`\nThe database: ${round.databaseCpuUsPerPair.toFixed(0)} us of processor a pair\n`);
  for (const [role, ms] of after) {
    const perPair = ((ms - (before.get(role) ?? 0)) * 1_000) / round.pairs;
    if (perPair >= 0.1) console.log(`${perPair.toFixed(1).padStart(9)} us/pair  ${role}`);
  }
  console.log("\nStatements: time inside the database, on a core that is shared\n");
}

function printStatement(row: Readonly<Record<string, unknown>>): void {
  const perPair = (Number(row["ms"]) * 1_000) / round.pairs;
  const calls = (Number(row["calls"]) / round.pairs).toFixed(3);
  const wal = (Number(row["wal"]) / round.pairs).toFixed(0);
  console.log(
    `${perPair.toFixed(1).padStart(9)} us/pair  ${calls} calls/pair  ${wal.padStart(5)} B of log/pair  ${String(row["text"])}`,
  );
}

function print(title: string, list: readonly Spent[], top: number): void {
  console.log(`\n${title}\n`);
  for (const { name, us, share } of list.slice(0, top)) {
    const perPair = (us / round.pairs).toFixed(1);
    console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${perPair.padStart(7)} us/pair  ${name}`);
  }
}
