import { expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import { openTestInstance, type TestInstance } from "../support/instance.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";

const price = 100_000;
const text = { prices: { "*/sms": price, "*/voice": price } };

async function openPaid(moneyPerDay: number, more: object = {}) {
  const carrier = scriptedProvider("paid");
  const one = await openTestInstance({
    sandbox: false,
    providers: [carrier],
    guard: { ...text, moneyPerDay: moneyPerDay * microsPerUnit, ...more },
  });
  return { one, carrier };
}

/** Starts, reads the code that the carrier got, and brings it back. */
async function verify(one: TestInstance, carrier: ReturnType<typeof scriptedProvider>, to: string) {
  const started = await one.tryStart({ to });
  if (started.outcome !== "started" || started.verification === null) return started.outcome;
  await one.engine.tick();
  const code = carrier.received.findLast((message) => message.to === to)?.code ?? "";
  const { tenantId } = one;
  return (await one.engine.check({ tenantId, id: started.verification.id, code })).outcome;
}

const number = (index: number): string => `+49151234${String(index).padStart(5, "0")}`;

test("F-6: 10,000 numbers in a row get 60 paid messages at the most, and verified users still get theirs", async () => {
  const { one, carrier } = await openPaid(1_000);
  const users = Array.from({ length: 12 }, (_, index) => `+4915112${String(10 + index)}4567`);
  for (const to of users) expect(await verify(one, carrier, to)).toBe("approved");
  const before = carrier.received.length;
  const outcomes = new Map<string, number>();
  for (let index = 0; index < 10_000; index += 1) {
    const { outcome } = await one.tryStart({ to: number(index) });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    // A hundred a minute, so that the steps that start by themselves come as well.
    if (index % 100 === 99) {
      await one.clock.advance(60_000);
      await one.engine.tick();
    }
  }
  await one.engine.tick();
  expect(carrier.received.length - before).toBeLessThanOrEqual(60);
  expect(carrier.received.length - before).toBeGreaterThanOrEqual(10);
  expect(outcomes.get("rateLimited")).toBeGreaterThan(9_900);
  for (const to of users) expect(await verify(one, carrier, to)).toBe("approved");
});

test("F-6: verified users who come back vouch for nobody but themselves: an attack beside them ends as early", async () => {
  const { one, carrier } = await openPaid(1_000, {
    velocity: [{ counter: "region", window: "1h", max: 20 }],
  });
  const users = Array.from({ length: 12 }, (_, index) => `+4915112${String(10 + index)}4567`);
  for (const to of users) expect(await verify(one, carrier, to)).toBe("approved");
  await one.clock.advance(2 * 3_600_000);
  for (let round = 0; round < 4; round += 1) {
    await one.clock.advance(60_000);
    for (const to of users) expect(await verify(one, carrier, to)).toBe("approved");
  }
  const before = carrier.received.length;
  for (let index = 0; index < 200; index += 1) await one.tryStart({ to: number(index), channel: "sms" });
  await one.engine.tick();
  expect(carrier.received.length - before).toBe(20);
});

test("F-9: an attack on many blocks ends at nine tenths of the cap, and the rest is for verified users", async () => {
  const { one, carrier } = await openPaid(10, { velocity: [] });
  const user = "+4915112345678";
  expect(await verify(one, carrier, user)).toBe("approved");
  const refused: unknown[] = [];
  for (let index = 0; index < 200; index += 1) {
    const { outcome, ...rest } = await one.tryStart({ to: number(index), channel: "sms" });
    await one.engine.tick();
    if (outcome !== "started") refused.push(rest);
  }
  expect(carrier.received).toHaveLength(90);
  expect(refused).toHaveLength(111);
  expect(refused[0]).toMatchObject({ limit: "money" });
  for (let round = 0; round < 5; round += 1) {
    await one.clock.advance(60_000);
    expect(await verify(one, carrier, user)).toBe("approved");
  }
});

test("F-15: what was spent and counted is known after a restart, and the cap holds", async () => {
  const { one, carrier } = await openPaid(1, { velocity: [] });
  for (let index = 0; index < 20; index += 1) await one.tryStart({ to: number(index), channel: "sms" });
  await one.engine.tick();
  expect(carrier.received).toHaveLength(9);
  await one.close();
  const again = await openTestInstance({
    sandbox: false,
    providers: [carrier],
    folder: one.folder,
    clock: one.clock,
    guard: { ...text, moneyPerDay: microsPerUnit, velocity: [] },
  });
  expect((await again.tryStart({ to: number(50), channel: "sms" })).outcome).toBe("sendLimitReached");
  await one.clock.advance(86_400_000);
  expect((await again.tryStart({ to: number(51), channel: "sms" })).outcome).toBe("started");
});

test("F-9: what no carrier took is not paid for", async () => {
  const { one, carrier } = await openPaid(1, { velocity: [] });
  const refusal = { type: "refused", kind: "rejected", reason: "opted_out" } as const;
  carrier.plan(...Array.from({ length: 30 }, () => refusal));
  for (let index = 0; index < 30; index += 1) {
    expect((await one.tryStart({ to: number(index), channel: "sms" })).outcome).toBe("started");
    await one.engine.tick();
  }
  expect(carrier.received).toHaveLength(30);
});

test("F-9: nor is a second message that was refused, of a delivery whose first may have arrived", async () => {
  const { one, carrier } = await openPaid(1, { velocity: [] });
  const refusal = { type: "refused", kind: "rejected", reason: "opted_out" } as const;
  for (let index = 0; index < 4; index += 1) {
    carrier.plan("throw", refusal);
    await one.tryStart({ to: number(index), channel: "sms" });
    await one.engine.tick();
    await one.clock.advance(4_000);
    await one.engine.tick();
  }
  // Nine are in the cap: four may have arrived.
  const outcomes: string[] = [];
  for (let index = 10; index < 16; index += 1) {
    outcomes.push((await one.tryStart({ to: number(index), channel: "sms" })).outcome);
    await one.engine.tick();
  }
  expect(outcomes).toEqual([...Array.from({ length: 5 }, () => "started"), "sendLimitReached"]);
});

test("F-11: a call to a number without proof comes after a text only, and at most twice a day", async () => {
  const { one } = await openPaid(100, { velocity: [] });
  const to = number(1);
  expect(await one.tryStart({ to, channel: "voice" })).toMatchObject({
    outcome: "numberNotAllowed",
    reason: "text_first",
  });
  expect((await one.tryStart({ to, channel: "sms" })).outcome).toBe("started");
  for (const expected of ["started", "started", "sendLimitReached"]) {
    await one.clock.advance(300_000);
    expect((await one.tryStart({ to, channel: "voice" })).outcome).toBe(expected);
  }
});

test("F-11: a step that the guard holds back shows its reasons on the delivery, and the next one follows at once", async () => {
  const { one, carrier } = await openPaid(100, { velocity: [{ counter: "prefix4", window: "24h", max: 1 }] });
  const { verification } = await one.tryStart({ to: number(1) });
  await one.engine.tick();
  await one.clock.advance(60_000);
  await one.engine.tick();
  expect(carrier.received).toHaveLength(1);
  const { tenantId } = one;
  const view = await one.engine.get({ tenantId, id: verification?.id ?? "" });
  expect(view?.deliveries.map(({ channel, state, guard }) => [channel, state, guard?.verdict])).toEqual([
    ["sms", "accepted", "allow"],
    ["voice", "failed", "deny"],
  ]);
  expect(view?.deliveries[1]?.guard?.reasons[0]).toMatchObject({ rule: "prefix", reason: "velocity" });
});
