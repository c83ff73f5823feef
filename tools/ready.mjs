// Runs before `npm start`, `npm test` and `npm run check`, so that a fresh clone needs no other command.
// `node tools/ready.mjs bench` also installs the packages that only that folder needs.
// Plain JavaScript without dependencies: it must work on Node 18, before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const major = Number(process.versions.node.split(".")[0]);
if (major < 18) {
  stop(
    `Node ${process.versions.node} is too old even to install Countersign. Install Node 24 (https://nodejs.org).`,
  );
}

for (const folder of ["", ...process.argv.slice(2)]) makeReady(folder);
if (major < 24 && !hasOwnNode()) {
  stop(
    "Countersign needs Node 24 and npm did not install its own copy (are install scripts switched off?). " +
      'Run "npm rebuild node", or install Node 24 (https://nodejs.org).',
  );
}

/** The folder as seen from the root; "" is the root itself. */
function makeReady(folder) {
  const reason = reasonToInstall(folder);
  if (reason === undefined) return;
  const where = folder === "" ? "" : ` in ${folder}`;
  console.error(`ready: ${reason}, running "npm ci --include=dev"${where}`);
  install(folder);
}

function reasonToInstall(folder) {
  const lockFile = join(root, folder, "package-lock.json");
  // npm writes down here what it really installed.
  const installedFile = join(root, folder, "node_modules", ".package-lock.json");
  const modules = join(folder, "node_modules");
  if (!existsSync(installedFile)) return `${modules} is missing`;
  if (statSync(installedFile).mtimeMs >= statSync(lockFile).mtimeMs) return undefined;
  // A checkout, or npm itself, may leave an unchanged lock file with a newer time: let the content decide.
  if (!isInstalled(lockFile, installedFile)) {
    return `${modules} is older than ${join(folder, "package-lock.json")}`;
  }
  const now = new Date();
  utimesSync(installedFile, now, now);
  return undefined;
}

/** Whether every package of the lock file is installed in its version (those of other platforms need not be). */
function isInstalled(lockFile, installedFile) {
  const wanted = packagesOf(lockFile);
  const installed = packagesOf(installedFile);
  const isExtra = (path) => wanted[path] === undefined;
  const isWrong = ([path, { version, optional, devOptional }]) => {
    if (path === "") return false;
    const found = installed[path];
    return found === undefined ? !(optional || devOptional) : found.version !== version;
  };
  return !Object.keys(installed).some(isExtra) && !Object.entries(wanted).some(isWrong);
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

function install(folder) {
  const cwd = join(root, folder);
  const args = ["ci", "--include=dev", "--no-fund", "--no-audit", "--loglevel=error"];
  // Inside an npm script, use the npm (and its Node) that runs us, not another one on the path.
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith(".js")
    ? spawnSync(process.env.npm_node_execpath ?? process.execPath, [npm, ...args], {
        cwd,
        stdio: "inherit",
      })
    : spawnSync("npm", args, { cwd, stdio: "inherit", shell: process.platform === "win32" });
  if (result.error) stop(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function hasOwnNode() {
  return ["node", "node.exe"].some((name) => existsSync(join(root, "node_modules", "node", "bin", name)));
}

function stop(message) {
  console.error(`ready: ${message}`);
  process.exit(1);
}
