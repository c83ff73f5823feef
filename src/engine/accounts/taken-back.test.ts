import { describe, expect, test } from "vitest";
import {
  ada,
  adaWithPassword,
  mail,
  minute,
  newPassword,
  noticeIn,
  number,
  password,
  recover,
} from "../../../test/support/ada.ts";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../authenticators/index.ts";

const thief = "mallory@example.com";
const links = /\/account\/not-me\?notice=csn_[\w-]+/;

/** Ada, after somebody with her password alone added an address of theirs, and she her phone. */
async function withThief() {
  const all = await adaWithPassword();
  const { accounts, of, confirm, codeOn, one } = all;
  await confirm(await accounts.enrolEmail({ ...of, address: thief }), codeOn(thief));
  await confirm(await accounts.enrolPhone({ ...of, number }), codeOn(number));
  await one.clock.advance(5 * minute);
  return all;
}

describe("L-5: an address that took no more than a password stops nobody who took the account back", () => {
  test("P-7: it never has a link, hears nothing of a reset, and the phone that goes may object", async () => {
    const { accounts, of, tenantId, texts, one } = await withThief();
    await accounts.startReset(of);
    const reset = /reset=(csr_[\w-]+)/.exec((await texts(number)).join())?.[1] ?? "";
    const before = (await texts(thief)).filter((text) => links.test(text));
    expect(before).toEqual([]);
    await one.clock.advance(minute);
    const done = await accounts.completeReset({ tenantId, reset, password: newPassword });
    expect(done.outcome).toBe("resetDone");
    expect((await texts(thief)).filter((text) => links.test(text))).toEqual(before);
    const [told] = await texts(number);
    expect(told).toMatch(/your account was reset/);
    const objected = await accounts.disputeNotice({ tenantId, notice: noticeIn(told) });
    expect(objected).toMatchObject({ outcome: "disputed", stopped: { password: true } });
  });

  test("after a recovery it is told without a link, and those of before do nothing", async () => {
    const { accounts, of, tenantId, texts, one, codeOn } = await withThief();
    const step = await accounts.startChallenge({ ...of, purpose: "manage", send: true });
    if (step.outcome !== "challengeStarted") throw new Error(step.outcome);
    await accounts.checkChallenge({ tenantId, id: step.challenge.id, code: await codeOn(number)() });
    const made = await accounts.makeRecoveryCodes({ ...of, stepUp: step.challenge.id });
    if (made.outcome !== "enrolled") throw new Error(made.outcome);
    expect((await texts(thief)).filter((text) => links.test(text))).toEqual([]);
    const before = (await texts(number)).filter((text) => links.test(text));
    expect(before).toHaveLength(1);
    await one.clock.advance(10 * minute);
    const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
    await accounts.sendRecovery({ tenantId, recovery, method: "phone" });
    const code = await codeOn(number)();
    await accounts.checkRecovery({ tenantId, recovery, method: "phone", code });
    const saved = made.codes[0] ?? "";
    await accounts.checkRecovery({ tenantId, recovery, method: "recoveryCode", code: saved });
    const back = await accounts.completeRecovery({ tenantId, recovery, password: newPassword });
    if (back.outcome !== "recovered") throw new Error(back.outcome);
    const said = async (to: string) => (await texts(to)).find((text) => text.includes("was recovered"));
    expect(await said(thief)).toBeDefined();
    expect(await said(thief)).not.toMatch(links);
    expect(await said(number)).toMatch(links);
    for (const text of before) {
      const notice = noticeIn(text);
      expect(await accounts.checkNotice({ tenantId, notice })).toEqual({ outcome: "noticeInvalid" });
      expect(await accounts.disputeNotice({ tenantId, notice })).toEqual({ outcome: "noticeInvalid" });
    }
    // Nor do those of what is told later, for as long as it stays.
    await accounts.makeRecoveryCodes({ ...of, stepUp: back.stepUp });
    const later = async (to: string) => (await texts(to)).find((text) => text.includes("recovery codes"));
    expect(await later(thief)).toMatch(/Tell .+ at once/);
    expect(await later(thief)).not.toMatch(links);
    expect(await later(number)).toMatch(links);
    // Nothing is frozen: its owner removes the address.
    const mailbox = (await accounts.subscriber(of))?.authenticators.find(({ type }) => type === "email");
    const authenticatorId = mailbox?.id ?? "";
    const gone = await accounts.removeAuthenticator({ ...of, authenticatorId, stepUp: back.stepUp });
    expect(gone.outcome).toBe("removed");
  });
});

