import { expect, test } from "vitest";
import { type Ada, ada, mail, noticeIn, number } from "../../../test/support/ada.ts";
import { wrongCode } from "../../../test/support/instance.ts";
import { wrongInRowMax } from "../../accounts/index.ts";
import { key } from "../../store/index.ts";

const hour = 3_600_000;

/** As after so many wrong codes in a row, the last of them long ago. */
async function wrongBefore({ one, of }: Ada, authenticatorId: string, wrongInRow: number): Promise<void> {
  const subscriber = key("subscriber", of.subscriberId);
  await one.store.update([subscriber], (rows) => {
    const row = rows.get(subscriber);
    if (row === undefined) throw new Error("there is no such subscriber");
    const authenticators = row.authenticators.map((held) =>
      held.id === authenticatorId ? { ...held, wrongInRow } : held,
    );
    const write = { table: "subscriber", id: row.id, row: { ...row, authenticators } } as const;
    return { writes: [write], result: null };
  });
}

async function challengeOf({ accounts, tenantId, of }: Ada): Promise<{ tenantId: string; id: string }> {
  const started = await accounts.startChallenge({ ...of });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  return { tenantId, id: started.challenge.id };
}

/** One wrong code of the app, or many at once. */
async function guess(all: Ada, atOnce = 1): Promise<readonly object[]> {
  await all.one.clock.advance(hour);
  const on = { ...(await challengeOf(all)), authenticatorId: all.app, code: wrongCode(all.appCode()) };
  return await Promise.all(Array.from({ length: atOnce }, () => all.accounts.checkChallenge(on)));
}

/** What each address was told of wrong codes, newest first. */
async function told({ texts }: Ada): Promise<readonly (readonly string[])[]> {
  const all = [await texts(mail), await texts(number)];
  return all.map((some) => some.filter((text) => text.includes("wrong codes")));
}

const counts = async (all: Ada): Promise<readonly number[]> => (await told(all)).map(({ length }) => length);

test("S-4: before wrong codes disable an app all addresses are told, once, and once more when they did", async () => {
  const all = await ada();
  const { accounts, tenantId, appCode, one } = all;
  // Nobody has proved this one.
  const unproven = "+14155550188";
  await accounts.enrolPhone({ ...all.of, number: unproven, stepUp: await all.stepUp() });
  await wrongBefore(all, all.app, wrongInRowMax.totp - 7);
  expect(await guess(all)).toEqual([{ outcome: "codeMismatch" }]);
  expect(await counts(all)).toEqual([0, 0]);
  expect(await guess(all)).toEqual([{ outcome: "codeMismatch", checksLeft: 5 }]);
  const [[near = ""] = [], [toPhone] = []] = await told(all);
  expect(near).toMatch(
    /: many wrong codes were entered; a few more disable .*\. Not you\? Stop it here: http/,
  );
  expect(toPhone).toBe(near);
  // Of the code it says nothing, and not how many are left to whoever counts them.
  expect(near.slice(0, near.indexOf("http"))).not.toMatch(/\d/);
  expect(one.sandbox?.phones.messages(mail)[0]?.code).toBeNull();
  const notice = noticeIn(near);
  const open = await accounts.checkNotice({ tenantId, notice });
  expect(open).toMatchObject({ outcome: "noticeOpen", kind: "disablingNear" });
  for (const checksLeft of [4, 3, 2, 1]) {
    expect(await guess(all)).toEqual([{ outcome: "codeMismatch", checksLeft }]);
  }
  // Whoever begins a recovery has guesses of their own, which disable nothing.
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  await accounts.checkRecovery({ tenantId, recovery, method: "totp", code: wrongCode(appCode()) });
  expect(await counts(all)).toEqual([1, 1]);
  expect(await guess(all)).toEqual([{ outcome: "codeMismatch", checksLeft: 0 }]);
  expect(await guess(all)).toEqual([{ outcome: "authenticatorDisabled" }]);
  expect(await counts(all)).toEqual([2, 2]);
  expect((await told(all))[0]?.[0]).toMatch(/: too many wrong codes have disabled a way to sign in/);
  expect((await all.texts(unproven)).join()).not.toContain("wrong codes");
});

test("S-4: of many wrong codes at once the one that counts is told of, and nobody is told twice", async () => {
  const all = await ada();
  // All of them see seven left when they begin; the second of those that are counted leaves five.
  await wrongBefore(all, all.app, wrongInRowMax.totp - 7);
  const many = await guess(all, 30);
  expect(many.filter((one) => "checksLeft" in one).length).toBe(4);
  expect(many.filter((one) => "retryAt" in one).length).toBe(25);
  expect(await counts(all)).toEqual([1, 1]);
  expect(await guess(all, 30)).toContainEqual({ outcome: "codeMismatch", checksLeft: 1 });
  expect(await guess(all, 30)).toContainEqual({ outcome: "codeMismatch", checksLeft: 0 });
  expect(await counts(all)).toEqual([2, 2]);
  expect((await told(all))[0]?.[0]).toContain("have disabled");
});

test("S-4, A-9: a phone's own wrong codes are told there as well, and counted at its number", async () => {
  const all = await ada();
  const { accounts, one, phone } = all;
  await wrongBefore(all, phone, wrongInRowMax.phone - 6);
  const on = { ...(await challengeOf(all)), authenticatorId: phone };
  const sent = await accounts.sendChallenge(on);
  if (sent.outcome !== "sent") throw new Error(sent.outcome);
  await one.engine.tick();
  const code = one.codeOn(number);
  const checked = await accounts.checkChallenge({ ...on, code: wrongCode(code) });
  expect(checked).toEqual({ outcome: "codeMismatch", checksLeft: 5 });
  expect(await counts(all)).toEqual([1, 1]);
  const verification = await one.store.get(key("verification", sent.verification.id));
  const recipient = await one.store.get(key("recipient", verification?.recipientId ?? ""));
  expect(recipient?.wrongAt).toEqual([one.clock.now()]);
  expect((await accounts.checkChallenge({ ...on, code })).outcome).toBe("approved");
  expect(await counts(all)).toEqual([1, 1]);
});

test("S-4: a code that is right, or used before, is told to nobody", async () => {
  const all = await ada();
  await wrongBefore(all, all.app, wrongInRowMax.totp - 6);
  await all.one.clock.advance(hour);
  const right = { ...(await challengeOf(all)), authenticatorId: all.app, code: all.appCode() };
  const used = { ...right, ...(await challengeOf(all)) };
  expect((await all.accounts.checkChallenge(right)).outcome).toBe("approved");
  await wrongBefore(all, all.app, wrongInRowMax.totp - 6);
  expect((await all.accounts.checkChallenge(used)).outcome).toBe("codeUsed");
  expect(await counts(all)).toEqual([0, 0]);
});
