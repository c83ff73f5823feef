// The process that is measured: one of the servers, and what it tells about itself.
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  benchKey,
  type Question,
  type ServerReport,
  type ServerSetup,
  type ServerStats,
} from "./protocol.ts";
import { codeLine } from "./subjects/codes.ts";
import type { PassCode, Served } from "./subjects/served.ts";

/** Off while another server is measured: its timer would wake this one a thousand times a second on the same core. */
const delays = monitorEventLoopDelay({ resolution: 1 });
const served = await serve(JSON.parse(process.argv[2] ?? "") as ServerSetup);
report({ type: "listening", port: served.port, key: benchKey, store: served.store });
process.on("message", (question: Question) => void answer(question));
process.on("disconnect", () => process.exit(1));

/** Each loads only what it needs: memory and start-up are measured too. */
async function serve(setup: ServerSetup): Promise<Served> {
  switch (setup.mode) {
    case "bare":
      return await (await import("./subjects/bare.ts")).serveBare();
    case "countersign":
      return await (await import("./subjects/countersign.ts")).serveCountersign(setup, codeLine());
    case "tutorial":
      return await servePeer("tutorial", setup);
    case "betterAuth":
      return await servePeer("better-auth", setup);
  }
}

type ServePeer = (setup: ServerSetup, pass: PassCode) => Promise<Served>;

/** By its path: the checks of the whole project must pass where the packages of the bench are not installed. */
async function servePeer(name: string, setup: ServerSetup): Promise<Served> {
  const file = new URL(`./peers/${name}.ts`, pathToFileURL(`${import.meta.dirname}/`));
  const { serve: servePeerHere } = (await import(file.href)) as { readonly serve: ServePeer };
  return await servePeerHere(setup, codeLine());
}

async function answer(question: Question): Promise<void> {
  if (question === "begin" || question === "stats") {
    report({ type: "stats", stats: stats() });
    if (question === "stats") delays.disable();
    else {
      delays.reset();
      delays.enable();
    }
  } else if (question === "drain") {
    await served.drain();
    report({ type: "drained" });
  } else {
    await served.stop();
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
    delivered: served.delivered(),
    loopDelayMs: {
      p50: ms(delays.percentile(50)),
      p99: ms(delays.percentile(99)),
      p999: ms(delays.percentile(99.9)),
      max: ms(delays.max),
    },
  };
}
