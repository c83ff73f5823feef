import { expect, test } from "vitest";
import { ada, password } from "../../../test/support/ada.ts";

const open = { passwordUntil: null, knownDeviceUntil: null, authenticatorsUntil: null, recoveryUntil: null };
const five = [1, 2, 3, 4, 5];

test("T-5, L-4: whoever helps sees which wrong tries keep somebody out, each with its own end", async () => {
  const { one, accounts, of, tenantId, app, appCode } = await ada();
  const locks = () => accounts.locks(of);
  const now = one.clock.now();
  const wrongCode = appCode() === "000000" ? "111111" : "000000";
  expect(await locks()).toEqual(open);
  const begun = await accounts.signIn({ tenantId, name: "ada", password, device: "laptop" });
  if (begun.outcome !== "challengeRequired") throw new Error(begun.outcome);
  const on = { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId: app };
  expect((await accounts.checkChallenge({ ...on, code: appCode(), device: "laptop" })).outcome).toBe(
    "approved",
  );
  const wrong = { tenantId, name: "ada", password: "wrong all the way" };
  for (const _one of five) await accounts.signIn(wrong);
  const passwordUntil = now + 30_000;
  expect(await locks()).toEqual({ ...open, passwordUntil });
  for (const _one of five) await accounts.signIn({ ...wrong, device: "laptop" });
  expect(await locks()).toEqual({ ...open, passwordUntil, knownDeviceUntil: now + 30_000 });
  await one.clock.advance(30_000);
  expect(await locks()).toEqual(open);
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  for (const _one of five)
    await accounts.checkRecovery({ tenantId, recovery, method: "totp", code: wrongCode });
  const recoveryUntil = one.clock.now() + 60_000;
  expect(await locks()).toEqual({ ...open, recoveryUntil });
  for (const _one of five) {
    const started = await accounts.startChallenge({ ...of, purpose: "manage" });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const { id } = started.challenge;
    await accounts.checkChallenge({ tenantId, id, authenticatorId: app, code: wrongCode });
  }
  expect(await locks()).toEqual({ ...open, recoveryUntil, authenticatorsUntil: one.clock.now() + 60_000 });
  await accounts.removeSubscriber(of);
  expect(await locks()).toBeNull();
});
