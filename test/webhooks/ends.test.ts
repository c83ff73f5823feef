import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { createEndpoint } from "../../src/events/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { key } from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { openNode, openTwo, pick } from "../nodes/nodes.ts";
import { temporaryFolder } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { answering, openReceiver } from "./receiver.ts";
import { eventsOf, loopback, openWebhookInstance } from "./webhooks.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const second = 1_000;
const afterLeaseMs = 46 * second;

describe("D-16: an event outlives what ends", () => {
  test("kill -9 between the post and its answer: the next process posts it again, with the same id", async () => {
    const folder = temporaryFolder();
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const receiver = await openReceiver();
    const arrived = new Promise<void>((resolve) => receiver.behave(() => resolve()));
    const program = join(import.meta.dirname, "posting-process.ts");
    const child = spawn(process.execPath, [program, folder, receiver.url], { stdio: "inherit" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await Promise.race([
      arrived,
      once(child, "exit").then(() => Promise.reject(new Error("it ended early"))),
    ]);
    child.kill("SIGKILL");
    await once(child, "exit");
    receiver.behave(answering(204));
    // The next process starts when the lease is over: the dead one may have been answered.
    const clock = createFakeClock(systemClock().now() + afterLeaseMs);
    const next = await openWebhookInstance({ folder, clock });
    await next.posted();
    expect(receiver.types()).toEqual(["verification.started", "verification.started"]);
    const [first, again] = receiver.received;
    expect(again?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(again?.body).toBe(first?.body);
    const [endpoint] = await next.store.endpoints(next.tenantId);
    expect(await eventsOf(next, endpoint?.id ?? "")).toMatchObject([
      { state: "received", posts: [{ answer: "unknown", reason: "lease_expired" }, { answer: "received" }] },
    ]);
  });

  test("a stop in the middle of a post gives the event back at once, and does not wait for the receiver", async () => {
    const folder = temporaryFolder();
    const receiver = await openReceiver();
    const arrived = new Promise<void>((resolve) => receiver.behave(() => resolve()));
    const first = await openWebhookInstance({ folder });
    const endpoint = await first.endpoint(receiver.url, ["verification.started"]);
    await first.start({ to: "+14155550131" });
    await arrived;
    await first.close();
    receiver.behave(answering(204));
    const next = await openWebhookInstance({ folder, clock: createFakeClock(first.clock.now()) });
    await next.posted();
    expect(receiver.received).toHaveLength(2);
    expect(await eventsOf(next, endpoint.id)).toMatchObject([
      { state: "received", tries: 1, posts: [{ reason: "stopped" }, { answer: "received" }] },
    ]);
  });
});

describe("D-16: two nodes", () => {
  test("on one database post every event once, however often both look", async () => {
    const receiver = await openReceiver();
    const nodes = await openTwo(await server.database(), { webhooks: loopback });
    await makeEndpoint(nodes[0], receiver.url);
    await Promise.all(nodes.map((node) => node.parts.webhooks?.registry.refresh()));
    const started = Array.from({ length: 40 }, (_, n) => {
      const node = pick(nodes, n);
      return node.engine.start({ tenantId: node.tenant.id, to: `+1415555${1_500 + n}` });
    });
    await Promise.all(started);
    for (let round = 0; round < 5; round++) {
      await Promise.all(nodes.map((node) => node.parts.webhooks?.poll()));
      await Promise.all(nodes.map((node) => node.parts.webhooks?.settled()));
    }
    expect(receiver.received).toHaveLength(40);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(40);
  });

  test("of which one stands still: the other posts after the lease, and the late answer changes nothing", async () => {
    const url = await server.database();
    const clock = createFakeClock();
    const receiver = await openReceiver();
    const held: (() => void)[] = [];
    receiver.behave((answer) => void held.push(() => answer.writeHead(500).end()));
    const slow = await openNode(url, { webhooks: loopback, clock });
    await makeEndpoint(slow, receiver.url);
    await slow.parts.webhooks?.registry.refresh();
    await slow.engine.start({ tenantId: slow.tenant.id, to: "+14155551700" });
    await until(() => held.length === 1);
    // Its clock stands still and with it its time-out; the other node's goes on.
    const later = createFakeClock(clock.now() + afterLeaseMs);
    const other = await openNode(url, { webhooks: loopback, clock: later });
    receiver.behave(answering(204));
    await other.parts.webhooks?.poll();
    await other.parts.webhooks?.settled();
    expect(receiver.received).toHaveLength(2);
    for (const answer of held) answer();
    await slow.parts.webhooks?.settled();
    const [endpoint] = await other.store.endpoints(other.tenant.id);
    const [event] = await other.store.events({ endpointId: endpoint?.id ?? "", limit: 1 });
    expect(event).toMatchObject({ state: "received" });
    expect(event?.posts.at(-1)).toMatchObject({ answer: "received" });
  });
});

async function makeEndpoint(node: Instance, url: string): Promise<void> {
  const { dataKeyring, random, clock, directory } = node.parts;
  const service = await directory.service(node.tenant.id);
  const { endpoint } = await createEndpoint(dataKeyring, random, clock.now(), {
    tenantId: node.tenant.id,
    serviceId: service?.id ?? "",
    url,
    description: null,
    types: ["verification.started"],
  });
  await node.store.update([key("endpoint", endpoint.id)], () => ({
    writes: [{ table: "endpoint", id: endpoint.id, row: endpoint }],
    result: undefined,
  }));
}

/** Waits for what real sockets bring about. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500_000; turn++) {
    if (isSo()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("it did not come about");
}
