import { describe, expect, test } from "vitest";
import {
  ada,
  adaWithPassword,
  day,
  mail,
  minute,
  newPassword,
  noticeIn,
  number,
  password,
  recover,
} from "../../../test/support/ada.ts";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../authenticators/index.ts";

describe("recovery", () => {
  const kinds = ["recoveryCode", "email", "phone", "totp", "password"];
  const pairs = kinds.flatMap((one, n) => kinds.slice(n + 1).map((other) => [one, other] as const));

  test.each(kinds)("L-5: one method is not enough: %s", async (method) => {
    const { last } = await recover(await ada(), [method, method]);
    expect(last.outcome).not.toBe("approved");
  });

  test.each(pairs)("L-5: two methods are: %s and %s", async (...methods) => {
    const { last } = await recover(await ada(), methods);
    expect(last).toMatchObject({ outcome: "approved", methods });
  });

  test("T-5: whoever knows a name locks and disables nothing that its owner signs in with", async () => {
    const all = await ada();
    const { accounts, of, tenantId, one, app, appCode } = all;
    const guess = async (): Promise<void> => {
      const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
      await accounts.checkRecovery({ tenantId, recovery, method: "totp", code: "000000" });
    };
    const signsIn = async (): Promise<void> => {
      const started = await accounts.startChallenge({ ...of });
      if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
      const { id } = started.challenge;
      const checked = await accounts.checkChallenge({ tenantId, id, authenticatorId: app, code: appCode() });
      expect(checked.outcome).toBe("approved");
      await one.clock.advance(minute);
    };
    for (let many = 0; many < 40; many++) {
      await guess();
      if (many === 6) await signsIn();
      await one.clock.advance(2 * 60 * minute);
    }
    // As many as disable an app elsewhere: it proves nothing here, until its owner has used it.
    expect((await recover(all, ["totp"])).last).toMatchObject({ outcome: "codeMismatch", checksLeft: 4 });
    await one.clock.advance(minute);
    await signsIn();
    expect((await recover(all, ["totp"])).last).toMatchObject({ outcome: "proven", methods: ["totp"] });
  });

  test("S-6: what was shown before the account was taken back opens nothing any more", async () => {
    const all = await ada();
    const { accounts, tenantId, one } = all;
    const before = await recover(all, ["password", "totp"]);
    expect(before.last.outcome).toBe("approved");
    const half = await recover(all, ["email"]);
    await one.clock.advance(minute);
    const { recovery } = await recover(all, ["email", "recoveryCode"]);
    const owner = await accounts.completeRecovery({ tenantId, recovery, password: newPassword });
    expect(owner.outcome).toBe("recovered");
    const again = await accounts.completeRecovery({ tenantId, recovery: before.recovery });
    expect(again.outcome).toBe("recoveryInvalid");
    const code = newPassword;
    const more = await accounts.checkRecovery({
      tenantId,
      recovery: half.recovery,
      method: "password",
      code,
    });
    expect(more.outcome).toBe("recoveryInvalid");
  });

  test("it sets a password, ends all sessions and lets its owner enrol anew; it signs nobody in", async () => {
    const all = await ada();
    const { accounts, of, tenantId, texts, one } = all;
    const { recovery } = await recover(all, ["email", "recoveryCode"]);
    const [first, ...others] = await Promise.all(
      [1, 2, 3].map(() => accounts.completeRecovery({ tenantId, recovery, password: newPassword })),
    );
    const done = [first, ...others].filter((result) => result?.outcome === "recovered");
    expect(done).toHaveLength(1);
    const [result] = done;
    if (result?.outcome !== "recovered") throw new Error("nobody recovered");
    const session = result.pending.bearer;
    expect((await accounts.checkSession({ tenantId, session })).outcome).toBe("sessionInvalid");
    expect(await texts(mail)).toContainEqual(expect.stringMatching(/your account was recovered/));
    expect((await accounts.signIn({ tenantId, name: "ada", password })).outcome).toBe("signInRefused");
    const signedIn = await accounts.signIn({ tenantId, name: "ada", password: newPassword });
    expect(signedIn.outcome).toBe("challengeRequired");
    const app = await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp: result.stepUp });
    if (app.outcome !== "enrolled") throw new Error(app.outcome);
    const seed = fromBase32(app.seed) as Buffer;
    const code = totpCode(seed, totpDefaults, stepAt(totpDefaults, one.clock.now()));
    const authenticatorId = app.authenticator.id;
    const confirmed = await accounts.confirmAuthenticator({ ...of, authenticatorId, code, session });
    expect(confirmed).toMatchObject({ outcome: "confirmed", session: { session: { state: "active" } } });
  });

  test("W-8: for nobody it answers like for somebody with every answer wrong", async () => {
    const { accounts, tenantId } = await ada();
    const run = async (name: string): Promise<readonly unknown[]> => {
      const { recovery, endsAt, ...started } = await accounts.startRecovery({ tenantId, name });
      const of = { tenantId, recovery };
      const said: unknown[] = [started, endsAt > 0];
      said.push(await accounts.sendRecovery({ ...of, method: "email" }));
      said.push(await accounts.sendRecovery({ ...of, method: "phone" }));
      for (const method of ["email", "phone", "totp", "recoveryCode", "password"] as const) {
        said.push(await accounts.checkRecovery({ ...of, method, code: "000000" }));
      }
      said.push(await accounts.checkRecovery({ ...of, method: "email", code: "000000" }));
      said.push(await accounts.completeRecovery(of));
      return said;
    };
    const nobody = await run("nobody");
    expect(nobody).toEqual(await run("ada"));
    expect(nobody.slice(-3)).toEqual([
      { outcome: "codeMismatch", checksLeft: 0 },
      { outcome: "recoveryInvalid" },
      { outcome: "recoveryInvalid" },
    ]);
  });

  test("it lifts what an objection froze, and then the password counts for nothing", async () => {
    const all = await ada();
    const { accounts, of, tenantId, stepUp, texts } = all;
    await accounts.changePassword({ ...of, password: newPassword, stepUp: await stepUp() });
    await accounts.disputeNotice({ tenantId, notice: noticeIn((await texts(mail))[0]) });
    await all.one.clock.advance(minute);
    expect((await recover(all, ["email", "password"])).last.outcome).toBe("codeMismatch");
    await all.one.clock.advance(30 * minute);
    const { recovery, last } = await recover(all, ["totp", "recoveryCode"]);
    expect(last.outcome).toBe("approved");
    expect(await accounts.completeRecovery({ tenantId, recovery })).toMatchObject({ field: "password" });
    const done = await accounts.completeRecovery({ tenantId, recovery, password: "three patient anchors" });
    expect(done.outcome).toBe("recovered");
    expect((await accounts.subscriber(of))?.isFrozen).toBe(false);
  });
});

