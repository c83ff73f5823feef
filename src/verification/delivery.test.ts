import { describe, expect, test } from "vitest";
import { attempt, sending } from "../../test/support/deliveries.ts";
import { deliveryRow, minute, pendingRow, second, t0 } from "../../test/support/rows.ts";
import {
  answer,
  claim,
  type DeliveryState,
  leaseMs,
  lookedUp,
  mayArrive,
  type ProviderAnswer,
  slotGraceMs,
  triedProviders,
} from "./index.ts";

const accepted: ProviderAnswer = { type: "accepted", providerMessageId: "m-1" };
const unknown: ProviderAnswer = { type: "unknown", detail: "no answer in time" };
const rejected: ProviderAnswer = { type: "refused", kind: "rejected", reason: "opted_out" };
const notSent: ProviderAnswer = { type: "refused", kind: "notSent", reason: "unreachable" };

const verification = pendingRow();

describe("D-2, D-7, D-8: the claim of a delivery", () => {
  const states: readonly DeliveryState[] = [
    "queued",
    "sending",
    "unknown",
    "accepted",
    "delivered",
    "failed",
    "unconfirmed",
    "dropped",
  ];
  const expected: Readonly<Record<DeliveryState, string>> = {
    queued: "send",
    sending: "wait",
    unknown: "send",
    accepted: "nothing",
    delivered: "nothing",
    failed: "nothing",
    unconfirmed: "nothing",
    dropped: "nothing",
  };

  test.each(states)("%s, due now", (state) => {
    const attempts =
      state === "queued" ? [] : [attempt({ answer: state === "unknown" ? "unknown" : "none" })];
    const decision = claim(deliveryRow({ state, attempts }), verification, "b", "node-2", t0);
    expect(decision.type).toBe(expected[state]);
  });

  test.each(states)("%s, not due yet: nothing", (state) => {
    const row = deliveryRow({ state, dueAt: t0 + 1 });
    expect(claim(row, verification, "a", "node-1", t0)).toEqual({ type: "nothing" });
  });

  test("D-2: a claim is leased for longer than a provider may take, with the next epoch", () => {
    const decision = claim(deliveryRow({ leaseEpoch: 6 }), verification, "a", "node-1", t0);
    expect(decision).toMatchObject({
      type: "send",
      next: {
        state: "sending",
        dueAt: t0 + 15 * second,
        leaseOwner: "node-1",
        leaseEpoch: 7,
        attempts: [{ provider: "a", at: t0, answer: "none", possibleDuplicate: false }],
      },
    });
    expect(leaseMs).toBeGreaterThan(5 * second);
  });

  test("D-7: a lease that expired in sending is unknown, never queued as new", () => {
    const decision = claim(sending(), verification, "a", "node-2", t0 + leaseMs);
    expect(decision).toMatchObject({
      type: "wait",
      next: {
        state: "unknown",
        dueAt: t0 + leaseMs + 3 * second,
        leaseOwner: null,
        attempts: [{ answer: "unknown", reason: "lease_expired" }],
      },
    });
    expect(claim(sending(), verification, "a", "node-2", t0 + leaseMs - 1).type).toBe("nothing");
  });

  test.each([
    ["the verification is settled", {}, null, t0],
    ["its code was replaced", {}, pendingRow({ generation: 2 }), t0],
    ["its deadline has come", {}, verification, t0 + 90 * second],
  ])("D-8: dropped when %s", (_, change, current, now) => {
    const decision = claim(deliveryRow(change), current, "a", "node-1", now);
    expect(decision).toMatchObject({ type: "drop", next: { state: "dropped" } });
  });

  test("D-8: sent 1 ms before its deadline", () => {
    expect(claim(deliveryRow(), verification, "a", "node-1", t0 + 90 * second - 1).type).toBe("send");
  });

  test("D-6: after one unknown answer there is one resend, flagged as a possible duplicate", () => {
    const once = deliveryRow({ state: "unknown", attempts: [attempt({ answer: "unknown" })] });
    expect(claim(once, verification, "b", "node-1", t0)).toMatchObject({
      type: "send",
      next: { attempts: [{ answer: "unknown" }, { provider: "b", possibleDuplicate: true }] },
    });
    const twice = { ...once, attempts: [...once.attempts, attempt({ answer: "unknown" })] };
    expect(claim(twice, verification, "b", "node-1", t0)).toMatchObject({
      type: "drop",
      next: { state: "unconfirmed" },
    });
  });

  test.each([
    ["its deadline has come", "a", t0 + 90 * second],
    ["nobody is left to ask", null, t0],
  ])("an unknown answer is not called dropped or failed when %s", (_, provider, now) => {
    for (const state of ["unknown", "queued"] as const) {
      const row = deliveryRow({ state, attempts: [attempt({ answer: "unknown" })] });
      const decision = claim(row, verification, provider, "node-1", now);
      expect(decision, state).toMatchObject({ next: { state: "unconfirmed" } });
    }
  });

  test.each([
    ["no provider is left", null, []],
    ["eight attempts were made", "a", Array.from({ length: 8 }, () => attempt({ answer: "notSent" }))],
  ])("fails when %s", (_, provider, attempts) => {
    const decision = claim(deliveryRow({ attempts }), verification, provider, "node-1", t0);
    expect(decision).toMatchObject({ type: "fail", next: { state: "failed" } });
  });
});

