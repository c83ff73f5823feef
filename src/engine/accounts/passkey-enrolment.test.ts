import { describe, expect, test } from "vitest";
import { openTestInstance } from "../../../test/support/instance.ts";
import {
  asked,
  binding,
  challenged,
  enrolled,
  minute,
  origin,
  personOf,
  signIn,
  withPasskey,
} from "../../../test/support/passkeys.ts";
import { key } from "../../store/index.ts";
import { createSoftwareAuthenticator } from "../../testing/index.ts";

describe("having passkeys", () => {
  test("a second one takes a step-up, which the first one is; both sign in, and a removed one does not", async () => {
    const all = await withPasskey();
    const { accounts, tenantId, subscriberId } = all;
    const second = createSoftwareAuthenticator({ origin });
    const refused = await accounts.enrolPasskey({ tenantId, subscriberId, binding });
    expect(refused.outcome).toBe("stepUpRequired");
    const step = await challenged(all, "manage");
    const passkey = all.device.get(step.options);
    const approved = await accounts.checkChallenge({ tenantId, id: step.id, binding, passkey });
    expect(approved).toMatchObject({ outcome: "approved", assurance: { aal: 2, phishingResistant: true } });
    const more = await enrolled(all, subscriberId, second, { stepUp: step.id });
    expect(more.result.outcome).toBe("confirmed");
    expect(more.asked.options.excludeCredentials).toHaveLength(1);
    expect((await signIn({ ...all, device: second })).outcome).toBe("signedIn");
    const authenticatorId = all.confirming.authenticatorId;
    const removed = await accounts.removeAuthenticator({
      tenantId,
      subscriberId,
      authenticatorId,
      stepUp: step.id,
    });
    expect(removed.outcome).toBe("removed");
    expect(await signIn(all)).toEqual({ outcome: "signInRefused" });
    expect((await signIn({ ...all, device: second })).outcome).toBe("signedIn");
  });

  test("X-2: what somebody has, nobody else registers; once it was removed, it is free", async () => {
    const all = await withPasskey();
    const { accounts, tenantId } = all;
    const credentialId = Buffer.from(all.confirming.passkey.id, "base64url");
    const bob = await personOf(all, "bob");
    const thief = createSoftwareAuthenticator({ origin });
    const { result } = await enrolled(all, bob, thief, { faults: { credentialId } });
    expect(result).toEqual({ outcome: "passkeyRefused", reason: "registered" });
    // Many at once: one has it.
    const fresh = Buffer.alloc(32, 3);
    const racers = await Promise.all([1, 2, 3, 4, 5].map((n) => personOf(all, `racer-${n}`)));
    const results = await Promise.all(
      racers.map((one) =>
        enrolled(all, one, createSoftwareAuthenticator({ origin }), { faults: { credentialId: fresh } }),
      ),
    );
    expect(results.filter((one) => one.result.outcome === "confirmed")).toHaveLength(1);
    expect(await accounts.removeSubscriber({ tenantId, subscriberId: all.subscriberId })).toBe(true);
    const again = await enrolled(all, bob, thief, { faults: { credentialId } });
    expect(again.result.outcome).toBe("confirmed");
  });

  test("an enrolment is confirmed by the browser that asked, once", async () => {
    const all = await withPasskey();
    const { accounts, tenantId } = all;
    const subscriberId = await personOf(all, "carol");
    const device = createSoftwareAuthenticator({ origin });
    const first = await accounts.enrolPasskey({ tenantId, subscriberId, binding });
    if (first.outcome !== "enrolled") throw new Error(first.outcome);
    const passkey = device.create(first.options);
    const confirming = { tenantId, subscriberId, authenticatorId: first.authenticator.id, passkey };
    for (const wrong of [{}, { binding: "browser-2" }]) {
      expect((await accounts.confirmAuthenticator({ ...confirming, ...wrong })).outcome).toBe(
        "authenticatorNotFound",
      );
    }
    expect(
      (await accounts.confirmAuthenticator({ ...confirming, code: "123456", passkey: undefined, binding }))
        .outcome,
    ).toBe("codeMalformed");
    const both = await Promise.all(
      [1, 2].map(() => accounts.confirmAuthenticator({ ...confirming, binding })),
    );
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(["authenticatorNotFound", "confirmed"]);
    // Asked for a dozen times by somebody who says no in the browser: the last one works.
    const dora = await personOf(all, "dora");
    for (let n = 0; n < 12; n++) await accounts.enrolPasskey({ tenantId, subscriberId: dora, binding });
    expect((await enrolled(all, dora, createSoftwareAuthenticator({ origin }))).result.outcome).toBe(
      "confirmed",
    );
  });

  test("wrong codes of an app do not hold a passkey back, and a passkey does not give codes back (T-5)", async () => {
    const all = await withPasskey();
    const { one, accounts, tenantId, subscriberId } = all;
    const before = await one.store.get(key("subscriber", subscriberId));
    if (before === undefined) throw new Error("nobody");
    const lockedUntil = one.clock.now() + minute * 30;
    await one.store.update([key("subscriber", subscriberId)], () => ({
      writes: [
        { table: "subscriber", id: subscriberId, row: { ...before, failures: { inRow: 7, lockedUntil } } },
      ],
      result: undefined,
    }));
    const { id, options } = await challenged(all);
    const passkey = all.device.get(options);
    expect((await accounts.checkChallenge({ tenantId, id, binding, passkey })).outcome).toBe("approved");
    expect((await signIn(all)).outcome).toBe("signedIn");
    const after = await one.store.get(key("subscriber", subscriberId));
    expect(after?.failures).toEqual({ inRow: 7, lockedUntil });
  });

  test("another tenant's passkeys are nobody's here, and an installation without a domain has none", async () => {
    const all = await withPasskey();
    const { signInId, options } = await asked(all);
    const passkey = all.device.get(options);
    const other = "019b796d-d600-7b75-97b3-db45180a1f55";
    const refused = await all.accounts.signInWithPasskey({ tenantId: other, signInId, binding, passkey });
    expect(refused.outcome).toBe("challengeNotFound");
    const theirs = await all.accounts.askPasskeySignIn({ tenantId: other, binding });
    const answer = {
      tenantId: other,
      signInId: theirs.signInId,
      binding,
      passkey: all.device.get(theirs.options),
    };
    expect(await all.accounts.signInWithPasskey(answer)).toEqual({ outcome: "signInRefused" });
    const without = await openTestInstance({ relyingParty: null });
    const asking = without.accounts.askPasskeySignIn({ tenantId: without.tenantId, binding });
    await expect(asking).rejects.toThrow(/COUNTERSIGN_PASSKEY_ORIGINS/);
  });
});
