import { describe, expect, test } from "vitest";
import type { OutgoingMessage } from "../../delivery/index.ts";
import { createFakeClock } from "../../testing/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { createPhones, createSandboxFaults, createSandboxProvider, sandboxFaultTypes } from "./index.ts";

const number = "+14155550101";

function open() {
  const clock = createFakeClock();
  const phones = createPhones(clock);
  const faults = createSandboxFaults();
  const receipts: [string, ReceiptStatus][] = [];
  const onReceipt = (reference: string, status: ReceiptStatus): void =>
    void receipts.push([reference, status]);
  const provider = createSandboxProvider({ clock, phones, faults, onReceipt });
  return { clock, phones, faults, receipts, provider };
}

const message: OutgoingMessage = {
  reference: "v-1.1",
  channel: "sms",
  to: number,
  text: "000123 is your Acme code.",
  code: "000123",
  locale: "en",
  brand: "Acme",
};

const never = new AbortController().signal;

describe("D-5: the virtual carrier does what its faults say", () => {
  test("without a fault the phone has the message before the answer comes", async () => {
    const { provider, phones, clock } = open();
    expect(await provider.send(message, never)).toEqual({ type: "accepted", providerMessageId: "sandbox-1" });
    expect(phones.messages(number)).toEqual([
      {
        id: "m1",
        channel: "sms",
        from: "Countersign",
        text: message.text,
        code: "000123",
        receivedAt: clock.now(),
      },
    ]);
  });

  const accepted = { type: "accepted", providerMessageId: "sandbox-1" };
  test.each([
    ["refuse", { type: "refused", kind: "rejected", reason: "sandbox_refused" }, 0, 0, []],
    ["notSent", { type: "refused", kind: "notSent", reason: "sandbox_unreachable" }, 0, 0, []],
    ["acceptAndLose", accepted, 0, 0, []],
    ["delay", accepted, 0, 1, []],
    ["duplicate", accepted, 2, 2, []],
    ["lateReceipt", accepted, 1, 1, [["v-1.1", "delivered"]]],
    ["failedReceipt", accepted, 0, 0, [["v-1.1", "failed"]]],
  ] as const)("%s", async (type, answer, atOnce, later, receiptsLater) => {
    const { provider, phones, faults, receipts, clock } = open();
    faults.set({ prefix: number, type, delayMs: 5_000 });
    expect(await provider.send(message, never)).toEqual(answer);
    expect(phones.messages(number)).toHaveLength(atOnce);
    expect(receipts).toEqual([]);
    await clock.advance(4_999);
    expect(phones.messages(number)).toHaveLength(atOnce);
    await clock.advance(1);
    expect(phones.messages(number)).toHaveLength(later);
    expect(receipts).toEqual(receiptsLater);
  });

  test("timeoutAfterAccept: the phone has it, and the answer comes when the caller gives up", async () => {
    const { provider, phones, faults } = open();
    faults.set({ prefix: number, type: "timeoutAfterAccept" });
    const patience = new AbortController();
    let answered = false;
    const answer = provider.send(message, patience.signal).finally(() => (answered = true));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(phones.messages(number)).toHaveLength(1);
    expect(answered).toBe(false);
    patience.abort();
    expect((await answer).type).toBe("unknown");
  });

  test("D-6: timeoutBeforeAccept: no phone has it, and the answer comes when the caller gives up", async () => {
    const { provider, phones, faults } = open();
    faults.set({ prefix: number, type: "timeoutBeforeAccept" });
    const patience = new AbortController();
    const answer = provider.send(message, patience.signal);
    patience.abort();
    expect((await answer).type).toBe("unknown");
    expect(phones.messages(number)).toEqual([]);
  });

  test("every fault has been tried here", () => {
    const tried = [
      "acceptAndLose",
      "delay",
      "duplicate",
      "failedReceipt",
      "lateReceipt",
      "notSent",
      "refuse",
      "timeoutAfterAccept",
      "timeoutBeforeAccept",
    ];
    expect([...sandboxFaultTypes].sort()).toEqual(tried);
  });
});

describe("faults", () => {
  test("the longest prefix counts, and as often as it was told", () => {
    const faults = createSandboxFaults();
    faults.set({ prefix: "+1", type: "refuse" });
    faults.set({ prefix: "+1415", type: "notSent", times: 2 });
    faults.set({ prefix: number, type: "delay", times: 1 });
    expect([1, 2, 3, 4, 5].map(() => faults.take(number)?.type)).toEqual([
      "delay",
      "notSent",
      "notSent",
      "refuse",
      "refuse",
    ]);
    expect(faults.take("+442079460018")).toBeNull();
    expect(faults.list()).toEqual([{ prefix: "+1", type: "refuse" }]);
    faults.clear("+1");
    expect(faults.take(number)).toBeNull();
  });

  test("there is room for a thousand; the oldest goes first", () => {
    const faults = createSandboxFaults();
    for (let n = 0; n < 1_001; n++) faults.set({ prefix: `+${n}x`, type: "refuse" });
    expect(faults.list()).toHaveLength(1_000);
    expect(faults.take("+0x")).toBeNull();
    faults.clear();
    expect(faults.list()).toEqual([]);
  });
});

describe("phones", () => {
  test("newest first, fifty a phone, two thousand phones, the one that waited longest goes first", () => {
    const phones = createPhones(createFakeClock());
    const text = { channel: "sms", from: "x", code: null } as const;
    for (let n = 0; n < 60; n++) phones.receive(number, { ...text, text: String(n) });
    expect(phones.messages(number).map((one) => one.text)[0]).toBe("59");
    expect(phones.messages(number)).toHaveLength(50);
    for (let n = 0; n < 2_000; n++) phones.receive(`+${n}`, { ...text, text: "" });
    expect(phones.messages(number)).toEqual([]);
    expect(phones.list()).toHaveLength(2_000);
    expect(phones.list()[0]?.number).toBe("+1999");
    phones.clear("+1999");
    expect(phones.list()[0]?.number).toBe("+1998");
    phones.clear();
    expect(phones.list()).toEqual([]);
  });
});
