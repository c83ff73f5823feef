// The process that is measured: the bare Fastify server, or Countersign as it is, with phones that pass codes on.
import { type AddressInfo, Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { systemClock } from "../src/clock/index.ts";
import { openInstance } from "../src/instance/instance.ts";
import {
  createPhones,
  createSandboxFaults,
  createSandboxProvider,
  type Phones,
} from "../src/providers/sandbox/index.ts";
import { Secret } from "../src/secrets/index.ts";
import { createApp } from "../src/server/app.ts";
import { createBareApp } from "./bare.ts";
import {
  benchKey,
  benchSecret,
  codesDescriptor,
  type Question,
  type ServerReport,
  type ServerSetup,
  type ServerStats,
} from "./protocol.ts";

interface Subject {
  readonly port: number;
  delivered(): number;
  /** Resolves when every delivery that is due was dispatched and answered. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

const delays = monitorEventLoopDelay({ resolution: 1 });
const setup = JSON.parse(process.argv[2] ?? "") as ServerSetup;
const subject = setup.mode === "bare" ? await serveBare() : await serveCountersign(setup);
delays.enable();
report({ type: "listening", port: subject.port, key: benchKey });
process.on("message", (question: Question) => void answer(question));
process.on("disconnect", () => process.exit(1));

async function answer(question: Question): Promise<void> {
  if (question === "stats") {
    report({ type: "stats", stats: stats() });
    delays.reset();
  } else if (question === "drain") {
    await subject.drain();
    report({ type: "drained" });
  } else {
    await subject.stop();
    process.exit(0);
  }
}

function report(message: ServerReport): void {
  process.send?.(message);
}

function stats(): ServerStats {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const ms = (ns: number): number => ns / 1e6;
  return {
    cpuMs: (user + system) / 1_000,
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    delivered: subject.delivered(),
    loopDelayMs: {
      p50: ms(delays.percentile(50)),
      p99: ms(delays.percentile(99)),
      p999: ms(delays.percentile(99.9)),
      max: ms(delays.max),
    },
  };
}

async function serveBare(): Promise<Subject> {
  const app = createBareApp();
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    port: portOf(app.server.address()),
    delivered: () => 0,
    drain: () => Promise.resolve(),
    stop: () => app.close(),
  };
}

async function serveCountersign(asked: Extract<ServerSetup, { mode: "countersign" }>): Promise<Subject> {
  const clock = systemClock();
  let delivered = 0;
  const codes = codeLine();
  const phones = createPhones(clock);
  const listening: Phones = {
    ...phones,
    receive(number, message) {
      delivered += 1;
      codes.pass(number, message.code ?? "");
      return phones.receive(number, message);
    },
  };
  const faults = createSandboxFaults();
  const provider = createSandboxProvider({ clock, phones: listening, faults, onReceipt: () => {} });
  const instance = await openInstance({
    folder: asked.folder,
    secrets: [new Secret(benchSecret)],
    apiKey: new Secret(benchKey),
    sandbox: false,
    providers: [provider],
    clock,
    ...(asked.batchMax === undefined ? {} : { batchMax: asked.batchMax }),
  });
  const app = createApp({ engine: instance.engine, parts: instance.parts });
  instance.engine.run();
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    port: portOf(app.server.address()),
    delivered: () => delivered,
    drain: () => instance.engine.tick(),
    async stop() {
      await app.close();
      await instance.close();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  return address.port;
}

/** All codes of one turn of the event loop in one write: what the phones cost is not what is measured. */
function codeLine(): { pass(number: string, code: string): void } {
  const line = new Socket({ fd: codesDescriptor, readable: false, writable: true });
  let waiting = "";
  return {
    pass(number, code) {
      if (waiting === "") {
        setImmediate(() => {
          line.write(waiting);
          waiting = "";
        });
      }
      waiting += `${number} ${code}\n`;
    },
  };
}
