import { describe, expect, test, vi } from "vitest";
import { systemClock } from "./index.ts";

/** The machine's two clocks, in the hands of a test. */
function machine(): { wall: number; monotonic: number; pass(ms: number): void } {
  const hands = {
    wall: Date.UTC(2026, 0, 1),
    monotonic: 1_000,
    pass(ms: number) {
      hands.wall += ms;
      hands.monotonic += ms;
    },
  };
  vi.spyOn(Date, "now").mockImplementation(() => hands.wall);
  vi.spyOn(performance, "now").mockImplementation(() => hands.monotonic);
  return hands;
}

describe("C-40: the clock of the machine never goes back", () => {
  test("after a step of one hour back, time goes on from where it was, at its own rate", () => {
    const hands = machine();
    const clock = systemClock();
    hands.pass(10_000);
    const before = clock.now();
    hands.wall -= 3_600_000;
    expect(clock.now()).toBe(before);
    hands.pass(1_000);
    expect(clock.now()).toBe(before + 1_000);
    hands.pass(3_600_000);
    expect(clock.now()).toBe(before + 3_601_000);
  });

  test("once the wall clock has caught up, it leads again", () => {
    const hands = machine();
    const clock = systemClock();
    const start = clock.now();
    hands.wall -= 5_000;
    hands.pass(1_000);
    expect(clock.now()).toBe(start + 1_000);
    hands.wall += 65_000;
    expect(clock.now()).toBe(start + 61_000);
  });

  test("a step forward is followed at once", () => {
    const hands = machine();
    const clock = systemClock();
    const start = clock.now();
    hands.wall += 3_600_000;
    expect(clock.now()).toBe(start + 3_600_000);
  });

  test("a drift of a few milliseconds between the two clocks is no step, and time still never falls", () => {
    const hands = machine();
    const clock = systemClock();
    let last = clock.now();
    for (let n = 0; n < 1_000; n++) {
      hands.monotonic += 10;
      hands.wall += n % 2 === 0 ? 8 : 11;
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    expect(Math.abs(last - hands.wall)).toBeLessThanOrEqual(50);
  });
});

describe("waiting", () => {
  test("ends early when its signal is aborted, before or while it waits, and never rejects", async () => {
    const clock = systemClock();
    const aborted = AbortSignal.abort();
    await clock.sleep(3_600_000, aborted);
    const controller = new AbortController();
    const sleeping = clock.sleep(3_600_000, controller.signal);
    controller.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });
});
