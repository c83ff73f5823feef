import { expect, test } from "vitest";
import { alice, bob, openTestInstance, wrongCode } from "../../test/support/instance.ts";

const day = 86_400_000;
const hour = 3_600_000;
const minute = 60_000;

test("C-40: a clock that ran a day ahead and came back locks a number for its window, not for the day", async () => {
  const one = await openTestInstance();
  const { engine, tenantId, clock } = one;
  const began = clock.now();
  const service = { policy: { resendWaitsMs: [] } };
  clock.jumpTo(began + day);
  for (let round = 0; round < 2; round++) {
    const { id } = await one.start({ to: alice, ...service });
    for (let nth = 1; nth <= 5; nth++) {
      await engine.check({ tenantId, id, code: wrongCode(one.codeOn(alice), nth) });
    }
  }
  expect(await one.tryStart({ to: alice, ...service })).toMatchObject({ outcome: "recipientLocked" });
  clock.jumpTo(began);
  expect(await one.tryStart({ to: alice, ...service })).toMatchObject({
    outcome: "recipientLocked",
    retryAt: began + hour,
  });
  clock.jumpTo(began + hour);
  const again = await one.start({ to: alice, ...service });
  const approved = await engine.check({ tenantId, id: again.id, code: one.codeOn(alice) });
  expect(approved.outcome).toBe("approved");
});

test("C-40: and it does not stop the messages of a number, nor keep what was pending then", async () => {
  const one = await openTestInstance();
  const { tenantId, clock, engine } = one;
  const began = clock.now();
  clock.jumpTo(began + day);
  const policy = { ifPending: "refuse" } as const;
  const ahead = await one.start({ to: bob, policy });
  clock.jumpTo(began);
  expect(await engine.get({ tenantId, id: ahead.id })).toMatchObject({ status: "expired" });
  const waits = await one.tryStart({ to: bob, policy });
  expect(waits).toMatchObject({ outcome: "sendLimitReached", retryAt: began + 30_000 });
  clock.jumpTo(began + minute);
  const again = await one.start({ to: bob, policy });
  expect(one.codesOn(bob)).toHaveLength(2);
  expect(await engine.check({ tenantId, id: again.id, code: one.codeOn(bob) })).toMatchObject({
    outcome: "approved",
  });
});
