import { expect, test } from "vitest";
import { ada, minute, password } from "../../../test/support/ada.ts";

/** Ada, signed in on a laptop that she trusts. */
async function withLaptop() {
  const all = await ada();
  const { one, accounts, tenantId, app, appCode } = all;
  const begun = await accounts.signIn({ tenantId, name: "ada", password });
  if (begun.outcome !== "challengeRequired") throw new Error(begun.outcome);
  const on = { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId: app };
  const done = await accounts.checkChallenge({ ...on, code: appCode(), trustDevice: "Laptop" });
  if (done.outcome !== "approved") throw new Error(done.outcome);
  await one.clock.advance(5 * minute);
  const session = done.session?.bearer;
  const trustedDevice = done.trustedDevice?.bearer;
  const started = async (asked: Parameters<typeof accounts.startChallenge>[0]) =>
    (await accounts.startChallenge({ ...asked, trustedDevice })).outcome;
  expect([typeof session, typeof trustedDevice]).toEqual(["string", "string"]);
  return { ...all, session, started };
}

test("S-1: no trusted device stands for a payment, also where it is asked for as part of a sign-in", async () => {
  const { of, started } = await withLaptop();
  const checked = { ...of, passwordChecked: true };
  expect(await started(checked)).toBe("deviceTrusted");
  const payment = { amount: { value: "9.50", currency: "EUR" }, payee: "Kiosk" };
  expect(await started({ ...checked, ...payment })).toBe("challengeStarted");
});

test("P-5, P-6: no trusted device stands for a step-up within a session, whatever its purpose is called", async () => {
  const { of, session, started } = await withLaptop();
  const checked = { ...of, passwordChecked: true };
  for (const purpose of [undefined, "login", "manage", "payout"]) {
    expect(await started({ ...checked, session, purpose })).toBe("challengeStarted");
  }
  // Without a session a sign-in is meant, and nothing else, by an application that checked a password.
  expect(await started({ ...checked, purpose: "login" })).toBe("deviceTrusted");
  expect(await started({ ...checked, purpose: "manage" })).toBe("challengeStarted");
  expect(await started(of)).toBe("challengeStarted");
});
