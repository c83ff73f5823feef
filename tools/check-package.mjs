// Checks the tarball that npm would publish: its manifest, its types, and whether a stranger can import all of it.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { stage } from "./stage.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** With all that comes with it. */
const megabytesMax = 25;
/** Beside the line that the project itself runs on. */
const nodeNextMajor = 26;
const consumerOptions = {
  module: "NodeNext",
  target: "ES2024",
  lib: ["ES2024"],
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: false,
};

/** What must not compile for those who install the package. */
const wrongUses = `import { createCountersign } from "countersign";
import { createClient } from "countersign/client";
export async function wrong(): Promise<void> {
  const countersign = await createCountersign();
  // @ts-expect-error a check without the number that it is for
  await countersign.check({ id: "", code: "" });
  // @ts-expect-error an option that does not exist
  await createCountersign({ folder: "./data" });
  // @ts-expect-error a client without a key
  createClient({ url: "http://localhost" });
  const result = await countersign.check({ id: "", to: "", code: "" });
  // @ts-expect-error only a wrong code says how many are left
  console.log(result.checksLeft);
}
`;

/** The package at work: start, check, approved. */
const embeds = `import { createCountersign } from "countersign";
import { mountWeb } from "countersign/web";
const countersign = await createCountersign({ data: process.argv[2] ?? "" });
const to = "+14155550123";
const started = await countersign.start({ to });
await countersign.tick();
const code = countersign.phones?.messages(to)[0]?.code ?? "";
const result = await countersign.check({ id: started.verification?.id ?? "", to, code });
if (result.outcome !== "approved") throw new Error(result.outcome);
const answer = await mountWeb(countersign)(new Request("http://localhost/api/openapi.json"));
if (answer?.status !== 200) throw new Error("the mounted API does not answer");
// bcrypt is compared in a thread, whose file is found beside the others.
const passwordHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
await countersign.subscribers.create({ name: "imported", passwordHash });
const entered = await countersign.sessions.signIn({ name: "imported", password: "U*U" });
if (entered.outcome !== "enrolmentRequired") throw new Error(entered.outcome);
await countersign.close();
`;

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const tarball = await stage({ isChecked: true });

checkContents();
run("publint", "publint/src/cli.js", ["run", tarball, "--strict"]);
run("attw", "@arethetypeswrong/cli/dist/index.js", [
  tarball,
  "--profile",
  "esm-only",
  "--no-emoji",
  "--quiet",
  // Run before a program, never imported: it exports nothing, and is CommonJS for the oldest of them.
  "--exclude-entrypoints",
  "redirect",
]);
checkConsumer();
checkInstall();

function checkContents() {
  const files = tar(["-tzf", tarball]).split("\n");
  const strays = files.filter((file) => /\.test\.|\/src\/|(?<!\.d)\.ts$/.test(file));
  if (strays.length > 0) stop(`the package holds files that belong to the clone: ${strays.join(", ")}`);
  const wanted = ["package/LICENSE", "package/bin/countersign.js", "package/bin/redirect.cjs"];
  const missing = wanted.filter((file) => !files.includes(file));
  if (missing.length > 0) stop(`the package lacks ${missing.join(", ")}`);
  console.log(`${files.filter((file) => file !== "").length} files in the package`);
}

/** Installs the tarball beside nothing of ours (its dependencies come from the clone), imports and type-checks it. */
function checkConsumer() {
  const consumer = join(root, ".stage", "consumer");
  const installed = join(consumer, "node_modules", manifest.name);
  mkdirSync(installed, { recursive: true });
  tar(["-xzf", tarball, "-C", installed, "--strip-components=1"]);

  const subpaths = Object.entries(manifest.exports)
    .filter(([subpath, target]) => target.startsWith("./src/") && !subpath.includes("*"))
    .map(([subpath]) => join(manifest.name, subpath));
  const lines = subpaths.map((path, index) => `import * as part${index} from "${path}";`);
  const names = subpaths.map((_, index) => `part${index}`).join(", ");
  writeFileSync(join(consumer, "package.json"), '{ "type": "module" }\n');
  writeFileSync(
    join(consumer, "index.ts"),
    `${lines.join("\n")}\nconsole.log(Object.keys({ ${names} }).length);\n`,
  );
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions: consumerOptions }));
  writeFileSync(join(consumer, "wrong.ts"), wrongUses);
  writeFileSync(
    join(consumer, "required.cjs"),
    subpaths.map((path) => `if (Object.keys(require("${path}")).length === 0) process.exit(1);\n`).join(""),
  );
  writeFileSync(join(consumer, "embeds.ts"), embeds);
  run("the consumer's types", "typescript/bin/tsc", ["-p", consumer]);
  for (const binary of [process.execPath, ...nextNode()]) {
    node("the consumer's imports", [join(consumer, "index.ts")], binary);
    node("the consumer's require()", [join(consumer, "required.cjs")], binary);
    node("a consumer that verifies a number", [join(consumer, "embeds.ts"), join(consumer, "data")], binary);
  }
  checkClient(installed);
  checkRedirect(consumer);
}

