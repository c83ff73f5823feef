import { describe, expect, test } from "vitest";
import {
  type Ada,
  ada,
  day,
  mail,
  minute,
  newPassword,
  number,
  password,
  recover,
} from "../../../test/support/ada.ts";

/** Her own sign-in by a text. */
async function signsIn({ accounts, tenantId, phone, one }: Ada): Promise<string> {
  const begun = await accounts.signIn({ tenantId, name: "ada", password });
  if (begun.outcome !== "challengeRequired") return begun.outcome;
  const held = { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId: phone };
  const sent = await accounts.sendChallenge(held);
  if (sent.outcome !== "sent") return sent.outcome;
  await one.engine.tick();
  return (await accounts.checkChallenge({ ...held, code: one.codeOn(number) })).outcome;
}

/** What somebody does who knows her name alone. */
async function strangers({ accounts, tenantId, one }: Ada, guesses: number, method: "phone" | "email") {
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  expect(await accounts.sendRecovery({ tenantId, recovery, method })).toEqual({ outcome: "sent" });
  await one.engine.tick();
  for (let guess = 0; guess < guesses; guess++) {
    const wrong = await accounts.checkRecovery({ tenantId, recovery, method, code: "000000" });
    expect(wrong).toEqual({ outcome: "codeMismatch", checksLeft: 4 - guess });
  }
}

describe("L-5: whoever knows a name alone takes nothing that a sign-in of its owner needs", () => {
  test("not the messages of a day: her phone gets five of them, and no stranger is told when that is over", async () => {
    const all = await ada();
    for (let hour = 0; hour < 7; hour++) {
      for (let again = 0; again < 2; again++) {
        await strangers(all, 0, "phone");
        await all.one.clock.advance(5 * minute);
      }
      await all.one.clock.advance(60 * minute);
    }
    expect(await all.texts(number)).toHaveLength(5);
    expect(await signsIn(all)).toBe("approved");
    await all.one.clock.advance(day);
    await strangers(all, 0, "phone");
    expect(await all.texts(number)).toHaveLength(7);
  });

  test("not the guesses of an hour or a day", async () => {
    const all = await ada();
    for (let times = 0; times < 6; times++) {
      await strangers(all, 5, "phone");
      await all.one.clock.advance(4 * minute);
    }
    expect(await signsIn(all)).toBe("approved");
    for (let times = 0; times < 12; times++) {
      await all.one.clock.advance(61 * minute);
      await strangers(all, 5, "phone");
    }
    expect(await signsIn(all)).toBe("approved");
  });

  test("a phone that is used up leaves the e-mail address, and a way back that was gone gives all of it back", async () => {
    const all = await ada();
    for (let times = 0; times < 6; times++) {
      await strangers(all, 5, "phone");
      await all.one.clock.advance(4 * minute);
    }
    const { recovery, last } = await recover(all, ["email", "recoveryCode"]);
    expect(last.outcome).toBe("approved");
    const { tenantId } = all;
    const back = await all.accounts.completeRecovery({ tenantId, recovery, password: newPassword });
    expect(back.outcome).toBe("recovered");
    await all.one.clock.advance(minute);
    expect((await recover(all, ["phone"])).last.outcome).toBe("proven");
  });
});

describe("L-5: what was shown counts for as long as it is there", () => {
  test("a phone that its owner removes proves nothing any more, neither beside another proof nor at the end", async () => {
    const all = await ada();
    const { accounts, of, tenantId, one } = all;
    const early = await recover(all, ["phone"]);
    expect(early.last.outcome).toBe("proven");
    const late = await recover(all, ["phone", "recoveryCode"]);
    expect(late.last.outcome).toBe("approved");
    const gone = { ...of, authenticatorId: all.phone, stepUp: await all.stepUp() };
    expect((await accounts.removeAuthenticator(gone)).outcome).toBe("removed");
    await accounts.sendRecovery({ tenantId, recovery: early.recovery, method: "email" });
    await one.engine.tick();
    const code = one.sandbox?.phones.messages(mail).find((message) => message.code !== null)?.code ?? "";
    const second = { tenantId, recovery: early.recovery, method: "email" as const, code };
    expect(await accounts.checkRecovery(second)).toEqual({ outcome: "proven", methods: ["email"] });
    const end = { tenantId, recovery: late.recovery, password: newPassword };
    expect((await accounts.completeRecovery(end)).outcome).toBe("recoveryInvalid");
  });
});

describe("P-6: who got in for a moment leaves its owner a way back", () => {
  test("the last address or the codes go after a wait, and the message that told of the first brings all back", async () => {
    const all = await ada();
    const { accounts, of, app, email, phone } = all;
    const stepUp = await all.stepUp();
    const codes = (await accounts.subscriber(of))?.authenticators.find(
      ({ type }) => type === "recoveryCodes",
    );
    const remove = async (authenticatorId = "") =>
      (await accounts.removeAuthenticator({ ...of, authenticatorId, stepUp })).outcome;
    expect(await remove(phone)).toBe("removed");
    expect(await remove(email)).toBe("removed");
    expect(await remove(codes?.id)).toBe("removing");
    expect(await remove(app)).toBe("removing");
  });

  test("P-7: an address that was to be removed stays after a reset that went to it", async () => {
    const all = await ada();
    const { accounts, of, tenantId, email, one } = all;
    const stepUp = await all.stepUp();
    const { authenticators = [] } = (await accounts.subscriber(of)) ?? {};
    for (const { id, type } of authenticators.filter((each) => each.type !== "totp" && each.id !== email)) {
      const gone = await accounts.removeAuthenticator({ ...of, authenticatorId: id, stepUp });
      expect([type, gone.outcome]).toEqual([type, "removed"]);
    }
    const going = await accounts.removeAuthenticator({ ...of, authenticatorId: email, stepUp });
    expect(going.outcome).toBe("removing");
    await accounts.startReset(of);
    const reset = /reset=(csr_[\w-]+)/.exec((await all.texts(mail)).join())?.[1] ?? "";
    const done = await accounts.completeReset({ tenantId, reset, password: newPassword });
    expect(done.outcome).toBe("resetDone");
    await one.clock.advance(2 * day);
    const left = (await accounts.subscriber(of))?.authenticators;
    expect(left).toMatchObject([{ id: email, removesAt: null }]);
  });

  test("what was to be removed stays after a recovery", async () => {
    const all = await ada();
    const { accounts, of, tenantId, app, one } = all;
    const begun = await accounts.removeAuthenticator({
      ...of,
      authenticatorId: app,
      stepUp: await all.stepUp(),
    });
    expect(begun.outcome).toBe("removing");
    await one.clock.advance(minute);
    const { recovery } = await recover(all, ["recoveryCode", "email"]);
    await accounts.completeRecovery({ tenantId, recovery, password: newPassword });
    await one.clock.advance(2 * day);
    const { authenticators = [] } = (await accounts.subscriber(of)) ?? {};
    expect(authenticators.find(({ id }) => id === app)).toMatchObject({ removesAt: null, isDisabled: false });
  });
});
