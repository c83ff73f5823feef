import { describe, expect, test } from "vitest";
import { deliveries, openScene, started, statusOf } from "../../test/support/carriers.ts";
import { alice } from "../../test/support/instance.ts";
import { notSent, rejected, unknown } from "../../test/support/scripted-provider.ts";
import { createEngine } from "./index.ts";

const second = 1_000;

describe("D-5: the three answers", () => {
  test("accepted: one message, one attempt", async () => {
    const { one, a, b } = await openScene();
    const id = await started(one);
    await one.clock.advance(60 * second);
    expect(a.received).toHaveLength(1);
    expect(b.received).toHaveLength(0);
    expect(await deliveries(one, id)).toMatchObject([
      { state: "accepted", attempts: [{ provider: "a", answer: "accepted", providerMessageId: "a-1" }] },
    ]);
  });

  test("D-10: not sent: the second provider at once, with the same code and reference", async () => {
    const { one, a, b } = await openScene();
    a.plan(notSent);
    const id = await started(one);
    await one.clock.advance(250);
    expect(b.received.map((message) => message.code)).toEqual([a.received[0]?.code]);
    expect(b.received[0]?.reference).toBe(a.received[0]?.reference);
    expect(await deliveries(one, id)).toMatchObject([
      { state: "accepted", attempts: [{ answer: "notSent" }, { provider: "b", possibleDuplicate: false }] },
    ]);
    // What A says about it later changes nothing.
    await one.engine.receipt({
      reference: a.received[0]?.reference ?? "",
      status: "delivered",
      providerMessageId: "a-1",
    });
    expect(await deliveries(one, id)).toMatchObject([{ state: "accepted" }]);
  });

  test("D-5: not sent with nobody else: tried again with a growing delay, with the same code", async () => {
    const { one, a } = await openScene(1);
    a.plan(notSent, notSent, notSent);
    const id = await started(one);
    const at: number[] = [];
    for (let ms = 0; ms < 8 * second; ms += 250) {
      if (a.received.length > at.length) at.push(ms);
      await one.clock.advance(250);
    }
    expect(at).toEqual([0, 500, 1_500, 3_500]);
    expect(new Set(a.received.map((message) => message.code)).size).toBe(1);
    expect(await deliveries(one, id)).toMatchObject([{ state: "accepted" }]);
  });

  test("D-5, M-15: rejected by all: the next step starts at once", async () => {
    const { one, a, b } = await openScene();
    a.plan(rejected);
    b.plan(rejected);
    const id = await started(one, false);
    await one.clock.advance(second);
    const sent = await deliveries(one, id);
    expect(sent).toMatchObject([
      { channel: "sms", state: "failed" },
      { channel: "voice", state: "accepted", cause: "automatic" },
    ]);
  });

  test("D-5, M-15: rejected by all on the last step: undeliverable, and the caller can see it", async () => {
    const { one, a, b } = await openScene();
    a.plan(rejected);
    b.plan(rejected);
    const id = await started(one);
    await one.clock.advance(second);
    expect(await statusOf(one, id)).toBe("undeliverable");
    const check = await one.engine.check({ tenantId: one.tenantId, id, code: a.received[0]?.code ?? "" });
    expect(check).toMatchObject({ outcome: "settled", status: "undeliverable" });
  });

  test("M-16: a provider that throws is an unknown answer, and the process lives", async () => {
    const { one, a, b } = await openScene();
    a.plan("throw");
    const id = await started(one);
    await one.clock.advance(5 * second);
    expect(b.received).toHaveLength(1);
    expect(await deliveries(one, id)).toMatchObject([{ state: "accepted" }]);
  });
});

