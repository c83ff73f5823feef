import { describe, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock/index.ts";
import { eventRowId, replayed } from "../../src/events/index.ts";
import { key } from "../../src/store/index.ts";
import { alice, bob } from "../support/instance.ts";
import { recordingLog } from "./log.ts";
import { answering, openReceiver } from "./receiver.ts";
import { eventsOf, openWebhookInstance, type WebhookInstance } from "./webhooks.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** The waits of Standard Webhooks, to be met within a tenth. */
const waits = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Goes on to when the one event is due next. */
async function untilDue(one: WebhookInstance, endpointId: string): Promise<number> {
  const [event] = await eventsOf(one, endpointId);
  const wait = (event?.dueAt ?? 0) - one.clock.now();
  one.clock.jumpTo(one.clock.now() + wait);
  await one.posted();
  return wait;
}

describe("W-9: a receiver that fails", () => {
  test("is tried again after 5 s, 5 min and so on for three days, and then the event has failed and the endpoint is off, with a notice", async () => {
    const { log, lines } = recordingLog();
    const one = await openWebhookInstance({ log });
    const [receiver, neighbour] = [await openReceiver(), await openReceiver()];
    receiver.behave(answering(500));
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.endpoint(neighbour.url, ["endpoint.*"]);
    await one.start({ to: alice });
    await one.posted();
    for (const wait of waits) {
      expect((await eventsOf(one, endpoint.id))[0]?.state).toBe("waiting");
      const waited = await untilDue(one, endpoint.id);
      expect(Math.abs(waited / wait - 1)).toBeLessThan(0.1);
    }
    expect(receiver.received).toHaveLength(waits.length + 1);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    const [event] = await eventsOf(one, endpoint.id);
    expect(event).toMatchObject({ state: "failed", tries: waits.length + 1 });
    expect(event?.posts.at(-1)).toMatchObject({ answer: "refused", status: 500, reason: "status" });
    // The jitter decides by how much the three days are reached: the next event's failure ends it at the latest.
    if (one.webhooks.registry.get(endpoint.id)?.disabled === null) {
      one.clock.jumpTo(one.clock.now() + 12 * hour);
      await one.start({ to: bob });
      await one.posted();
    }
    expect(await one.store.get(key("endpoint", endpoint.id))).toMatchObject({
      disabled: { reason: "failing" },
    });
    await one.posted();
    expect(neighbour.received.map(({ event: { data } }) => data)).toMatchObject([
      { id: endpoint.id, reason: "failing" },
    ]);
    expect(lines).toMatchObject([{ event: "endpoint_disabled", endpoint: endpoint.id, reason: "failing" }]);
  });

  test("answers 410: the endpoint is off at once", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    receiver.behave(answering(410));
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await one.posted();
    expect(await one.store.get(key("endpoint", endpoint.id))).toMatchObject({ disabled: { reason: "gone" } });
    expect(await eventsOf(one, endpoint.id)).toMatchObject([{ state: "failed" }]);
    await one.start({ to: bob });
    one.clock.jumpTo(one.clock.now() + hour);
    await one.posted();
    expect(receiver.received).toHaveLength(1);
    expect(await eventsOf(one, endpoint.id)).toHaveLength(1);
  });

  test("redirects: that is a failure, and nobody goes there", async () => {
    const one = await openWebhookInstance();
    const [receiver, target] = [await openReceiver(), await openReceiver()];
    receiver.behave(answering(302, { location: target.url }));
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await one.posted();
    expect(target.received).toEqual([]);
    expect((await eventsOf(one, endpoint.id))[0]?.posts).toMatchObject([{ reason: "redirect", status: 302 }]);
  });

  test("asks for a longer wait with Retry-After, and gets it; for a shorter one, and does not", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    receiver.behave(answering(503, { "retry-after": "120" }));
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await one.posted();
    receiver.behave(answering(429, { "retry-after": "1" }));
    expect(await untilDue(one, endpoint.id)).toBe(120 * second);
    expect(await untilDue(one, endpoint.id)).toBeGreaterThan(4 * minute);
  });

  test("never answers, or drips: cut after 15 s, and tried again", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    receiver.behave((answer) => void answer.writeHead);
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await bounded(() => receiver.received.length === 1);
    await one.clock.advance(14_999);
    expect((await eventsOf(one, endpoint.id))[0]?.state).toBe("posting");
    await one.clock.advance(1);
    await one.webhooks.settled();
    expect(await eventsOf(one, endpoint.id)).toMatchObject([
      { state: "waiting", posts: [{ answer: "unknown", reason: "no_answer" }] },
    ]);
    receiver.behave(answering(204));
    await untilDue(one, endpoint.id);
    expect(await eventsOf(one, endpoint.id)).toMatchObject([{ state: "received" }]);
    expect((await one.store.get(key("endpoint", endpoint.id)))?.failingSince).toBeNull();
  });

  test("answers without end: its status counts, and the rest is cut", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    let written = 0;
    let isCut = false;
    receiver.behave((answer) => {
      answer.writeHead(200);
      answer.on("close", () => {
        isCut = true;
      });
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        if (isCut) return;
        written += chunk.length;
        if (answer.write(chunk)) setImmediate(more);
        else answer.once("drain", more);
      };
      more();
    });
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await one.posted();
    expect(await eventsOf(one, endpoint.id)).toMatchObject([{ state: "received" }]);
    await bounded(() => isCut);
    // More than that lies in no buffer of the two sockets.
    expect(written).toBeLessThan(512 * 65_536);
  });

  test("says that it took it, and never ends its answer: no connection stays behind", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    let open = 0;
    receiver.behave((answer) => {
      open += 1;
      answer.once("close", () => {
        open -= 1;
      });
      answer.writeHead(200, { "content-length": "60000" }).write("x");
    });
    const endpoint = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await bounded(() => open === 1);
    const over = one.posted();
    for (let waited = 0; open > 0 && waited < 3 * second; waited += 100) await one.clock.advance(100);
    await over;
    expect(open).toBe(0);
    expect(await eventsOf(one, endpoint.id)).toMatchObject([{ state: "received" }]);
  });

  test("with all other endpoints of its tenant: another tenant hears at once all the same", async () => {
    const one = await openWebhookInstance();
    const [hanging, neighbour] = [await openReceiver(), await openReceiver()];
    hanging.behave((answer) => void answer.writeHead);
    for (let n = 0; n < 20; n++) await one.endpoint(hanging.url, ["verification.started"]);
    for (let n = 0; n < 10; n++) await one.start({ to: `+1415555014${n}` });
    // Half of the room, of 160 that its endpoints would take.
    await bounded(() => hanging.received.length === 64);
    const service = await one.parts.directory.service(one.tenantId);
    const tenantId = uuidv7(one.clock.now(), one.parts.random);
    await one.webhooks.tell({ tenantId, serviceId: service?.id ?? "", url: neighbour.url, body: "{}" });
    await bounded(() => neighbour.received.length === 1);
    expect(hanging.received).toHaveLength(64);
  });

  test("is not there: what waits is posted when it is, and a neighbour gets its own meanwhile", async () => {
    const one = await openWebhookInstance();
    const neighbour = await openReceiver();
    const down = await one.endpoint("http://127.0.0.1:1/", ["verification.started"]);
    await one.endpoint(neighbour.url, ["verification.started"]);
    for (let n = 0; n < 30; n++) await one.start({ to: `+141555501${String(n + 20).padStart(2, "0")}` });
    await one.posted();
    expect(neighbour.received).toHaveLength(30);
    const waiting = await eventsOf(one, down.id);
    expect(waiting).toHaveLength(30);
    expect(waiting.every(({ state }) => state === "waiting")).toBe(true);
    const posts = waiting.flatMap((event) => event.posts);
    expect(posts.length).toBeGreaterThan(0);
    for (const one of posts) expect(one).toMatchObject({ answer: "refused", reason: "unreachable" });
  });

  test("a failed event can be replayed, and is posted with its first id and sequence", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    receiver.behave(answering(410));
    const { secret: _secret, ...endpoint } = await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice });
    await one.posted();
    const [failed] = await eventsOf(one, endpoint.id);
    if (failed === undefined) throw new Error("an event was expected");
    receiver.behave(answering(200));
    await one.store.update([], (_rows, now) => ({
      writes: [
        { table: "event", id: failed.id, row: replayed(failed, now) },
        { table: "endpoint", id: endpoint.id, row: endpoint },
      ],
      result: undefined,
    }));
    await one.webhooks.registry.refresh();
    await one.posted();
    expect(failed.id).toBe(eventRowId(failed.eventId, endpoint.id));
    const [first, again] = receiver.received;
    expect(again?.body).toBe(first?.body);
    expect(await eventsOf(one, endpoint.id)).toMatchObject([{ state: "received" }]);
  });
});

/** Waits for what real sockets bring about. */
async function bounded(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200_000; turn++) {
    if (isSo()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("it did not come about");
}
