import { describe, expect, test } from "vitest";
import { openTestInstance } from "../../test/support/instance.ts";
import { type ScriptedProvider, scriptedProvider } from "../../test/support/scripted-provider.ts";
import { createFakeClock, type FakeClock } from "../testing/index.ts";
import { createEngine, type StartResult } from "./index.ts";

const second = 1_000;

interface Paced {
  readonly provider: ScriptedProvider;
  /** When each message left, in milliseconds after the clock's start. */
  readonly leftAt: number[];
}

/** A carrier with a rate, that keeps when it got what. */
function paced(id: string, clock: FakeClock, ratePerSecond: number): Paced {
  const scripted = scriptedProvider(id);
  const leftAt: number[] = [];
  const from = clock.now();
  const send: ScriptedProvider["send"] = (message, signal) => {
    leftAt.push(clock.now() - from);
    return scripted.send(message, signal);
  };
  return { leftAt, provider: { ...scripted, ratePerSecond, send } };
}

const numberOf = (n: number): string => `+1415555${String(1_000 + n)}`;
const sms = { workflow: [{ channel: "sms", waitMs: 300 * second }] } as const;

type One = Awaited<ReturnType<typeof openTestInstance>>;

async function startMany(one: One, count: number) {
  const many = Array.from({ length: count }, (_, n) => one.tryStart({ to: numberOf(n), ...sms }));
  return await Promise.all(many);
}

