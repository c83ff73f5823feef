import { expect, test } from "vitest";
import { uuidv7 } from "../../src/clock/index.ts";
import { createSequence, type Endpoint, eventWrite, newEvent } from "../../src/events/index.ts";
import { systemResolve } from "../../src/events/post.ts";
import { createSender, type Sender } from "../../src/events/sender.ts";
import { key, type Store } from "../../src/store/index.ts";
import { openReceiver } from "./receiver.ts";
import { loopback, openWebhookInstance, type WebhookInstance } from "./webhooks.ts";

/** A sender of its own, whose looks can be held up and are counted. */
interface Held {
  readonly sender: Sender;
  looks: number;
  /** Posts that were answered and written down. */
  answered: number;
  hold(): void;
  release(): void;
  /** Resolves when so many were. */
  untilAnswered(count: number): Promise<void>;
}

function senderOn(one: WebhookInstance): Held {
  let gate = Promise.resolve();
  let open = (): void => {};
  let check = (): void => {};
  const store: Store = {
    ...one.store,
    async dueEndpoints(now) {
      held.looks += 1;
      await gate;
      return await one.store.dueEndpoints(now);
    },
    async update(keys, decide) {
      const result = await one.store.update(keys, decide);
      // A claim has the event as its result, an answer does not; both are of the one event.
      if (result === null) {
        held.answered += 1;
        setImmediate(check);
      }
      return result;
    },
  };
  const { registry, masked } = one.webhooks;
  const parts = { ...one.parts, store, registry, masked, unmasked: masked, rules: loopback };
  const held: Held = {
    sender: createSender({ ...parts, resolve: systemResolve, count: () => {} }),
    looks: 0,
    answered: 0,
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release: () => open(),
    untilAnswered: (count) =>
      new Promise((resolve) => {
        check = () => held.answered >= count && resolve();
        check();
      }),
  };
  return held;
}

const sequence = createSequence();

/** Events that wait, as another node wrote them. */
async function waiting(one: WebhookInstance, endpoint: Endpoint, count: number): Promise<readonly string[]> {
  const now = one.clock.now();
  const about = { kind: "endpoint", id: endpoint.id } as const;
  const { tenantId, serviceId } = endpoint;
  const rows = Array.from({ length: count }, () => {
    const ids = { eventId: uuidv7(now, one.parts.random), sequence: sequence(now) };
    const change = { type: "verification.started", tenantId, serviceId, about, data: {} } as const;
    return newEvent(change, endpoint, ids, now);
  });
  const keys = rows.map(({ id }) => key("event", id));
  await one.store.update(keys, () => ({ writes: rows.map(eventWrite), result: undefined }));
  return rows.map(({ id }) => id);
}

/** Of its own kind, so that the instance's own sender is told of nothing. */
const nothing = ["endpoint.disabled"];

test("D-16: posts that end during a look have one more look after it, and whoever asked for a post waits for none", async () => {
  const one = await openWebhookInstance();
  const [busy, other] = [await openReceiver(), await openReceiver()];
  const held = senderOn(one);
  const endpoint = await one.endpoint(busy.url, nothing);
  const asked = await one.endpoint(other.url, nothing);
  await waiting(one, endpoint, 20);
  const [askedId = ""] = await waiting(one, asked, 1);
  await held.sender.poll();
  held.hold();
  await held.untilAnswered(8);
  expect([held.looks, busy.received.length]).toEqual([2, 8]);
  await held.sender.postNow(askedId, asked.id);
  expect(other.received).toHaveLength(1);
  held.release();
  await held.sender.settled();
  expect([busy.received.length, other.received.length]).toEqual([20, 1]);
  expect(held.looks).toBeLessThan(20);
});

test("D-16: an endpoint that was busy at a look goes on when a post of its own ends, and no other's end looks for it", async () => {
  const one = await openWebhookInstance();
  const [slow, quick] = [await openReceiver(), await openReceiver()];
  const answers: (() => void)[] = [];
  slow.behave((answer) => void answers.push(() => answer.writeHead(204).end()));
  const held = senderOn(one);
  const busy = await one.endpoint(slow.url, nothing);
  const other = await one.endpoint(quick.url, nothing);
  await waiting(one, busy, 20);
  await held.sender.poll();
  for (let nth = 1; nth <= 3; nth++) {
    const [id = ""] = await waiting(one, other, 1);
    await held.sender.postNow(id, other.id);
    await held.sender.poll();
  }
  expect([held.looks, quick.received.length]).toEqual([4, 3]);
  slow.behave((answer) => void answer.writeHead(204).end());
  while (slow.received.length < 8) await new Promise(setImmediate);
  for (const answer of answers) answer();
  await held.sender.settled();
  expect(slow.received).toHaveLength(20);
});
