import { describe, expect, test } from "vitest";
import { deliveries, started } from "../../test/support/carriers.ts";
import { alice, openTestInstance } from "../../test/support/instance.ts";
import {
  createPhones,
  createSandboxFaults,
  createSandboxProvider,
  type SandboxParts,
} from "../providers/sandbox/index.ts";
import { createFakeClock } from "../testing/index.ts";

const second = 1_000;

/** An instance with virtual carriers that can do more, or less, than the usual one; the first is asked first. */
async function openCarriers(...extras: readonly Partial<SandboxParts>[]) {
  const clock = createFakeClock();
  const phones = createPhones(clock);
  const faults = createSandboxFaults();
  const onReceipt = (): void => {};
  const providers = extras.map((extra, index) =>
    createSandboxProvider({ clock, phones, faults, onReceipt, id: `carrier-${index + 1}`, ...extra }),
  );
  const one = await openTestInstance({ clock, sandbox: false, providers });
  return { one, clock, phones, faults };
}

describe("D-6: an unknown answer of a carrier that can do more", () => {
  test("(a) one that knows its references again is asked itself, and that is no possible duplicate", async () => {
    const { one, clock, phones, faults } = await openCarriers({ idempotencyKey: true }, {});
    faults.set({ prefix: alice, type: "timeoutAfterAccept", times: 1 });
    const id = await started(one);
    await clock.advance(9 * second);
    expect(phones.messages(alice)).toHaveLength(1);
    expect(await deliveries(one, id)).toMatchObject([
      {
        state: "accepted",
        attempts: [
          { provider: "carrier-1", answer: "unknown" },
          { provider: "carrier-1", answer: "accepted", possibleDuplicate: false },
        ],
      },
    ]);
  });

  test("(a) a message that never reached it is sent by asking again", async () => {
    const { one, clock, phones, faults } = await openCarriers({ idempotencyKey: true });
    faults.set({ prefix: alice, type: "timeoutBeforeAccept", times: 1 });
    await started(one);
    await clock.advance(9 * second);
    expect(phones.messages(alice)).toHaveLength(1);
  });

  test("(b) what a look-up finds is adopted, and nothing is sent again", async () => {
    const { one, clock, phones, faults } = await openCarriers({ lookupByReference: true }, {});
    faults.set({ prefix: alice, type: "timeoutAfterAccept", times: 1 });
    const id = await started(one);
    await clock.advance(7_999);
    expect(await deliveries(one, id)).toMatchObject([{ state: "unknown" }]);
    await clock.advance(second);
    expect(phones.messages(alice)).toHaveLength(1);
    expect(await deliveries(one, id)).toMatchObject([
      { state: "accepted", attempts: [{ answer: "accepted", providerMessageId: "carrier-1-1" }] },
    ]);
    await clock.advance(60 * second);
    expect(phones.messages(alice)).toHaveLength(1);
  });

  test("(b) what it does not find is sent once more, by another carrier, flagged", async () => {
    const { one, clock, phones, faults } = await openCarriers({ lookupByReference: true }, {});
    faults.set({ prefix: alice, type: "timeoutBeforeAccept", times: 1 });
    const id = await started(one);
    await clock.advance(9 * second);
    expect(phones.messages(alice)).toHaveLength(1);
    expect(await deliveries(one, id)).toMatchObject([
      {
        state: "accepted",
        attempts: [
          { answer: "unknown", reason: "not_found" },
          { provider: "carrier-2", answer: "accepted", possibleDuplicate: true },
        ],
      },
    ]);
  });
});

describe("D-14: every twentieth answer is lost", () => {
  const total = 400;

  async function duplicates(extra: Partial<SandboxParts>): Promise<{ twice: number; lost: number }> {
    const { one, clock, phones, faults } = await openCarriers(extra);
    const numbers = Array.from({ length: total }, (_, n) => `+1415555${String(1_000 + n)}`);
    const lost = numbers.filter((_, n) => n % 20 === 7);
    for (const prefix of lost) faults.set({ prefix, type: "timeoutAfterAccept", times: 1 });
    one.engine.run();
    await Promise.all(numbers.map((to) => one.tryStart({ to, channel: "sms" })));
    await clock.advance(30 * second);
    const counts = numbers.map((to) => phones.messages(to).length);
    expect(Math.min(...counts)).toBe(1);
    return { twice: counts.filter((count) => count > 1).length, lost: lost.length };
  }

  test("D-14: a carrier without anything: as many possible duplicates as lost answers, at most 5 %", async () => {
    const { twice, lost } = await duplicates({});
    expect(lost).toBe(20);
    expect(twice).toBe(lost);
    expect(twice / total).toBeLessThanOrEqual(0.05);
  });

  test.each([
    ["an idempotency key", { idempotencyKey: true }],
    ["a look-up", { lookupByReference: true }],
  ])("D-14: a carrier with %s: none", async (_, extra) => {
    const { twice, lost } = await duplicates(extra);
    expect(lost).toBe(20);
    expect(twice).toBe(0);
  });
});
