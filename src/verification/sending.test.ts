import { describe, expect, test } from "vitest";
import {
  commands,
  day,
  hour,
  minute,
  pendingCurrent,
  policyWith,
  second,
  summarize,
  t0,
} from "../../test/support/rows.ts";
import { type CodeReuse, type Current, type Decision, decide, type PendingVerification } from "./index.ts";

/** Three steps, longer than one code lives. */
const workflow = [
  { channel: "sms", waitMs: 4 * minute },
  { channel: "voice", waitMs: 4 * minute },
  { channel: "sms", waitMs: 4 * minute },
] as const;

function longRunning(codeReuse: CodeReuse, change: Partial<PendingVerification> = {}): Current {
  const policy = policyWith({ codeReuse, workflow });
  const endsAt = codeReuse === "same" ? t0 + 5 * minute : t0 + 12 * minute;
  return pendingCurrent({ policy, endsAt, nextStepAt: t0 + 4 * minute, ...change });
}

function pendingOf(decision: Decision): PendingVerification {
  if (decision.verification?.status !== "pending") throw new TypeError("still pending was expected");
  return decision.verification;
}

describe("A-2: which send draws a new code", () => {
  const fresh = t0 + minute;
  const spent = t0 + 5 * minute - 15 * second;
  const table: readonly [CodeReuse, "resend" | "next" | "automatic", "fresh" | "spent", boolean | "none"][] =
    [
      ["same", "resend", "fresh", false],
      ["same", "next", "fresh", false],
      ["same", "automatic", "fresh", false],
      ["same", "resend", "spent", "none"],
      ["same", "next", "spent", "none"],
      ["same", "automatic", "spent", "none"],
      ["perStep", "resend", "fresh", false],
      ["perStep", "next", "fresh", true],
      ["perStep", "automatic", "fresh", true],
      ["perStep", "resend", "spent", true],
      ["perStep", "next", "spent", true],
      ["perStep", "automatic", "spent", true],
      ["whenExpired", "resend", "fresh", false],
      ["whenExpired", "next", "fresh", false],
      ["whenExpired", "automatic", "fresh", false],
      ["whenExpired", "resend", "spent", true],
      ["whenExpired", "next", "spent", true],
      ["whenExpired", "automatic", "spent", true],
    ];

  test("the table has a row for each policy, cause and age", () => {
    expect(new Set(table.map((row) => row.slice(0, 3).join(" "))).size).toBe(3 * 3 * 2);
  });

  test.each(table)("codeReuse %s, %s, the code is %s: new code %s", (codeReuse, cause, age, isNew) => {
    const now = age === "fresh" ? fresh : spent;
    const dueNow = cause === "automatic" ? { nextStepAt: now } : {};
    const current = longRunning(codeReuse, { checks: [{ at: t0, right: false }], ...dueNow });
    const decision = decide(current, commands[cause === "automatic" ? "wake" : cause], now);
    if (isNew === "none") return expect(decision.deliveries).toEqual([]);
    const after = pendingOf(decision);
    const before = current.verification as PendingVerification;
    expect(decision.deliveries).toMatchObject([{ generation: isNew ? 2 : 1, sequence: 2, cause }]);
    expect(after).toMatchObject({
      generation: isNew ? 2 : 1,
      codeKeyId: isNew ? "key-2" : "key-1",
      codeExpiresAt: isNew ? now + 5 * minute : before.codeExpiresAt,
      // A new code gives no checks back and moves no end.
      checks: before.checks,
      endsAt: before.endsAt,
    });
  });

  test("A-2: a caller's code is never replaced by one of ours", () => {
    const current = longRunning("perStep", { suppliedCode: "sealed" });
    const decision = decide(current, commands.next, t0 + minute);
    expect(pendingOf(decision)).toMatchObject({ generation: 1, suppliedCode: "sealed" });
    const late = decide(current, commands.resend, t0 + 5 * minute - 15 * second);
    expect(late).toMatchObject({ outcome: { type: "sendLimitReached" }, deliveries: [] });
  });

  test("A-3: a code that is drawn late lives no longer than its verification", () => {
    const current = longRunning("whenExpired");
    const after = pendingOf(decide(current, commands.resend, t0 + 9 * minute));
    expect(after.codeExpiresAt).toBe(t0 + 12 * minute);
  });
});

