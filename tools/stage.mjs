// Builds what npm publishes: .stage/ with dist/ (bundled JavaScript, declarations) and a package.json that points there.
// Publish with `npm run pack:stage && npm publish .stage/countersign-<version>.tgz`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stageFolder = join(root, ".stage");
/** What runs by its path: the command line, and what is a thread of its own. */
const programs = ["cli/main.ts", "authenticators/bcrypt-worker.ts"];

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
  say("JavaScript");
  const exported = sourcesOf(manifest.exports).map((file) => file.replace("./src/", ""));
  const entries = [...exported, ...programs];
  await bundle({ source: join(root, "src"), entries, folder: join(stageFolder, "dist") });
  say("assets and the tarball");
  copyAssets();
  // The pages of the errors are served by the server itself.
  for (const name of ["bin", "deploy", "docs/errors", "README.md", "LICENSE", "CHANGELOG.md"]) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(stageFolder, name), { recursive: true });
  }
  writeFileSync(join(stageFolder, "package.json"), `${JSON.stringify(toPublished(manifest), null, 2)}\n`);
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

function sourcesOf(exports) {
  return Object.values(exports).filter((target) => target.startsWith("./src/"));
}

/** Everything in src/ that is not TypeScript (migrations, templates, styles) is read at run time from beside the code. */
function copyAssets() {
  const assets = globSync("src/**/*", { cwd: root, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/\.(ts|md)$/.test(entry.name),
  );
  for (const entry of assets) {
    const from = join(entry.parentPath, entry.name);
    const to = from.replace(join(root, "src"), join(stageFolder, "dist"));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
}

/** The manifest without what only a clone needs, its exports moved from the source to what was built. */
function toPublished(manifest) {
  const {
    devDependencies: _tools,
    scripts: _scripts,
    allowScripts: _allowed,
    workspaces: _private,
    ...kept
  } = manifest;
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([subpath, target]) => [subpath, toBuilt(target)]),
  );
  return { ...kept, exports };
}

function toBuilt(target) {
  if (!target.startsWith("./src/")) return target;
  const built = target.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "");
  return { types: `${built}.d.ts`, default: `${built}.js` };
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