describe("D-6: an unknown answer", () => {
  test("a time-out after five seconds, three more for a receipt, then one resend, flagged", async () => {
    const { one, a, b } = await openScene();
    a.plan("silent");
    const id = await started(one);
    await one.clock.advance(7_999);
    expect(b.received).toHaveLength(0);
    await one.clock.advance(500);
    expect(b.received.map((message) => message.code)).toEqual([a.received[0]?.code]);
    expect(await deliveries(one, id)).toMatchObject([
      {
        state: "accepted",
        attempts: [
          { provider: "a", answer: "unknown", possibleDuplicate: false },
          { provider: "b", answer: "accepted", possibleDuplicate: true },
        ],
      },
    ]);
  });

  test("with one provider the resend goes to the same one, and there is only one", async () => {
    const { one, a } = await openScene(1);
    a.plan("silent", "silent");
    const id = await started(one);
    await one.clock.advance(200 * second);
    expect(a.received).toHaveLength(2);
    expect(await deliveries(one, id)).toMatchObject([{ state: "unconfirmed" }]);
    // The first may have arrived, so its code still works.
    const check = await one.engine.check({ tenantId: one.tenantId, id, code: a.received[0]?.code ?? "" });
    expect(check.outcome).toBe("approved");
  });

  test("D-3: a receipt within the three seconds adopts it: nothing is sent twice", async () => {
    const { one, a, b } = await openScene();
    a.plan(unknown);
    const id = await started(one);
    await one.clock.advance(second);
    const reference = a.received[0]?.reference ?? "";
    await one.engine.receipt({ reference, status: "sent", providerMessageId: "late-1" });
    await one.clock.advance(60 * second);
    expect(b.received).toHaveLength(0);
    expect(await deliveries(one, id)).toMatchObject([
      { state: "accepted", attempts: [{ answer: "accepted", providerMessageId: "late-1" }] },
    ]);
  });

  test("a refused resend does not make it undeliverable: the first message may have arrived", async () => {
    const { one, a, b } = await openScene();
    a.plan(unknown);
    b.plan(rejected);
    const id = await started(one);
    await one.clock.advance(10 * second);
    expect(b.received).toHaveLength(1);
    expect(await statusOf(one, id)).toBe("pending");
    const check = await one.engine.check({ tenantId: one.tenantId, id, code: a.received[0]?.code ?? "" });
    expect(check.outcome).toBe("approved");
  });
});

describe("D-8: nothing is sent too late", () => {
  test("a carrier that comes back after the deadline gets nothing", async () => {
    const { one, a } = await openScene(1);
    const down = { ...notSent, retryAfterMs: 30 * second };
    a.plan(down, down, down, down, down);
    const id = await started(one);
    await one.clock.advance(280 * second);
    // At 0, 30 and 60 seconds; the next would be at 90, which is its deadline.
    expect(a.received).toHaveLength(3);
    expect(await deliveries(one, id)).toMatchObject([{ state: "failed" }]);
  });

  test("after an outage of an hour nothing that waited is sent", async () => {
    const { one, a } = await openScene(1);
    a.plan(...Array.from({ length: 10 }, () => notSent));
    for (let n = 0; n < 10; n++) await one.tryStart({ to: `+1415555011${n}` });
    await one.engine.tick();
    expect(a.received).toHaveLength(10);
    expect(await one.store.due("delivery", one.clock.now() + second, 100)).toHaveLength(10);
    one.clock.jumpTo(one.clock.now() + 3_600 * second);
    await one.engine.tick();
    expect(a.received).toHaveLength(10);
    expect(await one.store.nextDueAt()).toBeNull();
  });

  test.each(["approved", "canceled"] as const)("%s before it left: never sent", async (status) => {
    const { one, a } = await openScene(1);
    a.plan(notSent);
    const id = await started(one);
    const { tenantId } = one;
    await one.engine.settle({ tenantId, id, status });
    await one.clock.advance(60 * second);
    expect(a.received).toHaveLength(1);
    expect(await deliveries(one, id)).toMatchObject([{ state: "dropped" }]);
  });
});

describe("D-2, D-4, D-7: leases", () => {
  test("I12: two nodes on one store never send one delivery twice", async () => {
    const { one, a } = await openScene(1);
    const other = createEngine(one.parts, "node-2");
    const third = createEngine(one.parts, "node-3");
    const result = await one.tryStart({ to: alice });
    await Promise.all([one.engine.tick(), other.tick(), third.tick(), other.tick()]);
    expect(a.received).toHaveLength(1);
    expect(await deliveries(one, result.verification?.id ?? "")).toMatchObject([
      { leaseEpoch: 1, state: "accepted" },
    ]);
  });

  test("D-4: a node that was paused for 30 seconds cannot overwrite what the next one did", async () => {
    const { one, a, b } = await openScene();
    let release: (answer: typeof rejected) => void = () => {};
    // The first node's call hangs with its time-out, as a stopped process does.
    const asleep = {
      ...one.parts.clock,
      now: () => one.clock.now(),
      sleep: () => new Promise<void>(() => {}),
      after: () => () => {},
    };
    a.plan(() => new Promise((resolve) => (release = resolve)));
    const paused = createEngine({ ...one.parts, clock: asleep }, "paused");
    const result = await paused.start({ tenantId: one.tenantId, to: alice });
    const id = result.verification?.id ?? "";
    await one.clock.advance(10);
    expect(a.received).toHaveLength(1);
    one.engine.run();
    await one.clock.advance(30 * second);
    expect(b.received).toHaveLength(1);
    const [before] = await deliveries(one, id);
    expect(before).toMatchObject({ state: "accepted", leaseEpoch: 2 });
    release(rejected);
    await one.clock.advance(second);
    expect((await deliveries(one, id))[0]).toEqual(before);
    expect(await statusOf(one, id)).toBe("pending");
  });
});