describe("D-8: a claim waits for the slot of its provider's rate", () => {
  const at = (opensAt: number, change = {}) =>
    claim(deliveryRow(change), verification, "a", "node-1", t0, { opensAt });

  test.each([
    ["now: sent", t0, {}, "send", { state: "sending" }],
    ["a slot that has passed: sent", t0 - second, {}, "send", { state: "sending" }],
    [
      "later: in the outbox until then",
      t0 + 1,
      {},
      "postpone",
      { state: "queued", dueAt: t0 + 1, leaseEpoch: 0 },
    ],
    [
      "1 ms before the deadline: it still waits",
      t0 + 90 * second - 1,
      {},
      "postpone",
      { dueAt: t0 + 90 * second - 1 },
    ],
    [
      "at the deadline: failed now, so that the next step starts",
      t0 + 90 * second,
      {},
      "fail",
      { state: "failed" },
    ],
    [
      "at the deadline, after an unknown answer: nobody can tell",
      t0 + 90 * second,
      { state: "unknown", attempts: [attempt({ answer: "unknown" })] },
      "drop",
      { state: "unconfirmed" },
    ],
    [
      "later, after an unknown answer: a receipt is still awaited",
      t0 + second,
      { state: "unknown", attempts: [attempt({ answer: "unknown" })] },
      "postpone",
      { state: "unknown", dueAt: t0 + second },
    ],
  ] as const)("%s", (_, opensAt, change, type, next) => {
    expect(at(opensAt, change)).toMatchObject({ type, next });
  });

  test("a slot is left to the node that holds it, until that one does not come", () => {
    const held = deliveryRow({ leaseOwner: "node-1" });
    expect(claim(held, verification, "a", "node-1", t0).type).toBe("send");
    expect(claim(held, verification, "a", "node-2", t0 + slotGraceMs - 1).type).toBe("nothing");
    expect(claim(held, verification, "a", "node-2", t0 + slotGraceMs).type).toBe("send");
  });
});

describe("D-6: a provider that can do more than answer", () => {
  const unanswered = deliveryRow({
    state: "unknown",
    attempts: [attempt({ answer: "unknown", reason: "no_answer" })],
  });

  test.each([
    ["the same provider, which deduplicates", "a", true, false],
    ["the same provider, which does not", "a", false, true],
    ["another one, which deduplicates among its own", "b", true, true],
  ])("(a) asked again: %s: possible duplicate %s", (_, provider, deduplicates, possibleDuplicate) => {
    expect(claim(unanswered, verification, provider, "n", t0, { deduplicates })).toMatchObject({
      type: "send",
      next: { attempts: [{}, { provider, possibleDuplicate }] },
    });
  });

  test("(b) a look-up comes before the resend, under a lease, once an attempt", () => {
    const asked = claim(unanswered, verification, "b", "n", t0, { canLookUp: true });
    expect(asked).toMatchObject({
      type: "lookUp",
      next: { state: "unknown", dueAt: t0 + leaseMs, leaseOwner: "n", leaseEpoch: 1 },
    });
    if (asked.type !== "lookUp") return;
    for (const type of ["absent", "unknown"] as const) {
      const after = lookedUp(asked.next, { type }, 1, t0) ?? deliveryRow();
      expect(after).toMatchObject({ state: "unknown", dueAt: t0, leaseOwner: null });
      expect(claim(after, verification, "b", "n", t0, { canLookUp: true })).toMatchObject({
        type: "send",
        next: { attempts: [{}, { possibleDuplicate: true }] },
      });
    }
    expect(lookedUp(asked.next, { type: "found", providerMessageId: "m-9" }, 1, t0)).toMatchObject({
      state: "accepted",
      attempts: [{ answer: "accepted", providerMessageId: "m-9", reason: null }],
    });
  });

  test("(b) also before it is given up: the last unknown answer may have been accepted", () => {
    const twice = { ...unanswered, attempts: [...unanswered.attempts, ...unanswered.attempts] };
    expect(claim(twice, verification, "a", "n", t0, { canLookUp: true }).type).toBe("lookUp");
    expect(claim(twice, verification, null, "n", t0, { canLookUp: true }).type).toBe("lookUp");
  });

  test("D-4: a look-up that lost its lease, or was overtaken by a receipt, writes nothing", () => {
    const found = { type: "found", providerMessageId: "m-9" } as const;
    expect(lookedUp({ ...unanswered, leaseEpoch: 2 }, found, 1, t0)).toBeNull();
    expect(lookedUp(deliveryRow({ state: "delivered", leaseEpoch: 1 }), found, 1, t0)).toBeNull();
  });
});

