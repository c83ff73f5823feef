import { describe, expect, test } from "vitest";
import {
  commands,
  day,
  hour,
  minute,
  pendingCurrent,
  policyWith,
  recipientRow,
  second,
  summarize,
  t0,
} from "../../test/support/rows.ts";
import { decide, defaultPolicy, type KnownClaimant, lockedUntil, type Recipient, unlock } from "./index.ts";
import { countSuccess, countWrong } from "./recipient.ts";

const wrong = commands["check wrong"];
const right = commands["check right"];

function known(id: string, change: Partial<KnownClaimant> = {}): KnownClaimant {
  return { id, provenAt: t0 - day, wrongAt: [], ...change };
}

/** Ten wrong codes in the last ten minutes before `t0`. */
const lockingWrong = Array.from({ length: 10 }, (_, index) => t0 - (10 - index) * minute);
const opensAt = t0 - 10 * minute + hour;

describe("A-6: checks of one verification", () => {
  test.each([1, 2, 3, 4, 5])("with checksMax %d, exactly so many wrong codes are compared", (checksMax) => {
    let current = pendingCurrent({ policy: policyWith({ checksMax }) });
    for (let left = checksMax - 1; left > 0; left--) {
      const decision = decide(current, wrong, t0 + second);
      expect(decision.outcome).toEqual({ type: "codeMismatch", checksLeft: left });
      current = { recipient: decision.recipient, verification: decision.verification as never };
    }
    const last = decide(current, wrong, t0 + second);
    expect(last).toMatchObject({
      outcome: { type: "exhausted" },
      verification: { status: "exhausted" },
      recipient: { pending: [] },
    });
    expect(last.recipient.wrongAt).toHaveLength(checksMax);
    const settled = { recipient: last.recipient, verification: last.verification as never };
    expect(decide(settled, right, t0 + second).outcome).toEqual({ type: "exhausted" });
  });

  test("C-09: what cannot be a code costs no guess, however often it is sent", () => {
    const current = pendingCurrent();
    for (let sent = 0; sent < 20; sent++) {
      expect(summarize(current, decide(current, commands["check malformed"], t0 + sent))).toMatchObject({
        outcome: { type: "codeMalformed" },
        writes: [],
      });
    }
  });

  test("A-5: the record of a check tells whether it was right, and nothing of the code", () => {
    const checked = decide(pendingCurrent(), wrong, t0 + second).verification;
    expect(checked?.checks).toEqual([{ at: t0 + second, right: false }]);
  });
});

describe("A-9: the recipient's budget of guesses", () => {
  const locked = pendingCurrent({}, { wrongAt: lockingWrong });

  test("a spent budget refuses right and wrong codes alike, and counts nothing", () => {
    for (const command of [right, wrong]) {
      expect(summarize(locked, decide(locked, command, t0 + second))).toEqual({
        outcome: { type: "recipientLocked", retryAt: opensAt },
        status: "pending",
        writes: [],
      });
    }
  });

  test("the lock opens to the millisecond, one guess at a time", () => {
    const recipient = recipientRow({ wrongAt: lockingWrong });
    expect(lockedUntil(recipient, defaultPolicy, [], opensAt - 1)).toBe(opensAt);
    expect(lockedUntil(recipient, defaultPolicy, [], opensAt)).toBeNull();
    const again = countWrong(recipient, defaultPolicy, [], opensAt);
    expect(lockedUntil(again, defaultPolicy, [], opensAt)).toBe(opensAt + minute);
  });

  test("the day's limit holds where the hour's has room, and the later of both is the answer", () => {
    const wrongAt = Array.from({ length: 25 }, (_, index) => t0 - (25 - index) * 50 * minute);
    const first = wrongAt[0] ?? 0;
    expect(lockedUntil(recipientRow({ wrongAt }), defaultPolicy, [], t0)).toBe(first + day);
    const both = [...wrongAt.slice(10), ...Array.from({ length: 10 }, () => t0)];
    expect(lockedUntil(recipientRow({ wrongAt: both }), defaultPolicy, [], t0)).toBe((both[0] ?? 0) + day);
  });

  test("wrong codes older than a day are forgotten, so that the row stays small", () => {
    const recipient = recipientRow({ wrongAt: [t0 - 2 * day, t0 - day, t0 - day + 1] });
    expect(countWrong(recipient, defaultPolicy, [], t0).wrongAt).toEqual([t0 - day + 1, t0]);
  });

  test.each(["cancel", "settle approved", "settle canceled", "resend", "next"] as const)(
    "A-8: %s resets no count",
    (name) => {
      const current = pendingCurrent({}, { wrongAt: lockingWrong.slice(1) });
      expect(decide(current, commands[name], t0 + minute).recipient.wrongAt).toHaveLength(9);
    },
  );

  test("A-8: a right code does", () => {
    const current = pendingCurrent({}, { wrongAt: lockingWrong.slice(1) });
    expect(decide(current, right, t0 + second).recipient).toMatchObject({
      wrongAt: [],
      provenAt: t0 + second,
    });
  });
});

