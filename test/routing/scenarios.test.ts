import { describe, expect, test } from "vitest";
import { type Behaviour, openTown, seenIn, type TownCarrierPlan } from "./town.ts";

const second = 1_000;
const minute = 60 * second;

const fine: TownCarrierPlan = { behave: () => "ok" };
const from =
  (ms: number, then: Behaviour): TownCarrierPlan["behave"] =>
  (at) =>
    at < ms ? "ok" : then;

/** Who is up switches every ten seconds. */
const flapping: TownCarrierPlan["behave"] = (at) =>
  Math.floor(at / (10 * second)) % 2 === 0 ? "ok" : "down";

describe("R-11: one of two carriers is ill, and people get their codes all the same", () => {
  const table: readonly [string, TownCarrierPlan["behave"]][] = [
    ["down from the start", () => "down"],
    ["down after a minute", from(minute, "down")],
    ["slow: no answer within its time", from(minute, "hang")],
    ["its account is refused", from(minute, "refusesAccount")],
    ["half of its answers are errors", (_, nth) => (nth % 2 === 0 ? "ok" : "breaks")],
    ["flapping every ten seconds", flapping],
    ["answers and delivers after ten minutes", from(minute, "tenMinutes")],
  ];

  test.each(table)("%s: the switch takes less than 10 s, with the same code", async (_, behave) => {
    const town = await openTown({ plans: { ill: { behave }, fine } });
    await town.live(480, 500);
    const seen = await seenIn(town);
    expect(seen.people).toBe(480);
    expect(seen.success).toBe(1);
    expect(seen.askedAgain).toBe(0);
    expect(seen.slowestMs).toBeLessThanOrEqual(10 * second);
    expect(seen.twoCodes).toBe(0);
    expect(seen.duplicates).toBe(0);
  });

  test("it is left alone while it is down: one probe in ten seconds", async () => {
    const town = await openTown({ plans: { ill: { behave: () => "down" }, fine } });
    await town.live(480, 500);
    const [ill] = town.carriers;
    // 540 s: the three that opened it, and a probe each ten seconds.
    expect(ill?.calls.length).toBeLessThanOrEqual(3 + 54);
    const probes = ill?.calls.slice(3).map((call) => call.at) ?? [];
    for (const [nth, at] of probes.entries()) {
      if (nth > 0) expect(at - (probes[nth - 1] ?? 0)).toBeGreaterThanOrEqual(10 * second);
    }
  });
});

describe("R-11: a carrier that accepts and never delivers", () => {
  test("is demoted within three minutes, for what does not arrive and no answer tells", async () => {
    const onset = 5 * minute;
    const changes: { readonly at: number; readonly change: unknown }[] = [];
    const town = await openTown({
      plans: { ill: { behave: from(onset, "swallow") }, fine },
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (fields) => {
          if (fields["event"] === "carrier") changes.push({ at: town.clock.now(), change: fields["change"] });
        },
      },
    });
    const startsAt = town.clock.now();
    await town.live(900, second);
    const demotedAt =
      (changes.find((one) => one.change === "demoted")?.at ?? Number.POSITIVE_INFINITY) - startsAt;
    expect(demotedAt).toBeGreaterThan(onset);
    expect(demotedAt).toBeLessThanOrEqual(onset + 3 * minute);
    const seen = await seenIn(town);
    // Who is left in between asks again, and gets the other carrier.
    expect(seen.success).toBeGreaterThanOrEqual(0.999);
    expect(seen.askedAgain).toBeLessThanOrEqual((demotedAt - onset) / second + 60);
    expect(seen.twoCodes).toBe(0);
    const [ill] = town.carriers;
    const tries = ill?.calls.filter((call) => call.at - startsAt > demotedAt + second) ?? [];
    expect(tries.length).toBeGreaterThan(5);
    expect(tries.length).toBeLessThanOrEqual((1_200 * second - demotedAt) / (30 * second));
  });

  test("and when it delivers again, it gets its messages back within ten minutes", async () => {
    const heals = 4 * minute;
    const town = await openTown({
      plans: { ill: { behave: (at) => (at < heals ? "swallow" : "ok") }, fine },
    });
    const startsAt = town.clock.now();
    await town.live(1_080, second);
    const [ill, other] = town.carriers;
    const late = (at: number): boolean => at - startsAt > heals + 10 * minute;
    expect(ill?.calls.filter((call) => late(call.at)).length).toBeGreaterThan(150);
    expect(other?.calls.filter((call) => late(call.at)).length).toBeLessThan(30);
  });

  test("nobody is demoted where only part of a country's people bring codes back", async () => {
    const changes: unknown[] = [];
    // Three in ten arrive, with either of them: that is what is usual there.
    const usual: TownCarrierPlan = {
      behave: (_, nth) => (nth % 10 < 3 ? "ok" : "swallow"),
      capabilities: { receipts: false },
    };
    const town = await openTown({
      plans: { one: usual, two: usual },
      log: { info: () => undefined, warn: () => undefined, error: (fields) => void changes.push(fields) },
    });
    await town.live(400, second);
    expect(town.carriers[0]?.calls.length).toBeGreaterThan(300);
    expect(changes).toEqual([]);
  });
});

describe("D-6, D-14: lost answers", () => {
  /** Five in a hundred, spread without a pattern. */
  const loses: TownCarrierPlan["behave"] = (_, nth) => ((nth * 37) % 100 < 5 ? "answerLost" : "ok");

  test("the second message is at most one for each lost answer, and has the same code", async () => {
    const town = await openTown({
      plans: { ill: { behave: loses, capabilities: { receipts: false } }, fine },
    });
    await town.live(600, 500);
    const seen = await seenIn(town);
    const lost = town.carriers[0]?.lost.count ?? 0;
    expect(lost).toBeGreaterThan(20);
    expect(seen.success).toBe(1);
    expect(seen.twoCodes).toBe(0);
    expect(seen.duplicates).toBeLessThanOrEqual(lost);
    expect(seen.duplicates / seen.messages).toBeLessThanOrEqual(0.05);
  });

  test("there is no second message with a carrier that knows its references again", async () => {
    const capabilities = { idempotencyKey: true, receipts: false };
    const town = await openTown({ plans: { ill: { behave: loses, capabilities }, fine } });
    await town.live(600, 500);
    const seen = await seenIn(town);
    expect(town.carriers[0]?.lost.count).toBeGreaterThan(20);
    expect(seen).toMatchObject({ success: 1, duplicates: 0, twoCodes: 0, askedAgain: 0 });
  });
});
