import { expect, test } from "vitest";
import { createFakeClock } from "./clock.ts";

test("a suspended machine wakes each sleeper once, when all of the time has passed", async () => {
  const clock = createFakeClock(1_000);
  const woken: [string, number][] = [];
  const repeat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(250);
      woken.push(["repeating", clock.now()]);
    }
  };
  void repeat();
  const late = clock.after(900, () => woken.push(["late", clock.now()]));
  clock.after(500, () => {
    woken.push(["early", clock.now()]);
    late();
  });
  clock.after(60_001, () => woken.push(["asleep", clock.now()]));
  await clock.suspend(60_000);
  expect(woken.toSorted()).toEqual([
    ["early", 61_000],
    ["repeating", 61_000],
  ]);
  expect(clock.sleeping).toBe(2);
  await clock.advance(250);
  expect(woken.slice(2)).toEqual([
    ["asleep", 61_001],
    ["repeating", 61_250],
  ]);
});
