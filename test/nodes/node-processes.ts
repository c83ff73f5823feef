import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const apiKey = "process-test-key-0123456789-abcdefgh";

/** What the node's carrier does: answer, keep silent, or answer after a second. */
export type Manner = "answers" | "silent" | "late";

export interface NodeProcess {
  readonly child: ChildProcess;
  readonly origin: string;
  /** Sends the signal and, unless it only stops or continues the process, waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** A node of its own process, whose carrier writes what it is asked to send into the ledger. */
export async function startNodeProcess(
  folder: string,
  url: string,
  ledger: string,
  manner: Manner = "answers",
): Promise<NodeProcess> {
  const program = join(import.meta.dirname, "node-process.ts");
  const data = mkdtempSync(join(folder, "node-"));
  const child = spawn(process.execPath, [program, data, url, ledger, apiKey, manner], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(() => {
    throw new Error("the node ended before it was ready");
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [string];
  ended.catch(() => undefined);
  return {
    child,
    origin: `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`,
    async end(signal) {
      const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
      child.kill(signal);
      await exited;
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One call of the API; null when no answer came, or one that says that nothing is certain. */
export async function tryPost(
  origin: string,
  path: string,
  body: object,
  idempotencyKey?: string,
): Promise<Reply | null> {
  try {
    const response = await fetch(`${origin}/api/v1/verifications${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${apiKey}`,
        "content-type": "application/json",
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": `"${idempotencyKey}"` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const reply = { status: response.status, body: (await response.json()) as Reply["body"] };
    return response.status === 503 ? null : reply;
  } catch {
    return null;
  }
}