test("L-5: an address that was begun before a recovery is not confirmed after it", async () => {
  const { accounts, of, tenantId, one, stepUp, codeOn, codes } = await ada();
  const begun = await accounts.enrolEmail({ ...of, address: thief, stepUp: await stepUp() });
  if (begun.outcome !== "enrolled") throw new Error(begun.outcome);
  const code = await codeOn(thief)();
  await one.clock.advance(minute);
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  await accounts.sendRecovery({ tenantId, recovery, method: "phone" });
  await accounts.checkRecovery({ tenantId, recovery, method: "phone", code: await codeOn(number)() });
  await accounts.checkRecovery({ tenantId, recovery, method: "recoveryCode", code: codes[0] ?? "" });
  expect((await accounts.completeRecovery({ tenantId, recovery, password: newPassword })).outcome).toBe(
    "recovered",
  );
  const authenticatorId = begun.authenticator.id;
  const confirmed = await accounts.confirmAuthenticator({ ...of, authenticatorId, code });
  expect(confirmed.outcome).toBe("authenticatorNotFound");
});

test("P-7: an address that a reset went to has links again", async () => {
  const { accounts, of, tenantId, texts, one, confirm, codeOn } = await withThief();
  const mailbox = (await accounts.subscriber(of))?.authenticators.find(({ type }) => type === "email");
  await accounts.startReset({ ...of, authenticatorId: mailbox?.id });
  const reset = /reset=(csr_[\w-]+)/.exec((await texts(thief)).join())?.[1] ?? "";
  await one.clock.advance(minute);
  await accounts.completeReset({ tenantId, reset, password: newPassword });
  await confirm(await accounts.enrolPhone({ ...of, number: "+14155550177" }), codeOn("+14155550177"));
  const told = (await texts(thief)).find((text) => text.includes("a phone was added"));
  expect(told).toMatch(links);
});

/** Ada's account a day later, with somebody in it who adds an app and sets a password, a minute from each other. */
async function withIntruder() {
  const all = await ada();
  const { accounts, of, one, tenantId } = all;
  await one.clock.advance(24 * 60 * minute);
  const intruders = await all.stepUp();
  const app = await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp: intruders });
  if (app.outcome !== "enrolled") throw new Error(app.outcome);
  const { id: authenticatorId } = app.authenticator;
  const seed = fromBase32(app.seed);
  if (seed === null) throw new Error("a seed that is none");
  const code = () => totpCode(seed, totpDefaults, stepAt(totpDefaults, one.clock.now()));
  const confirmApp = () => accounts.confirmAuthenticator({ ...of, authenticatorId, code: code() });
  /** Whether their password and their app sign them in. */
  const getsIn = async (): Promise<string> => {
    await one.clock.advance(minute);
    const begun = await accounts.signIn({ tenantId, name: "ada", password: newPassword });
    if (begun.outcome !== "challengeRequired") return begun.outcome;
    const of = { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId };
    return (await accounts.checkChallenge({ ...of, code: code() })).outcome;
  };
  return { ...all, intruders, confirmApp, getsIn };
}

