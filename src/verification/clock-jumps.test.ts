import { describe, expect, test } from "vitest";
import {
  commands,
  day,
  hour,
  minute,
  pendingCurrent,
  recipientRow,
  second,
  startCommand,
  t0,
} from "../../test/support/rows.ts";
import { asOf, decide, decideStart } from "./index.ts";
import { livePending, withoutFuture } from "./recipient.ts";

const ahead = t0 + day;
const fill = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** Everything counted, and a verification that waits, in a time that has not come. */
const written = {
  wrongAt: fill(10, ahead),
  sentAt: [t0 - hour, ...fill(10, ahead)],
  calledAt: [t0 - hour, ahead],
  lastAskedAt: ahead,
  askedSends: 4,
  provenAt: ahead,
  known: [{ id: "known", provenAt: ahead, wrongAt: [ahead, ahead, ahead] }],
  lastSeenAt: ahead,
  pending: [
    { id: "v", serviceId: "s", purpose: "verify", subject: null, binding: null, endsAt: ahead + 5 * minute },
  ],
};

describe("C-40: rows from a clock that ran a day ahead", () => {
  test("lock a number for the window of its limit, and not for a day more", () => {
    const start = decideStart({ recipient: recipientRow(written), pending: undefined }, startCommand(), t0);
    expect(start.outcome).toEqual({ type: "recipientLocked", retryAt: t0 + hour });
    // It is written down, so that the window ends.
    expect(start.recipient.wrongAt).toEqual(fill(10, t0));
    const later = { recipient: start.recipient, pending: undefined };
    expect(decideStart(later, startCommand(), t0 + hour - 1).outcome.type).toBe("recipientLocked");
    expect(decideStart(later, startCommand(), t0 + hour).outcome.type).toBe("sendLimitReached");
    expect(decideStart(later, startCommand(), t0 + day).outcome.type).toBe("started");
  });

  test("hold nothing back in a check either, and a known claimant's reserve comes back in time", () => {
    const current = pendingCurrent({}, written);
    const refused = decide(current, commands["check wrong"], t0 + second);
    expect(refused.outcome).toEqual({ type: "recipientLocked", retryAt: t0 + second + hour });
    expect(refused.recipient.known[0]?.wrongAt).toEqual(fill(3, t0 + second));
    expect(refused.recipient.sentAt).toEqual([t0 - hour, ...fill(10, t0 + second)]);
  });

  test("make nobody wait longer than the longest wait for a message", () => {
    const recipient = recipientRow({ lastAskedAt: ahead, askedSends: 1, sentAt: [ahead], lastSeenAt: ahead });
    const outcome = decideStart({ recipient, pending: undefined }, startCommand(), t0).outcome;
    expect(outcome).toEqual({ type: "sendLimitReached", limit: "wait", retryAt: t0 + 30 * second });
  });

  test("are left alone as long as the clocks of this world differ: by some seconds", () => {
    const recipient = recipientRow({ wrongAt: [t0 + 5 * second], lastSeenAt: t0 + 5 * second });
    expect(withoutFuture(recipient, t0)).toBe(recipient);
    expect(withoutFuture({ ...recipient, lastSeenAt: t0 + 5_001 }, t0).wrongAt).toEqual([t0]);
  });

  test("no longer count as pending", () => {
    expect(livePending(recipientRow(written), t0)).toEqual([]);
    expect(livePending(recipientRow(written), ahead)).toEqual(written.pending);
    const { verification } = pendingCurrent({ createdAt: ahead, endsAt: ahead + 5 * minute });
    expect(asOf(verification, t0)).toMatchObject({ status: "expired", settledAt: t0 });
  });

  test("give no guess and no message back", () => {
    const sane = withoutFuture(recipientRow(written), t0);
    expect([sane.wrongAt.length, sane.sentAt.length, sane.askedSends]).toEqual([10, 11, 4]);
    // Its two calls of a day are over a day from now, not a day after the time that has not come.
    expect(sane.calledAt).toEqual([t0 - hour, t0]);
  });
});