describe("D-5: the three answers of a provider", () => {
  test("accepted: the provider's id is kept", () => {
    expect(answer(sending(), accepted, 1, false, t0)).toMatchObject({
      state: "accepted",
      attempts: [{ answer: "accepted", providerMessageId: "m-1" }],
    });
  });

  test("unknown: waits three seconds for a receipt", () => {
    expect(answer(sending(), unknown, 1, true, t0)).toMatchObject({
      state: "unknown",
      dueAt: t0 + 3 * second,
    });
  });

  test("rejected: the other provider at once, and failed where there is none", () => {
    const next = answer(sending(), rejected, 1, true, t0);
    expect(next).toMatchObject({ state: "queued", dueAt: t0, attempts: [{ reason: "opted_out" }] });
    expect(triedProviders(next ?? sending()).rejectedBy).toEqual(["a"]);
    expect(answer(sending(), rejected, 1, false, t0)).toMatchObject({ state: "failed" });
  });

  test("not sent: the other provider at once, or the same again with a growing delay", () => {
    expect(answer(sending(), notSent, 1, true, t0)).toMatchObject({ state: "queued", dueAt: t0 });
    const delays = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000];
    for (const [index, delay] of delays.entries()) {
      const attempts = Array.from({ length: index + 1 }, () => attempt({ answer: "notSent" }));
      const next = answer(sending(...attempts), notSent, index + 1, false, t0);
      expect(next, `after ${index + 1}`).toMatchObject({ state: "queued", dueAt: t0 + delay });
    }
  });

  test("not sent with Retry-After: not before it", () => {
    const slow = { ...notSent, retryAfterMs: 20 * second };
    expect(answer(sending(), slow, 1, false, t0)).toMatchObject({ dueAt: t0 + 20 * second });
    expect(answer(sending(), { ...notSent, retryAfterMs: 1 }, 1, false, t0)).toMatchObject({
      dueAt: t0 + 500,
    });
  });

  test("D-8: a retry that could only come after the deadline is none", () => {
    const slow = { ...notSent, retryAfterMs: 90 * second };
    expect(answer(sending(), slow, 1, false, t0)).toMatchObject({ state: "failed" });
    const justInTime = { ...notSent, retryAfterMs: 90 * second - 1 };
    expect(answer(sending(), justInTime, 1, false, t0)).toMatchObject({ state: "queued" });
  });

  test("after an unknown answer, a refusal of the resend is not a failure: the first may have arrived", () => {
    const twice = [attempt({ answer: "unknown" }), attempt({ provider: "b", possibleDuplicate: true })];
    const next = answer(sending(...twice), rejected, 2, false, t0);
    expect(next).toMatchObject({ state: "unconfirmed" });
    expect(mayArrive(next ?? deliveryRow({ state: "failed" }))).toBe(true);
  });

  test("rejected by the second provider, the first, which was only unreachable, is asked again", () => {
    const attempts = [attempt({ answer: "notSent" }), attempt({ provider: "b" })];
    const next = answer(sending(...attempts), rejected, 2, false, t0);
    expect(next).toMatchObject({ state: "queued", dueAt: t0 + 1_000 });
    const both = [attempt({ answer: "rejected" }), attempt({ provider: "b" })];
    expect(answer(sending(...both), rejected, 2, false, t0)).toMatchObject({ state: "failed" });
  });

  test("D-4: a node that lost its lease writes nothing", () => {
    for (const given of [accepted, unknown, rejected, notSent]) {
      expect(answer(sending(attempt(), attempt()), given, 1, false, t0)).toBeNull();
      expect(answer(deliveryRow({ state: "unknown", leaseEpoch: 1 }), given, 1, false, t0)).toBeNull();
      expect(answer(deliveryRow({ state: "delivered", leaseEpoch: 1 }), given, 1, false, t0)).toBeNull();
    }
  });
});

describe("what may still arrive", () => {
  test.each([
    ["queued", true],
    ["sending", true],
    ["unknown", true],
    ["accepted", true],
    ["delivered", true],
    ["unconfirmed", true],
    ["failed", false],
    ["dropped", false],
  ] as const)("%s: %s", (state, may) => {
    expect(mayArrive(deliveryRow({ state, deadline: t0 + minute }))).toBe(may);
  });
});
