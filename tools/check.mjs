// npm run check [-- part ...]: everything but the tests, the parts at once, one line each; a failing part prints all.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What tsc remembers of the last run, so that it checks only what has changed. */
const typesSeen = join("node_modules", ".cache", "countersign", "types.tsbuildinfo");

/** Nothing is published or unused while nothing is exported. */
const notYet = existsSync(join(root, "src", "index.ts"))
  ? undefined
  : "skipped: there is no src/index.ts yet";

/** Its packages come with "npm run bench". */
const noBench = existsSync(join(root, "bench", "node_modules"))
  ? undefined
  : "skipped: bench/node_modules is missing";

/** The slow ones first, so that none of them starts last. `unless` says why a part has nothing to look at yet. */
const parts = [
  {
    name: "package",
    run: ["tools/check-package.mjs"],
    unless: notYet,
  },
  {
    name: "types",
    run: ["typescript/bin/tsc", "-p", "tsconfig.json", "--incremental", "--tsBuildInfoFile", typesSeen],
  },
  { name: "unused", run: ["knip/bin/knip.js", "--no-progress"], unless: notYet },
  {
    name: "unused in production",
    run: ["knip/bin/knip.js", "--no-progress", "--production", "--include", "files,dependencies,unlisted"],
    unless: notYet,
  },
  { name: "imports", run: ["dependency-cruiser/bin/dependency-cruiser.mjs", "src", "test", "tools", "bin"] },
  { name: "types of the pure rooms", run: ["typescript/bin/tsc", "-p", "tsconfig.pure.json"] },
  {
    name: "types of the bench",
    run: ["typescript/bin/tsc", "-p", "bench/tsconfig.json", "--noEmit"],
    unless: noBench,
  },
  { name: "types of the tests in a browser", run: ["typescript/bin/tsc", "-p", "tsconfig.pages.json"] },
  { name: "types of the tools", run: ["typescript/bin/tsc", "-p", "tsconfig.tools.json"] },
  { name: "format and lint", run: ["@biomejs/biome/bin/biome", "check", "--error-on-warnings"] },
  { name: "house rules", run: ["tools/house.mjs"] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name.startsWith(name)));
if (unknown.length > 0) {
  console.error(
    `no part is called ${unknown.join(", ")}; there are: ${parts.map(({ name }) => name).join(", ")}`,
  );
  process.exit(1);
}
const chosen =
  wanted.length === 0 ? parts : parts.filter(({ name }) => wanted.some((word) => name.startsWith(word)));

const atOnce = Math.max(2, availableParallelism());
if (chosen.length > 1)
  console.error(`check: ${chosen.length} parts, ${atOnce} at a time; some take a minute and more`);
const startedAt = performance.now();
const waiting = [...chosen];
const failed = [];
await Promise.all(Array.from({ length: atOnce }, work));
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `all good in ${seconds} s`
    : `${failed.length} failed in ${seconds} s: ${failed.join(", ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work() {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await check(part);
}

/** @param {{ name: string, run: string[], unless?: string | undefined }} part */
async function check({ name, run, unless }) {
  if (unless !== undefined) return console.log(line("-", name, "", unless));
  const began = performance.now();
  const { code, output } = await execute(run);
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  if (code === 0) return console.log(line("ok", name, took, lastLine(output)));
  failed.push(name);
  console.log(`${line("FAILED", name, took, "")}\n${output.trimEnd()}\n`);
}

/** @param {string[]} command */
function execute([script = "", ...args]) {
  const path = script.startsWith("tools/") ? script : join("node_modules", script);
  const child = spawn(process.execPath, [path, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, output: String(error) }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

function line(state, name, took, remark) {
  return `${state.padEnd(7)}${name.padEnd(25)}${took.padStart(7)}  ${remark}`.trimEnd();
}

function lastLine(output) {
  return output.trim().split("\n").at(-1)?.trim() ?? "";
}
