// Builds what npm publishes: .stage/ with dist/ (bundled JavaScript, declarations) and a package.json that points there.
// Publish with `npm run pack:stage && npm publish .stage/countersign-<version>.tgz`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { sourcesOf, writeRuntime } from "./runtime.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stageFolder = join(root, ".stage");

if (process.argv.includes("--refuse-publish")) {
  console.error(
    'stage: the clone holds TypeScript. Run "npm run pack:stage" and publish the .tgz that it names.',
  );
  process.exit(1);
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await stage({ isChecked: process.argv.includes("--checked") }));
}

/**
 * Writes .stage/ anew, packs it and returns the path of the tarball.
 * `isChecked` says that somebody else checks the types of the source: without that, building takes a tenth of the time.
 */
export async function stage({ isChecked = false } = {}) {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const missing = sourcesOf(manifest.exports).filter(
    (file) => !file.includes("*") && !existsSync(join(root, file)),
  );
  if (missing.length > 0)
    throw new Error(`package.json exports files that do not exist: ${missing.join(", ")}`);

  say("declarations, by a compiler that reads all of the source: a minute or less");
  rmSync(stageFolder, { recursive: true, force: true });
  mkdirSync(stageFolder);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  run([tsc, "-p", "tsconfig.build.json", ...(isChecked ? ["--noCheck"] : [])]);
  dropDeclarations(manifest.exports);
  say("JavaScript and assets");
  await writeRuntime(stageFolder);
  say("the tarball");
  for (const name of ["deploy", "README.md", "LICENSE", "CHANGELOG.md"]) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(stageFolder, name), { recursive: true });
  }
  return pack();
}

/** Beside what is returned and printed: the path of the tarball. */
function say(step) {
  console.error(`stage: ${step}`);
}

/** Types that no import of the package leads to are of no use to anybody: they were a fifth of its size. */
function dropDeclarations(exports) {
  const kept = new Set();
  const keep = (path) => {
    if (kept.has(path)) return;
    kept.add(path);
    const text = readFileSync(path, "utf8");
    for (const [, file] of text.matchAll(/(?:from |import\(|import )"(\.[^"]+)\.[jt]s"/g)) {
      keep(join(dirname(path), `${file}.d.ts`));
    }
  };
  for (const file of sourcesOf(exports)) {
    keep(join(stageFolder, "dist", file.replace("./src/", "").replace(/\.ts$/, ".d.ts")));
  }
  for (const path of globSync("dist/**/*.d.ts", { cwd: stageFolder })) {
    if (!kept.has(join(stageFolder, path))) rmSync(join(stageFolder, path));
  }
}

function pack() {
  const npm = process.env.npm_execpath;
  const args = ["pack", "--json", "--ignore-scripts", "--loglevel=error"];
  const options = /** @type {const} */ ({ cwd: stageFolder, encoding: "utf8" });
  const result = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (result.status !== 0) throw new Error(`npm pack failed: ${result.stderr ?? result.error}`);
  return join(stageFolder, JSON.parse(result.stdout)[0].filename);
}

function run(args) {
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (result.status !== 0) throw new Error(`${args[0]} failed`);
}
