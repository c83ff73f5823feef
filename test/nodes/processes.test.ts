import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { type Process, startCountersign } from "../cli/process.ts";
import { testSecret } from "../support/instance-values.ts";
import { generous } from "../support/limits.ts";
import { startPostgres } from "../support/postgres.ts";
import { apiKey, type Manner, type NodeProcess, startNodeProcess } from "./node-processes.ts";

const server = await startPostgres();
afterAll(() => server.stop());

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-nodes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Served {
  readonly process: Process;
  readonly origin: string;
}

/** `countersign serve` as an operator starts it. */
async function serve(url: string): Promise<Served> {
  const process = startCountersign(["serve", "--json"], temporaryFolder(), {
    DATABASE_URL: url,
    COUNTERSIGN_SECRET: testSecret.reveal(),
    COUNTERSIGN_API_KEY: apiKey,
    COUNTERSIGN_LOG: "warn",
    COUNTERSIGN_KEY_REQUESTS_PER_SECOND: "0",
    COUNTERSIGN_ADDRESS_REQUESTS_PER_SECOND: "0",
    PORT: "0",
    HOST: "127.0.0.1",
  });
  await process.printed(/"port":\s*\d+/, "serve");
  const port = /"port":\s*(\d+)/.exec(process.stdout())?.[1];
  return { process, origin: `http://127.0.0.1:${port}` };
}

async function stop({ process }: Served): Promise<number> {
  process.kill("SIGTERM");
  return await process.ended("serve");
}

interface Reply {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function start(origin: string, to: string): Promise<Reply> {
  const response = await fetch(`${origin}/api/v1/verifications`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": `"start-${to}"`,
    },
    body: JSON.stringify({ to }),
  });
  const body = (await response.json()) as Reply["body"];
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
}

