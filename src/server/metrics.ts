import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Count, createTally, type Meter, type Tally } from "../engine/index.ts";
import type { Instance } from "../instance/instance.ts";
import { exposed, expositionType } from "./exposition.ts";
import { createHttpTimes } from "./http-times.ts";
import type { Listeners } from "./listeners.ts";

/** Numbers for operators, in Prometheus' text form. Every label has few values, and none comes from a caller. */
export interface Metrics {
  readonly meter: Meter;
  /** One answered request. `route` is the pattern, never the URL. */
  answered(method: string, route: string, status: number, seconds: number): void;
  watch(instance: Instance, listeners: readonly Listeners[]): void;
  /** All numbers as they are now. */
  page(): Promise<MetricsPage>;
  close(): void;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

const delayResolutionMs = 20;
const outboxCountMax = 10_000;

const helpOf: Readonly<Record<string, string>> = {
  verbs: "Calls of a verb by their outcome.",
  deliveries: "Deliveries handed to a provider, by its answer.",
  breached_passwords: "Passwords looked up in the list of breached ones, by what was found.",
  callbacks: "Callbacks of carriers, by what became of them.",
  carrier_changes:
    "Carriers that stopped taking messages (open, demoted), and that are back (closed, recovered).",
  delivery_cost_micros: "What messages cost by the price table, in millionths of the operator's currency.",
  deliveries_delivered: "Messages that a receipt says arrived.",
  deliveries_approved: "Messages whose code came back.",
  guard_decisions: "Messages that would cost money, by what the guard said and the rule that held them back.",
  guard_money_alerts: "How often most (80) or all (100 percent) of a day's money was spent.",
  number_risks: "Numbers looked up before a code went there, by what was decided.",
  seals_broken: "Sealed values that did not open: changed, moved, or without their key. Look into each.",
  webhook_posts: "Posts of events to webhooks, by what the receiver made of them.",
  sends_possible_duplicate: "Those of them that may have arrived before, since an earlier answer is unknown.",
};

/** `tally` has what was counted before, where somebody has. */
export function createMetrics(tally: Tally = createTally()): Metrics {
  const http = createHttpTimes();
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  let watched: { readonly instance: Instance; readonly listeners: readonly Listeners[] } | null = null;

  return {
    meter: tally,
    answered: (method, route, status, seconds) => http.add(method, route, status, seconds),
    watch(instance, listeners) {
      watched = { instance, listeners };
      delay.enable();
    },
    async page() {
      const parts: string[] = [];
      for (const [name, series] of tally.series) {
        const help = helpOf[name] ?? `Counted as ${name}.`;
        parts.push(exposed(`countersign_${name}_total`, "counter", help, series.values()));
      }
      const gauge: WriteGauge = (name, help, samples) => {
        const all = typeof samples === "number" ? [{ labels: {}, value: samples }] : samples;
        parts.push(exposed(name, "gauge", help, all));
      };
      writeProcess(gauge, delay);
      if (watched !== null) await writeInstance(gauge, watched.instance, watched.listeners);
      return { contentType: expositionType, text: `${parts.join("\n")}\n${http.text()}` };
    },
    close: () => void delay.disable(),
  };
}

type WriteGauge = (name: string, help: string, samples: number | readonly Count[]) => void;

function writeProcess(gauge: WriteGauge, delay: ReturnType<typeof monitorEventLoopDelay>): void {
  const late = [50, 99, 99.9].map((quantile) => ({
    labels: { quantile: String(quantile / 100) },
    value: delay.percentile(quantile) / 1e9,
  }));
  gauge("countersign_event_loop_delay_seconds", "How late the event loop was since the last look.", late);
  delay.reset();
  gauge("process_resident_memory_bytes", "Resident memory.", process.memoryUsage.rss());
  const { user, system } = process.cpuUsage();
  gauge("process_cpu_seconds", "User and system time spent.", (user + system) / 1e6);
}

async function writeInstance(
  gauge: WriteGauge,
  { store, parts }: Instance,
  listeners: readonly Listeners[],
): Promise<void> {
  const connections = await Promise.all(listeners.map((one) => one.connections()));
  gauge(
    "countersign_connections",
    "Open connections.",
    connections.reduce((sum, one) => sum + one, 0),
  );
  gauge("countersign_store_waiting", "Updates that wait for the next commit.", store.waiting?.() ?? 0);
  try {
    const due = await store.due("delivery", parts.clock.now(), outboxCountMax);
    const help = `Deliveries that are due and not handed over yet; ${outboxCountMax} stands for more.`;
    gauge("countersign_outbox_due", help, due.length);
  } catch {
    // A storage that does not answer must not take the other numbers with it.
  }
}
