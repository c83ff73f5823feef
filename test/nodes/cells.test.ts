import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, test } from "vitest";
import { startCountersign } from "../cli/process.ts";
import { freePort, startPostgres } from "../support/postgres.ts";
import { apiKey, tryPost } from "./node-processes.ts";

const numbers = Array.from({ length: 24 }, (_, index) => `+1415555${1_200 + index}`);
const secret = "5VvGm2c0qk8JxQ1tYz7RrXnB4uLw9hEa3dSf6gKjPoI=";

interface Cell {
  readonly origin: string;
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

describe("two cells, each with a PostgreSQL of its own, behind deploy/haproxy-cells.cfg", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-cells-"));
  const open: { end(): Promise<unknown> }[] = [];
  afterAll(async () => {
    for (const one of open.reverse()) await one.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function openCell(cell: number): Promise<Cell> {
    const database = await startPostgres();
    open.push({ end: () => database.stop() });
    const url = await database.database();
    const server = startCountersign(["serve", "--port", "0"], mkdtempSync(join(folder, "cell-")), {
      DATABASE_URL: url,
      COUNTERSIGN_SECRET: secret,
      COUNTERSIGN_API_KEY: apiKey,
      COUNTERSIGN_CELL: String(cell),
    });
    open.push({
      end: () => {
        server.kill("SIGTERM");
        return server.ended("serve");
      },
    });
    await server.complained(/ready at .*\n/, "serve");
    const port = /ready at http:\/\/localhost:(\d+)\n/.exec(server.stderr())?.[1];
    return { origin: `http://127.0.0.1:${port}`, sql: (text) => database.sql(text, url) };
  }

  async function route(cells: readonly Cell[]): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const hosts = cells.map(({ origin }, cell) => [`CELL_${cell}`, new URL(origin).host]);
    const config = join(import.meta.dirname, "..", "..", "deploy", "haproxy-cells.cfg");
    const child: ChildProcess = spawn("haproxy", ["-db", "-f", config], {
      env: { PATH: process.env["PATH"], LISTEN: address, ...Object.fromEntries(hosts) },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = once(child, "exit");
    open.push({
      end: () => {
        child.kill("SIGTERM");
        return ended;
      },
    });
    const origin = `http://${address}`;
    for (let tries = 0; tries < 2_000 && child.exitCode === null; tries++) {
      if ((await tryPost(origin, "/none/check", { code: "123456" }))?.status === 404) return origin;
    }
    throw new Error("the router does not answer");
  }

  /** The newest code on a virtual phone, of whichever cell has it. */
  async function codeOn(cells: readonly Cell[], number: string): Promise<string> {
    for (let tries = 0; tries < 500; tries++) {
      for (const { origin } of cells) {
        const response = await fetch(`${origin}/sandbox/api/phones/${encodeURIComponent(number)}/messages`);
        const { messages } = (await response.json()) as { messages: readonly { readonly code: string }[] };
        if (messages[0] !== undefined) return messages[0].code;
      }
    }
    throw new Error(`no code came to ${number}`);
  }

  test("every check finds the cell of its start by the id alone, and one number is counted in one cell", async (context) => {
    if (spawnSync("haproxy", ["-v"]).status !== 0) {
      return context.skip("there is no haproxy here: apt-get install haproxy");
    }
    const cells = [await openCell(0), await openCell(1)];
    const origin = await route(cells);
    const byCell = [0, 0];
    for (const to of numbers) {
      const started = await tryPost(origin, "", { to });
      expect(started).toMatchObject({ status: 201 });
      const id = String(started?.body["id"]);
      const cell = Number.parseInt(id.slice(-2), 16);
      byCell[cell] = (byCell[cell] ?? 0) + 1;
      // A second start at once is the same number's, and its own cell knows that it must wait.
      expect(await tryPost(origin, "", { to })).toMatchObject({ status: 429 });
      const code = await codeOn(cells, to);
      const checked = await tryPost(origin, `/${id}/check`, { code });
      expect(checked).toMatchObject({ status: 200, body: { status: "approved" } });
    }
    expect(Math.min(...byCell)).toBeGreaterThan(4);
    const count = "select count(*)::int as n, min(right(id::text, 2)) as cell from verifications";
    const counts = await Promise.all(cells.map(({ sql }) => sql(count)));
    expect(counts.map(([row]) => row)).toEqual([
      { n: byCell[0], cell: "00" },
      { n: byCell[1], cell: "01" },
    ]);
  });
});