/**
 * The binary of the next line of Node that is supported, from npm into a folder of its own, which later checks find
 * there: from npm's cache, or with INSTALL_FROM=registry. Where neither has it, this says so and gives none.
 */
function nextNode() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const folder = join(root, "node_modules", ".cache", "countersign", `node-${nodeNextMajor}`);
  const binary = join(
    folder,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const isOnline = process.env.INSTALL_FROM === "registry";
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", ...(isOnline ? [] : ["--offline"])];
    spawnSync("npm", ["install", `${name}@${nodeNextMajor}`, ...options], { cwd: folder });
  }
  const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  if (status === 0) {
    console.log(`also on Node ${stdout.trim()}`);
    return [binary];
  }
  console.log(`Node ${nodeNextMajor} was skipped: npm's cache lacks it (INSTALL_FROM=registry asks for it)`);
  return [];
}

/** Found by its name from an application's folder, as `node -r` looks for it. */
function checkRedirect(consumer) {
  const options = /** @type {const} */ ({
    cwd: consumer,
    encoding: "utf8",
    env: { COUNTERSIGN_REDIRECT: "http://localhost:3000" },
  });
  const result = spawnSync(process.execPath, ["-r", `${manifest.name}/redirect`, "-e", ""], options);
  if (result.status !== 0 || !result.stderr.includes("api.nexmo.com -> http://localhost:3000")) {
    stop(`a program under the redirect:\n${result.stdout}${result.stderr}`);
  }
}

/**
 * npm itself installs the tarball into an empty folder: from its cache, so that no registry is needed, or with
 * INSTALL_FROM=registry. What is not in the cache cannot be installed without one: then this says so and goes on.
 */
function checkInstall() {
  const folder = mkdtempSync(join(tmpdir(), "countersign-install-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
    const isOnline = process.env.INSTALL_FROM === "registry";
    // Also under a silent npm, why it failed must be there to be read.
    const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
    const args = ["install", tarball, ...quiet, ...(isOnline ? [] : ["--offline"])];
    const { status, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0 && !isOnline && /ENOTCACHED/.test(stderr)) {
      console.log(
        "the install by npm was skipped: npm's cache lacks a dependency (INSTALL_FROM=registry asks for it)",
      );
      return;
    }
    if (status !== 0) stop(`npm could not install the tarball:\n${stderr}`);
    const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
    const installed = Object.entries(lock.packages).filter(([path]) => path !== "");
    const scripted = installed.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path);
    if (scripted.length > 0) stop(`an install would run scripts of ${scripted.join(", ")}`);
    const files = readdirSync(join(folder, "node_modules"), { recursive: true, withFileTypes: true });
    const sizes = files
      .filter((one) => one.isFile())
      .map((one) => statSync(join(one.parentPath, one.name)).size);
    const megabytes = sizes.reduce((sum, one) => sum + one, 0) / 1_000_000;
    if (megabytes > megabytesMax)
      stop(`an install takes ${megabytes.toFixed(1)} MB; ${megabytesMax} are allowed`);
    const native = files.filter((one) => /\.(?:node|gyp)$/.test(one.name)).map((one) => one.name);
    if (native.length > 0) stop(`an install brings native code: ${native.join(", ")}`);
    writeFileSync(join(folder, "embeds.mjs"), embeds.replace('process.argv[2] ?? ""', "process.argv[2]"));
    node("an installed package that verifies a number", [join(folder, "embeds.mjs"), join(folder, "data")]);
    console.log(`installed by npm: ${installed.length} packages, ${megabytes.toFixed(1)} MB, no scripts`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The client goes into browsers: neither a package nor a module of Node may come with it. */
function checkClient(installed) {
  const seen = new Set();
  const visit = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, from = ""] of readFileSync(path, "utf8").matchAll(/from "([^"]+)"/g)) {
      if (!from.startsWith(".")) stop(`countersign/client imports ${from}, which no browser has`);
      visit(join(dirname(path), from));
    }
  };
  visit(join(installed, "dist", "client", "index.js"));
  console.log(`${seen.size} files in the client, none of them for Node alone`);
}

function run(title, script, args) {
  node(title, [join(root, "node_modules", script), ...args]);
}

function node(title, args, binary = process.execPath) {
  const result = spawnSync(binary, args, { cwd: root, encoding: "utf8" });
  if (result.status !== 0) stop(`${title}:\n${result.stdout}${result.stderr}`);
}

function tar(args) {
  const result = spawnSync("tar", args, { encoding: "utf8" });
  if (result.status !== 0) stop(`tar ${args.join(" ")}: ${result.stderr ?? result.error}`);
  return result.stdout;
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
