import { describe, expect, test } from "vitest";
import { alice, bob, openTestInstance } from "../support/instance.ts";
import { rejected, scriptedProvider } from "../support/scripted-provider.ts";

const second = 1_000;

describe("what the tutorials leave as an exercise", () => {
  test("M-14: no second message until its time, five minutes and no more, and both known after a restart", async () => {
    const one = await openTestInstance();
    const { id, createdAt } = await one.start({ to: alice });
    await one.close();
    const again = await openTestInstance({ folder: one.folder, clock: one.clock });
    const verb = { tenantId: again.tenantId, id };
    again.clock.jumpTo(createdAt + 29_999);
    expect(await again.engine.resend(verb)).toMatchObject({
      outcome: "resendTooSoon",
      retryAt: createdAt + 30 * second,
    });
    expect(await again.tryStart({ to: alice })).toMatchObject({ outcome: "sendLimitReached", limit: "wait" });
    again.clock.jumpTo(createdAt + 30 * second);
    expect((await again.engine.resend(verb)).outcome).toBe("sent");
    await again.engine.tick();
    again.clock.jumpTo(createdAt + 300 * second);
    const late = await again.engine.check({ ...verb, code: again.codeOn(alice) });
    expect(late.outcome).toBe("expired");
  });

  test("M-15: a refused message goes on by voice, a cancel works, the channel is a choice, premium is refused", async () => {
    const carrier = scriptedProvider("a");
    carrier.plan(rejected);
    const one = await openTestInstance({ sandbox: false, providers: [carrier] });
    one.engine.run();
    const refused = await one.tryStart({ to: alice });
    await one.clock.advance(second);
    expect(carrier.received.map((message) => message.channel)).toEqual(["sms", "voice"]);
    const verb = { tenantId: one.tenantId, id: refused.verification?.id ?? "" };
    expect((await one.engine.cancel(verb)).outcome).toBe("canceled");
    const code = carrier.received[1]?.code ?? "";
    expect(await one.engine.check({ ...verb, code })).toMatchObject({
      outcome: "settled",
      status: "canceled",
    });
    await one.tryStart({ to: bob, channel: "voice" });
    await one.clock.advance(second);
    expect(carrier.received[2]).toMatchObject({ channel: "voice", to: bob });
    expect((await one.tryStart({ to: "+1 900 555 0100" })).outcome).toBe("numberNotAllowed");
    expect(carrier.received).toHaveLength(3);
  });

  test("M-16: every carrier down: the caller has its answer, the message goes out later, nothing is unhandled", async () => {
    const unhandled: unknown[] = [];
    const listen = (cause: unknown): void => void unhandled.push(cause);
    process.on("unhandledRejection", listen);
    const [a, b] = [scriptedProvider("a"), scriptedProvider("b")];
    a.plan("throw", "silent");
    b.plan({ type: "refused", kind: "notSent", reason: "unreachable" });
    const one = await openTestInstance({ sandbox: false, providers: [a, b] });
    one.engine.run();
    const result = await one.tryStart({ to: alice });
    expect(result.outcome).toBe("started");
    await one.clock.advance(30 * second);
    process.off("unhandledRejection", listen);
    expect(unhandled).toEqual([]);
    const codes = [...a.received, ...b.received].map((message) => message.code);
    expect(codes.length).toBeGreaterThanOrEqual(2);
    expect(new Set(codes).size).toBe(1);
    const id = result.verification?.id ?? "";
    const check = await one.engine.check({ tenantId: one.tenantId, id, code: codes[0] ?? "" });
    expect(check.outcome).toBe("approved");
  });
});
