import { describe, expect, test } from "vitest";
import { ada, day, mail, newPassword, noticeIn, number, password } from "../../../test/support/ada.ts";
import { openTestInstance } from "../../../test/support/instance.ts";

describe("e-mail addresses", () => {
  test("A-16: an address is proved by its code, gets notices, and meets no challenge", async () => {
    const { accounts, of, tenantId, email, phone, texts } = await ada();
    const shown = await accounts.subscriber(of);
    const view = shown?.authenticators.find(({ type }) => type === "email");
    expect(view).toMatchObject({ isConfirmed: true, address: "a•••@example.com", number: null });
    const started = await accounts.startChallenge({ ...of });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    expect(started.authenticators.map(({ type }) => type)).not.toContain("email");
    const { id } = started.challenge;
    const sent = await accounts.sendChallenge({ tenantId, id, authenticatorId: email });
    expect(sent.outcome).toBe("authenticatorNotFound");
    const checked = await accounts.checkChallenge({ tenantId, id, authenticatorId: email, code: "123456" });
    expect(checked.outcome).toBe("authenticatorNotFound");
    expect((await accounts.sendChallenge({ tenantId, id, authenticatorId: phone })).outcome).toBe("sent");
    expect(await texts(mail)).toEqual([]);
  });

  test("A-16: an address alone is no second authenticator, and ends no pending session", async () => {
    const one = await openTestInstance();
    const { accounts, tenantId } = one;
    await accounts.createSubscriber({ tenantId, name: "bob", password });
    const first = await accounts.signIn({ tenantId, name: "bob", password });
    if (first.outcome !== "enrolmentRequired") throw new Error(first.outcome);
    const of = { tenantId, subscriberId: first.subscriberId };
    const enrolled = await accounts.enrolEmail({ ...of, address: mail });
    if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
    await one.engine.tick();
    const authenticatorId = enrolled.authenticator.id;
    const code = one.codeOn(mail);
    const session = first.pending.bearer;
    // One that was ended, or is none, confirms no address either (P-5).
    const second = await accounts.signIn({ tenantId, name: "bob", password });
    if (second.outcome !== "enrolmentRequired") throw new Error(second.outcome);
    const ended = second.pending.bearer;
    await accounts.signOut({ tenantId, session: ended });
    for (const dead of [ended, "csp_none", `css_${session.slice(4)}`]) {
      const refused = await accounts.confirmAuthenticator({ ...of, authenticatorId, code, session: dead });
      expect(refused).toEqual({ outcome: "sessionInvalid" });
    }
    const confirmed = await accounts.confirmAuthenticator({ ...of, authenticatorId, code, session });
    expect(confirmed).toMatchObject({ outcome: "confirmed", session: null });
    expect((await accounts.signIn({ tenantId, name: "bob", password })).outcome).toBe("enrolmentRequired");
  });

  test.each(["ada", "ada@", "@example.com", "a b@example.com", '"a"@example.com', "ada@localhost"])(
    "what is no address we send to is refused: %s",
    async (address) => {
      const { accounts, of, stepUp } = await ada();
      const refused = await accounts.enrolEmail({ ...of, address, stepUp: await stepUp() });
      expect(refused).toMatchObject({ outcome: "requestInvalid", field: "address" });
    },
  );
});

