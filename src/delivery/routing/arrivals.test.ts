import { describe, expect, test } from "vitest";
import { type Arrivals, createArrivals, type Evidence, tryEveryMs } from "./arrivals.ts";

const second = 1_000;
const t0 = 1_000_000;

/** One message a second, of which so many in ten arrive. Ends at the instant that it gives back. */
function run(arrivals: Arrivals, evidence: Evidence, count: number, inTen: number, from: number): number {
  for (let n = 0; n < count; n++) arrivals.note(evidence, n % 10 < inTen, from, from + n * second);
  return from + count * second;
}

describe("R-11: a carrier whose messages do not arrive comes last", () => {
  test("receipts that stay away are seen within fifty messages, and why is told", () => {
    const arrivals = createArrivals();
    const now = run(arrivals, "receipts", 300, 9, t0);
    expect(arrivals.demotion()).toBeNull();
    let n = 0;
    while (arrivals.demotion() === null && n < 60) {
      arrivals.note("receipts", false, now, now + n * second);
      n += 1;
    }
    expect(n).toBeLessThanOrEqual(50);
    expect(arrivals.demotion()).toMatchObject({ evidence: "receipts", lately: { messages: 50 } });
    expect(arrivals.demotion()?.usual).toBeGreaterThan(0.8);
  });

  test("codes that do not come back are enough, also for a node that knows nothing yet", () => {
    const arrivals = createArrivals();
    run(arrivals, "approvals", 20, 0, t0);
    expect(arrivals.demotion()).toMatchObject({ evidence: "approvals", since: t0 + 19 * second });
  });

  test("it is measured against itself: a destination that never did well is no collapse", () => {
    const arrivals = createArrivals();
    const now = run(arrivals, "approvals", 2_000, 3, t0);
    expect(arrivals.demotion()).toBeNull();
    run(arrivals, "approvals", 200, 2, now);
    expect(arrivals.demotion()).toBeNull();
  });

  test("receipts that never came are not missed", () => {
    const arrivals = createArrivals();
    run(arrivals, "receipts", 500, 0, t0);
    expect(arrivals.demotion()).toBeNull();
  });

  test("one delivery in half a minute tries it, and five tries that arrive bring it back", () => {
    const arrivals = createArrivals();
    let now = run(arrivals, "approvals", 20, 0, t0);
    const fallenAt = now;
    let tries = 0;
    for (; arrivals.demotion() !== null && tries < 20; now += second) {
      const id = `v.${now}`;
      if (!arrivals.mayTry(id, now)) continue;
      arrivals.tried(id, now);
      expect(arrivals.mayTry("another", now)).toBe(false);
      expect(arrivals.mayTry(id, now)).toBe(true);
      tries += 1;
      // The first three are lost as well: it is better from then on.
      arrivals.note("approvals", tries > 3, now, now);
    }
    expect(tries).toBeGreaterThanOrEqual(5);
    expect(tries).toBeLessThanOrEqual(8);
    expect(now - fallenAt).toBeGreaterThanOrEqual((tries - 1) * tryEveryMs);
  });

  test("what left before it fell does not bring it back", () => {
    const arrivals = createArrivals();
    const now = run(arrivals, "approvals", 20, 0, t0);
    for (let n = 0; n < 50; n++) arrivals.note("approvals", true, t0, now + n);
    expect(arrivals.demotion()).not.toBeNull();
  });
});
