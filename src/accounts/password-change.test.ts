import { expect, test } from "vitest";
import { challengeOf, minute, phone, subscriberWith, t0 } from "../../test/support/accounts.ts";
import { decidePasswordChange, isStepUp } from "./index.ts";

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
