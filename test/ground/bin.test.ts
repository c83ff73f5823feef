import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";

const bin = join(import.meta.dirname, "..", "..", "bin", "countersign.js");
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "bin-")));
  write("package.json", '{ "type": "module" }');
  write("bin/countersign.js", "");
  copyFileSync(bin, join(folder, "bin", "countersign.js"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, content: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

/** A preload that makes this Node say that it is version 20: what the command meets on an older machine. */
function oldNode(): string[] {
  write(
    "old.cjs",
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });',
  );
  return ["--require", join(folder, "old.cjs")];
}

/** The `node` package as npm installs it: a folder with a manifest and the program. */
function bringNode(version: string): void {
  write("node_modules/node/package.json", JSON.stringify({ version }));
  mkdirSync(join(folder, "node_modules", "node", "bin"));
  symlinkSync(process.execPath, join(folder, "node_modules", "node", "bin", "node"));
}

function run(options: string[], args: string[]): { code: number | null; stdout: string; stderr: string } {
  const result = spawnSync(process.execPath, [...options, join(folder, "bin/countersign.js"), ...args], {
    encoding: "utf8",
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

const main = `export async function main(argv: string[]): Promise<number> { console.log(argv.join("+")); return argv.length; }`;

test("runs the source in a clone and ends with the code that it answers", () => {
  write("src/cli/main.ts", main);
  expect(run([], ["keys", "create"])).toEqual({ code: 2, stdout: "keys+create\n", stderr: "" });
});

test("runs the built files when there is no source", () => {
  write("dist/cli/main.js", main.replace(": string[]", "").replace(": Promise<number>", ""));
  expect(run([], ["a b"])).toEqual({ code: 1, stdout: "a b\n", stderr: "" });
});

test("on an older Node it runs itself on the Node that the project brought", () => {
  write("src/cli/main.ts", main);
  bringNode("24.21.0");
  expect(run(oldNode(), ["keys", "create"])).toEqual({ code: 2, stdout: "keys+create\n", stderr: "" });
});

test("on an older Node it says the remedy when there is no other, or only another old one", () => {
  write("src/cli/main.ts", main);
  const remedy = {
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("Node 24 or newer is needed, this is 20.0.0."),
  };
  expect(run(oldNode(), [])).toEqual(remedy);
  bringNode("20.1.0");
  expect(run(oldNode(), [])).toEqual(remedy);
});

test("a signal reaches the command behind the older Node, which ends as the command does", async () => {
  const waiting = `import process from "node:process";
    export async function main() {
      process.once("SIGTERM", () => { console.log("stopped"); process.exit(3); });
      setInterval(() => {}, 1000);
      console.log("ready");
      return new Promise(() => {});
    }`;
  write("src/cli/main.ts", waiting);
  bringNode("24.21.0");
  const child: ChildProcess = spawn(process.execPath, [...oldNode(), join(folder, "bin/countersign.js")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  const { stdout } = child;
  if (stdout === null) throw new Error("the command has no output");
  await new Promise((resolve) => stdout.once("data", resolve));
  const rest = text(stdout);
  child.kill("SIGTERM");
  expect(await rest).toBe("stopped\n");
  expect(await ended).toEqual({ code: 3, signal: null });
});
