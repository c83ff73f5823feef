import { expect, test } from "vitest";
import { ada, adaWithPassword, minute, newPassword, password } from "../../../test/support/ada.ts";
import { importedPerson } from "../../../test/support/imported-hash.ts";
import { key } from "../../store/index.ts";

test("P-6: only an active session of its owner goes on after a new password: any other changes nothing", async () => {
  const { one, accounts, of, tenantId, stepUp, app, appCode } = await ada();
  const allowed = await stepUp();
  const begin = async () => {
    const begun = await accounts.signIn({ tenantId, name: "ada", password });
    if (begun.outcome !== "challengeRequired") throw new Error(begun.outcome);
    return { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId: app };
  };
  const active = async (): Promise<string> => {
    await one.clock.advance(minute);
    const done = await accounts.checkChallenge({ ...(await begin()), code: appCode() });
    if (done.outcome !== "approved" || done.session === null) throw new Error(done.outcome);
    return done.session.bearer;
  };
  const bob = { tenantId, name: "bob", password: "six tall grandfathers", mustHaveSecond: false };
  await accounts.createSubscriber(bob);
  const bobs = await accounts.signIn(bob);
  if (bobs.outcome !== "signedIn") throw new Error(bobs.outcome);
  const [own, ended] = [await active(), await active()];
  expect(await accounts.signOut({ tenantId, session: ended })).toBe(true);
  const { session: pending } = await begin();
  const madeUp = `${own.slice(0, -8)}AAAAAAAA`;
  const change = { ...of, password: newPassword, stepUp: allowed };
  for (const session of [pending, ended, bobs.session.bearer, madeUp, "css_none"]) {
    expect(await accounts.changePassword({ ...change, session })).toEqual({ outcome: "sessionInvalid" });
  }
  expect((await accounts.signIn({ tenantId, name: "ada", password })).outcome).toBe("challengeRequired");
  expect((await accounts.changePassword({ ...change, session: own })).outcome).toBe("changed");
  expect((await accounts.checkSession({ tenantId, session: own })).outcome).toBe("active");
});

test("P-4, P-6: a wrong present password counts as one at a sign-in, and locks both", async () => {
  const { one, accounts, of, tenantId } = await adaWithPassword();
  const guess = async (current: string) =>
    (await accounts.changePassword({ ...of, password: newPassword, current })).outcome;
  const signIn = async () => (await accounts.signIn({ tenantId, name: "ada", password })).outcome;
  for (let n = 0; n < 5; n++) expect(await guess("wrong margarets")).toBe("signInRefused");
  expect([await guess(password), await signIn()]).toEqual(["signInLocked", "signInLocked"]);
  await one.clock.advance(minute);
  expect([await guess(password), await signIn()]).toEqual(["changed", "signInRefused"]);
});

test("P-3: while a name is locked, the right password gets no more work done than a wrong one", async () => {
  const { one, accounts, tenantId } = await adaWithPassword();
  const { imported, old, passwordHash, subscriberId } = await importedPerson({ accounts, tenantId });
  const signIn = async (given: string) => (await accounts.signIn({ ...old, password: given })).outcome;
  const stored = async () => (await one.store.get(key("subscriber", subscriberId)))?.password;
  for (let n = 0; n < 5; n++) expect(await signIn("wrong margarets")).toBe("signInRefused");
  expect(await signIn(imported)).toBe("signInLocked");
  expect(await stored()).toBe(passwordHash);
  await one.clock.advance(minute);
  expect(await signIn(imported)).toBe("signedIn");
  expect(await stored()).toMatch(/^\$argon2id\$/);
});
