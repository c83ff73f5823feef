import { describe, expect, test } from "vitest";
import {
  day,
  hour,
  minute,
  pendingCurrent,
  pendingRow,
  policyWith,
  recipientRow,
  second,
  startCommand,
  t0,
} from "../../test/support/rows.ts";
import { decideStart, type IfPending, pendingToLoad, type StartCommand, type Verification } from "./index.ts";

/** Late enough for another message. */
const later = t0 + 40 * second;

const binding: Readonly<Record<"equal" | "other" | "none", string | null>> = {
  equal: "binding-a",
  other: "binding-b",
  none: null,
};

function startOver(ifPending: IfPending, command: Partial<StartCommand>, now = later) {
  const { recipient, verification } = pendingCurrent({ binding: "binding-a" });
  const whole = startCommand({ policy: policyWith({ ifPending }), ...command });
  const id = pendingToLoad(recipient, whole, now);
  const pending: Verification | undefined = id === verification.id ? verification : undefined;
  return { decision: decideStart({ recipient, pending }, whole, now), asked: id, verification };
}

describe("A-17: a start while a verification started with binding a is pending", () => {
  const mine = "verification-1";
  const separate = { outcome: "started", id: "verification-2", replaced: null };
  const table: readonly [IfPending, keyof typeof binding, Record<string, unknown>][] = [
    ["separate", "equal", separate],
    ["separate", "other", separate],
    ["separate", "none", separate],
    ["continue", "equal", { outcome: "continued", id: mine, replaced: null }],
    ["continue", "other", separate],
    ["continue", "none", separate],
    ["replace", "equal", { outcome: "started", id: "verification-2", replaced: "canceled" }],
    ["replace", "other", separate],
    ["replace", "none", separate],
    ["refuse", "equal", { outcome: "verificationPending", id: undefined, replaced: null, told: mine }],
    ["refuse", "other", { outcome: "verificationPending", id: undefined, replaced: null, told: null }],
    ["refuse", "none", { outcome: "verificationPending", id: undefined, replaced: null, told: null }],
  ];

  test("the table has a row for each value and each kind of binding", () => {
    expect(new Set(table.map(([ifPending, kind]) => `${ifPending} ${kind}`)).size).toBe(4 * 3);
  });

  test.each(table)("%s with binding %s", (ifPending, kind, expected) => {
    const { decision, asked } = startOver(ifPending, { binding: binding[kind] });
    const { outcome } = decision;
    const told = outcome.type === "verificationPending" ? { told: outcome.verificationId } : {};
    expect({
      outcome: outcome.type,
      id: decision.verification?.id,
      replaced: decision.replaced?.status ?? null,
      ...told,
    }).toEqual(expected);
    // Nobody but the owner's start even reads the victim's row.
    const reads = kind === "equal" && (ifPending === "continue" || ifPending === "replace");
    expect(asked).toBe(reads ? mine : null);
  });

  test.each(["continue", "replace"] as const)(
    "%s without a binding on either side is a separate one",
    (ifPending) => {
      const { recipient, verification } = pendingCurrent({ binding: null });
      const command = startCommand({ binding: null, policy: policyWith({ ifPending }) });
      expect(pendingToLoad(recipient, command, later)).toBeNull();
      const decision = decideStart({ recipient, pending: undefined }, command, later);
      expect(decision).toMatchObject({ outcome: { type: "started" }, replaced: null });
      expect(decision.recipient.pending.map((ref) => ref.id)).toEqual([verification.id, "verification-2"]);
    },
  );

  test("refuse tells nobody without a binding which verification is pending", () => {
    const { recipient } = pendingCurrent({ binding: null });
    const command = startCommand({ policy: policyWith({ ifPending: "refuse" }) });
    expect(decideStart({ recipient, pending: undefined }, command, later).outcome).toEqual({
      type: "verificationPending",
      verificationId: null,
      endsAt: null,
    });
  });

  test.each([
    ["another service", { serviceId: "service-2" }],
    ["another purpose", { purpose: "enrol" }],
    ["another subject", { subject: "somebody-else" }],
  ])("continue with the same binding but %s is a separate verification", (_, change) => {
    const { decision } = startOver("continue", { binding: "binding-a", ...change });
    expect(decision).toMatchObject({ outcome: { type: "started" }, replaced: null });
  });

  test("S-3: continue with another amount or payee cancels the old verification", () => {
    const payment = { amount: "EUR 1000", payee: "Shop" };
    const { recipient, verification } = pendingCurrent({ binding: "binding-a", payment });
    for (const other of [{ ...payment, amount: "EUR 1001" }, { ...payment, payee: "Shop2" }, null]) {
      const policy = policyWith({ ifPending: "continue" });
      const command = startCommand({ binding: "binding-a", payment: other, policy });
      const decision = decideStart({ recipient, pending: verification }, command, later);
      expect(decision).toMatchObject({
        outcome: { type: "started" },
        verification: { id: "verification-2", payment: other },
        replaced: { id: "verification-1", status: "canceled" },
      });
      expect(decision.recipient.pending.map((ref) => ref.id)).toEqual(["verification-2"]);
    }
  });

  test.each([null, "sealed-before"])(
    "continue with a code of the caller's own replaces, and never keeps another code (before: %s)",
    (before) => {
      const policy = policyWith({ ifPending: "continue" });
      const command = startCommand({ binding: "binding-a", suppliedCode: "sealed-now", policy });
      const { recipient, verification } = pendingCurrent({ binding: "binding-a", suppliedCode: before });
      expect(decideStart({ recipient, pending: verification }, command, later)).toMatchObject({
        outcome: { type: "started" },
        verification: { id: "verification-2", suppliedCode: "sealed-now" },
        replaced: { id: "verification-1", status: "canceled" },
      });
      // Too soon to send: refused, and the old one goes on as it was.
      const early = decideStart({ recipient, pending: verification }, command, t0 + second);
      expect(early).toMatchObject({ outcome: { type: "sendLimitReached" }, replaced: null, deliveries: [] });
    },
  );

  test("what has expired is not continued, also where no timer has run", () => {
    const { decision } = startOver("continue", { binding: "binding-a" }, t0 + 5 * minute);
    expect(decision).toMatchObject({ outcome: { type: "started" }, replaced: null });
    expect(decision.recipient.pending.map((ref) => ref.id)).toEqual(["verification-2"]);
  });
});

