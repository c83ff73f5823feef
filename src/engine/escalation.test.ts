import { describe, expect, test } from "vitest";
import { deliveries, openScene, started } from "../../test/support/carriers.ts";
import { alice, wrongCode } from "../../test/support/instance.ts";
import { createEngine } from "./index.ts";

const second = 1_000;

describe("D-9: escalation", () => {
  test("sms, then voice after 60 seconds, with the same code, and no third message", async () => {
    const { one, a } = await openScene(1);
    const id = await started(one, false);
    await one.clock.advance(59_999);
    expect(a.received.map((message) => message.channel)).toEqual(["sms"]);
    await one.clock.advance(500);
    expect(a.received.map((message) => message.channel)).toEqual(["sms", "voice"]);
    await one.clock.advance(230 * second);
    expect(a.received).toHaveLength(2);
    expect(a.received[1]?.code).toBe(a.received[0]?.code);
    const code = a.received[1]?.code ?? "";
    expect((await one.engine.check({ tenantId: one.tenantId, id, code })).outcome).toBe("approved");
  });

  test("an approval cancels it", async () => {
    const { one, a } = await openScene(1);
    const id = await started(one, false);
    await one.clock.advance(30 * second);
    const code = a.received[0]?.code ?? "";
    expect((await one.engine.check({ tenantId: one.tenantId, id, code })).outcome).toBe("approved");
    await one.clock.advance(300 * second);
    expect(a.received).toHaveLength(1);
    expect(await one.store.nextDueAt()).toBeNull();
  });

  test("a wrong code does not", async () => {
    const { one, a } = await openScene(1);
    const id = await started(one, false);
    const code = wrongCode(a.received[0]?.code ?? "");
    await one.engine.check({ tenantId: one.tenantId, id, code });
    await one.clock.advance(61 * second);
    expect(a.received).toHaveLength(2);
  });

  test("a timer that fires in three nodes at once has one effect", async () => {
    const { one, a } = await openScene(1);
    const nodes = [one.engine, createEngine(one.parts, "node-2"), createEngine(one.parts, "node-3")];
    const result = await one.tryStart({ to: alice });
    await one.engine.tick();
    one.clock.jumpTo(one.clock.now() + 60 * second);
    await Promise.all(nodes.map((node) => node.tick()));
    await Promise.all(nodes.map((node) => node.tick()));
    expect(await deliveries(one, result.verification?.id ?? "")).toHaveLength(2);
    expect(a.received.map((message) => message.channel)).toEqual(["sms", "voice"]);
  });

  test("a failed receipt starts the next step at once", async () => {
    const { one, a } = await openScene(1);
    await started(one, false);
    await one.clock.advance(5 * second);
    const reference = a.received[0]?.reference ?? "";
    await one.engine.receipt({ reference, status: "failed", providerMessageId: "a-1" });
    await one.clock.advance(250);
    expect(a.received.map((message) => message.channel)).toEqual(["sms", "voice"]);
    // A duplicate of it, and one that nobody waits for, change nothing.
    await one.engine.receipt({ reference, status: "failed", providerMessageId: "a-1" });
    for (const wild of ["", "x", `${reference}0`, "__proto__", "../1"]) {
      await one.engine.receipt({ reference: wild, status: "failed", providerMessageId: null });
    }
    await one.clock.advance(30 * second);
    expect(a.received).toHaveLength(2);
  });
});
