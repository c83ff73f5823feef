import { expect, test } from "vitest";
import { ada, adaWithPassword, minute, password } from "../../../test/support/ada.ts";
import { codeOfApp } from "../../../test/support/totp-code.ts";

test("P-5: a pending session that waits for a challenge is not to be had by enrolling something else", async () => {
  const { one, accounts, of, tenantId, app, appCode, stepUp } = await ada();
  const allowed = await stepUp();
  const begun = await accounts.signIn({ tenantId, name: "ada", password });
  if (begun.outcome !== "challengeRequired") throw new Error(begun.outcome);
  const session = begun.pending.bearer;
  const other = await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp: allowed });
  if (other.outcome !== "enrolled") throw new Error(other.outcome);
  const authenticatorId = other.authenticator.id;
  const confirm = () => {
    const code = codeOfApp(other.seed, one.clock.now());
    return { ...of, authenticatorId, code };
  };
  const refused = await accounts.confirmAuthenticator({ ...confirm(), session, trustDevice: "Laptop" });
  expect(refused).toEqual({ outcome: "sessionInvalid" });
  expect(await accounts.sessions(of)).toEqual([]);
  expect(await accounts.trustedDevices(of)).toEqual([]);
  // Nothing of it was used up: the enrolment goes on without the session, and that with its challenge.
  expect(await accounts.confirmAuthenticator(confirm())).toMatchObject({
    outcome: "confirmed",
    session: null,
  });
  await one.clock.advance(minute);
  const on = { tenantId, id: begun.challengeId, session, authenticatorId: app };
  expect((await accounts.checkChallenge({ ...on, code: appCode() })).outcome).toBe("approved");
});

test("P-5: a pending session is dead with the first authenticator that it waited for, and raises no second one", async () => {
  const { one, accounts, of, tenantId } = await adaWithPassword();
  const begun = await accounts.signIn({ tenantId, name: "ada", password });
  if (begun.outcome !== "enrolmentRequired") throw new Error(begun.outcome);
  const session = begun.pending.bearer;
  const enrol = async (stepUp?: string) => {
    const app = await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp });
    if (app.outcome !== "enrolled") throw new Error(app.outcome);
    const code = codeOfApp(app.seed, one.clock.now());
    return await accounts.confirmAuthenticator({
      ...of,
      authenticatorId: app.authenticator.id,
      code,
      session,
    });
  };
  const first = await enrol();
  if (first.outcome !== "confirmed" || first.stepUp === null) throw new Error(first.outcome);
  expect(await accounts.isPending({ tenantId, session })).toBe(false);
  expect(await enrol(first.stepUp)).toEqual({ outcome: "sessionInvalid" });
  expect(await accounts.sessions(of)).toHaveLength(1);
  expect(await accounts.signOut({ tenantId, session })).toBe(false);
});

test("P-5: who knows a session's id and not its secret signs nobody out", async () => {
  const { accounts, tenantId } = await adaWithPassword();
  const begun = await accounts.signIn({ tenantId, name: "ada", password });
  if (begun.outcome !== "enrolmentRequired") throw new Error(begun.outcome);
  const session = begun.pending.bearer;
  const madeUp = `${session.slice(0, -8)}AAAAAAAA`;
  // Nor does its owner by what looks like a session that does more.
  for (const wrong of [madeUp, `css_${session.slice(4)}`, "csp_none"]) {
    expect(await accounts.signOut({ tenantId, session: wrong })).toBe(false);
  }
  expect(await accounts.isPending({ tenantId, session })).toBe(true);
  expect(await accounts.signOut({ tenantId, session })).toBe(true);
  expect(await accounts.isPending({ tenantId, session })).toBe(false);
});

test("P-6: whoever knows the password pushes no session off the list", async () => {
  const { one, accounts, of, tenantId, app, appCode } = await ada();
  const signIn = () => accounts.signIn({ tenantId, name: "ada", password });
  const begun = await signIn();
  if (begun.outcome !== "challengeRequired") throw new Error(begun.outcome);
  await one.clock.advance(minute);
  const on = { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId: app };
  await accounts.checkChallenge({ ...on, code: appCode() });
  const before = await accounts.sessions(of);
  expect(before).toHaveLength(1);
  await one.clock.advance(minute);
  for (let n = 0; n < 101; n++) await signIn();
  expect(await accounts.sessions(of)).toEqual(before);
  // Also one that is as near to its end as those are.
  await one.clock.suspend(24 * 60 * minute - 5 * minute);
  for (let n = 0; n < 101; n++) await signIn();
  expect(await accounts.sessions(of)).toEqual(before);
});
