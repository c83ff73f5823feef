import { describe, expect, test } from "vitest";
import { t0 } from "../../test/support/accounts.ts";
import {
  ended,
  isEndedWithAll,
  newSession,
  opens,
  pendingLifetimeMs,
  sessionLifetimeMs,
  steppedUp,
} from "./index.ts";

const fields = { id: "x", tenantId: "t", subscriberId: "s", digest: "d", challengeId: null, proofs: [] };
const pending = newSession({ ...fields, state: "pending" }, t0);
const active = newSession({ ...fields, state: "active" }, t0);

describe("sessions", () => {
  test("P-5: a pending one opens nothing that an active one opens, nor the other way round", () => {
    const asPending = { state: "pending", digestMatches: true } as const;
    const asActive = { state: "active", digestMatches: true } as const;
    expect([opens(pending, asPending, t0), opens(active, asActive, t0)]).toEqual([true, true]);
    expect([opens(pending, asActive, t0), opens(active, asPending, t0)]).toEqual([false, false]);
  });

  test("none opens with another secret, after its end, once it was ended, or when there is none", () => {
    const presented = { state: "active", digestMatches: true } as const;
    expect(opens(active, { ...presented, digestMatches: false }, t0)).toBe(false);
    expect(opens(active, presented, t0 + sessionLifetimeMs - 1)).toBe(true);
    expect(opens(active, presented, t0 + sessionLifetimeMs)).toBe(false);
    expect(opens(pending, { ...presented, state: "pending" }, t0 + pendingLifetimeMs)).toBe(false);
    expect(opens(ended(active, t0), presented, t0)).toBe(false);
    expect(opens(undefined, presented, t0)).toBe(false);
  });

  test("P-6: an end to all of them ends one that began in the same millisecond, but not the one that goes on", () => {
    const endedAt = (at: number, but: string | null = null) =>
      isEndedWithAll(active, { sessionsEnded: { at, but } });
    expect([endedAt(t0 - 1), endedAt(t0), endedAt(t0 + 1)]).toEqual([false, true, true]);
    expect([endedAt(t0, "x"), endedAt(t0, "another")]).toEqual([false, true]);
    expect(isEndedWithAll(active, {})).toBe(false);
  });

  test("P-5: a step-up keeps the session, its end, and one proof of each kind, under another secret", () => {
    const proof = (at: number) => ({ kind: "totp", authenticatorId: "app", at }) as const;
    const once = steppedUp(active, proof(t0 + 1), "d2");
    const twice = steppedUp(once, proof(t0 + 2), "d3");
    expect(twice).toEqual({ ...active, digest: "d3", proofs: [proof(t0 + 2)] });
  });
});
