import { expect, test } from "vitest";
import { ada } from "../../../test/support/ada.ts";

const other = "01920000-0000-7000-8000-0000000000ff";

test("W-2: a challenge that nobody is bound to is found by no other tenant, whatever is asked of it", async () => {
  const { accounts, of, tenantId, phone, app, appCode } = await ada();
  const started = await accounts.startChallenge({ ...of });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const { id } = started.challenge;
  const theirs = { tenantId: other, id };
  const notFound = { outcome: "challengeNotFound" };
  expect(await accounts.challenge(theirs)).toBe(null);
  expect(await accounts.sendChallenge({ ...theirs, authenticatorId: phone })).toEqual(notFound);
  expect(await accounts.checkChallenge({ ...theirs, authenticatorId: app, code: appCode() })).toEqual(
    notFound,
  );
  expect(await accounts.cancelChallenge(theirs)).toEqual(notFound);
  // It waits as before, with the same code.
  expect(await accounts.challenge({ tenantId, id })).toMatchObject({ challenge: { status: "pending" } });
  const own = await accounts.checkChallenge({ tenantId, id, authenticatorId: app, code: appCode() });
  expect(own.outcome).toBe("approved");
});

test("P-5: whoever shows a session that is none is not taken for somebody who needs none", async () => {
  const { accounts, of, tenantId, app, appCode } = await ada();
  const started = await accounts.startChallenge({ ...of });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const { id } = started.challenge;
  for (const session of ["", "css_none", "a session of the application"]) {
    const on = { tenantId, id, session };
    expect(await accounts.challenge(on)).toBe(null);
    const checked = await accounts.checkChallenge({ ...on, authenticatorId: app, code: appCode() });
    expect(checked).toEqual({ outcome: "challengeNotFound" });
    expect(await accounts.cancelChallenge(on)).toEqual({ outcome: "challengeNotFound" });
  }
  expect(await accounts.challenge({ tenantId, id })).toMatchObject({ challenge: { status: "pending" } });
});
