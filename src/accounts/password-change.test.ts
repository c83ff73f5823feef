import { expect, test } from "vitest";
import { challengeOf, minute, phone, subscriberWith, t0 } from "../../test/support/accounts.ts";
import { decidePasswordChange, isOvertaken, isStepUp, maySetTrust } from "./index.ts";

test("A-14, P-6: a step-up that was ended is not brought back by naming it where none is asked for", () => {
  const now = t0 + minute;
  const stepUp = challengeOf("s", { purpose: "manage", status: "approved", settledAt: t0 });
  const change = { password: "new", stepUp, sessionId: null };
  const before = subscriberWith([]);
  expect(isStepUp(stepUp, before, now)).toBe(true);
  // The one that is shown goes on.
  const shown = decidePasswordChange(before, { ...change, knowsCurrent: true }, now);
  expect(shown.type === "changed" && isStepUp(stepUp, shown.subscriber, now)).toBe(true);
  // Ended with all others: who knows the password changes it, and whoever has the step-up gets nothing by it.
  const ended = subscriberWith([], { stepUpsEnded: { at: t0 + 1, but: null } });
  const again = decidePasswordChange(ended, { ...change, knowsCurrent: true }, now);
  if (again.type === "refused") throw new Error(again.outcome.type);
  expect(isStepUp(stepUp, again.subscriber, now)).toBe(false);
  const enrolled = { ...again.subscriber, authenticators: [phone("sim")] };
  expect(decidePasswordChange(enrolled, { ...change, knowsCurrent: true }, now)).toEqual({
    type: "refused",
    outcome: { type: "stepUpRequired" },
  });
});

test("S-1: who approved a payment has approved nothing else", () => {
  const payment = { amount: "EUR 100", payee: "Acme" };
  const approved = {
    status: "approved",
    settledAt: t0,
    proof: { kind: "sms", authenticatorId: "sim", at: t0 },
  } as const;
  const owner = subscriberWith([phone("sim")]);
  const change = challengeOf("s", { ...approved, purpose: "manage" });
  expect(isStepUp(change, owner, t0 + minute)).toBe(true);
  expect(isStepUp({ ...change, payment }, owner, t0 + minute)).toBe(false);
  const earlier = [{ kind: "password", authenticatorId: null, at: t0 }] as const;
  const signIn = challengeOf("s", { ...approved, purpose: "login", earlier });
  expect(maySetTrust(signIn)).toBe(true);
  expect(maySetTrust({ ...signIn, payment })).toBe(false);
});

test("A-14: what was shown before an account was taken back is nothing after it, though a node's clock was ahead", () => {
  const at = t0 + minute;
  const owner = subscriberWith([phone("sim")], {
    sessionsEnded: { at, but: null },
    stepUpsEnded: { at, but: null },
  });
  const begun = { purpose: "manage", status: "approved", createdAt: at + 2_000 } as const;
  expect(isStepUp(challengeOf("s", { ...begun, settledAt: at - 1 }), owner, at + 5_000)).toBe(false);
  expect(isStepUp(challengeOf("s", { ...begun, settledAt: at + 3_000 }), owner, at + 5_000)).toBe(true);
  const shown = (shownAt: number) => ({ kind: "sms", authenticatorId: "sim", at: shownAt }) as const;
  const recovery = (shownAt: number) => challengeOf("s", { ...begun, earlier: [shown(shownAt)] });
  expect(isOvertaken(recovery(at - 1), owner)).toBe(true);
  expect(isOvertaken(recovery(at + 3_000), owner)).toBe(false);
});