test("a way back by password and app trusts no device, whatever is enrolled with it", async () => {
  const all = await ada();
  const { accounts, of, tenantId, codeOn } = all;
  const { recovery } = await recover(all, ["password", "totp"]);
  const back = await accounts.completeRecovery({ tenantId, recovery });
  if (back.outcome !== "recovered") throw new Error(back.outcome);
  const another = "+14155550199";
  const phone = await accounts.enrolPhone({ ...of, number: another, stepUp: back.stepUp });
  if (phone.outcome !== "enrolled") throw new Error(phone.outcome);
  const confirmed = await accounts.confirmAuthenticator({
    ...of,
    authenticatorId: phone.authenticator.id,
    code: await codeOn(another)(),
    session: back.pending.bearer,
    trustDevice: "Laptop",
  });
  expect(confirmed).toMatchObject({ outcome: "confirmed", trustedDevice: null });
  expect(confirmed).toHaveProperty("session.session.state", "active");
  expect(await accounts.trustedDevices(of)).toEqual([]);
});

describe("A-14: a step-up of before", () => {
  test.each(["dispute", "recovery"])(
    "a %s allows nothing, and the one that came with the way back does",
    async (how) => {
      const all = await ada();
      const { accounts, of, tenantId, one, app, phone, stepUp, texts } = all;
      const before = await stepUp();
      if (how === "dispute") {
        await accounts.makeRecoveryCodes({ ...of, stepUp: before });
        await accounts.disputeNotice({ tenantId, notice: noticeIn((await texts(mail))[0]) });
      }
      await one.clock.advance(minute);
      const { recovery } = await recover(all, ["totp", "email"]);
      const back = await accounts.completeRecovery({ tenantId, recovery, password: newPassword });
      if (back.outcome !== "recovered") throw new Error(back.outcome);
      const tries = async (stepUp: string) => [
        (await accounts.changePassword({ ...of, password, stepUp })).outcome,
        (await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp })).outcome,
        (await accounts.makeRecoveryCodes({ ...of, stepUp })).outcome,
        (await accounts.removeAuthenticator({ ...of, authenticatorId: phone, stepUp })).outcome,
      ];
      expect(new Set(await tries(before))).toEqual(new Set(["stepUpRequired"]));
      const shown = await accounts.subscriber(of);
      expect(shown?.authenticators.map(({ id }) => id)).toEqual(expect.arrayContaining([app, phone]));
      expect(await tries(back.stepUp)).toEqual(["changed", "enrolled", "enrolled", "removed"]);
    },
  );
});

