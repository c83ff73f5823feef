import { afterAll, expect, test } from "vitest";
import { auditEntries } from "../../src/audit/index.ts";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { createClient } from "../../src/client/index.ts";
import { freshNumber, openInstallation } from "../http/installation.ts";

const installation = await openInstallation();
afterAll(() => installation.close());
const { clock, instance, port, firstKey } = installation;
const { subscribers, challenges, sessions } = createClient({
  url: `http://127.0.0.1:${port}`,
  key: firstKey,
});
const password = "nine rowing margarets";

const appCode = (seed: string | null): string =>
  totpCode(fromBase32(seed ?? "") as Buffer, totpDefaults, stepAt(totpDefaults, clock.now()));

test("W-13: the client takes somebody from sign-up to a session, through a step-up, and out", async () => {
  expect(await subscribers.create({ name: "ada", password: "short" })).toMatchObject({
    outcome: "passwordRefused",
    reason: "too_short",
    least: 8,
  });
  const created = await subscribers.create({ name: "ada", password });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const subscriberId = created.subscriber.id;
  expect(await subscribers.get({ name: "ADA" })).toEqual(created.subscriber);
  expect(await sessions.signIn({ name: "ada", password: "wrong" })).toMatchObject({
    outcome: "signInRefused",
  });
  const first = await sessions.signIn({ name: "ada", password });
  if (first.outcome !== "enrolmentRequired") throw new Error(first.outcome);
  const app = await subscribers.enrol({ subscriberId, type: "totp", issuer: "Acme" });
  if (app.outcome !== "enrolled") throw new Error(app.outcome);
  const authenticatorId = app.authenticator.id;
  const session = first.pending.bearer ?? "";
  const confirmed = await subscribers.confirm({
    subscriberId,
    authenticatorId,
    code: appCode(app.seed),
    session,
  });
  expect(confirmed).toMatchObject({ outcome: "confirmed", session: { session: { assurance: { aal: 2 } } } });
  await clock.advance(60_000);
  const again = await sessions.signIn({ name: "ada", password });
  if (again.outcome !== "challengeRequired") throw new Error(again.outcome);
  const on = { id: again.challengeId, session: again.pending.bearer ?? "" };
  expect((await challenges.get(on))?.authenticators).toEqual(again.authenticators);
  const approved = await challenges.check({ ...on, code: appCode(app.seed) });
  if (approved.outcome !== "approved") throw new Error(approved.outcome);
  const bearer = approved.session?.bearer ?? "";
  expect(await sessions.check({ session: bearer, maxAgeSeconds: 60 })).toMatchObject({ outcome: "active" });
  expect(await subscribers.sessions({ subscriberId })).toHaveLength(2);
  await clock.advance(60_000);
  const started = await challenges.start({ subscriberId, session: bearer, purpose: "manage" });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const manage = { id: started.challenge.id, session: bearer };
  const stepped = await challenges.check({ ...manage, code: appCode(app.seed) });
  if (stepped.outcome !== "approved") throw new Error(stepped.outcome);
  const stepUp = started.challenge.id;
  const phone = await subscribers.enrol({ subscriberId, type: "phone", number: freshNumber(), stepUp });
  expect(phone).toMatchObject({ outcome: "enrolled", sent: { channel: "sms" } });
  expect(await subscribers.authenticators({ subscriberId })).toHaveLength(2);
  expect(await subscribers.removeAuthenticator({ subscriberId, authenticatorId })).toMatchObject({
    outcome: "stepUpRequired",
  });
  const current = stepped.session?.bearer ?? "";
  expect(await sessions.signOut({ session: current })).toBe(true);
  expect(await sessions.signOut({ session: current })).toBe(false);
  expect(await subscribers.endSessions({ subscriberId })).toBe(true);
  expect(await subscribers.sessions({ subscriberId })).toEqual([]);
  expect(await sessions.end({ id: crypto.randomUUID() })).toBe(false);
  expect(await subscribers.update({ subscriberId, locale: "pt-br" })).toMatchObject({
    outcome: "updated",
    subscriber: { locale: "pt-BR" },
  });
  expect(await subscribers.remove({ subscriberId, erase: true })).toBe(true);
  expect(await subscribers.remove({ subscriberId, erase: false })).toBe(false);
  expect((await auditEntries(instance.store, { limit: 1 }))[0]).toMatchObject({
    operation: "eraseSubscriber",
  });
  expect((await subscribers.update({ subscriberId, locale: null })).outcome).toBe("subscriberNotFound");
  expect(await subscribers.get({ subscriberId })).toBe(null);
  expect(await instance.accounts.subscriber({ tenantId: instance.tenant.id, name: "ada" })).toBe(null);
});
