import { describe, expect, test } from "vitest";
import { hour, minute, phone, subscriberWith, t0, totp } from "../../test/support/accounts.ts";
import { confirmed, decideConfirm, decideDispute, type Subscriber } from "./index.ts";

const now = t0 + 72 * hour;
const link = { madeAt: now - minute };

/** What is left after somebody said that it was not them. */
function disputed(subscriber: Subscriber) {
  const decided = decideDispute(subscriber, link, now);
  if (decided.type === "refused") throw new Error("the link did nothing");
  return decided;
}

describe("this was not me", () => {
  test("T-7, P-6: what was begun before it is not confirmed after it, not even by its own right code", () => {
    const begun = totp("begun", { createdAt: now - minute, confirmedAt: null });
    const subscriber = subscriberWith([phone("sim"), begun]);
    const right = { type: "totp", authenticatorId: "begun", step: 7 } as const;
    expect(decideConfirm(subscriber, right, now).outcome.type).toBe("confirmed");
    const left = disputed(subscriber).subscriber;
    expect(left.authenticators.map(({ id }) => id)).toEqual(["sim"]);
    expect(decideConfirm(left, right, now).outcome).toEqual({ type: "authenticatorNotFound" });
  });

  test("P-6: what was to be removed stays until its time has come, and what went is not brought back", () => {
    const going = totp("going", { removesAt: now + 1 });
    const gone = totp("gone", { removesAt: now });
    const { subscriber, stopped } = disputed(subscriberWith([phone("sim"), going, gone]));
    expect(stopped).toEqual({ disabled: 0, kept: 1, password: false });
    for (const at of [now, now + 24 * hour]) {
      expect(confirmed(subscriber, at).map(({ id }) => id)).toEqual(["sim", "going"]);
    }
  });
});
