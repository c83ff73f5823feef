import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtPackage } from "../support/built-package.ts";
import { root } from "./pages.ts";

/** A server on a free port and an empty data folder. */
export interface ServerProcess {
  readonly url: string;
  readonly key: string;
  stop(): Promise<void>;
}

const key = "key-of-the-documentation-4f8c1d7b9e";
const startsWithinMs = 60_000;

/** Starts the one of the package, or that of the clone, as `npm start` does. */
export async function startServerProcess(from: "package" | "clone"): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-docs-"));
  const node = join(root, "node_modules", ".bin", "node");
  const place = from === "package" ? builtPackage() : root;
  const child = spawn(node, [join(place, "bin", "countersign.js"), "serve"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      PORT: "0",
      COUNTERSIGN_DATA: join(folder, "data"),
      COUNTERSIGN_API_KEY: key,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { url: await printedUrl(child), key, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** What a server prints first is where it is. */
function printedUrl(child: ChildProcess): Promise<string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no address within ${startsWithinMs} ms:\n${printed}`)),
      startsWithinMs,
    );
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const port = /http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):(\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(`http://localhost:${port}`);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${printed}`));
    });
  });
}
