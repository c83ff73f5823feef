#!/usr/bin/env node
// Starts the command line: the TypeScript source in a clone, the built files in the published package.
// This file must parse on old Node versions, because it is what tells their users what to do.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

if (majorOf(process.versions.node) >= nodeMajorMin) await run();
else rerun();

async function run() {
  nodeModule.enableCompileCache();
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const built = new URL("../dist/cli/main.js", import.meta.url);
  const entry = [source, built].find((url) => existsSync(url));
  if (entry === undefined) {
    return stop(
      `neither ${fileURLToPath(source)} nor ${fileURLToPath(built)} exists: install the package again.`,
    );
  }
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
}

/** Runs this same command on the Node that the project brought along. */
function rerun() {
  const node = ownNode();
  if (node === undefined) {
    return stop(
      `Node ${nodeMajorMin} or newer is needed, this is ${process.versions.node}. ` +
        `Install it from https://nodejs.org, or beside this package with "npm install node@${nodeMajorMin}".`,
    );
  }
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  child.on("error", (error) => stop(`${node} could not be started: ${error.message}`));

  const forwarded = process.platform === "win32" ? [] : ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  // A terminal sends Ctrl-C to the child as well: passed on again it would count as the second, impatient one.
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** The nearest `node` package up the tree whose version is new enough; an old one would re-run itself for ever. */
function ownNode() {
  for (let folder = packageRoot; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", "node");
    const binary = ["node", "node.exe"]
      .map((name) => join(found, "bin", name))
      .find((path) => existsSync(path));
    if (binary !== undefined && majorOf(versionOf(found)) >= nodeMajorMin) return binary;
    if (dirname(folder) === folder) return undefined;
  }
}

function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

function majorOf(version) {
  return Number.parseInt(version, 10);
}

function stop(message) {
  console.error(`countersign: ${message}`);
  process.exit(1);
}
