import { expect, test } from "vitest";
import {
  asked,
  binding,
  challenged,
  enrolled,
  minute,
  mutants,
  origin,
  personOf,
  type With,
  withPasskey,
} from "../../../test/support/passkeys.ts";
import { doubtedMs } from "../../accounts/index.ts";
import type { PasskeyAnswer } from "../../authenticators/index.ts";
import { key } from "../../store/index.ts";
import { createSoftwareAuthenticator } from "../../testing/index.ts";
import { newNotice } from "./links.ts";

const parallel = 20;

/** A way back of somebody, with what a browser is to sign for it. */
async function recovering({ accounts, tenantId }: With, name = "ada") {
  const { recovery } = await accounts.startRecovery({ tenantId, name });
  const ask = async () => {
    const result = await accounts.askRecoveryPasskey({ tenantId, recovery });
    if (result.outcome !== "passkeyAsked") throw new Error(result.outcome);
    return result.options;
  };
  const show = (passkey: PasskeyAnswer) =>
    accounts.checkRecovery({ tenantId, recovery, method: "passkey", passkey });
  return { recovery, ask, show };
}

test("L-5: a passkey is enough alone, and gives the account back", async () => {
  const all = await withPasskey();
  const { accounts, tenantId, subscriberId } = all;
  const { recovery, ask, show } = await recovering(all);
  const passkey = all.device.get(await ask());
  expect(await show(passkey)).toEqual({ outcome: "approved", methods: ["passkey"] });
  const done = await accounts.completeRecovery({ tenantId, recovery });
  if (done.outcome !== "recovered") throw new Error(done.outcome);
  expect(done.subscriberId).toBe(subscriberId);
  // It allows to enrol anew, and was good for that once.
  const { stepUp } = done;
  expect((await accounts.enrolTotp({ tenantId, subscriberId, issuer: "Acme", stepUp })).outcome).toBe(
    "enrolled",
  );
  expect((await show(passkey)).outcome).toBe("recoveryInvalid");
});

test("W-8, X-3: what is asked for is the same whoever it is, and names no passkey", async () => {
  const all = await withPasskey();
  await personOf(all, "bob");
  const answers: unknown[] = [];
  const work: string[][] = [];
  for (const name of ["ada", "bob", "nobody"]) {
    const { ask, show } = await recovering(all, name);
    const { challenge, ...options } = await ask();
    expect(challenge).toMatch(/^[\w-]{43}$/);
    const device = createSoftwareAuthenticator({ origin });
    const made = await enrolled(all, await personOf(all, `other-${name}`), device);
    expect(made.result.outcome).toBe("confirmed");
    all.calls.length = 0;
    const shown = await show(device.get({ challenge, ...options }));
    answers.push([options, shown]);
    work.push([...all.calls]);
  }
  expect(answers).toEqual(answers.map(() => answers[0]));
  expect(answers[0]).toMatchObject([{ allowCredentials: [] }, { outcome: "codeMismatch", checksLeft: 4 }]);
  expect(work).toEqual(work.map(() => work[0]));
});

