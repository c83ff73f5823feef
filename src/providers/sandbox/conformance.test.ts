import { describe, test } from "vitest";
import { createFakeClock, type ProviderCase, providerConformance } from "../../testing/index.ts";
import { createPhones, createSandboxFaults, createSandboxProvider, type SandboxFault } from "./index.ts";

const faultOf: Readonly<Partial<Record<ProviderCase, SandboxFault["type"]>>> = {
  rejected: "refuse",
  notSent: "notSent",
  silent: "timeoutBeforeAccept",
  lost: "timeoutAfterAccept",
  receipt: "lateReceipt",
};

for (const [name, extras] of [
  ["sandbox", {}],
  ["sandbox with an idempotency key and look-ups", { idempotencyKey: true, lookupByReference: true }],
] as const) {
  providerConformance({ describe, test }, name, async (what) => {
    const clock = createFakeClock();
    const phones = createPhones(clock);
    const faults = createSandboxFaults();
    const receipts: { reference: string; status: string }[] = [];
    const provider = createSandboxProvider({
      clock,
      phones,
      faults,
      ...extras,
      onReceipt: (reference, status) => void receipts.push({ reference, status }),
    });
    const to = "+14155550101";
    const type = faultOf[what];
    if (type !== undefined) {
      faults.set({ prefix: to, type, times: 1, delayMs: 1_000, retryAfterMs: 7_000 });
    }
    return {
      provider,
      to,
      received: () => phones.messages(to).map((one) => one.text),
      receipts: async () => {
        await clock.advance(1_000);
        return receipts;
      },
      ...(what === "notSent" ? { retryAfterMs: 7_000 } : {}),
    };
  });
}
