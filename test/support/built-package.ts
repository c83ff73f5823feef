import { spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const root = join(import.meta.dirname, "..", "..");
/** Below node_modules, so that what is built finds the packages of the clone. */
const home = join(root, "node_modules", ".cache", "countersign");
const sources = ["src/**/*", "bin/*", "docs/errors/*", "tools/{bundle,runtime}.mjs", "package{,-lock}.json"];
/** What nobody used for so long belongs to a source that is gone. */
const keptMs = 24 * 60 * 60_000;

let built: string | null = null;

/**
 * The folder of the package as it would be published of this source, without declarations: processes that tests start
 * from it begin in two thirds of the time. It is built when a test first asks for it, under a name that has the digest of
 * all that it is made of, so that it is never older than the source. It has `bin/countersign.js` as the clone does.
 * @throws Error with what the bundler said
 */
export function builtPackage(): string {
  built ??= buildOnce(join(home, `built-${digestOf(root, sources)}`));
  return built;
}

/** A digest of the names and contents of files below a folder, but not of tests. */
export function digestOf(folder: string, patterns: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of globSync([...patterns], { cwd: folder }).sort()) {
    const file = join(folder, path);
    if (path.endsWith(".test.ts") || !statSync(file).isFile()) continue;
    const content = readFileSync(file);
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 20);
}

function buildOnce(folder: string): string {
  if (existsSync(folder)) return folder;
  const making = `${folder}.${randomUUID()}`;
  const { status, stderr } = spawnSync(process.execPath, [join(root, "tools", "runtime.mjs"), making], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the package could not be built: ${stderr}`);
  try {
    renameSync(making, folder);
  } catch (cause) {
    // Another test file was faster.
    if (!existsSync(folder)) throw cause;
    rmSync(making, { recursive: true });
  }
  dropOld();
  return folder;
}

function dropOld(): void {
  for (const name of globSync("built-*", { cwd: home })) {
    const path = join(home, name);
    // house: clock: the age of a folder on the disk
    if (Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { recursive: true, force: true });
  }
}