describe("notices", () => {
  test("L-3: a recovery code that is used is told to every address, with a link that stops everything", async () => {
    const all = await ada();
    const { accounts, of, tenantId, texts, codes, app } = all;
    const started = await accounts.startChallenge({ ...of });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const { authenticators } = (await accounts.subscriber(of)) ?? { authenticators: [] };
    const paper = authenticators.find(({ type }) => type === "recoveryCodes");
    const used = await accounts.checkChallenge({
      tenantId,
      id: started.challenge.id,
      authenticatorId: paper?.id,
      code: codes[0] ?? "",
    });
    expect(used.outcome).toBe("approved");
    const [toMail, ...moreMail] = await texts(mail);
    const [toPhone, ...morePhone] = await texts(number);
    expect([moreMail, morePhone]).toEqual([[], []]);
    expect(toMail).toMatch(/one of your recovery codes was used\. Not you\? Stop it here: https:/);
    expect(toPhone).toBe(toMail);
    const notice = noticeIn(toMail);
    expect(await accounts.checkNotice({ tenantId, notice })).toMatchObject({ outcome: "noticeOpen" });
    expect(await accounts.checkNotice({ tenantId, notice })).toMatchObject({ outcome: "noticeOpen" });
    expect((await accounts.subscriber(of))?.isFrozen).toBe(false);
    const disputes = await Promise.all([1, 2, 3].map(() => accounts.disputeNotice({ tenantId, notice })));
    expect(disputes.filter(({ outcome }) => outcome === "disputed")).toHaveLength(1);
    expect((await accounts.subscriber(of))?.isFrozen).toBe(true);
    expect(await accounts.checkNotice({ tenantId, notice })).toEqual({ outcome: "noticeInvalid" });
    expect((await texts(mail))[0]).toMatch(/signed out everywhere/);
    const stepUp = await all.stepUp();
    const frozen = { outcome: "changesFrozen" };
    expect(await accounts.makeRecoveryCodes({ ...of, stepUp })).toEqual(frozen);
    expect(await accounts.removeAuthenticator({ ...of, authenticatorId: app, stepUp })).toEqual(frozen);
    expect(await accounts.changePassword({ ...of, password: newPassword, stepUp })).toEqual(frozen);
  });

  test("P-6: a number that is added, a password that is changed, are told to the others", async () => {
    const { accounts, of, stepUp, texts, one, codeOn } = await ada();
    const other = "+14155550177";
    const enrolled = await accounts.enrolPhone({ ...of, number: other, stepUp: await stepUp() });
    if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
    const code = await codeOn(other)();
    await accounts.confirmAuthenticator({ ...of, authenticatorId: enrolled.authenticator.id, code });
    expect((await texts(mail))[0]).toMatch(/a phone was added/);
    expect((await texts(number))[0]).toMatch(/a phone was added/);
    expect((await texts(other)).filter((text) => text.includes("added"))).toEqual([]);
    await accounts.changePassword({ ...of, password: newPassword, stepUp: await stepUp() });
    for (const to of [mail, number, other]) expect((await texts(to))[0]).toMatch(/password was changed/);
    // Nobody who may read the tenant's messages reads these.
    const { items } = await one.engine.listMessages({ tenantId: of.tenantId, limit: 50 });
    expect(items).toEqual([]);
  });

  test("codes that were made since are gone with it, and a password set since is void", async () => {
    const { accounts, of, tenantId, stepUp, texts } = await ada();
    const allowed = await stepUp();
    await accounts.changePassword({ ...of, password: newPassword, stepUp: allowed });
    const notice = noticeIn((await texts(mail))[0]);
    const made = await accounts.makeRecoveryCodes({ ...of, stepUp: allowed });
    expect(made.outcome).toBe("enrolled");
    expect((await accounts.disputeNotice({ tenantId, notice })).outcome).toBe("disputed");
    const row = await accounts.subscriber(of);
    const disabled = row?.authenticators.filter(({ isDisabled }) => isDisabled).map(({ type }) => type);
    // The codes that were made are gone, and those of before are back.
    expect(disabled).toEqual([]);
    if (made.outcome !== "enrolled") throw new Error(made.outcome);
    expect(row?.authenticators.map(({ id }) => id)).not.toContain(made.authenticator.id);
    expect(row?.authenticators.map(({ type }) => type)).toContain("recoveryCodes");
    for (const one of [password, newPassword]) {
      expect((await accounts.signIn({ tenantId, name: "ada", password: one })).outcome).toBe("signInRefused");
    }
  });

  test("a link of another's, of another tenant or made up does nothing", async () => {
    const { accounts, of, tenantId, stepUp, texts, one } = await ada();
    await accounts.changePassword({ ...of, password: newPassword, stepUp: await stepUp() });
    const notice = noticeIn((await texts(mail))[0]);
    const last = notice.at(-1) === "A" ? "B" : "A";
    for (const wrong of [
      "",
      "csn_",
      `${notice.slice(0, -1)}${last}`,
      notice.replace("csn_", "csr_"),
      `${notice}A`,
    ]) {
      expect(await accounts.disputeNotice({ tenantId, notice: wrong })).toEqual({ outcome: "noticeInvalid" });
    }
    const elsewhere = await accounts.disputeNotice({ tenantId: "another", notice });
    expect(elsewhere).toEqual({ outcome: "noticeInvalid" });
    await one.clock.advance(7 * day);
    expect(await accounts.disputeNotice({ tenantId, notice })).toEqual({ outcome: "noticeInvalid" });
  });
});

