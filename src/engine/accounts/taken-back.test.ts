import { describe, expect, test } from "vitest";
import { ada, adaWithPassword, minute, newPassword, noticeIn, number } from "../../../test/support/ada.ts";

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
  test("P-7: after a reset its links do nothing, it hears nothing of it, and the phone that goes may object", async () => {
    const { accounts, of, tenantId, texts, one } = await withThief();
    await accounts.startReset(of);
    const reset = /reset=(csr_[\w-]+)/.exec((await texts(number)).join())?.[1] ?? "";
    const before = (await texts(thief)).filter((text) => links.test(text));
    expect(before.length).toBeGreaterThan(1);
    await one.clock.advance(minute);
    const done = await accounts.completeReset({ tenantId, reset, password: newPassword });
    expect(done.outcome).toBe("resetDone");
    expect((await texts(thief)).filter((text) => links.test(text))).toEqual(before);
    const invalid = { outcome: "noticeInvalid" };
    for (const text of before) {
      const notice = noticeIn(text);
      expect(await accounts.checkNotice({ tenantId, notice })).toEqual(invalid);
      expect(await accounts.disputeNotice({ tenantId, notice })).toEqual(invalid);
    }
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
    const before = (await texts(thief)).filter((text) => links.test(text));
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
      const dispute = await accounts.disputeNotice({ tenantId, notice: noticeIn(text) });
      expect(dispute).toEqual({ outcome: "noticeInvalid" });
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