test("X-1, X-2: a passkey of somebody else, another request's, an old, a used and a removed one are wrong", async () => {
  const all = await withPasskey();
  const { accounts, tenantId, subscriberId, one } = all;
  const wrong = { outcome: "codeMismatch" };
  const first = await recovering(all);
  // Nothing was asked.
  const signIn = await asked(all);
  expect(await first.show(all.device.get(signIn.options))).toMatchObject(wrong);
  // What a sign-in, a challenge or another way back asked for.
  await first.ask();
  expect(await first.show(all.device.get(signIn.options))).toMatchObject(wrong);
  await first.ask();
  expect(await first.show(all.device.get((await challenged(all)).options))).toMatchObject(wrong);
  await first.ask();
  const second = await recovering(all);
  expect(await first.show(all.device.get(await second.ask()))).toMatchObject(wrong);
  // Answered once, rightly or not; and too late.
  const options = await second.ask();
  const answer = all.device.get(options);
  expect(await second.show({ ...answer, response: { ...answer.response, signature: "AAAA" } })).toMatchObject(
    wrong,
  );
  expect(await second.show(answer)).toMatchObject(wrong);
  const late = all.device.get(await second.ask());
  await one.clock.advance(6 * minute);
  expect(await second.show(late)).toMatchObject(wrong);
  const replaced = all.device.get(await second.ask());
  await second.ask();
  expect(await second.show(replaced)).toMatchObject(wrong);
  // An answer to it opens nothing else.
  const third = await recovering(all);
  const passkey = all.device.get(await third.ask());
  const { id } = await challenged(all);
  expect((await accounts.checkChallenge({ tenantId, id, binding, passkey })).outcome).toBe("passkeyRefused");
  expect(
    (await accounts.signInWithPasskey({ tenantId, binding, signInId: signIn.signInId, passkey })).outcome,
  ).not.toBe("signedIn");
  const removed = await accounts.removeAuthenticator({
    tenantId,
    subscriberId,
    authenticatorId: all.confirming.authenticatorId,
    stepUp: await stepUpOf(all),
  });
  expect(removed.outcome).toBe("removed");
  const fourth = await recovering(all);
  expect(await fourth.show(all.device.get(await fourth.ask()))).toMatchObject(wrong);
});

test("L-5: one that was disabled gives nothing back", async () => {
  const all = await withPasskey();
  const { one, subscriberId } = all;
  const subscriber = key("subscriber", subscriberId);
  const { ask, show } = await recovering(all);
  const passkey = all.device.get(await ask());
  await one.store.update([subscriber], (rows, now) => {
    const row = rows.get(subscriber);
    if (row === undefined) throw new Error("there is no such subscriber");
    const authenticators = row.authenticators.map((held) => ({ ...held, disabledAt: now }));
    const write = { table: "subscriber", id: row.id, row: { ...row, authenticators } } as const;
    return { writes: [write], result: null };
  });
  expect((await show(passkey)).outcome).toBe("codeMismatch");
});

async function stepUpOf(all: With): Promise<string> {
  const { id, options } = await challenged(all, "manage");
  const { accounts, tenantId } = all;
  const checked = await accounts.checkChallenge({ tenantId, id, binding, passkey: all.device.get(options) });
  expect(checked.outcome).toBe("approved");
  return id;
}

test("X-2: every mutant of an answer is wrong, and counted in this way back alone", async () => {
  const all = await withPasskey();
  for (const [title, faults] of Object.entries(mutants)) {
    const { ask, show } = await recovering(all);
    expect(await show(all.device.get(await ask(), faults)), title).toEqual({
      outcome: "codeMismatch",
      checksLeft: 4,
    });
  }
  const { ask, show } = await recovering(all);
  expect((await show(all.device.get(await ask()))).outcome).toBe("approved");
});

test(`X-1: of ${parallel} parallel answers one approves`, async () => {
  const all = await withPasskey();
  const { ask, show } = await recovering(all);
  const passkey = all.device.get(await ask());
  const said = await Promise.all(Array.from({ length: parallel }, () => show(passkey)));
  expect(said.filter(({ outcome }) => outcome === "approved")).toHaveLength(1);
  expect(said.filter(({ outcome }) => outcome === "recoveryInvalid")).toHaveLength(parallel - 1);
});

test("L-5: one that was added shortly before its owner stopped all changes gives nothing back", async () => {
  for (const [ageMs, outcome] of [
    [minute, "codeMismatch"],
    [doubtedMs + minute, "approved"],
  ] as const) {
    const all = await withPasskey();
    const { accounts, tenantId, subscriberId, one } = all;
    await one.clock.advance(ageMs);
    const notice = newNotice(one.parts, tenantId, subscriberId, "recoveryCodeUsed");
    expect((await accounts.disputeNotice({ tenantId, notice })).outcome).toBe("disputed");
    await one.clock.advance(minute);
    const { ask, show } = await recovering(all);
    expect((await show(all.device.get(await ask()))).outcome).toBe(outcome);
  }
});