describe("A-9: who gets into a locked recipient early", () => {
  const claimants = ["device-a"];

  test("a claimant that succeeded before has three guesses a day of its own", () => {
    let current = pendingCurrent({}, { wrongAt: lockingWrong, known: [known("device-a")] });
    for (let guess = 1; guess <= 3; guess++) {
      const decision = decide(current, { ...wrong, claimants }, t0 + guess * second);
      expect(decision.outcome.type).toBe("codeMismatch");
      current = { recipient: decision.recipient, verification: decision.verification as never };
    }
    expect(current.recipient.wrongAt).toEqual(lockingWrong);
    // Opens with the recipient, which is earlier than a day after the first guess of the reserve.
    expect(decide(current, { ...right, claimants }, t0 + minute).outcome).toEqual({
      type: "recipientLocked",
      retryAt: opensAt,
    });
  });

  test("the reserve opens the way for a right code", () => {
    const current = pendingCurrent({}, { wrongAt: lockingWrong, known: [known("device-a")] });
    expect(decide(current, { ...right, claimants }, t0 + second)).toMatchObject({
      outcome: { type: "approved" },
      recipient: { wrongAt: [] },
    });
  });

  test("nobody else has it: not without a claimant, not another one", () => {
    const current = pendingCurrent({}, { wrongAt: lockingWrong, known: [known("device-a")] });
    for (const others of [[], ["device-b"]]) {
      expect(decide(current, { ...right, claimants: others }, t0 + second).outcome.type).toBe(
        "recipientLocked",
      );
    }
  });

  test("while the recipient is open, a known claimant's wrong codes count on the shared budget", () => {
    const recipient = recipientRow({ known: [known("device-a")] });
    expect(countWrong(recipient, defaultPolicy, claimants, t0)).toMatchObject({
      wrongAt: [t0],
      known: [{ id: "device-a", wrongAt: [] }],
    });
  });

  test("only a success makes a claimant known, and at most eight are remembered", () => {
    let recipient: Recipient = recipientRow();
    for (let device = 1; device <= 10; device++)
      recipient = countSuccess(recipient, [`d${device}`], t0 + device);
    recipient = countSuccess(recipient, ["d5"], t0 + 11);
    expect(recipient.known.map((one) => one.id)).toEqual(["d3", "d4", "d6", "d7", "d8", "d9", "d10", "d5"]);
  });

  test("the tenant's unlock forgets the wrong codes and nothing else", () => {
    const recipient = recipientRow({ wrongAt: lockingWrong, known: [known("a")], askedSends: 3 });
    expect(unlock(recipient)).toEqual({ ...recipient, wrongAt: [] });
    expect(lockedUntil(unlock(recipient), defaultPolicy, [], t0)).toBeNull();
  });
});

describe("A-3: lifetimes to the millisecond", () => {
  test.each([30 * second, 300 * second, 600 * second])("M-04: a code that lives %d ms", (lifeMs) => {
    const current = pendingCurrent({ codeExpiresAt: t0 + lifeMs, endsAt: t0 + 45 * minute });
    expect(decide(current, right, t0 + lifeMs - 1).outcome).toEqual({ type: "approved" });
    const late = decide(current, right, t0 + lifeMs);
    expect(summarize(current, late)).toMatchObject({ outcome: { type: "codeExpired" }, writes: [] });
    // Nothing was compared, so a wrong one costs nothing.
    expect(decide(current, wrong, t0 + lifeMs).recipient).toBe(current.recipient);
  });

  test("a verification: approved 1 ms before its end, expired at it", () => {
    const current = pendingCurrent({ codeExpiresAt: t0 + 10 * minute, endsAt: t0 + 8 * minute });
    expect(decide(current, right, t0 + 8 * minute - 1).outcome).toEqual({ type: "approved" });
    expect(decide(current, right, t0 + 8 * minute).outcome).toEqual({ type: "expired" });
  });

  test("C-40: a clock that steps back revives nothing", () => {
    const current = pendingCurrent();
    expect(decide(current, right, t0 - 5 * second).outcome).toEqual({ type: "approved" });
    expect(decide(current, right, t0 - 5 * second - 1).outcome).toEqual({ type: "expired" });
    expect(decide(current, right, t0 - hour).outcome).toEqual({ type: "expired" });
  });
});

describe("when a cancel is allowed", () => {
  test("cancelFrom: refused with the instant it opens, allowed at it", () => {
    const current = pendingCurrent({ policy: policyWith({ cancelFromMs: 30 * second }) });
    const allowedAt = t0 + 30 * second;
    expect(summarize(current, decide(current, commands.cancel, allowedAt - 1))).toMatchObject({
      outcome: { type: "cancelRefused", allowedAt },
      writes: [],
    });
    expect(decide(current, commands.cancel, allowedAt).outcome).toEqual({ type: "canceled" });
  });

  test("cancelUntilStep: allowed on that step, refused for good on a later one", () => {
    const policy = policyWith({ cancelUntilStep: 0 });
    expect(decide(pendingCurrent({ policy }), commands.cancel, t0).outcome).toEqual({ type: "canceled" });
    const later = pendingCurrent({ policy, step: 1, nextStepAt: null });
    expect(decide(later, commands.cancel, t0 + minute).outcome).toEqual({
      type: "cancelRefused",
      allowedAt: null,
    });
  });
});

describe("the tenant settles what it verified elsewhere", () => {
  test.each(["approved", "canceled"] as const)("%s: recorded as the tenant's word", (status) => {
    const decision = decide(pendingCurrent(), { type: "settle", binding: null, status }, t0 + second);
    expect(decision.verification).toMatchObject({ status, settledByTenant: true, settledAt: t0 + second });
    expect(decision.recipient).toMatchObject({ pending: [], provenAt: null });
  });

  test("a check's approval is not", () => {
    expect(decide(pendingCurrent(), right, t0 + second).verification).toMatchObject({
      settledByTenant: false,
    });
  });
});