describe("addresses of old", () => {
  test("one that was proved long ago gets its own codes and nothing else, until one comes back", async () => {
    const all = await ada({ addressAgeMaxMs: 30 * day });
    const { accounts, of, tenantId, phone, one, stepUp, texts } = all;
    await one.clock.advance(40 * day);
    await accounts.changePassword({ ...of, password: newPassword, stepUp: await stepUp() });
    expect([await texts(mail), await texts(number)]).toEqual([[], []]);
    expect(await accounts.startReset(of)).toEqual({ outcome: "addressRequired" });
    const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
    await accounts.sendRecovery({ tenantId, recovery, method: "phone" });
    expect(await texts(number)).toEqual([]);
    const started = await accounts.startChallenge({ ...of });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const { id } = started.challenge;
    expect(started.authenticators.find((each) => each.id === phone)?.isStale).toBe(true);
    await accounts.sendChallenge({ tenantId, id, authenticatorId: phone });
    await one.engine.tick();
    expect((await accounts.checkChallenge({ tenantId, id, code: one.codeOn(number) })).outcome).toBe(
      "approved",
    );
    expect((await accounts.startReset(of)).outcome).toBe("resetStarted");
  });
});

describe("a reset", () => {
  test("P-7: goes to an address of its owner, is shown to nobody else, and works once", async () => {
    const all = await ada();
    const { accounts, of, tenantId, texts, one } = all;
    const started = await accounts.startReset(of);
    expect(started).toMatchObject({ outcome: "resetStarted", channel: "email", sentTo: "a•••@example.com" });
    const [text] = await texts(mail);
    const reset = /\/account\/reset\?reset=(csr_[\w-]+)/.exec(text ?? "")?.[1] ?? "";
    expect(JSON.stringify(started)).not.toContain(reset.slice(0, 20));
    expect((await texts(number))[0]).toMatch(/a reset of your account was started/);
    expect((await one.engine.listMessages({ tenantId, limit: 50 })).items).toEqual([]);
    expect(await accounts.checkReset({ tenantId, reset })).toMatchObject({
      outcome: "resetOpen",
      needsPassword: true,
    });
    expect(await accounts.completeReset({ tenantId, reset })).toMatchObject({ field: "password" });
    const tries = await Promise.all(
      [1, 2, 3, 4].map(() => accounts.completeReset({ tenantId, reset, password: newPassword })),
    );
    expect(tries.filter(({ outcome }) => outcome === "resetDone")).toHaveLength(1);
    expect((await accounts.subscriber(of))?.authenticators.map(({ type }) => type)).toEqual(["email"]);
    expect((await accounts.signIn({ tenantId, name: "ada", password: newPassword })).outcome).toBe(
      "enrolmentRequired",
    );
    expect((await texts(number))[0]).toMatch(/your account was reset/);
  });

  test("P-7: an address that was added with a password alone gets one only where it is named", async () => {
    const { accounts, of, confirm, codeOn, texts } = await adaWithPassword();
    const email = await confirm(await accounts.enrolEmail({ ...of, address: mail }), codeOn(mail));
    expect(await accounts.startReset(of)).toEqual({ outcome: "addressRequired" });
    expect(await texts(mail)).not.toContainEqual(expect.stringContaining("csr_"));
    const named = await accounts.startReset({ ...of, authenticatorId: email });
    expect(named).toMatchObject({ outcome: "resetStarted", sentTo: "a•••@example.com" });
    expect(await texts(mail)).toContainEqual(expect.stringContaining("csr_"));
    await confirm(await accounts.enrolPhone({ ...of, number }), codeOn(number));
    expect(await accounts.startReset(of)).toMatchObject({ outcome: "resetStarted", channel: "sms" });
  });

  test("one that its owner did not ask for is void as soon as they say so, and none lives for longer than an hour", async () => {
    const { accounts, of, tenantId, texts, one } = await ada();
    const resetIn = async (): Promise<string> =>
      /reset=(csr_[\w-]+)/.exec((await texts(mail))[0] ?? "")?.[1] ?? "";
    await accounts.startReset(of);
    const first = await resetIn();
    await accounts.disputeNotice({ tenantId, notice: noticeIn((await texts(number))[0]) });
    const complete = { tenantId, password: newPassword };
    expect((await accounts.completeReset({ ...complete, reset: first })).outcome).toBe("resetInvalid");
    await one.clock.advance(minute);
    await accounts.startReset(of);
    const second = await resetIn();
    await accounts.startReset(of);
    expect((await accounts.completeReset({ ...complete, reset: second })).outcome).toBe("resetInvalid");
    const third = await resetIn();
    expect((await accounts.checkReset({ tenantId: "other", reset: third })).outcome).toBe("resetInvalid");
    await one.clock.advance(60 * minute);
    expect((await accounts.completeReset({ ...complete, reset: third })).outcome).toBe("resetInvalid");
  });

  test("P-7, L-5: an address that was added with nothing but a password goes, unless the link went there", async () => {
    const texted = "mallory@example.com";
    const reset = async (isNamed: boolean): Promise<readonly (string | null)[]> => {
      const { accounts, of, tenantId, texts, confirm, codeOn, one } = await adaWithPassword();
      const unvouched = await confirm(await accounts.enrolEmail({ ...of, address: texted }), codeOn(texted));
      await confirm(await accounts.enrolPhone({ ...of, number }), codeOn(number));
      await one.clock.advance(minute);
      const started = await accounts.startChallenge({ ...of, purpose: "manage" });
      if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
      const { id } = started.challenge;
      await accounts.sendChallenge({ tenantId, id });
      await accounts.checkChallenge({ tenantId, id, code: await codeOn(number)() });
      await confirm(await accounts.enrolEmail({ ...of, address: mail, stepUp: id }), codeOn(mail));
      const named = isNamed ? { authenticatorId: unvouched } : {};
      expect((await accounts.startReset({ ...of, ...named })).outcome).toBe("resetStarted");
      const all = (await texts(isNamed ? texted : mail)).join();
      const link = /reset=(csr_[\w-]+)/.exec(all)?.[1] ?? "";
      const done = await accounts.completeReset({ tenantId, reset: link, password: newPassword });
      expect(done.outcome).toBe("resetDone");
      return (await accounts.subscriber(of))?.authenticators.map(({ address }) => address) ?? [];
    };
    expect(await reset(false)).toEqual(["a•••@example.com"]);
    expect(await reset(true)).toEqual(["m•••@example.com", "a•••@example.com"]);
  });
});
