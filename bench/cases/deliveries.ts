import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import Fastify from "fastify";
import { systemClock, systemRandom } from "../../src/clock/index.ts";
import { createPhones, createSandboxFaults } from "../../src/providers/sandbox/index.ts";
import { createTelnyxStandin, createWireFaults } from "../../src/standins/index.ts";
import { cores, onCore } from "../cores.ts";
import { type Bench, freshFolder, mb, percent, type Section, whole } from "./case.ts";

export interface DeliveriesSetup {
  readonly folder: string;
  readonly standinUrl: string;
  /** Deliveries that are due when the measurement begins. */
  readonly queue: number;
}

export interface DeliveriesDone {
  readonly perSecond: number;
  /** Of one core. */
  readonly cpuShare: number;
  /** Live, with all of them waiting. */
  readonly heapQueuedBytes: number;
  readonly rssMaxBytes: number;
}

const target = 2_000;
/** So that what is garbage is not counted as memory of the queue. */
const heapFlags = ["--expose-gc"];

/** Deliveries a second through one carrier's wire, and the memory of a server with a long outbox. */
export async function deliveries(bench: Bench): Promise<Section> {
  const queues = bench.quick ? [1_000] : [5_000, 30_000];
  const app = await standin();
  const rows: { readonly queue: number; readonly done: DeliveriesDone }[] = [];
  try {
    const { port } = app.server.address() as AddressInfo;
    for (const queue of queues) {
      bench.progress(`deliveries: an outbox of ${whole(queue)}`);
      const standinUrl = `http://127.0.0.1:${port}/sandbox/telnyx`;
      rows.push({ queue, done: await measure({ folder: freshFolder(bench), standinUrl, queue }) });
    }
  } finally {
    app.server.closeAllConnections();
    await app.close();
  }
  const best = Math.max(...rows.map(({ done }) => done.perSecond));
  return {
    name: "deliveries",
    title: "Deliveries through one carrier, from a full outbox (SQLite)",
    columns: ["due at once", "a second", "of its core", "live heap while they wait", "resident at most"],
    rows: rows.map(({ queue, done }) => [
      whole(queue),
      whole(done.perSecond),
      percent(done.cpuShare),
      mb(done.heapQueuedBytes),
      mb(done.rssMaxBytes),
    ]),
    notes: [
      "Telnyx over HTTP, before its stand-in on the core of the load; claim, call and answer of each are durable.",
    ],
    goals: [
      {
        what: "deliveries a second through one stand-in, on one core",
        measured: best,
        unit: "a second",
        target,
        better: "higher",
        gate: null,
      },
    ],
    plots: [],
    data: rows,
  };
}

/** The carrier's wire, in this process: on the core of the load. */
async function standin() {
  const clock = systemClock();
  const parts = {
    clock,
    random: systemRandom(),
    fetch: globalThis.fetch,
    phones: createPhones(clock),
    faults: createSandboxFaults(),
    wire: createWireFaults(),
  };
  const app = Fastify();
  const telnyx = createTelnyxStandin(parts);
  await app.register((scope) => telnyx.routes(scope), { prefix: "/sandbox/telnyx" });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return app;
}

function measure(setup: DeliveriesSetup): Promise<DeliveriesDone> {
  const script = join(import.meta.dirname, "..", "deliveries-process.ts");
  const [command, args] = onCore(cores.server, [
    process.execPath,
    ...heapFlags,
    script,
    JSON.stringify(setup),
  ]);
  const child = spawn(command, args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  return new Promise((resolve, reject) => {
    child.once("message", (done) => resolve(done as DeliveriesDone));
    child.once("exit", (code) => reject(new Error(`the measured process ended with ${code}`)));
  });
}