describe("P-6: this was not me", () => {
  test("by the newest of several messages all that was changed is undone, and the older ones have nothing left to do", async () => {
    const {
      accounts,
      of,
      tenantId,
      texts,
      one,
      intruders: stepUp,
      confirmApp,
      getsIn,
    } = await withIntruder();
    expect((await confirmApp()).outcome).toBe("confirmed");
    await one.clock.advance(minute);
    expect((await accounts.changePassword({ ...of, password: newPassword, stepUp })).outcome).toBe("changed");
    await one.clock.advance(minute);
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp })).outcome).toBe("enrolled");
    expect(await getsIn()).toBe("approved");
    const [newest, ...older] = (await texts(mail)).slice(0, 3).map((text) => noticeIn(text));
    const disputed = await accounts.disputeNotice({ tenantId, notice: newest ?? "" });
    expect(disputed).toMatchObject({ outcome: "disputed", stopped: { disabled: 2, password: true } });
    expect(await getsIn()).toBe("signInRefused");
    expect(older).toHaveLength(2);
    for (const notice of older) {
      expect(await accounts.disputeNotice({ tenantId, notice })).toEqual({ outcome: "noticeInvalid" });
    }
    // What she had from the first day is hers: it brings the account back.
    const { authenticators = [] } = (await accounts.subscriber(of)) ?? {};
    expect(authenticators.filter(({ isDisabled }) => !isDisabled).map(({ type }) => type)).toContain("email");
  });

  test("in the hour in which an account was opened an older message goes further back, once", async () => {
    const { accounts, of, tenantId, texts, confirm, codeOn, one } = await adaWithPassword();
    await confirm(await accounts.enrolPhone({ ...of, number }), codeOn(number));
    await one.clock.advance(minute);
    const step = await accounts.startChallenge({ ...of, purpose: "manage", send: true });
    if (step.outcome !== "challengeStarted") throw new Error(step.outcome);
    const { id: stepUp } = step.challenge;
    await accounts.checkChallenge({ tenantId, id: stepUp, code: await codeOn(number)() });
    await confirm(await accounts.enrolEmail({ ...of, address: mail, stepUp }), codeOn(mail));
    await one.clock.advance(minute);
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp })).outcome).toBe("enrolled");
    const told = (await texts(number)).filter((text) => links.test(text));
    const [newest = "", older = ""] = told.map(noticeIn);
    const dispute = (notice: string) => accounts.disputeNotice({ tenantId, notice });
    const once = { outcome: "disputed", stopped: { disabled: 1, kept: 0, password: false } };
    const invalid = { outcome: "noticeInvalid" };
    expect(await dispute(newest)).toMatchObject(once);
    expect(await dispute(newest)).toEqual(invalid);
    expect(await dispute(older)).toMatchObject(once);
    expect(await dispute(older)).toEqual(invalid);
  });

  test("whoever has nothing but the password and an address that took no more gets no link that ends what its owner enrols", async () => {
    const { accounts, of, texts, one } = await withThief();
    await accounts.startReset(of);
    await one.clock.advance(minute);
    expect((await texts(thief)).length).toBeGreaterThan(1);
    expect((await texts(thief)).filter((text) => links.test(text))).toEqual([]);
    // One that it got while nothing was enrolled is over.
    const alone = await adaWithPassword();
    await alone.confirm(
      await alone.accounts.enrolEmail({ ...alone.of, address: thief }),
      alone.codeOn(thief),
    );
    await alone.one.clock.advance(minute);
    const changing = { ...alone.of, current: password, password: newPassword };
    expect((await alone.accounts.changePassword(changing)).outcome).toBe("changed");
    const notice = noticeIn((await alone.texts(thief)).find((text) => links.test(text)));
    const open = await alone.accounts.checkNotice({ tenantId: alone.tenantId, notice });
    expect(open.outcome).toBe("noticeOpen");
    await alone.one.clock.advance(minute);
    await alone.confirm(await alone.accounts.enrolPhone({ ...alone.of, number }), alone.codeOn(number));
    const disputed = await alone.accounts.disputeNotice({ tenantId: alone.tenantId, notice });
    expect(disputed.outcome).toBe("noticeInvalid");
  });
});

