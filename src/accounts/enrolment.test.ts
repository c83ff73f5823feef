import { describe, expect, test } from "vitest";
import {
  challengeOf,
  hour,
  minute,
  phone,
  recoveryCodes,
  subscriberWith,
  t0,
  totp,
} from "../../test/support/accounts.ts";
import {
  authenticatorsMax,
  type Challenge,
  decideChallenge,
  decideConfirm,
  decideEnrol,
  decideRemove,
  enrolmentLifetimeMs,
  stepUpLifetimeMs,
  type Use,
} from "./index.ts";

const unconfirmed = { confirmedAt: null } as const;
const approved = (over: Partial<Challenge> = {}): Challenge =>
  challengeOf("s", { purpose: "manage", status: "approved", settledAt: t0, ...over });
const code = (authenticatorId: string, step: number | null): Use => ({ type: "totp", authenticatorId, step });

describe("enrolling", () => {
  test("T-7: is active only after one right code, which does not sign in afterwards (T-4)", () => {
    const asked = decideEnrol(subscriberWith([]), totp("app", unconfirmed), undefined, t0);
    if (asked.type === "refused") throw new Error("refused");
    const wrong = decideConfirm(asked.subscriber, code("app", null), t0 + 1);
    expect(wrong.outcome).toEqual({ type: "codeMismatch" });
    const right = decideConfirm(wrong.subscriber, code("app", 7), t0 + 2);
    expect(right.outcome).toMatchObject({ type: "confirmed", proof: { kind: "totp" } });
    const state = { subscriber: right.subscriber, challenge: challengeOf() };
    expect(decideChallenge(state, code("app", 7), t0 + 3).outcome).toEqual({ type: "codeUsed" });
    expect(decideChallenge(state, code("app", 8), t0 + 3).outcome.type).toBe("approved");
  });

  test("T-7: one that nobody confirms is gone after a quarter of an hour, and leaves its place", () => {
    const many = Array.from({ length: authenticatorsMax }, (_, n) => totp(`app${n}`, unconfirmed));
    const subscriber = subscriberWith(many);
    const late = t0 + enrolmentLifetimeMs;
    expect(decideConfirm(subscriber, code("app0", 7), late).outcome).toEqual({
      type: "authenticatorNotFound",
    });
    expect(decideEnrol(subscriber, totp("new", unconfirmed), undefined, late - 1)).toEqual({
      type: "refused",
      outcome: { type: "authenticatorsFull", most: authenticatorsMax },
    });
    const then = decideEnrol(subscriber, totp("new", unconfirmed), undefined, late);
    expect(then).toMatchObject({ subscriber: { authenticators: [{ id: "new" }] } });
  });

  test("C-20: the code of one authenticator confirms no other", () => {
    const subscriber = subscriberWith([phone("sim"), totp("app", unconfirmed)]);
    const theirs: Use = { type: "phone", authenticatorId: "app", matches: true, channel: "sms" };
    expect(decideConfirm(subscriber, theirs, t0 + 1).outcome).toEqual({ type: "authenticatorNotFound" });
    // A confirmed one is confirmed no second time: that would be a sign-in without a challenge.
    const again: Use = { type: "phone", authenticatorId: "sim", matches: true, channel: "sms" };
    expect(decideConfirm(subscriber, again, t0 + 1).outcome).toEqual({ type: "authenticatorNotFound" });
  });

  test("C-20: with the first confirmation, what else was begun without a step-up is gone", () => {
    const subscriber = subscriberWith([totp("theirs", unconfirmed), totp("mine", unconfirmed)]);
    const decided = decideConfirm(subscriber, code("mine", 7), t0 + 1);
    expect(decided.subscriber.authenticators.map(({ id }) => id)).toEqual(["mine"]);
    expect(decideConfirm(decided.subscriber, code("theirs", 8), t0 + 2).outcome.type).toBe(
      "authenticatorNotFound",
    );
    const later = subscriberWith([phone("sim"), totp("one", unconfirmed), totp("two", unconfirmed)]);
    expect(decideConfirm(later, code("one", 7), t0 + 1).subscriber.authenticators).toHaveLength(3);
  });

  test.each<[string, Challenge | undefined, number]>([
    ["none", undefined, t0],
    ["a pending one", challengeOf("s", { purpose: "manage" }), t0],
    ["one for another purpose", approved({ purpose: "login" }), t0],
    ["another subscriber's", approved({ subscriberId: "other" }), t0],
    ["an old one", approved(), t0 + stepUpLifetimeMs + 1],
  ])("A-14: whoever has an authenticator needs a fresh step-up; %s is none", (_name, stepUp, now) => {
    const subscriber = subscriberWith([phone("sim")]);
    const refused = { type: "refused", outcome: { type: "stepUpRequired" } };
    expect(decideEnrol(subscriber, totp("app", unconfirmed), stepUp, now)).toEqual(refused);
    expect(decideEnrol(subscriber, recoveryCodes("paper"), stepUp, now)).toEqual(refused);
    expect(decideRemove(subscriber, { id: "sim", stepUp, waitMs: 0 }, now)).toEqual(refused);
  });

  test("A-14: with a fresh step-up it is added, and an old one removed", () => {
    const subscriber = subscriberWith([phone("sim")]);
    const now = t0 + 5 * minute;
    const added = decideEnrol(subscriber, totp("app", unconfirmed), approved(), now);
    expect(added).toMatchObject({ subscriber: { authenticators: [{ id: "sim" }, { id: "app" }] } });
    expect(decideRemove(subscriber, { id: "sim", stepUp: approved(), waitMs: 0 }, now)).toMatchObject({
      subscriber: { authenticators: [] },
    });
  });

  test("what is disabled still asks for a step-up: being guessed at opens nothing", () => {
    const subscriber = subscriberWith([totp("app", { disabledAt: t0 })]);
    expect(decideEnrol(subscriber, totp("new", unconfirmed), undefined, t0).type).toBe("refused");
  });

  test("L-3: new recovery codes end all old ones", () => {
    const subscriber = subscriberWith([phone("sim"), recoveryCodes("old")]);
    const decided = decideEnrol(subscriber, recoveryCodes("new"), approved(), t0);
    expect(decided).toMatchObject({ subscriber: { authenticators: [{ id: "sim" }, { id: "new" }] } });
  });
});

test("P-6: what is to go protects nothing: the second of two waits as the first does", () => {
  const waitMs = 24 * hour;
  const now = t0 + 2 * waitMs;
  const stepUp = approved({ createdAt: now, settledAt: now });
  const waits = { type: "removing", removesAt: now + waitMs };
  const fresh = totp("second", { confirmedAt: now - minute });
  const begun = decideRemove(subscriberWith([totp("first"), fresh]), { id: "first", stepUp, waitMs }, now);
  expect(begun).toMatchObject(waits);
  if (begun.type !== "removing") throw new Error(begun.type);
  // By now the second would be old enough for the first, which goes all the same.
  const later = now + waitMs - minute;
  const then = approved({ createdAt: later, settledAt: later });
  const second = { id: "second", stepUp: then, waitMs };
  expect(decideRemove(begun.subscriber, second, later)).toMatchObject({
    type: "removing",
    removesAt: later + waitMs,
  });
  const both = subscriberWith([totp("first"), totp("second")]);
  expect(decideRemove(both, second, later).type).toBe("removed");
});