describe("continue sends again only where a resend would be allowed", () => {
  const policy = policyWith({ ifPending: "continue" });
  const command = startCommand({ binding: "binding-a", policy });

  test.each([
    ["too soon after the last message", pendingCurrent({ binding: "binding-a" }), t0 + 29_999, false],
    ["after the wait", pendingCurrent({ binding: "binding-a" }), t0 + 30_000, true],
    ["all sends are used", pendingCurrent({ binding: "binding-a", sends: 5 }), later, false],
    ["the end is near", pendingCurrent({ binding: "binding-a" }), t0 + 285_000, false],
    [
      "a caller's code is too old to be of use",
      pendingCurrent({ binding: "binding-a", suppliedCode: "sealed", endsAt: t0 + 20 * minute }),
      t0 + 6 * minute,
      false,
    ],
  ])("%s", (_, { recipient, verification }, now, resent) => {
    const decision = decideStart({ recipient, pending: verification }, command, now);
    expect(decision.outcome).toEqual({ type: "continued", resent });
    expect(decision.deliveries).toHaveLength(resent ? 1 : 0);
    expect(decision.verification?.endsAt).toBe(verification.endsAt);
  });
});

describe("what a start writes", () => {
  test("D-1: verification, its outbox row and the counts of its recipient, in one decision", () => {
    const command = startCommand({ policy: policyWith() });
    const decision = decideStart({ recipient: undefined, pending: undefined }, command, t0);
    expect(decision.verification).toMatchObject({
      status: "pending",
      step: 0,
      generation: 1,
      sends: 1,
      checks: [],
      createdAt: t0,
      endsAt: t0 + 5 * minute,
      codeExpiresAt: t0 + 5 * minute,
      nextStepAt: t0 + minute,
    });
    expect(decision.recipient).toMatchObject({
      pending: [{ id: "verification-2" }],
      sentAt: [t0],
      askedSends: 1,
      lastAskedAt: t0,
      wrongAt: [],
    });
    expect(decision.deliveries).toMatchObject([
      { verificationId: "verification-2", sequence: 1, state: "queued", cause: "start", channel: "sms" },
    ]);
  });

  test.each([
    ["90 seconds after it is due", {}, t0 + 90 * second],
    [
      "15 seconds before the code expires, where that is earlier",
      { codeLifetimeMs: 60 * second },
      t0 + 45 * second,
    ],
  ])("D-1: the deadline of a delivery is %s", (_, change, deadline) => {
    const command = startCommand({ policy: policyWith(change) });
    const decision = decideStart({ recipient: undefined, pending: undefined }, command, t0);
    expect(decision.deliveries[0]?.deadline).toBe(deadline);
  });

  test("a single step has no next one", () => {
    const policy = policyWith({ workflow: [{ channel: "voice", waitMs: 5 * minute }] });
    const decision = decideStart({ recipient: undefined, pending: undefined }, startCommand({ policy }), t0);
    expect(decision.verification).toMatchObject({ nextStepAt: null });
    expect(decision.deliveries).toMatchObject([{ channel: "voice" }]);
  });
});

