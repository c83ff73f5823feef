import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

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
  /** The first line that matches; its first group where it has one. */
  printed(pattern: RegExp): Promise<string>;
  write(line: string): void;
  /** The exit code after SIGTERM, or without it where it ends by itself. */
  ended(signal?: "SIGTERM"): Promise<number | null>;
  errors(): string;
}

/** A copy of an example with what `npm install` would link: the clone, and the packages that the example names. */
export function run(name: string, args: readonly string[] = []): Application {
  const folder = mkdtempSync(join(tmpdir(), `countersign-${name}-`));
  cpSync(join(examples, name), folder, { recursive: true });
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  const { script, dependencies } = manifestOf(name);
  for (const one of dependencies) {
    symlinkSync(one === "countersign" ? root : join(root, "node_modules", one), join(modules, one));
  }
  const node = join(root, "node_modules", ".bin", "node");
  const env = { PATH: process.env["PATH"], PORT: "0" };
  const child = spawn(node, [script, ...args], { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  return follow(child);
}

function follow(child: ChildProcess): Application {
  let text = "";
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
  return {
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match === null) return;
          listeners.delete(look);
          resolve(match[1] ?? match[0]);
        };
        listeners.add(look);
        void exit.then((code) => reject(new Error(`it ended with ${code}: ${errors}${text}`)));
        look();
      }),
    write: (line) => void child.stdin?.write(`${line}\n`),
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
  readonly #cookies = new Map<string, string>();

  constructor(base: string) {
    this.#base = base;
  }

  async visit(
    path: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }> {
    const headers = { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const body = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    const response = await fetch(this.#base + path, { headers, redirect: "manual", ...body });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null && response.status >= 300 && response.status < 400)
      return await this.visit(location);
    return { status: response.status, text: await response.text() };
  }
}