describe("F-4, A-7: asked-for sends wait", () => {
  const waits = [30, 60, 120, 240, 240].map((seconds) => seconds * second);
  for (const verb of ["resend", "next"] as const) {
    test.each(waits.map((wait, index) => [index + 1, wait]))(
      `${verb} after %d asked-for sends: too soon 1 ms before %d ms, sent at it`,
      (askedSends, wait) => {
        const current = pendingCurrent(
          { endsAt: t0 + 20 * minute, codeExpiresAt: t0 + 10 * minute },
          { askedSends },
        );
        const retryAt = t0 + wait;
        const early = decide(current, commands[verb], retryAt - 1);
        expect(summarize(current, early)).toMatchObject({
          outcome: { type: "resendTooSoon", retryAt },
          writes: [],
        });
        expect(decide(current, commands[verb], retryAt).outcome).toEqual({ type: "sent" });
      },
    );
  }

  test("a success, and nothing else, starts the waits anew", () => {
    const current = pendingCurrent({}, { askedSends: 4 });
    for (const name of ["check wrong", "cancel", "settle approved", "settle canceled"] as const) {
      expect(decide(current, commands[name], t0 + second).recipient.askedSends, name).toBe(4);
    }
    expect(decide(current, commands["check right"], t0 + second).recipient.askedSends).toBe(0);
  });

  test("an automatic step does not wait, but it counts", () => {
    const current = pendingCurrent({ nextStepAt: t0 + second }, { lastAskedAt: t0 });
    const decision = decide(current, commands.wake, t0 + second);
    expect(decision).toMatchObject({
      outcome: { type: "stepped" },
      deliveries: [{ cause: "automatic", channel: "voice", step: 1 }],
      recipient: { sentAt: [t0, t0 + second], askedSends: 1, lastAskedAt: t0 },
    });
    expect(pendingOf(decision).sends).toBe(2);
  });
});

describe("F-3, A-7: sends are bounded", () => {
  const late = t0 + 4 * minute;

  test.each(["resend", "next"] as const)("the 6th send of a verification (%s) is refused", (verb) => {
    const current = pendingCurrent({ sends: 5 });
    expect(summarize(current, decide(current, commands[verb], late))).toMatchObject({
      outcome: { type: "sendLimitReached", limit: "verification", retryAt: t0 + 5 * minute },
      writes: [],
    });
    expect(decide(pendingCurrent({ sends: 4 }), commands[verb], late).outcome).toEqual({ type: "sent" });
  });

  test.each(["resend", "next"] as const)(
    "the 11th send of a day (%s) is refused until there is room",
    (verb) => {
      const first = t0 - day + 4 * minute + 1;
      const sentAt = [first, ...Array.from({ length: 9 }, (_, index) => t0 - (9 - index) * hour)];
      const current = pendingCurrent({}, { sentAt });
      expect(decide(current, commands[verb], late).outcome).toEqual({
        type: "sendLimitReached",
        limit: "day",
        retryAt: first + day,
      });
      expect(decide(current, commands[verb], first + day).outcome).toEqual({ type: "sent" });
    },
  );

  test("the sends of other days are forgotten", () => {
    const current = pendingCurrent({}, { sentAt: [t0 - 2 * day, t0 - day, t0] });
    expect(decide(current, commands.resend, late).recipient.sentAt).toEqual([t0, late]);
  });

  test.each([
    ["the sends of the verification", { sends: 5 }, {}],
    ["the sends of the day", {}, { sentAt: Array.from({ length: 10 }, () => t0) }],
  ])("an automatic step past %s passes in silence", (_, verification, recipient) => {
    const current = pendingCurrent(verification, recipient);
    const decision = decide(current, commands.wake, t0 + minute);
    expect(summarize(current, decision)).toEqual({
      outcome: { type: "stepped" },
      status: "pending",
      writes: ["verification"],
    });
    expect(pendingOf(decision)).toMatchObject({ step: 1, nextStepAt: null });
  });

  test("nothing is sent that could not arrive in time", () => {
    const current = pendingCurrent();
    const margin = t0 + 5 * minute - 15 * second;
    expect(decide(current, commands.resend, margin - 1).outcome).toEqual({ type: "sent" });
    expect(decide(current, commands.resend, margin).outcome).toMatchObject({
      type: "sendLimitReached",
      limit: "verification",
    });
  });
});

