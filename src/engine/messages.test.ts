import { describe, expect, test } from "vitest";
import { alice, bob, openTestInstance } from "../../test/support/instance.ts";
import { notSent, rejected, scriptedProvider } from "../../test/support/scripted-provider.ts";
import { key } from "../store/index.ts";
import type { MessageResult, MessageView } from "./index.ts";

function accepted(result: MessageResult): MessageView {
  if (result.type !== "messageAccepted") throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.message;
}

describe("a text of the caller's own", () => {
  test("goes out as it was given, through the same routes as codes, and its receipt is kept", async () => {
    const one = await openTestInstance();
    const text = "Your table is free: 12:30 – see you!\nRosa";
    const { id } = accepted(
      await one.engine.sendMessage({ tenantId: one.tenantId, to: alice, text, clientRef: "r-1" }),
    );
    await one.engine.tick();
    const [arrived] = one.sandbox?.phones.messages(alice) ?? [];
    expect(arrived).toMatchObject({ channel: "sms", text, code: null });
    await one.engine.receipt({ reference: `${id}.1`, status: "delivered", providerMessageId: null });
    const shown = await one.engine.getMessage({ tenantId: one.tenantId, id });
    expect(shown).toMatchObject({
      to: alice,
      text,
      clientRef: "r-1",
      delivery: { state: "delivered", cause: "message", encoding: "ucs2", segments: 1 },
    });
  });

  test("D-10: fails over to the next carrier, with the same text, and counts as failed where all refuse", async () => {
    const [a, b] = [scriptedProvider("a"), scriptedProvider("b")];
    a.plan(notSent, rejected, rejected);
    b.plan("accept", rejected);
    const one = await openTestInstance({ sandbox: false, providers: [a, b] });
    const send = async () =>
      accepted(await one.engine.sendMessage({ tenantId: one.tenantId, to: alice, text: "hello" }));
    const first = await send();
    await one.engine.tick();
    await one.clock.advance(1_000);
    await one.engine.tick();
    const shown = await one.engine.getMessage({ tenantId: one.tenantId, id: first.id });
    expect(shown?.delivery.state).toBe("accepted");
    expect([...a.received, ...b.received].map(({ text }) => text)).toEqual(Array(2).fill("hello"));
    const second = await send();
    for (let round = 0; round < 3; round++) {
      await one.engine.tick();
      await one.clock.advance(1_000);
    }
    const refused = await one.engine.getMessage({ tenantId: one.tenantId, id: second.id });
    expect(refused?.delivery.state).toBe("failed");
  });

  test("W-4: repeated with its Idempotency-Key it is one message", async () => {
    const one = await openTestInstance();
    const idempotency = { id: "i-1", fingerprint: "f-1" };
    const asked = { tenantId: one.tenantId, to: alice, text: "once", idempotency };
    const first = accepted(await one.engine.sendMessage(asked));
    const again = await one.engine.sendMessage(asked);
    expect(again).toMatchObject({ type: "messageAccepted", replayed: true, message: { id: first.id } });
    await one.engine.tick();
    expect(one.sandbox?.phones.messages(alice)).toHaveLength(1);
    const other = { ...asked, idempotency: { ...idempotency, fingerprint: "f-2" } };
    expect((await one.engine.sendMessage(other)).type).toBe("idempotencyKeyReused");
  });

  test("N-8: the text and the number are nowhere in the database in the clear", async () => {
    const one = await openTestInstance();
    const text = "your code is 918273";
    const { id } = accepted(await one.engine.sendMessage({ tenantId: one.tenantId, to: alice, text }));
    await one.engine.tick();
    const rows = [
      await one.store.get(key("message", id)),
      await one.store.get(key("delivery", `${id}.1`)),
      await one.store.scan("recipient", null, 10),
    ];
    expect(JSON.stringify(rows)).not.toContain("918273");
    expect(JSON.stringify(rows)).not.toContain(alice.slice(1));
  });

  test("is not sent past its deadline, and an erasure takes it with its number", async () => {
    const provider = scriptedProvider("a");
    const one = await openTestInstance({ sandbox: false, providers: [provider] });
    provider.plan(notSent);
    const { id } = accepted(
      await one.engine.sendMessage({ tenantId: one.tenantId, to: alice, text: "late", lifetimeMs: 60_000 }),
    );
    await one.engine.tick();
    one.clock.jumpTo(one.clock.now() + 60_000);
    await one.engine.tick();
    const late = await one.engine.getMessage({ tenantId: one.tenantId, id });
    expect(late?.delivery.state).toBe("dropped");
    expect(provider.received).toHaveLength(1);
    const kept = accepted(await one.engine.sendMessage({ tenantId: one.tenantId, to: bob, text: "stays" }));
    await one.engine.eraseRecipient({ tenantId: one.tenantId, to: alice });
    expect(await one.engine.getMessage({ tenantId: one.tenantId, id })).toBeNull();
    expect(await one.store.get(key("delivery", `${id}.1`))).toBeUndefined();
    expect((await one.engine.listMessages({ tenantId: one.tenantId, limit: 10 })).items).toMatchObject([
      { id: kept.id, text: "stays" },
    ]);
  });

  test.each([
    [{ to: "0" }, "numberInvalid"],
    [{ to: "+19005550123" }, "numberNotAllowed"],
    [{ text: " \n" }, "requestInvalid"],
    [{ text: "x".repeat(1_001) }, "requestInvalid"],
    [{ text: "a\u0007b" }, "requestInvalid"],
    [{ text: "half \ud83d" }, "requestInvalid"],
    [{ from: "a sender that is too long" }, "requestInvalid"],
    [{ service: "nobody" }, "serviceNotFound"],
  ])("%j is refused as %s, and nothing is written", async (wrong, type) => {
    const one = await openTestInstance();
    const result = await one.engine.sendMessage({
      tenantId: one.tenantId,
      to: alice,
      text: "hello",
      ...wrong,
    });
    expect(result.type).toBe(type);
    expect(await one.store.scan("message", null, 10)).toEqual([]);
  });

  test("takes nothing of what a verification may send", async () => {
    const one = await openTestInstance();
    for (let n = 0; n < 12; n++) {
      accepted(await one.engine.sendMessage({ tenantId: one.tenantId, to: alice, text: `text ${n}` }));
    }
    await one.engine.tick();
    expect((await one.tryStart({ to: alice })).outcome).toBe("started");
  });
});
