// node bench/profile.ts [--seconds n] [--top n] [--keep file] [--bare]: where the server's time goes under full load.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { closedLoop } from "./load.ts";
import { type CpuProfile, type Spent, spentBy, spentIn } from "./profile-summary.ts";
import type { ServerSetup } from "./protocol.ts";
import { pinLoad, startSubject } from "./subject.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    top: { type: "string", default: "45" },
    connections: { type: "string", default: "64" },
    /** Where the .cpuprofile is kept, for a viewer. */
    keep: { type: "string" },
    bare: { type: "boolean", default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), "countersign-profile-"));
const monotonicUs = (): number => Number(process.hrtime.bigint() / 1_000n);

pinLoad();
const server: ServerSetup = values.bare ? { mode: "bare" } : { mode: "countersign", folder };
const nodeFlags = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${folder}`];
const subject = await startSubject({ server, nodeFlags });
const load = { connections: Number(values.connections), delivers: !values.bare };
await closedLoop(subject, { ...load, seconds: 3 });
const fromUs = monotonicUs();
const round = await closedLoop(subject, { ...load, seconds: Number(values.seconds) });
const toUs = monotonicUs();
await subject.stop();

const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile")) ?? "";
const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile;
if (values.keep !== undefined) copyFileSync(join(folder, file), values.keep);
rmSync(folder, { recursive: true });

console.log(
  `${round.pairs} pairs, ${round.cpuUsPerPair.toFixed(0)} us of processor each, while being profiled`,
);
const slices = { fromUs, toUs };
print("By room", spentBy(profile, slices, "room"), 40);
print("By function, self time", spentBy(profile, slices, "function"), Number(values.top));
print("Under a function of ours, with all it calls", spentIn(profile, slices), Number(values.top));

function print(title: string, list: readonly Spent[], top: number): void {
  console.log(`\n${title}\n`);
  for (const { name, us, share } of list.slice(0, top)) {
    const perPair = (us / round.pairs).toFixed(1);
    console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${perPair.padStart(7)} us/pair  ${name}`);
  }
}
