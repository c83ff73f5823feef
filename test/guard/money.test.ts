import { expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import { StorageUnavailable, type Store } from "../../src/store/index.ts";
import { openTestInstance, type TestInstance, type TestInstanceOptions } from "../support/instance.ts";
import { notSent, type ScriptedProvider, scriptedProvider } from "../support/scripted-provider.ts";

const hour = 3_600_000;
const cents = microsPerUnit / 100;
const number = (index: number): string => `+49151${String(10_000_000 + index * 7_919).slice(-8)}`;

interface Paid {
  readonly one: TestInstance;
  readonly cheap: ScriptedProvider;
  readonly dear: ScriptedProvider;
}

/** Two carriers, at 5 and at 10 hundredths; the cap is in units. */
async function openPaid(
  moneyPerDay: number,
  more: object = {},
  options: TestInstanceOptions = {},
): Promise<Paid> {
  const cheap = scriptedProvider("cheap");
  const dear = scriptedProvider("dear");
  const prices = { "*/sms": 10 * cents, "*/sms/cheap": 5 * cents };
  const guard = { prices, moneyPerDay: moneyPerDay * microsPerUnit, velocity: [], ...more };
  const one = await openTestInstance({ sandbox: false, providers: [cheap, dear], guard, ...options });
  return { one, cheap, dear };
}

async function startMany(one: TestInstance, count: number, from = 0): Promise<number> {
  let started = 0;
  for (let n = 0; n < count; n++) {
    const { outcome } = await one.tryStart({ to: number(from + n), channel: "sms" });
    if (outcome === "started") started += 1;
    await one.engine.tick();
  }
  return started;
}

async function firstDelivery(one: TestInstance) {
  const [verification] = await one.store.verifications({ tenantId: one.tenantId, limit: 1 });
  const [delivery] = await one.store.deliveriesOf(verification?.id ?? "");
  if (delivery === undefined) throw new Error("nothing was sent");
  return delivery;
}

test("F-9: the dearest carrier is held, and what its own carrier takes is paid", async () => {
  const { one, cheap, dear } = await openPaid(1);
  // Nine tenths of a unit are 18 messages of the cheap carrier; the last needs 10 hundredths at hand.
  expect(await startMany(one, 30)).toBe(17);
  expect(cheap.received).toHaveLength(17);
  expect(dear.received).toHaveLength(0);
  expect((await firstDelivery(one)).attempts.map((attempt) => attempt.cost)).toEqual([5 * cents]);
});

test("F-9: who takes over is paid at its own price", async () => {
  const { one, cheap, dear } = await openPaid(1);
  cheap.plan(...Array.from({ length: 40 }, () => notSent));
  expect(await startMany(one, 30)).toBe(9);
  expect(dear.received).toHaveLength(9);
});

test("F-9: what the carrier says in its receipt is what it costs, more or less, and is said once", async () => {
  const { one } = await openPaid(1);
  expect(await startMany(one, 10)).toBe(10);
  const [verification] = await one.store.verifications({ tenantId: one.tenantId, limit: 1 });
  const reference = `${verification?.id}.1`;
  const providerMessageId = (await firstDelivery(one)).attempts[0]?.providerMessageId ?? null;
  const receipt = { reference, status: "delivered", providerMessageId } as const;
  // 50 hundredths are spent; this one message turns out to cost 35, which leaves 10 of 90 for one more.
  for (let n = 0; n < 3; n++) await one.engine.receipt({ ...receipt, cost: 35 * cents });
  expect((await firstDelivery(one)).attempts[0]?.cost).toBe(35 * cents);
  expect(await startMany(one, 5, 100)).toBe(1);
  // And now it was free after all: 40 are at hand again.
  await one.engine.receipt({ ...receipt, cost: 0 });
  expect(await startMany(one, 20, 200)).toBe(7);
});

test("F-9: a message that failed is paid for, unless its carrier takes nothing for it", async () => {
  const { one } = await openPaid(1);
  const failAll = async (from: TestInstance): Promise<void> => {
    for (const { id } of await from.store.verifications({ tenantId: from.tenantId, limit: 100 })) {
      const [delivery] = await from.store.deliveriesOf(id);
      const providerMessageId = delivery?.attempts[0]?.providerMessageId ?? null;
      await from.engine.receipt({ reference: `${id}.1`, status: "failed", providerMessageId });
    }
  };
  expect(await startMany(one, 30)).toBe(17);
  await failAll(one);
  expect(await startMany(one, 5, 100)).toBe(0);

  const free = { ...scriptedProvider("cheap"), failedIsFree: true };
  const other = await openPaid(1, {}, { providers: [free] });
  expect(await startMany(other.one, 30)).toBe(18);
  await failAll(other.one);
  expect(await startMany(other.one, 30, 100)).toBe(18);
});

test("F-9: a region's hour ends by itself and holds nobody else up, and a tenth is kept for verified recipients", async () => {
  const { one, cheap } = await openPaid(100, {
    countryMoneyPerHour: { DE: microsPerUnit, "*": 100 * cents },
  });
  const user = number(9_999);
  await one.start({ to: user, channel: "sms" });
  const { tenantId } = one;
  const [verification] = await one.store.verifications({ tenantId, limit: 1 });
  const code = cheap.received[0]?.code ?? "";
  expect((await one.engine.check({ tenantId, id: verification?.id ?? "", code })).outcome).toBe("approved");

  expect(await startMany(one, 30)).toBe(16);
  const refused = await one.tryStart({ to: number(500), channel: "sms" });
  const endsAt = Math.floor(one.clock.now() / hour + 1) * hour;
  expect(refused).toMatchObject({ outcome: "sendLimitReached", limit: "money", retryAt: endsAt });
  expect((await one.tryStart({ to: "+33612345678", channel: "sms" })).outcome).toBe("started");
  expect((await one.tryStart({ to: user, channel: "sms" })).outcome).toBe("started");
  await one.clock.advance(hour);
  expect((await one.tryStart({ to: number(501), channel: "sms" })).outcome).toBe("started");
});

test("F-13: when the counts cannot be read, unknown numbers wait and verified ones are served", async () => {
  let isBroken = false;
  const refuse = (): never => {
    throw new StorageUnavailable("the disk is gone");
  };
  const watch = (store: Store): Store => ({
    ...store,
    update: (keys, decide) => store.update(keys, decide),
    metas: () => (isBroken ? refuse() : store.metas()),
    readMeta: (name) => (isBroken ? refuse() : store.readMeta(name)),
    writeMeta: (name, value) => (isBroken ? refuse() : store.writeMeta(name, value)),
  });
  const { one, cheap } = await openPaid(
    10,
    { velocity: [{ counter: "region", window: "1h", max: 500 }] },
    { watch },
  );
  const user = number(1);
  await one.start({ to: user, channel: "sms" });
  const { tenantId } = one;
  const [verification] = await one.store.verifications({ tenantId, limit: 1 });
  const code = cheap.received[0]?.code ?? "";
  expect((await one.engine.check({ tenantId, id: verification?.id ?? "", code })).outcome).toBe("approved");
  await one.close();

  // The next process finds the counts unreadable from its first message on.
  isBroken = false;
  const again = await openPaid(
    10,
    { velocity: [{ counter: "region", window: "1h", max: 500 }] },
    {
      watch,
      folder: one.folder,
      clock: one.clock,
    },
  );
  isBroken = true;
  const stranger = await again.one.tryStart({ to: number(2), channel: "sms" });
  expect(stranger).toMatchObject({ outcome: "rateLimited", reason: "signal_unreadable" });
  expect((await again.one.tryStart({ to: user, channel: "sms" })).outcome).toBe("started");
  await again.one.engine.tick();
  expect(again.cheap.received.map((message) => message.to)).toEqual([user]);
  isBroken = false;
  expect((await again.one.tryStart({ to: number(3), channel: "sms" })).outcome).toBe("started");
});
