import { describe, expect, test } from "vitest";
import { createEngine } from "../../src/engine/index.ts";
import type { Store } from "../../src/store/index.ts";
import { alice, openTestInstance } from "../support/instance.ts";
import { scriptedProvider, unknown } from "../support/scripted-provider.ts";

const second = 1_000;
const single = [{ channel: "sms", waitMs: 300 * second }] as const;

/** The store as a process sees it that stands still before an answer reaches it. */
function stallAfter(store: Store, method: "get" | "update", stall: () => void): Store {
  let isFirst = true;
  const stalled =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await call(...args);
      if (isFirst) stall();
      isFirst = false;
      return result;
    };
  return { ...store, [method]: stalled(store[method] as (...args: unknown[]) => Promise<unknown>) };
}

describe("bugs that the simulator found", () => {
  for (const { what, stallMs } of [
    { what: "D-4: a node that lost its lease before the call", stallMs: 16 * second },
    { what: "D-8: a node that missed the deadline before the call", stallMs: 100 * second },
  ]) {
    test(`${what} does not send`, async () => {
      const carrier = scriptedProvider("a");
      const one = await openTestInstance({ sandbox: false, providers: [carrier] });
      await one.tryStart({ to: alice, workflow: single });
      await one.clock.advance(0);
      const already = carrier.received.length;
      // A resend is due; the node that claims it stands still before it learns that its claim is committed.
      await one.clock.advance(40 * second);
      const store = stallAfter(one.store, "update", () => one.clock.jumpTo(one.clock.now() + stallMs));
      const stalling = createEngine({ ...one.parts, store }, "stalling node");
      const [row] = await one.store.verifications({ tenantId: one.tenantId, limit: 1 });
      const resent = await stalling.resend({ tenantId: one.tenantId, id: row?.id ?? "" });
      expect(resent.outcome).toBe("sent");
      await one.clock.advance(0);
      expect(carrier.received).toHaveLength(already);
      const newest = (await one.store.deliveriesOf(row?.id ?? "")).at(-1);
      expect(newest?.attempts).toMatchObject([{ answer: "notSent", reason: "not_sent_in_time" }]);
    });
  }

  test("D-9: a failed receipt ends nothing while an earlier message with the code may arrive", async () => {
    const a = scriptedProvider("a");
    const b = scriptedProvider("b");
    const one = await openTestInstance({ sandbox: false, providers: [a, b] });
    one.engine.run();
    a.plan(unknown);
    const started = await one.tryStart({ to: alice, workflow: single });
    const id = started.verification?.id ?? "";
    await one.clock.advance(10 * second);
    expect(b.received).toHaveLength(1);
    await one.engine.receipt({ reference: `${id}.1`, status: "failed", providerMessageId: "b-1" });
    // An older receipt that comes late does not bring the failed message back.
    await one.engine.receipt({ reference: `${id}.1`, status: "sent", providerMessageId: "b-1" });
    expect(await one.store.deliveriesOf(id)).toMatchObject([{ state: "unconfirmed" }]);
    const checked = await one.engine.check({ tenantId: one.tenantId, id, code: a.received[0]?.code ?? "" });
    expect(checked.outcome).toBe("approved");
  });

  test("I3: an answer that comes late does not show as expired what was pending when it was decided", async () => {
    const one = await openTestInstance();
    const { id, endsAt } = await one.start({ to: alice, workflow: single });
    const stall = (): void => one.clock.jumpTo(endsAt);
    const slow = createEngine({ ...one.parts, store: stallAfter(one.store, "update", stall) }, "slow node");
    const resent = await slow.resend({ tenantId: one.tenantId, id });
    expect(resent).toMatchObject({ outcome: "resendTooSoon", verification: { status: "pending" } });
  });

  test("I3: a row that was read before its end is not shown as expired after it", async () => {
    const one = await openTestInstance();
    const { id, endsAt } = await one.start({ to: alice, workflow: single });
    const stall = (): void => one.clock.jumpTo(endsAt);
    const slow = createEngine({ ...one.parts, store: stallAfter(one.store, "get", stall) }, "slow node");
    expect(await slow.get({ tenantId: one.tenantId, id })).toMatchObject({ status: "pending" });
    expect(await slow.get({ tenantId: one.tenantId, id })).toMatchObject({ status: "expired" });
  });
});
