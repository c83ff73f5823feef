import { expect, test } from "vitest";
import { ada, password } from "../../../test/support/ada.ts";
import { openTestInstance } from "../../../test/support/instance.ts";
import { codeOfApp } from "../../../test/support/totp-code.ts";
import { wrongInRowMax } from "../../accounts/index.ts";

const hour = 3_600_000;

test("S-4: before wrong codes disable an app for good the answer says how many are left", async () => {
  const { one, accounts, tenantId, of, app, appCode } = await ada();
  const { clock } = one;
  const guess = async (): Promise<object> => {
    await clock.advance(hour);
    const started = await accounts.startChallenge({ ...of });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const wrong = appCode() === "000000" ? "000001" : "000000";
    const on = { tenantId, id: started.challenge.id, authenticatorId: app };
    return await accounts.checkChallenge({ ...on, code: wrong });
  };
  for (let n = 0; n < wrongInRowMax.totp - 6; n++) expect(await guess()).toEqual({ outcome: "codeMismatch" });
  expect(await guess()).toEqual({ outcome: "codeMismatch", checksLeft: 5 });
  for (const checksLeft of [4, 3, 2, 1])
    expect(await guess()).toEqual({ outcome: "codeMismatch", checksLeft });
  // Whoever begins a recovery has guesses of their own, which disable nothing.
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  const code = appCode() === "000000" ? "000001" : "000000";
  await accounts.checkRecovery({ tenantId, recovery, method: "totp", code });
  expect(await guess()).toEqual({ outcome: "codeMismatch", checksLeft: 0 });
  expect(await guess()).toEqual({ outcome: "authenticatorDisabled" });
});

test("a device is trusted with the first enrolment of a sign-in, and not with that of a recovery", async () => {
  const { accounts, tenantId, clock } = await openTestInstance();
  const created = await accounts.createSubscriber({ tenantId, name: "eve", password });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const of = { tenantId, subscriberId: created.subscriber.id };
  const signIn = { tenantId, name: "eve", password };
  const asked = await accounts.signIn(signIn);
  if (asked.outcome !== "enrolmentRequired") throw new Error(asked.outcome);
  const app = await accounts.enrolTotp({ ...of, issuer: "Acme" });
  if (app.outcome !== "enrolled") throw new Error(app.outcome);
  const authenticatorId = app.authenticator.id;
  const code = codeOfApp(app.seed, clock.now());
  const confirm = { ...of, authenticatorId, code, session: asked.pending.bearer, trustDevice: "Laptop" };
  const confirmed = await accounts.confirmAuthenticator(confirm);
  if (confirmed.outcome !== "confirmed") throw new Error(confirmed.outcome);
  expect(confirmed.trustedDevice?.device.name).toBe("Laptop");
  const trustedDevice = confirmed.trustedDevice?.bearer ?? "";
  expect((await accounts.signIn({ ...signIn, trustedDevice })).outcome).toBe("signedIn");
  expect((await accounts.signIn(signIn)).outcome).toBe("challengeRequired");
  // With the authenticator goes the trust in what it was given with.
  await clock.advance(60_000);
  const started = await accounts.startChallenge({ ...of, purpose: "manage" });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const on = { tenantId, id: started.challenge.id, authenticatorId };
  await accounts.checkChallenge({ ...on, code: codeOfApp(app.seed, clock.now()) });
  const codes = await accounts.makeRecoveryCodes({ ...of, stepUp: on.id });
  if (codes.outcome !== "enrolled") throw new Error(codes.outcome);

  const { recovery } = await accounts.startRecovery({ tenantId, name: "eve" });
  await accounts.checkRecovery({ tenantId, recovery, method: "recoveryCode", code: codes.codes[0] ?? "" });
  await accounts.checkRecovery({ tenantId, recovery, method: "password", code: password });
  const done = await accounts.completeRecovery({ tenantId, recovery });
  if (done.outcome !== "recovered") throw new Error(done.outcome);
  const other = await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp: done.stepUp });
  if (other.outcome !== "enrolled") throw new Error(other.outcome);
  const again = await accounts.confirmAuthenticator({
    ...of,
    authenticatorId: other.authenticator.id,
    code: codeOfApp(other.seed, clock.now()),
    session: done.pending.bearer,
    trustDevice: "Laptop",
  });
  expect(again).toMatchObject({
    outcome: "confirmed",
    session: { bearer: expect.any(String) },
    trustedDevice: null,
  });
});
