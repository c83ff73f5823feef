import { describe, expect, test } from "vitest";
import { minute, phone, recoveryCodes, subscriberWith, t0, totp } from "../../test/support/accounts.ts";
import {
  decideLocale,
  decidePreference,
  inOrderOfPreference,
  localeBeforeMs,
  meantOf,
  noticeLocale,
} from "./preference.ts";
import type { Subscriber } from "./subscriber.ts";

const now = t0 + minute;
const owner = subscriberWith([
  recoveryCodes("codes"),
  totp("app"),
  totp("spare"),
  phone("work"),
  phone("new", { confirmedAt: null }),
]);

function preferenceOf(
  id: string,
  preference: Parameters<typeof decidePreference>[2],
  one = owner,
): Subscriber {
  const decision = decidePreference(one, id, preference, now);
  if (decision.type === "refused") throw new Error(decision.outcome.type);
  return decision.subscriber;
}

const order = (one: Subscriber): readonly string[] => inOrderOfPreference(one, t0).map(({ id }) => id);

describe("what somebody prefers", () => {
  test("comes first, and recovery codes last; it is meant where none is named", () => {
    expect(order(owner)).toEqual(["app", "spare", "work", "codes"]);
    expect(meantOf(owner, "totp", t0)).toBe(undefined);
    expect(meantOf(owner, "phone", t0)?.id).toBe("work");
    const preferring = preferenceOf("spare", { isPreferred: true });
    expect(order(preferring)).toEqual(["spare", "app", "work", "codes"]);
    expect(meantOf(preferring, "totp", t0)?.id).toBe("spare");
    const other = preferenceOf("work", { isPreferred: true }, preferring);
    expect(order(other)).toEqual(["work", "app", "spare", "codes"]);
    expect(meantOf(other, "totp", t0)).toBe(undefined);
    expect(preferenceOf("app", { isPreferred: false }, other)).toMatchObject({ preferredId: "work" });
    expect(preferenceOf("work", { isPreferred: false }, other).preferredId).toBe(undefined);
  });

  test("is forgotten with what it was, and what is disabled is not offered", () => {
    const preferring = preferenceOf("spare", { isPreferred: true });
    const without = {
      ...preferring,
      authenticators: preferring.authenticators.filter(({ id }) => id !== "spare"),
    };
    expect(meantOf(without, "totp", t0)?.id).toBe("app");
    const disabled = subscriberWith([totp("app", { disabledAt: t0 }), totp("spare")], { preferredId: "app" });
    expect(order(disabled)).toEqual(["spare"]);
    expect(meantOf(disabled, "totp", t0)?.id).toBe("spare");
  });

  test("is a name, and of a phone the way codes come; nothing else changes", () => {
    const renamed = preferenceOf("work", { name: "Office", channel: "voice" });
    const [before, changed] = [owner, renamed].map((one) =>
      one.authenticators.find(({ id }) => id === "work"),
    );
    expect(changed).toEqual({ ...before, name: "Office", channel: "voice" });
    expect(renamed.authenticators).toHaveLength(5);
  });

  test.each([
    ["nobody", { name: "x" }, { type: "authenticatorNotFound" }],
    ["app", { channel: "voice" }, { type: "requestInvalid", field: "channel" }],
    ["codes", { isPreferred: true }, { type: "requestInvalid", field: "isPreferred" }],
    ["new", { isPreferred: true }, { type: "requestInvalid", field: "isPreferred" }],
  ] as const)("of %s, %j is refused", (id, preference, outcome) => {
    expect(decidePreference(owner, id, preference, now)).toMatchObject({ type: "refused", outcome });
  });
});

describe("the language of messages", () => {
  const told = (one: Subscriber, at: number): string | null => noticeLocale(one, at);
  const changed = (one: Subscriber, locale: string | null, at = now): Subscriber => {
    const decision = decideLocale(one, locale, at);
    if (decision.type === "refused") throw new Error(decision.outcome.type);
    return decision.subscriber;
  };

  test("A-14: notices come in that of before for a week, however often it is changed meanwhile", () => {
    const german = changed({ ...owner, locale: "de" }, "de");
    const first = changed(german, "ja");
    const second = changed(first, "th", now + minute);
    expect([first.locale, second.locale]).toEqual(["ja", "th"]);
    expect([told(first, now), told(second, now + localeBeforeMs - 1)]).toEqual(["de", "de"]);
    expect(told(second, now + localeBeforeMs)).toBe("th");
    // Asked for again: nothing is left to remember.
    expect(changed(second, "de", now + 2 * minute)).not.toHaveProperty("localeBefore");
    // A week later, what is read by now is what is kept.
    const later = now + localeBeforeMs + 1;
    expect(told(changed(second, "fi", later), later)).toBe("th");
  });

  test("A-14: whoever had none is told in that of the service meanwhile", () => {
    const first = changed(owner, "ja");
    expect(told(first, now)).toBe(null);
    expect(changed(first, null)).toEqual({ ...owner, updatedAt: now });
  });
});
