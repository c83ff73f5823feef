import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hour, minute, t0 } from "../../test/support/accounts.ts";
import { decidePassword, devicesMax, nameRow, rememberDevice, type SubscriberName } from "./index.ts";

const owned: SubscriberName = { ...nameRow("n", "t", t0), subscriberId: "s" };

/** Wrong passwords one after the other, without a wait. */
function guess(
  name: SubscriberName,
  times: number,
  now: number,
  device: string | null = null,
): SubscriberName {
  let next = name;
  for (let n = 0; n < times; n++) next = decidePassword(next, { device, matches: false }, now).next;
  return next;
}

describe("signing in with a password", () => {
  test("a name that nobody has counts and answers like one that somebody has", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1_000, minute, hour), { maxLength: 40 }), (waits) => {
        let [one, other] = [owned, nameRow("n", "t", t0)];
        let now = t0;
        for (const wait of waits) {
          now += wait;
          const theirs = decidePassword(one, { device: null, matches: false }, now);
          const nobodys = decidePassword(other, { device: null, matches: false }, now);
          expect(nobodys.outcome).toEqual(theirs.outcome);
          [one, other] = [theirs.next, nobodys.next];
        }
        expect({ ...one, subscriberId: null }).toEqual(other);
      }),
    );
  });

  test("a right hash for a name without a subscriber signs nobody in", () => {
    const { outcome } = decidePassword(nameRow("n", "t", t0), { device: null, matches: true }, t0);
    expect(outcome).toEqual({ type: "wrong" });
  });

  test("after five wrong ones it waits, at most a quarter of an hour, and the right one gets the same answer", () => {
    const locked = guess(owned, 5, t0);
    const answers = [true, false].map(
      (matches) => decidePassword(locked, { device: null, matches }, t0 + 1).outcome,
    );
    expect(answers[0]).toEqual({ type: "locked", retryAt: t0 + 30_000 });
    expect(answers[1]).toEqual(answers[0]);
    let [name, now] = [locked, t0];
    for (let n = 0; n < 60; n++) {
      now += hour;
      name = guess(name, 1, now);
      expect((name.strangers.lockedUntil ?? 0) - now).toBeLessThanOrEqual(15 * minute);
    }
  });

  test("strangers lock nobody out of a device that signed in before", () => {
    const known = rememberDevice(owned, "laptop", t0);
    const attacked = guess(known, 1_000, t0);
    expect(decidePassword(attacked, { device: "laptop", matches: true }, t0 + 1).outcome.type).toBe("right");
    expect(decidePassword(attacked, { device: "theirs", matches: true }, t0 + 1).outcome.type).toBe("locked");
  });

  test("a known device has no more guesses than a stranger, and what it guesses counts for it alone", () => {
    const known = rememberDevice(owned, "laptop", t0);
    const guessed = guess(known, 5, t0, "laptop");
    expect(decidePassword(guessed, { device: "laptop", matches: true }, t0 + 1).outcome.type).toBe("locked");
    expect(decidePassword(guessed, { device: null, matches: true }, t0 + 1).outcome.type).toBe("right");
  });

  test("only the last devices are remembered", () => {
    let name = owned;
    for (let n = 0; n < 50; n++) name = rememberDevice(name, `device ${n}`, t0 + n);
    expect(name.devices).toHaveLength(devicesMax);
    expect(name.devices[0]?.id).toBe("device 49");
  });
});
