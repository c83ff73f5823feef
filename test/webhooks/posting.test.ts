import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { prepareSecret, withNewSecret } from "../../src/events/index.ts";
import { key } from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { alice, bob, wrongCode } from "../support/instance.ts";
import { rejected, scriptedProvider } from "../support/scripted-provider.ts";
import { answering, openReceiver } from "./receiver.ts";
import { eventsOf, openWebhookInstance } from "./webhooks.ts";

describe("W-9: what an endpoint gets", () => {
  test("D-16: a start, its message and its approval, signed as Standard Webhooks says, in the order of `sequence`", async () => {
    const one = await openWebhookInstance({ clock: clockOfNow() });
    const receiver = await openReceiver();
    const endpoint = await one.endpoint(receiver.url);
    const { id } = await one.start({ to: alice, clientRef: "order-7", metadata: { cart: "9" } });
    await one.engine.receipt({ reference: `${id}.1`, status: "delivered", providerMessageId: null });
    await one.engine.check({ tenantId: one.tenantId, id, code: one.codeOn(alice) });
    await one.posted();
    const inOrder = [...receiver.received].sort((a, b) => a.event.sequence - b.event.sequence);
    expect(inOrder.map(({ event }) => event.type)).toEqual([
      "verification.started",
      "delivery.accepted",
      "delivery.delivered",
      "verification.approved",
    ]);
    expect(new Set(inOrder.map(({ event }) => event.sequence)).size).toBe(4);
    for (const { headers, body, event } of inOrder) {
      const verified = verify(endpoint.secret.reveal(), body, headers);
      expect(verified).toEqual(event);
      expect(headers["webhook-id"]).toBe(event.id);
      expect(Buffer.byteLength(body)).toBeLessThan(20_000);
      expect(event.data).toMatchObject({ clientRef: "order-7", metadata: { cart: "9" }, purpose: "verify" });
    }
    expect(inOrder.at(-1)?.event.data).toMatchObject({ id, status: "approved", checksLeft: 0 });
    expect(inOrder[1]?.event.data).toMatchObject({ verification: id, id: `${id}.1`, state: "accepted" });
    expect((await eventsOf(one, endpoint.id)).map(({ state }) => state)).toEqual(Array(4).fill("received"));
  });

  test("no code, no whole number and no secret is in any payload", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    const endpoint = await one.endpoint(receiver.url);
    const { id } = await one.start({ to: alice });
    const code = one.codeOn(alice);
    for (let n = 1; n <= 5; n++) {
      await one.engine.check({ tenantId: one.tenantId, id, code: wrongCode(code, n) });
    }
    await one.posted();
    expect(receiver.types()).toContain("verification.exhausted");
    const everything = JSON.stringify([receiver.received, await eventsOf(one, endpoint.id)]);
    expect(everything).not.toContain(code);
    expect(everything).not.toContain(alice);
    expect(everything).not.toContain(alice.slice(1));
    expect(everything).not.toContain(endpoint.secret.reveal());
    expect(receiver.received[0]?.event.data["to"]).toMatch(/^\+1•+\d{4}$/);
  });

  test("during a rotation both secrets sign, and afterwards only the new one", async () => {
    const one = await openWebhookInstance({ clock: clockOfNow() });
    const receiver = await openReceiver();
    const first = await one.endpoint(receiver.url, ["verification.started"]);
    const { secret: old, ...row } = first;
    const { dataKeyring, random } = one.parts;
    const prepared = await prepareSecret(dataKeyring, random, row, undefined);
    const rotated = withNewSecret(row, prepared, 60_000, one.clock.now());
    await one.store.update([key("endpoint", row.id)], () => ({
      writes: [{ table: "endpoint", id: row.id, row: rotated }],
      result: undefined,
    }));
    await one.webhooks.registry.refresh();
    await one.start({ to: alice });
    await one.posted();
    one.clock.jumpTo(one.clock.now() + 60_000);
    await one.start({ to: bob });
    await one.posted();
    const [during, after] = receiver.received;
    if (during === undefined || after === undefined) throw new Error("two posts were expected");
    verify(old.reveal(), during.body, during.headers);
    verify(prepared.secret.reveal(), during.body, during.headers);
    verify(prepared.secret.reveal(), after.body, after.headers);
    expect(() => verify(old.reveal(), after.body, after.headers)).toThrow("No matching signature");
  });

  test("an endpoint hears what it asked for, of its own service, and nobody hears twice", async () => {
    const one = await openWebhookInstance();
    const [ends, all] = [await openReceiver(), await openReceiver()];
    await one.endpoint(ends.url, ["verification.canceled", "verification.approved"]);
    await one.endpoint(all.url, ["verification.*"]);
    const { id } = await one.start({ to: alice });
    await one.engine.cancel({ tenantId: one.tenantId, id });
    await one.posted();
    await one.posted();
    expect(ends.types()).toEqual(["verification.canceled"]);
    expect([...all.types()].sort()).toEqual(["verification.canceled", "verification.started"]);
    const ids = [...ends.received, ...all.received].map(({ event }) => `${event.type} ${event.id}`);
    expect(new Set(ids).size).toBe(2);
  });

  test("expiry by time is told when the alarm rings", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    await one.endpoint(receiver.url, ["verification.expired"]);
    const { id, endsAt } = await one.start({ to: alice });
    one.clock.jumpTo(endsAt);
    await one.engine.tick();
    await one.posted();
    expect(receiver.received.map(({ event }) => event.data)).toMatchObject([
      { id, status: "expired", settledAt: new Date(endsAt).toISOString() },
    ]);
  });

  test("a carrier that refuses is told with the reason, and so is the end that follows from it", async () => {
    const provider = scriptedProvider("a");
    provider.plan(rejected, rejected);
    const one = await openWebhookInstance({ sandbox: false, providers: [provider] });
    const receiver = await openReceiver();
    await one.endpoint(receiver.url);
    const { verification } = await one.tryStart({ to: alice });
    await one.engine.tick();
    await one.engine.tick();
    await one.posted();
    const told = [...receiver.received].sort((a, b) => a.event.sequence - b.event.sequence);
    expect(told.map(({ event }) => event.type)).toEqual([
      "verification.started",
      "delivery.failed",
      "delivery.failed",
      "verification.undeliverable",
    ]);
    expect(told[1]?.event.data).toMatchObject({
      verification: verification?.id,
      channel: "sms",
      provider: "a",
      reason: "opted_out",
    });
    expect(told[2]?.event.data).toMatchObject({ channel: "voice", cause: "automatic" });
  });

  test("where nobody has an endpoint no event is ever written", async () => {
    const one = await openWebhookInstance();
    const { id } = await one.start({ to: alice });
    await one.engine.check({ tenantId: one.tenantId, id, code: one.codeOn(alice) });
    expect(await one.store.scan("event", null, 10)).toEqual([]);
    const receiver = await openReceiver();
    const endpoint = await one.endpoint(receiver.url);
    await one.store.update([key("endpoint", endpoint.id)], (rows) => {
      const row = rows.get(key("endpoint", endpoint.id));
      if (row === undefined) throw new TypeError("it was just written");
      const disabled = { ...row, disabled: { at: one.clock.now(), reason: "asked" as const } };
      return { writes: [{ table: "endpoint", id: row.id, row: disabled }], result: undefined };
    });
    await one.webhooks.registry.refresh();
    await one.start({ to: bob });
    expect(await one.store.scan("event", null, 10)).toEqual([]);
  });

  test("what an erasure took is not told any more", async () => {
    const one = await openWebhookInstance();
    const receiver = await openReceiver();
    receiver.behave(answering(503));
    await one.endpoint(receiver.url, ["verification.started"]);
    await one.start({ to: alice, subject: "user-1", metadata: { name: "Ada" } });
    await one.posted();
    expect(receiver.received[0]?.event.data).toMatchObject({ subject: "user-1", metadata: { name: "Ada" } });
    await one.engine.eraseRecipient({ tenantId: one.tenantId, to: alice });
    receiver.behave(answering(204));
    one.clock.jumpTo(one.clock.now() + 6_000);
    await one.posted();
    expect(receiver.received[1]?.event.data).toMatchObject({
      status: "pending",
      to: null,
      subject: null,
      metadata: null,
    });
  });
});

/** As a receiver verifies it: with the reference implementation, which goes by the machine's clock. */
function verify(secret: string, body: string, headers: object): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

/** A clock of the test that begins now: receivers refuse what is older than five minutes. */
const clockOfNow = () => createFakeClock(systemClock().now());
