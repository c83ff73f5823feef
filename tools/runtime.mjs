// What runs of the published package: bin/, dist/ (bundled JavaScript and assets), the pages of the errors, and a
// package.json that points there. Tests start their processes from it: `node tools/runtime.mjs <folder>`.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What runs by its path: the command line, and what is a thread of its own. */
const programs = ["cli/main.ts", "authenticators/bcrypt-worker.ts", "store/sqlite/checkpoint-worker.ts"];

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeRuntime(process.argv[2] ?? "");

/** Writes it to a folder that is empty or has declarations only. */
export async function writeRuntime(folder) {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exported = sourcesOf(manifest.exports).map((file) => file.replace("./src/", ""));
  await bundle({
    source: join(root, "src"),
    entries: [...exported, ...programs],
    folder: join(folder, "dist"),
  });
  copyAssets(folder);
  // The pages of the errors are served by the server itself.
  for (const name of ["bin", "docs/errors"]) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(toPublished(manifest), null, 2)}\n`);
}

/** The source files that the exports of a manifest name. */
export function sourcesOf(exports) {
  return Object.values(exports).filter((target) => target.startsWith("./src/"));
}

/** Everything in src/ that is not TypeScript (migrations, templates, styles) is read at run time from beside the code. */
function copyAssets(folder) {
  const assets = globSync("src/**/*", { cwd: root, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/\.(ts|md)$/.test(entry.name),
  );
  for (const entry of assets) {
    const from = join(entry.parentPath, entry.name);
    const to = from.replace(join(root, "src"), join(folder, "dist"));
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