describe("A-14, T-7: what somebody began before they were thrown out is not confirmed after it", () => {
  test.each(["recovery", "new password", "end of all sessions"])("a %s", async (way) => {
    const all = await withIntruder();
    const { accounts, of, tenantId, confirmApp, one } = all;
    if (way === "recovery") {
      const { recovery } = await recover(all, ["recoveryCode", "email"]);
      const back = await accounts.completeRecovery({ tenantId, recovery, password: newPassword });
      expect(back.outcome).toBe("recovered");
    } else if (way === "new password") {
      const changed = await accounts.changePassword({
        ...of,
        password: newPassword,
        stepUp: await all.stepUp(),
      });
      expect(changed.outcome).toBe("changed");
    } else expect(await accounts.endSessions(of)).toBe(true);
    await one.clock.advance(minute);
    expect((await confirmApp()).outcome).toBe("authenticatorNotFound");
  });

  test("recovery codes as the first that is enrolled, too", async () => {
    const { accounts, of } = await adaWithPassword();
    const begun = await accounts.enrolPhone({ ...of, number });
    if (begun.outcome !== "enrolled") throw new Error(begun.outcome);
    expect((await accounts.makeRecoveryCodes(of)).outcome).toBe("enrolled");
    const { authenticators = [] } = (await accounts.subscriber(of)) ?? {};
    expect(authenticators.map(({ type }) => type)).toEqual(["recoveryCodes"]);
    // They show nobody an amount, but they are something.
    const paying = { ...of, amount: { value: "9.50", currency: "EUR" }, payee: "Kiosk" };
    expect((await accounts.startChallenge(paying)).outcome).toBe("authenticatorNotFound");
  });
});

describe("P-6: whoever throws others out throws out what they were allowed to do", () => {
  test("a new password ends all step-ups but the one that was shown for it", async () => {
    const { accounts, of, stepUp, one } = await ada();
    const others = await stepUp();
    const own = await stepUp();
    await one.clock.advance(1_000);
    const changed = await accounts.changePassword({ ...of, password: newPassword, stepUp: own });
    expect(changed.outcome).toBe("changed");
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp: others })).outcome).toBe("stepUpRequired");
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp: own })).outcome).toBe("enrolled");
  });

  test("an end to all sessions ends all step-ups, and later ones are good", async () => {
    const { accounts, of, stepUp, one } = await ada();
    const before = await stepUp();
    await one.clock.advance(1_000);
    expect(await accounts.endSessions(of)).toBe(true);
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp: before })).outcome).toBe("stepUpRequired");
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp: await stepUp() })).outcome).toBe("enrolled");
  });
});

test("L-3: new recovery codes are dead after a dispute, and those on the owner's paper work again", async () => {
  const all = await ada();
  const { accounts, of, tenantId, texts, one, codes } = all;
  const stepUp = await all.stepUp();
  for (let times = 0; times < 2; times++) {
    expect((await accounts.makeRecoveryCodes({ ...of, stepUp })).outcome).toBe("enrolled");
    await one.clock.advance(minute);
  }
  expect((await recover(all, ["recoveryCode"])).last.outcome).toBe("codeMismatch");
  const notice = noticeIn((await texts(mail))[0]);
  const disputed = await accounts.disputeNotice({ tenantId, notice });
  expect(disputed).toMatchObject({ outcome: "disputed", stopped: { disabled: 1 } });
  await one.clock.advance(minute);
  const { recovery, last } = await recover(all, ["recoveryCode", "email"]);
  expect(last.outcome).toBe("approved");
  expect((await accounts.completeRecovery({ tenantId, recovery, password: newPassword })).outcome).toBe(
    "recovered",
  );
  // Used up, and nothing brings it back.
  await one.clock.advance(minute);
  expect(codes[0]).toBeDefined();
  expect((await recover(all, ["recoveryCode"])).last.outcome).toBe("codeMismatch");
});

test("C-20: whoever has nothing left that is not disabled is never called somebody who enrolled nothing", async () => {
  const { accounts, of, tenantId, one } = await adaWithPassword();
  const app = await accounts.enrolTotp({ ...of, issuer: "Acme" });
  if (app.outcome !== "enrolled") throw new Error(app.outcome);
  const { id: authenticatorId } = app.authenticator;
  const code = totpCode(fromBase32(app.seed) as Buffer, totpDefaults, stepAt(totpDefaults, one.clock.now()));
  expect((await accounts.confirmAuthenticator({ ...of, authenticatorId, code })).outcome).toBe("confirmed");
  for (let wrong = 0; wrong < 33; wrong++) {
    await one.clock.advance(60 * minute);
    const started = await accounts.startChallenge(of);
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const given = { tenantId, id: started.challenge.id, authenticatorId, code: "000000" };
    expect((await accounts.checkChallenge(given)).outcome).toBe("codeMismatch");
  }
  expect((await accounts.startChallenge(of)).outcome).toBe("authenticatorDisabled");
});