describe("D-8: a carrier of five messages a second", () => {
  test("D-8: 1,000 starts at once: as many as it can clear, in order and in time; the rest are refused", async () => {
    const clock = createFakeClock();
    const { provider, leftAt } = paced("slow", clock, 5);
    const one = await openTestInstance({ clock, sandbox: false, providers: [provider] });
    one.engine.run();
    // Fifty in each millisecond, since those of one millisecond have no order.
    const results: StartResult[] = [];
    for (let n = 0; n < 1_000; n += 50) {
      const many = Array.from({ length: 50 }, (_, m) => one.tryStart({ to: numberOf(n + m), ...sms }));
      results.push(...(await Promise.all(many)));
      await clock.advance(1);
    }
    const begun = results.flatMap((result, n) => (result.outcome === "started" ? [n] : []));
    const refused = results.filter((result) => result.outcome === "deliveryCongested");
    expect(begun.length + refused.length).toBe(1_000);
    expect(begun.length).toBeGreaterThan(400);
    expect(begun.length).toBeLessThanOrEqual(450);
    for (const one of refused) {
      expect(one.verification).toBeNull();
      expect("retryAt" in one && one.retryAt).toBeGreaterThan(clock.now());
    }
    const rows = await one.store.verifications({ tenantId: one.tenantId, limit: 1_000 });
    expect(rows).toHaveLength(begun.length);

    await clock.advance(120 * second);
    expect(leftAt).toEqual(begun.map((_, n) => n * 200));
    const group = (number: string): number => Math.floor((Number(number.slice(-4)) - 1_000) / 50);
    const groups = provider.received.map((message) => group(message.to));
    expect(groups).toEqual(groups.toSorted((a, b) => a - b));
    expect(new Set(provider.received.map((message) => message.to))).toEqual(new Set(begun.map(numberOf)));
    expect(leftAt.at(-1)).toBeLessThan(90 * second);
    expect(await one.store.due("delivery", clock.now() + 600 * second, 10)).toEqual([]);
  }, 60_000);

  test("another carrier with room takes what would have to wait", async () => {
    const clock = createFakeClock();
    const slow = paced("slow", clock, 5);
    const fast = paced("fast", clock, 50);
    const one = await openTestInstance({ clock, sandbox: false, providers: [slow.provider, fast.provider] });
    one.engine.run();
    const results = await startMany(one, 110);
    expect(new Set(results.map((result) => result.outcome))).toEqual(new Set(["started"]));
    await clock.advance(3 * second);
    // Together 55 a second: each keeps its own rate.
    expect(slow.leftAt.length + fast.leftAt.length).toBe(110);
    expect(slow.leftAt).toEqual(slow.leftAt.map((_, n) => n * 200));
    expect(fast.leftAt).toEqual(fast.leftAt.map((_, n) => n * 20));
    expect(Math.max(...slow.leftAt, ...fast.leftAt)).toBeLessThanOrEqual(2 * second);
  });

  test("a carrier without a rate makes nobody wait", async () => {
    const clock = createFakeClock();
    const slow = paced("slow", clock, 1);
    const free = scriptedProvider("free");
    const one = await openTestInstance({ clock, sandbox: false, providers: [slow.provider, free] });
    one.engine.run();
    await startMany(one, 40);
    await clock.advance(0);
    expect(slow.leftAt).toEqual([0]);
    expect(free.received).toHaveLength(39);
  });

  test("what waits is in the outbox with its slot, and another node takes it over when nobody comes", async () => {
    const clock = createFakeClock();
    const slow = paced("slow", clock, 1);
    const one = await openTestInstance({ clock, sandbox: false, providers: [slow.provider] });
    const gone = createEngine(one.parts, "gone");
    for (let n = 0; n < 3; n++) await gone.start({ tenantId: one.tenantId, to: numberOf(n), ...sms });
    await gone.tick();
    await gone.stop();
    expect(slow.leftAt).toEqual([0]);
    expect(await one.store.due("delivery", clock.now(), 10)).toHaveLength(0);
    expect(await one.store.due("delivery", clock.now() + second, 10)).toHaveLength(1);
    expect(await one.store.due("delivery", clock.now() + 2 * second, 10)).toHaveLength(2);
    one.engine.run();
    await clock.advance(6 * second);
    expect(slow.leftAt).toHaveLength(3);
    expect((slow.leftAt[2] ?? 0) - (slow.leftAt[1] ?? 0)).toBeGreaterThanOrEqual(second);
  });

  test("right after a restart a start is refused by what still waits in the outbox", async () => {
    const clock = createFakeClock();
    const slow = paced("slow", clock, 1);
    const one = await openTestInstance({ clock, sandbox: false, providers: [slow.provider] });
    await startMany(one, 200);
    await one.engine.tick();
    const next = createEngine(one.parts, "next");
    const request = (n: number) => ({ tenantId: one.tenantId, to: numberOf(500 + n), ...sms });
    const results = await Promise.all(Array.from({ length: 10 }, (_, n) => next.start(request(n))));
    // What was sent meanwhile made room for one or two.
    const refused = results.filter((result) => result.outcome === "deliveryCongested");
    expect(refused.length).toBeGreaterThanOrEqual(8);
    await next.stop();
  });

  test("resend and next are refused alike, count nothing, and leave no record of their Idempotency-Key", async () => {
    const clock = createFakeClock();
    const slow = paced("slow", clock, 1);
    const one = await openTestInstance({ clock, sandbox: false, providers: [slow.provider] });
    one.engine.run();
    const first = await one.tryStart({ to: numberOf(900) });
    await clock.advance(31 * second);
    await startMany(one, 200);
    const { tenantId } = one;
    const id = first.verification?.id ?? "";
    const idempotency = { id: "once", fingerprint: "same" };
    for (const verb of ["resend", "next"] as const) {
      const result = await one.engine[verb]({ tenantId, id, idempotency });
      expect(result).toMatchObject({ outcome: "deliveryCongested", verification: null, replayed: false });
    }
    expect(await one.store.deliveriesOf(id)).toHaveLength(1);
    await clock.advance(20 * second);
    const later = await one.engine.resend({ tenantId, id, idempotency });
    expect(later).toMatchObject({ outcome: "sent", replayed: false });
  });

  test("a refused start promises nothing away: what is refused for other reasons leaves the rate free", async () => {
    const clock = createFakeClock();
    const slow = paced("slow", clock, 1);
    const one = await openTestInstance({ clock, sandbox: false, providers: [slow.provider] });
    one.engine.run();
    await one.tryStart({ to: numberOf(0), ...sms });
    for (let n = 0; n < 300; n++) {
      expect((await one.tryStart({ to: numberOf(0), ...sms })).outcome).toBe("sendLimitReached");
    }
    expect((await one.tryStart({ to: numberOf(1), ...sms })).outcome).toBe("started");
    await clock.advance(2 * second);
    expect(slow.leftAt).toEqual([0, second]);
  });
});