describe("waits", () => {
  test("the last strong authenticator goes after a wait, works until then, and stays where its owner objects", async () => {
    const { accounts, of, tenantId, app, stepUp, texts, one } = await ada();
    const removal = await accounts.removeAuthenticator({
      ...of,
      authenticatorId: app,
      stepUp: await stepUp(),
    });
    expect(removal).toMatchObject({ outcome: "removing", authenticator: { id: app, type: "totp" } });
    expect((await texts(mail))[0]).toMatch(/about to be removed/);
    await stepUp();
    await accounts.disputeNotice({ tenantId, notice: noticeIn((await texts(mail))[0]) });
    await one.clock.advance(2 * day);
    const types = (await accounts.subscriber(of))?.authenticators.map(({ type }) => type);
    expect(types).toContain("totp");
  });

  test("without an objection it is gone from its time on; its owner may change their mind before", async () => {
    const { accounts, of, app, phone, tenantId, stepUp, one } = await ada();
    const ask = { ...of, authenticatorId: app };
    expect((await accounts.removeAuthenticator({ ...ask, stepUp: await stepUp() })).outcome).toBe("removing");
    expect((await accounts.keepAuthenticator(ask)).outcome).toBe("kept");
    await one.clock.advance(2 * day);
    expect((await accounts.removeAuthenticator({ ...ask, stepUp: await stepUp() })).outcome).toBe("removing");
    await one.clock.advance(day);
    const types = (await accounts.subscriber(of))?.authenticators.map(({ type }) => type);
    expect(types).not.toContain("totp");
    const started = await accounts.startChallenge({ ...of });
    expect(started).toMatchObject({ authenticators: [{ id: phone }, { type: "recoveryCodes" }] });
    expect(await accounts.keepAuthenticator(ask)).toEqual({ outcome: "authenticatorNotFound" });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const late = { tenantId, id: started.challenge.id, authenticatorId: app, code: "123456" };
    expect((await accounts.checkChallenge(late)).outcome).toBe("authenticatorNotFound");
  });

  test("with no wait it goes at once; whatever protects nothing alone does so anyway", async () => {
    const { accounts, of, app, phone, email, stepUp } = await ada({ changeWaitMs: 0 });
    const by = await stepUp();
    for (const authenticatorId of [phone, email, app]) {
      const removed = await accounts.removeAuthenticator({ ...of, authenticatorId, stepUp: by });
      expect(removed).toEqual({ outcome: "removed" });
    }
  });
});

describe("the language of a notice", () => {
  test.each([
    ["ja", "Countersign：パスワードが変更されました"],
    ["ar", "\u2068Countersign\u2069: تم تغيير كلمة مرورك"],
    [undefined, "Countersign: your password was changed"],
  ])(
    "is that of the subscriber (%s), else of the service; an e-mail has it as its subject",
    async (locale, says) => {
      const one = await openTestInstance({ accounts: { pagesUrl: "https://id.example.com/account" } });
      const { accounts, tenantId } = one;
      const created = await accounts.createSubscriber({
        tenantId,
        name: "bob",
        password,
        mustHaveSecond: false,
        locale,
      });
      if (created.outcome !== "created") throw new Error(created.outcome);
      expect(created.subscriber.locale).toBe(locale ?? null);
      const of = { tenantId, subscriberId: created.subscriber.id };
      const enrolled = await accounts.enrolEmail({ ...of, address: mail });
      if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
      await one.engine.tick();
      const authenticatorId = enrolled.authenticator.id;
      const code = one.codeOn(mail);
      expect((await accounts.confirmAuthenticator({ ...of, authenticatorId, code })).outcome).toBe(
        "confirmed",
      );
      const changed = await accounts.changePassword({ ...of, password: newPassword, current: password });
      expect(changed.outcome).toBe("changed");
      await one.engine.tick();
      const [notice] = one.sandbox?.phones.messages(mail) ?? [];
      expect(notice).toMatchObject({ channel: "email", subject: says, code: null });
      expect(notice?.text.startsWith(says)).toBe(true);
      expect(notice?.text).toMatch(/https:\/\/id\.example\.com\/account\/not-me\?notice=csn_[\w-]{64}$/);
    },
  );

  test.each(["", "de_DE", "not a language", "x".repeat(40)])("%j is none", async (locale) => {
    const { accounts, tenantId } = await openTestInstance();
    const refused = await accounts.createSubscriber({ tenantId, name: "bob", password, locale });
    expect(refused).toMatchObject({ outcome: "requestInvalid", field: "locale" });
  });
});