describe("limits that a start meets", () => {
  const start = (change: Parameters<typeof recipientRow>[0], now: number) =>
    decideStart({ recipient: recipientRow(change), pending: undefined }, startCommand(), now);

  test.each([
    [1, 30 * second],
    [2, 60 * second],
    [3, 120 * second],
    [4, 240 * second],
    [5, 240 * second],
    [9, 240 * second],
  ])("F-4: after %d asked-for sends the next waits %d ms, over all verifications", (askedSends, wait) => {
    const retryAt = t0 + wait;
    expect(start({ askedSends }, retryAt - 1)).toMatchObject({
      outcome: { type: "sendLimitReached", limit: "wait", retryAt },
      verification: null,
      deliveries: [],
    });
    expect(start({ askedSends }, retryAt).outcome.type).toBe("started");
  });

  test("A-7, F-3: the 11th send of a day is refused until the first of them is a day old", () => {
    const sentAt = Array.from({ length: 10 }, (_, index) => t0 + index * hour);
    const change = { sentAt, lastAskedAt: sentAt[9] ?? 0 };
    expect(start(change, t0 + day - 1).outcome).toEqual({
      type: "sendLimitReached",
      limit: "day",
      retryAt: t0 + day,
    });
    expect(start(change, t0 + day).outcome.type).toBe("started");
  });

  test("A-9: ten wrong codes in an hour lock the recipient until the first of them is an hour old", () => {
    const wrongAt = Array.from({ length: 10 }, (_, index) => t0 + index * minute);
    expect(start({ wrongAt }, t0 + hour - 1)).toMatchObject({
      outcome: { type: "recipientLocked", retryAt: t0 + hour },
      verification: null,
    });
    expect(start({ wrongAt }, t0 + hour).outcome.type).toBe("started");
  });

  test("A-9: 25 wrong codes in a day lock it until the first of them is a day old", () => {
    const wrongAt = Array.from({ length: 25 }, (_, index) => t0 + index * 40 * minute);
    expect(start({ wrongAt }, t0 + day - 1).outcome).toEqual({ type: "recipientLocked", retryAt: t0 + day });
    expect(start({ wrongAt }, t0 + day).outcome.type).toBe("started");
  });

  test("a refusal leaves a known recipient as it was", () => {
    const recipient = recipientRow();
    const decision = decideStart({ recipient, pending: undefined }, startCommand(), t0 + second);
    expect(decision.recipient).toBe(recipient);
  });

  test("a pending row of another verification is never part of a start's answer", () => {
    const { recipient } = pendingCurrent();
    const decision = decideStart({ recipient, pending: undefined }, startCommand(), later);
    expect(decision.verification?.id).not.toBe(pendingRow().id);
    expect(decision.recipient.pending).toHaveLength(2);
  });
});