async function until<V>(
  what: string,
  look: () => V | null | Promise<V | null>,
  patienceMs = 60_000,
): Promise<V> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never: ${what}`);
}

test("R-06: while the database is gone a server lives and answers 503 with Retry-After, and is ready again within 2 s of it", async () => {
  const served = await serve(await server.database());
  const ready = async () => await (await fetch(`${served.origin}/health/ready`)).json();
  expect(await ready()).toEqual({ status: "ready", store: "postgresql" });
  expect((await start(served.origin, "+14155551001")).status).toBe(201);
  await server.kill();
  const refused = await start(served.origin, "+14155551002");
  expect(refused).toMatchObject({ status: 503, body: { code: "storage_unavailable", retryable: true } });
  expect(Number(refused.retryAfter)).toBeGreaterThan(0);
  await until("not ready", async () =>
    (await fetch(`${served.origin}/health/ready`)).status === 503 ? true : null,
  );
  expect((await fetch(`${served.origin}/health/live`)).status).toBe(200);
  await server.restart();
  const upAt = performance.now();
  await until("ready", async () =>
    (await fetch(`${served.origin}/health/ready`)).status === 200 ? true : null,
  );
  expect(performance.now() - upAt).toBeLessThan(generous(2_000));
  expect((await start(served.origin, "+14155551002")).status).toBe(201);
  expect(await stop(served)).toBe(0);
});

test("R-18: servers that are replaced one after the other under load fail no request", async () => {
  const url = await server.database();
  // As a balancer does it: whoever refuses or is gone is passed over, and the other one is asked.
  const nodes: Served[] = await Promise.all([serve(url), serve(url)]);
  const load = { isOver: false, next: 0, done: 0, passedOver: 0, failed: [] as unknown[] };
  const ask = async (to: string): Promise<void> => {
    const first = load.next;
    for (let attempt = 0; attempt < nodes.length + 1; attempt++) {
      const node = nodes[(first + attempt) % nodes.length];
      const reply = await start(node?.origin ?? "", to).catch((cause: unknown) => String(cause));
      if (typeof reply !== "string" && reply.status === 201) {
        load.done += 1;
        return;
      }
      const isDrained = typeof reply === "string" || reply.body["code"] === "stopping";
      if (!isDrained) load.failed.push(reply);
      load.passedOver += 1;
    }
    load.failed.push(`nobody took the start of ${to}`);
  };
  const worker = async (): Promise<void> => {
    while (!load.isOver) {
      load.next += 1;
      await ask(`+1415${2_000_000 + load.next}`);
    }
  };
  const workers = Array.from({ length: 6 }, worker);
  for (const index of [0, 1]) {
    const before = load.done;
    await until("load", () => (load.done > before + 100 ? true : null));
    const old = nodes[index] as Served;
    expect(await stop(old)).toBe(0);
    nodes[index] = await serve(url);
  }
  const before = load.done;
  await until("load on the new servers", () => (load.done > before + 100 ? true : null));
  load.isOver = true;
  await Promise.all(workers);
  expect(load.failed).toEqual([]);
  expect(load.done).toBeGreaterThan(300);
  const rows = await server.sql(
    "select count(*)::int as n, count(distinct recipient_id)::int as r from verifications",
    url,
  );
  expect(rows[0]).toEqual({ n: load.done, r: load.done });
  await Promise.all(nodes.map(stop));
});

interface Sent {
  readonly reference: string;
  readonly code: string;
  readonly by: number;
}

test("D-2, D-4, D-7: what nodes were sending when they were killed or stopped is taken over by another in less than 20 s, once, and one that goes on later changes nothing", async () => {
  const url = await server.database();
  const folder = temporaryFolder();
  const ledger = join(folder, "ledger");
  writeFileSync(ledger, "");
  const node = async (manner: Manner): Promise<NodeProcess> => {
    const started = await startNodeProcess(folder, url, ledger, manner);
    onTestFinished(() => started.end("SIGKILL"));
    return started;
  };
  const killed = await node("silent");
  const stopped = await node("late");
  const other = await node("answers");
  const sent = (): Sent[] =>
    readFileSync(ledger, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Sent);
  const numbers = Array.from({ length: 20 }, (_, n) => `+1415555${1_100 + n}`);
  const replies = await Promise.all(
    numbers.map((to, n) => start((n % 2 === 0 ? killed : stopped).origin, to)),
  );
  expect(replies.map(({ status }) => status)).toEqual(numbers.map(() => 201));
  await until("all are on their way", () => (sent().length === 20 ? true : null));
  killed.child.kill("SIGKILL");
  stopped.child.kill("SIGSTOP");
  const goneAt = performance.now();
  await until("the other took over", () => (sent().length >= 40 ? true : null));
  expect(performance.now() - goneAt).toBeLessThan(generous(20_000));
  await until("all are settled", async () => {
    const rows = await server.sql("select count(*)::int as n from deliveries where due_at is not null", url);
    return rows[0]?.["n"] === 0 ? true : null;
  });
  const byReference = Map.groupBy(sent(), ({ reference }) => reference);
  expect(byReference.size).toBe(20);
  for (const sends of byReference.values()) {
    const gone = sends[0]?.by === killed.child.pid ? killed : stopped;
    expect(sends.map(({ by }) => by)).toEqual([gone.child.pid, other.child.pid]);
    expect(new Set(sends.map(({ code }) => code)).size).toBe(1);
  }
  // Now it learns of the answers that it waited for: their leases are somebody else's.
  const deliveries = () => server.sql("select doc from deliveries order by verification_id", url);
  const before = await deliveries();
  stopped.child.kill("SIGCONT");
  const last = await start(stopped.origin, "+14155551199");
  expect(last.status).toBe(201);
  // Its carrier answers it again as late: by then it has done with the old ones.
  await until("its own next message is accepted", async () => {
    const own = `select from deliveries where due_at is null and verification_id = '${last.body["id"]}'`;
    return (await server.sql(own, url)).length === 1 ? true : null;
  });
  expect((await deliveries()).slice(0, 20)).toEqual(before);
  expect(sent()).toHaveLength(41);
});
