import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  challengeOf,
  hour,
  minute,
  recoveryCodes,
  subscriberWith,
  t0,
  totp,
} from "../../test/support/accounts.ts";
import type { Challenge } from "./challenge.ts";
import type { TrustedDevice } from "./subscriber.ts";
import {
  maySetTrust,
  trustedDevices,
  usedDevice,
  withoutTrustedDevice,
  withTrustedDevice,
} from "./trusted-devices.ts";

const day = 24 * hour;

const device = (id: string, over: Partial<TrustedDevice> = {}): TrustedDevice => ({
  id,
  name: "Laptop",
  digest: `digest of ${id}`,
  authenticatorId: "app",
  trustedAt: t0,
  endsAt: t0 + 30 * day,
  lastUsedAt: null,
  ...over,
});

const owner = subscriberWith([totp("app"), recoveryCodes("codes")]);
const trusting = withTrustedDevice(owner, device("d"), t0);
const presented = { id: "d", digest: "digest of d" };

describe("a trusted device", () => {
  test("is used with what it presents, until its time is over, also with a clock that went back", () => {
    const later = t0 + 3 * day;
    expect(usedDevice(trusting, presented, later)?.device.lastUsedAt).toBe(later);
    for (const wrong of [null, { id: "e", digest: "digest of d" }, { id: "d", digest: "digest of e" }]) {
      expect(usedDevice(trusting, wrong, later)).toBe(null);
    }
    expect(usedDevice(trusting, presented, t0 + 30 * day - 1)).not.toBe(null);
    expect(usedDevice(trusting, presented, t0 + 30 * day)).toBe(null);
    expect(usedDevice(trusting, presented, t0 - 31 * day)).toBe(null);
  });

  test("ends with all sessions, and with the authenticator that it was trusted with (P-6)", () => {
    const now = t0 + hour;
    expect(trustedDevices(trusting, now)).toHaveLength(1);
    expect(trustedDevices({ ...trusting, sessionsEnded: { at: t0, but: null } }, now)).toEqual([]);
    expect(trustedDevices({ ...trusting, sessionsEnded: { at: t0 - 1, but: null } }, now)).toHaveLength(1);
    expect(trustedDevices({ ...trusting, authenticators: [recoveryCodes("codes")] }, now)).toEqual([]);
    expect(trustedDevices({ ...trusting, authenticators: [totp("app", { disabledAt: now })] }, now)).toEqual(
      [],
    );
  });

  test("makes way as the eleventh, is forgotten by its id, and all of them at once", () => {
    let all = owner;
    for (let n = 0; n < 11; n++) all = withTrustedDevice(all, device(`d${n}`), t0);
    expect(trustedDevices(all, t0).map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, n) => `d${10 - n}`),
    );
    expect(withoutTrustedDevice(all, "d0", t0)).toBe(null);
    expect(withoutTrustedDevice(all, "d3", t0)?.trustedDevices).toHaveLength(9);
    expect(withoutTrustedDevice(all, null, t0)?.trustedDevices).toEqual([]);
    expect(withoutTrustedDevice(owner, null, t0)).toBe(null);
  });

  test("comes of a whole sign-in alone: of no step-up, no recovery code, no lone code, no mailbox", () => {
    const approved: Challenge = {
      ...challengeOf(),
      status: "approved",
      settledAt: t0,
      proof: { kind: "totp", authenticatorId: "app", at: t0 },
    };
    expect(maySetTrust(approved)).toBe(true);
    const proof = { authenticatorId: "codes", at: t0 };
    for (const not of [
      { ...approved, purpose: "manage" },
      { ...approved, purpose: "payout" },
      { ...approved, earlier: [] },
      { ...approved, earlier: [{ kind: "trustedDevice", authenticatorId: "app", at: t0 } as const] },
      { ...approved, status: "pending" as const },
      { ...approved, proof: null },
      { ...approved, proof: { ...proof, kind: "recoveryCode" as const } },
      { ...approved, proof: { ...proof, kind: "email" as const } },
    ]) {
      expect(maySetTrust(not)).toBe(false);
    }
    expect(maySetTrust({ ...approved, earlier: [], proof: { ...proof, kind: "passkey" } })).toBe(true);
  });

  test("whatever is trusted, used, forgotten and ended, only what is trusted now signs in", () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant("trust" as const), id: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ type: fc.constant("forget" as const), id: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ type: fc.constant("endAll" as const) }),
      fc.record({ type: fc.constant("wait" as const), days: fc.integer({ min: 0, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let [now, subscriber] = [t0, owner];
        // The model: until when each is trusted, newest first.
        let model: { readonly id: string; readonly endsAt: number }[] = [];
        for (const one of steps) {
          now += minute;
          model = model.filter(({ endsAt }) => now < endsAt);
          if (one.type === "trust") {
            const fresh = device(`d${one.id}`, { trustedAt: now, endsAt: now + 30 * day });
            subscriber = withTrustedDevice(subscriber, fresh, now);
            model = [fresh, ...model.filter(({ id }) => id !== fresh.id)].slice(0, 10);
          } else if (one.type === "forget") {
            subscriber = withoutTrustedDevice(subscriber, `d${one.id}`, now) ?? subscriber;
            model = model.filter(({ id }) => id !== `d${one.id}`);
          } else if (one.type === "endAll") {
            subscriber = { ...subscriber, sessionsEnded: { at: now, but: null } };
            model = [];
          } else {
            now += one.days * day;
            model = model.filter(({ endsAt }) => now < endsAt);
          }
          expect(trustedDevices(subscriber, now).map(({ id }) => id)).toEqual(model.map(({ id }) => id));
          for (let n = 0; n <= 12; n++) {
            const used = usedDevice(subscriber, { id: `d${n}`, digest: `digest of d${n}` }, now);
            expect(used !== null).toBe(model.some(({ id }) => id === `d${n}`));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
