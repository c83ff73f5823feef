import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach } from "vitest";
import { startSandbox } from "../../src/server/index.ts";
import type { standinAccounts } from "../../src/standins/index.ts";
import { ask } from "../server/support.ts";
import { openProgram, type Program } from "../standins/program.ts";

const folder = join(import.meta.dirname, "../../clients-test");

/** The vendors' own clients, and what else only these tests need. */
export const load: NodeJS.Require = createRequire(join(folder, "package.json"));

/** Skips every test of a file where the clients are not installed, and says so. */
export function needsClients(): void {
  beforeEach((context) => {
    if (existsSync(join(folder, "node_modules", "nexmo"))) return;
    context.skip("the vendors' clients are not installed: npm run test:clients installs them");
  });
}

/** A sandbox with one vendor at its root as well, and a program that takes callbacks. */
export interface Site {
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  /** What arrived on the virtual phone. */
  texts(to: string): Promise<readonly string[]>;
  answer(to: string): Promise<void>;
  reply(from: string, text: string): Promise<void>;
}

export async function withSite(
  vendor: keyof typeof standinAccounts,
  body: (site: Site) => Promise<void>,
): Promise<void> {
  const sandbox = await startSandbox(["127.0.0.1"], 0, vendor);
  const program = await openProgram();
  const root = `http://127.0.0.1:${sandbox.port}`;
  const phone = (to: string): string => `${root}/sandbox/api/phones/${encodeURIComponent(to)}`;
  const post = (url: string, given: unknown) =>
    ask(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(given),
    });
  try {
    await body({
      url: `${root}/sandbox/${vendor}`,
      port: sandbox.port,
      program,
      async texts(to) {
        const { messages } = JSON.parse((await ask(`${phone(to)}/messages`)).text);
        return messages.map((one: { text: string }) => one.text);
      },
      async answer(to) {
        const { calls } = JSON.parse((await ask(`${phone(to)}/calls`)).text);
        await post(`${phone(to)}/calls/${calls[0].messageId}`, { act: "answer" });
      },
      async reply(from, text) {
        await post(`${phone(from)}/replies`, { text });
      },
    });
  } finally {
    await program.close();
    await sandbox.close();
  }
}