describe("D-9: steps", () => {
  test("a timer that fires early does nothing, and one that fires again does nothing twice", () => {
    const current = pendingCurrent();
    expect(summarize(current, decide(current, commands.wake, t0 + minute - 1)).writes).toEqual([]);
    const first = decide(current, commands.wake, t0 + minute);
    const stepped = { recipient: first.recipient, verification: pendingOf(first) };
    for (const now of [t0 + minute, t0 + minute + 1, t0 + 2 * minute]) {
      expect(summarize(stepped, decide(stepped, commands.wake, now)).writes).toEqual([]);
    }
  });

  test("next on the last step: there is no further one", () => {
    const current = pendingCurrent({ step: 1, nextStepAt: null });
    expect(decide(current, commands.next, t0 + minute).outcome).toEqual({ type: "noFurtherStep" });
  });

  test("next starts the step's own wait", () => {
    const current = longRunning("whenExpired");
    const after = pendingOf(decide(current, commands.next, t0 + minute));
    expect(after).toMatchObject({ step: 1, nextStepAt: t0 + 5 * minute, endsAt: t0 + 12 * minute });
  });

  test.each([
    ["of an earlier step changes nothing", { step: 1, nextStepAt: null }, true, "nothing", []],
    [
      "starts the next step at once",
      {},
      true,
      "stepped",
      ["recipient", "verification", "delivery:automatic"],
    ],
  ])("a failed delivery %s", (_, change, othersMayArrive, type, writes) => {
    const current = pendingCurrent(change);
    const command = { ...commands.deliveryFailed, othersMayArrive };
    expect(summarize(current, decide(current, command, t0 + second))).toMatchObject({
      outcome: { type },
      writes,
    });
  });

  test("D-5: when the last step's delivery failed and nothing can arrive any more, it is undeliverable", () => {
    const current = pendingCurrent({ step: 1, nextStepAt: null });
    const failed = { ...commands.deliveryFailed, step: 1 };
    const waiting = decide(current, { ...failed, othersMayArrive: true }, t0 + second);
    expect(summarize(current, waiting)).toMatchObject({ outcome: { type: "nothing" }, writes: [] });
    const over = decide(current, failed, t0 + second);
    expect(over).toMatchObject({
      outcome: { type: "undeliverable" },
      verification: { status: "undeliverable" },
      recipient: { pending: [] },
    });
  });

  const limit = 10;
  const full = (first: number): number[] => [first, ...Array.from({ length: limit - 1 }, () => t0)];
  const opens = (ms: number): number[] => full(t0 + second + ms - day);
  const never = Array.from({ length: limit }, () => t0);
  const threeSteps = { policy: policyWith({ workflow }), endsAt: t0 + 12 * minute };
  test.each([
    ["the next may send", {}, {}, false, "stepped", 1],
    ["all sends are used", { sends: 5 }, {}, false, "undeliverable", 0],
    ["all sends are used, and another may arrive", { sends: 5 }, {}, true, "stepped", 0],
    [
      "all sends are used, with a step after the next",
      { ...threeSteps, sends: 5 },
      {},
      false,
      "undeliverable",
      0,
    ],
    ["the day is full, and no step comes by time", {}, { sentAt: never }, false, "undeliverable", 0],
    [
      "the day is full past the last step",
      threeSteps,
      { sentAt: opens(5 * minute) },
      false,
      "undeliverable",
      0,
    ],
    [
      "the day opens right when the last step comes",
      threeSteps,
      { sentAt: opens(4 * minute) },
      false,
      "stepped",
      0,
    ],
    ["the day opens 1 ms after it", threeSteps, { sentAt: opens(4 * minute + 1) }, false, "undeliverable", 0],
    ["the end is near", { endsAt: t0 + 16 * second }, {}, false, "undeliverable", 0],
    ["an earlier step, nothing else arrives", { step: 1, nextStepAt: null }, {}, false, "undeliverable", 0],
    [
      "an earlier step, and one comes by time",
      { ...threeSteps, step: 1, nextStepAt: t0 + 8 * minute },
      {},
      false,
      "nothing",
      0,
    ],
  ] as const)(
    "D-9: the delivery of step 0 failed and %s",
    (_, verification, recipient, othersMayArrive, type, sent) => {
      const current = pendingCurrent(verification, recipient);
      const decision = decide(current, { ...commands.deliveryFailed, othersMayArrive }, t0 + second);
      expect(decision.outcome.type).toBe(type);
      expect(decision.verification?.status).toBe(type === "undeliverable" ? "undeliverable" : "pending");
      expect(decision.deliveries).toHaveLength(sent);
    },
  );
});
