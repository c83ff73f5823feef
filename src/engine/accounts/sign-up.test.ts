import { expect, test } from "vitest";
import { alice, openTestInstance } from "../../../test/support/instance.ts";

const password = "nine rowing margarets";
const minute = 60_000;

/** Somebody whose number was just proved, by a browser of their own. */
async function withNumber(purpose = "sign-up") {
  const one = await openTestInstance();
  const { tenantId, accounts } = one;
  const binding = "page:one";
  const { id } = await one.start({ to: alice, purpose, binding });
  const checked = await one.engine.check({ tenantId, id, binding, to: alice, code: one.codeOn(alice) });
  expect(checked.outcome).toBe("approved");
  return { one, tenantId, accounts, asked: { tenantId, verificationId: id, binding, name: "Ada", password } };
}

test("a proved number opens an account with a phone and ten recovery codes, and signs in", async () => {
  const { accounts, tenantId, asked } = await withNumber();
  const done = await accounts.signUp(asked);
  if (done.outcome !== "signedUp") throw new Error(done.outcome);
  expect(done.codes).toHaveLength(10);
  expect(done.subscriber).toMatchObject({
    name: "ada",
    hasPassword: true,
    mustHaveSecond: true,
    authenticators: [
      { type: "phone", isConfirmed: true },
      { type: "recoveryCodes", isConfirmed: true, codesLeft: 10 },
    ],
  });
  expect(done.session.session.assurance).toEqual({ aal: 2, restricted: true, phishingResistant: false });
  const session = done.session.bearer;
  expect(await accounts.checkSession({ tenantId, session })).toMatchObject({ outcome: "active" });
  const again = await accounts.signIn({ tenantId, name: "ada", password });
  if (again.outcome !== "challengeRequired") throw new Error(again.outcome);
  const holder = { tenantId, id: again.challengeId, session: again.pending.bearer };
  const authenticatorId = done.subscriber.authenticators[1]?.id;
  const used = await accounts.checkChallenge({ ...holder, authenticatorId, code: done.codes[3] ?? "" });
  expect(used.outcome).toBe("approved");
});

test("W-8: that a name is taken is said only to somebody who has proved a number", async () => {
  const { accounts, tenantId, asked } = await withNumber();
  await accounts.createSubscriber({ tenantId, name: "ada", password });
  expect(await accounts.signUp({ ...asked, binding: "page:other" })).toEqual({ outcome: "numberNotProved" });
  expect(await accounts.signUp(asked)).toEqual({ outcome: "nameTaken" });
  expect((await accounts.signUp({ ...asked, name: "grace" })).outcome).toBe("signedUp");
});

test("one number opens one account, however many ask at once", async () => {
  const { accounts, asked } = await withNumber();
  const all = await Promise.all(
    Array.from({ length: 4 }, (_, index) => accounts.signUp({ ...asked, name: `ada${index}` })),
  );
  expect(all.filter(({ outcome }) => outcome === "signedUp")).toHaveLength(1);
  expect(all.filter(({ outcome }) => outcome === "numberNotProved")).toHaveLength(3);
});

test("one name has one owner, however many ask at once", async () => {
  const { one, accounts, tenantId, asked } = await withNumber();
  const to = "+14155550199";
  const { id } = await one.start({ to, purpose: "sign-up", binding: "page:two" });
  await one.engine.check({ tenantId, id, binding: "page:two", to, code: one.codeOn(to) });
  const other = { ...asked, verificationId: id, binding: "page:two" };
  const all = await Promise.all([accounts.signUp(asked), accounts.signUp(other)]);
  expect(all.map(({ outcome }) => outcome).sort()).toEqual(["nameTaken", "signedUp"]);
});

test("an approval for something else, of another tenant or from long ago opens no account", async () => {
  const login = await withNumber("login");
  expect(await login.accounts.signUp(login.asked)).toEqual({ outcome: "numberNotProved" });
  const { one, accounts, asked } = await withNumber();
  const elsewhere = await accounts.signUp({ ...asked, tenantId: "019b796d-d600-7827-b2f2-adbea0106a34" });
  expect(elsewhere).toEqual({ outcome: "numberNotProved" });
  expect((await accounts.signUp({ ...asked, password: "ada12" })).outcome).toBe("passwordRefused");
  expect((await accounts.signUp({ ...asked, name: " " })).outcome).toBe("nameInvalid");
  await one.clock.advance(30 * minute);
  expect(await accounts.signUp(asked)).toEqual({ outcome: "numberNotProved" });
});
