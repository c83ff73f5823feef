import { describe, expect, test } from "vitest";
import {
  asked,
  binding,
  challenged,
  enrolled,
  minute,
  mutants,
  origin,
  other,
  personOf,
  signIn,
  withPasskey,
} from "../../../test/support/passkeys.ts";
import { createSoftwareAuthenticator, type PasskeyFaults } from "../../testing/index.ts";

describe("signing in with a passkey", () => {
  test.each(["ES256", "EdDSA", "RS256"] as const)(
    "%s: one passkey is enough, and no phishing gets it (X-5)",
    async (algorithm) => {
      const all = await withPasskey({ algorithm });
      const result = await signIn(all);
      if (result.outcome !== "signedIn") throw new Error(JSON.stringify(result));
      const assurance = { aal: 2, restricted: false, phishingResistant: true };
      expect(result.session.session).toMatchObject({
        subscriberId: all.subscriberId,
        state: "active",
        assurance,
      });
      const session = result.session.bearer;
      const checked = await all.accounts.checkSession({ tenantId: all.tenantId, session, maxAgeMs: minute });
      expect(checked).toMatchObject({ outcome: "active", session: { assurance } });
    },
  );

  test("X-2: every mutant of an answer is refused, at a sign-in and at a challenge", async () => {
    const all = await withPasskey();
    const { accounts, tenantId } = all;
    for (const [title, faults] of Object.entries(mutants)) {
      const refused = await signIn(all, faults);
      expect(["signInRefused", "passkeyRefused"], title).toContain(refused.outcome);
      const { id, options } = await challenged(all);
      const passkey = all.device.get(options, faults);
      const checked = await accounts.checkChallenge({ tenantId, id, binding, passkey });
      expect(checked.outcome, title).toBe("passkeyRefused");
    }
    // Nothing of it was counted, and the right answer is still taken.
    const person = await accounts.subscriber({ tenantId, subscriberId: all.subscriberId });
    expect(person?.authenticators[0]).toMatchObject({ isDisabled: false });
    expect((await signIn(all)).outcome).toBe("signedIn");
  });

  test("X-2: every mutant of an enrolment is refused, and takes the enrolment with it", async () => {
    const all = await withPasskey();
    const enrolmentMutants: readonly PasskeyFaults[] = [
      { clientData: { type: "webauthn.get" } },
      { clientData: { challenge: "AAAA" } },
      { clientData: { origin: "https://evil.example" } },
      { clientData: { crossOrigin: true } },
      { rpId: "evil.example" },
      { flags: 0x44 },
      { flags: 0x41 },
      { flags: 0x55 },
      { flags: 0x05 },
      { format: "android-key" },
      { format: "packed", statement: new Map([["x5c", [Buffer.alloc(9)]]]) },
      { statement: new Map([["sig", Buffer.alloc(9)]]) },
      { credentialId: Buffer.alloc(1_024, 1) },
      { answer: (one) => ({ ...one, id: "AAAA", rawId: "AAAA" }) },
      { answer: (one) => ({ ...one, response: { ...one.response, attestationObject: "AAAA" } }) },
      { answer: (one) => ({ ...one, response: { clientDataJSON: one.response.clientDataJSON } }) },
    ];
    for (const [place, faults] of enrolmentMutants.entries()) {
      const subscriberId = await personOf(all, `mutant-${place}`);
      const device = createSoftwareAuthenticator({ origin });
      const { result, confirming, asked: first } = await enrolled(all, subscriberId, device, { faults });
      expect(result.outcome, JSON.stringify(faults)).toBe("passkeyRefused");
      const right = { ...confirming, passkey: device.create(first.options) };
      expect(await all.accounts.confirmAuthenticator(right)).toEqual({
        outcome: "passkeyRefused",
        reason: "challenge",
      });
      const person = await all.accounts.subscriber({ tenantId: all.tenantId, subscriberId });
      expect(person?.authenticators.filter(({ isConfirmed }) => isConfirmed)).toEqual([]);
    }
  });

  test("X-1: an answer is taken once, by the browser that asked, for what it asked, within five minutes", async () => {
    const all = await withPasskey();
    const { one, accounts, tenantId, device } = all;
    const first = await asked(all);
    const passkey = device.get(first.options);
    const answer = { tenantId, signInId: first.signInId, binding, passkey };
    expect((await accounts.signInWithPasskey({ ...answer, binding: "browser-2" })).outcome).toBe(
      "challengeNotFound",
    );
    const uses = await Promise.all(Array.from({ length: 50 }, () => accounts.signInWithPasskey(answer)));
    expect(uses.filter(({ outcome }) => outcome === "signedIn")).toHaveLength(1);
    expect(uses.filter(({ outcome }) => outcome === "challengeSettled")).toHaveLength(49);
    // The answer of a sign-in meets no challenge, and that of a challenge signs nobody in.
    const login = await challenged(all);
    const manage = await challenged(all, "manage");
    const fresh = await asked(all);
    const forLogin = device.get(login.options);
    expect(
      await accounts.checkChallenge({ tenantId, id: manage.id, binding, passkey: forLogin }),
    ).toMatchObject({ reason: "challenge" });
    expect(
      await accounts.signInWithPasskey({ ...answer, signInId: fresh.signInId, passkey: forLogin }),
    ).toMatchObject({ reason: "challenge" });
    expect((await accounts.signInWithPasskey({ ...answer, signInId: login.id })).outcome).toBe(
      "challengeNotFound",
    );
    const elsewhere = await accounts.checkChallenge({
      tenantId,
      id: login.id,
      binding: "browser-2",
      passkey: forLogin,
    });
    expect(elsewhere.outcome).toBe("challengeNotFound");
    // Late, and asked for again meanwhile.
    const late = await asked(all);
    const again = await challenged(all);
    await one.clock.advance(5 * minute);
    const tooLate = { ...answer, signInId: late.signInId, passkey: device.get(late.options) };
    expect((await accounts.signInWithPasskey(tooLate)).outcome).toBe("challengeExpired");
    const stale = { tenantId, id: again.id, binding, passkey: device.get(again.options) };
    expect(await accounts.checkChallenge(stale)).toMatchObject({ reason: "challenge" });
    const renewed = await accounts.askPasskey({ tenantId, id: again.id, binding });
    if (renewed.outcome !== "passkeyAsked") throw new Error(renewed.outcome);
    expect(await accounts.checkChallenge(stale)).toMatchObject({ reason: "challenge" });
    const last = await accounts.askPasskey({ tenantId, id: again.id, binding });
    if (last.outcome !== "passkeyAsked") throw new Error(last.outcome);
    const right = { tenantId, id: again.id, binding, passkey: device.get(last.options) };
    const checks = await Promise.all(Array.from({ length: 20 }, () => accounts.checkChallenge(right)));
    expect(checks.filter(({ outcome }) => outcome === "approved")).toHaveLength(1);
    expect(checks.filter(({ outcome }) => outcome === "challengeSettled")).toHaveLength(19);
  });

  test("X-3: nobody's passkey and a wrong signature look for one owner, compare one signature and commit once", async () => {
    const all = await withPasskey();
    const strangers = await withPasskey();
    const unknown = async () => {
      const { signInId, options } = await asked(all);
      // A passkey of another installation: its owner is nobody here.
      const passkey = strangers.device.get(options);
      return await all.accounts.signInWithPasskey({ tenantId: all.tenantId, signInId, binding, passkey });
    };
    const wrong = () => signIn(all, { key: other.privateKey });
    const seen: string[][] = [];
    for (const refused of [unknown, wrong]) {
      all.calls.length = 0;
      expect(await refused()).toEqual({ outcome: "signInRefused" });
      seen.push([...all.calls]);
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toContain("get subscriber");
  });

  test("X-4: what a passkey keeps of its owner is an opaque block of 16 bytes, the same each time", async () => {
    const all = await withPasskey();
    const { asked: first } = await enrolled(
      all,
      await personOf(all, "bob@example.com"),
      createSoftwareAuthenticator({ origin }),
    );
    const bytes = Buffer.from(first.options.user.id, "base64url");
    expect(bytes).toHaveLength(16);
    expect(first.options.user.id).not.toContain("bob");
    const hex = bytes.toString("hex");
    const id = first.authenticator.id.replaceAll("-", "");
    // A UUIDv7 begins with the time: the handle has nothing of it.
    expect(hex.slice(0, 8)).not.toBe(id.slice(0, 8));
  });

  test("what counts its uses counts on: a copy of it is refused, and the first goes on (X-2)", async () => {
    const all = await withPasskey({ counts: true });
    expect((await signIn(all)).outcome).toBe("signedIn");
    expect((await signIn(all)).outcome).toBe("signedIn");
    for (const signCount of [2, 1, 0]) {
      expect(await signIn(all, { signCount })).toEqual({ outcome: "signInRefused" });
    }
    const { id, options } = await challenged(all);
    const passkey = all.device.get(options, { signCount: 1 });
    const checked = await all.accounts.checkChallenge({ tenantId: all.tenantId, id, binding, passkey });
    expect(checked).toEqual({ outcome: "passkeyRefused", reason: "signCount" });
    expect((await signIn(all, { signCount: 9 })).outcome).toBe("signedIn");
  });
});
