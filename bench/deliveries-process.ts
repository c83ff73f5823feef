// The process that is measured by the part about deliveries: an engine with a long outbox and one carrier over HTTP.
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../src/clock/index.ts";
import type { Provider } from "../src/delivery/index.ts";
import { openInstance } from "../src/instance/instance.ts";
import { tuneHeap } from "../src/platform/heap.ts";
import { createTelnyxProvider } from "../src/providers/telnyx/index.ts";
import { Secret } from "../src/secrets/index.ts";
import { standinAccounts } from "../src/standins/index.ts";
import type { DeliveriesDone, DeliveriesSetup } from "./cases/deliveries.ts";
import { freshNumber } from "./pairs.ts";
import { benchSecret } from "./protocol.ts";

const setup = JSON.parse(process.argv[2] ?? "") as DeliveriesSetup;
/** How long the carrier asks to be left alone while the outbox fills: longer than that takes. */
const restMs = 25_000;
const startsAtOnce = 128;

tuneHeap();
const clock = systemClock();
const { apiKey, number, publicKey } = standinAccounts.telnyx;
const telnyx = createTelnyxProvider(
  {
    apiKey: new Secret(apiKey),
    publicKey,
    from: number,
    messagingProfileId: null,
    url: setup.standinUrl,
  } as Parameters<typeof createTelnyxProvider>[0],
  { clock, fetch: globalThis.fetch, callbackUrl: () => null },
);
let isFilling = true;
let accepted = 0;
const provider: Provider = {
  ...telnyx,
  async send(message, signal) {
    if (isFilling) return { type: "refused", kind: "notSent", reason: "rate_limited", retryAfterMs: restMs };
    const answer = await telnyx.send(message, signal);
    if (answer.type === "accepted") accepted += 1;
    return answer;
  },
};
const instance = await openInstance({
  folder: setup.folder,
  secrets: [new Secret(benchSecret)],
  sandbox: false,
  providers: [provider],
  clock,
});

const { id: tenantId } = instance.tenant;
const workflow = [{ channel: "sms", waitMs: 300_000 }] as const;
for (let begun = 0; begun < setup.queue; begun += startsAtOnce) {
  const many = Math.min(startsAtOnce, setup.queue - begun);
  const starts = Array.from({ length: many }, () =>
    instance.engine.start({ tenantId, to: freshNumber(), workflow }),
  );
  const refused = (await Promise.all(starts)).find((one) => one.outcome !== "started");
  if (refused !== undefined) throw new Error(`a start was answered with ${refused.outcome}`);
  while (await hasRoomLeft()) await pause(1);
}
isFilling = false;
await pause(restMs);

globalThis.gc?.();
const heapQueuedBytes = process.memoryUsage().heapUsed;
const samples: number[] = [];
const began = performance.now();
const cpu = process.cpuUsage();
instance.engine.run();
while (accepted < setup.queue) {
  await pause(100);
  samples.push(memory());
  if (performance.now() - began > 120_000) throw new Error(`only ${accepted} of ${setup.queue} were sent`);
}
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
const done: DeliveriesDone = {
  perSecond: (setup.queue / wallMs) * 1_000,
  cpuShare: (user + system) / 1_000 / wallMs,
  heapQueuedBytes,
  rssMaxBytes: Math.max(...samples),
};
process.send?.(done);
await instance.close();
process.exit(0);

function memory(): number {
  return process.memoryUsage().rss;
}

/** Deliveries that were not tried yet: each is to be refused once, so that all of them become due together. */
async function hasRoomLeft(): Promise<boolean> {
  await instance.engine.tick();
  return (await instance.store.due("delivery", clock.now(), 1)).length > 0;
}
