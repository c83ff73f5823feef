import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { builtPackage } from "../support/built-package.ts";

const root = join(import.meta.dirname, "..", "..");
export const examples: string = join(root, "examples");

/** The examples there are. */
export const names: readonly string[] = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** The script and the dependencies that an example names. */
export function manifestOf(name: string): {
  readonly script: string;
  readonly dependencies: readonly string[];
} {
  const manifest = JSON.parse(readFileSync(join(examples, name, "package.json"), "utf8"));
  return {
    script: String(manifest.scripts.start).replace(/^node /, ""),
    dependencies: Object.keys(manifest.dependencies),
  };
}

export interface Application {
  readonly folder: string;
  /** The first line that matches; its first group where it has one. */
  printed(pattern: RegExp): Promise<string>;
  /** The same among what was printed since the last call of this. */
  printedNext(pattern: RegExp): Promise<string>;
  /** From here on its clock is later, by as much as it was told to be at once. */
  later(): void;
  /** As a power cut: nothing is said or saved. */
  kill(): Promise<void>;
  write(line: string): void;
  endInput(): void;
  /** The exit code after SIGTERM, or without it where it ends by itself. */
  ended(signal?: "SIGTERM"): Promise<number | null>;
  errors(): string;
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Of one that ran before: started again there. */
  readonly folder?: string;
  /** The example's `countersign` is the source, as in a clone. */
  readonly isOfClone?: boolean;
}

/** A copy of an example with what `npm install` would install: our package, and the others that the example names. */
export function run(
  name: string,
  { args = [], environment = {}, folder: old, isOfClone = false }: RunOptions = {},
): Application {
  const folder = old ?? install(name, isOfClone ? root : builtPackage());
  const node = join(root, "node_modules", ".bin", "node");
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  // Nothing else of ours; to compile everything anew would be half of what a start takes.
  const env = { PATH, NODE_COMPILE_CACHE, PORT: "0", ...environment };
  const preload = ["--import", join(import.meta.dirname, "later.mjs")];
  const { script } = manifestOf(name);
  const stdio = ["pipe", "pipe", "pipe"] as const;
  const child = spawn(node, [...preload, script, ...args], { cwd: folder, env, stdio: [...stdio] });
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  return follow(child, folder);
}

function install(name: string, countersign: string): string {
  const folder = mkdtempSync(join(tmpdir(), `countersign-${name}-`));
  cpSync(join(examples, name), folder, { recursive: true });
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const one of manifestOf(name).dependencies) {
    mkdirSync(dirname(join(modules, one)), { recursive: true });
    symlinkSync(one === "countersign" ? countersign : join(root, "node_modules", one), join(modules, one));
  }
  return folder;
}

function follow(child: ChildProcess, folder: string): Application {
  let text = "";
  let seen = 0;
  let errors = "";
  const listeners = new Set<() => void>();
  const exit = once(child, "exit").then(([code]) => code as number | null);
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of [...listeners]) look();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const find = (pattern: RegExp, from: number): Promise<{ found: string; end: number }> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(text.slice(from));
        if (match === null) return;
        listeners.delete(look);
        resolve({ found: match[1] ?? match[0], end: from + match.index + match[0].length });
      };
      listeners.add(look);
      void exit.then((code) => reject(new Error(`it ended with ${code}: ${errors}${text}`)));
      look();
    });
  return {
    folder,
    printed: async (pattern) => (await find(pattern, 0)).found,
    async printedNext(pattern) {
      const { found, end } = await find(pattern, seen);
      seen = end;
      return found;
    },
    later: () => void child.kill("SIGUSR2"),
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
    write: (line) => void child.stdin?.write(`${line}\n`),
    endInput: () => void child.stdin?.end(),
    async ended(signal) {
      if (signal !== undefined) child.kill(signal);
      return await exit;
    },
    errors: () => errors,
  };
}

/** A browser without a window: it keeps cookies and sends forms. */
export class Visitor {
  readonly #base: string;
  readonly cookies: Map<string, string> = new Map();

  constructor(base: string) {
    this.#base = base;
  }

  async visit(
    path: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }> {
    // As every browser says of a form on the site's own page.
    const headers = {
      "sec-fetch-site": "same-origin",
      accept: "text/html",
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    };
    const body = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    const response = await fetch(new URL(path, this.#base), { headers, redirect: "manual", ...body });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null && response.status >= 300 && response.status < 400)
      return await this.visit(location);
    return { status: response.status, text: await response.text() };
  }
}

export const address: RegExp = /http:\/\/[^\s,]+:\d+/;

/** How a text of ours begins: the code, then whose it is. */
export function codeOf(brand: string): RegExp {
  return new RegExp(`(\\d{6}) is your ${brand} code`);
}

export function wrong(code: string): string {
  return code === "000000" ? "000001" : "000000";
}
