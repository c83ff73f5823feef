import { afterAll, describe, expect, test } from "vitest";
import { Secret } from "../../src/secrets/index.ts";
import { createFakeClock, fakeClockStart } from "../../src/testing/index.ts";
import { watchStores } from "../support/busy-store.ts";
import { startPostgres } from "../support/postgres.ts";
import { openTown, seenIn, type Town, type TownCarrierPlan } from "./town.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const second = 1_000;
const fine: TownCarrierPlan = { behave: () => "ok" };

async function townOn(plans: Readonly<Record<string, TownCarrierPlan>>): Promise<Town> {
  const { isBusy, watch } = watchStores();
  const databaseUrl = new Secret(await server.database());
  return await openTown({ plans, databaseUrl, watch, clock: createFakeClock(fakeClockStart, isBusy) });
}

describe("R-11: on PostgreSQL as well", () => {
  const table: readonly [string, TownCarrierPlan["behave"]][] = [
    ["down after half a minute", (at) => (at < 30 * second ? "ok" : "down")],
    ["no answer within its time", (at) => (at < 30 * second ? "ok" : "hang")],
    ["answers and delivers after ten minutes", (at) => (at < 30 * second ? "ok" : "tenMinutes")],
  ];

  test.each(table)("%s: the switch takes less than 10 s, with the same code", async (_, behave) => {
    const town = await townOn({ ill: { behave }, fine });
    await town.live(120, 500);
    const seen = await seenIn(town);
    expect(seen).toMatchObject({ people: 120, success: 1, askedAgain: 0, twoCodes: 0, duplicates: 0 });
    expect(seen.slowestMs).toBeLessThanOrEqual(10 * second);
  });

  test("D-6, D-14: of lost answers each has one second message at the most, with the same code", async () => {
    const behave: TownCarrierPlan["behave"] = (_, nth) => ((nth * 37) % 100 < 5 ? "answerLost" : "ok");
    const town = await townOn({ ill: { behave, capabilities: { receipts: false } }, fine });
    await town.live(200, 500);
    const seen = await seenIn(town);
    const lost = town.carriers[0]?.lost.count ?? 0;
    expect(lost).toBeGreaterThan(5);
    expect(seen).toMatchObject({ success: 1, twoCodes: 0 });
    expect(seen.duplicates).toBeLessThanOrEqual(lost);
  });
});
