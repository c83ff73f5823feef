import { describe, expect, test } from "vitest";
import { openTestInstance, type TestInstance } from "../../../test/support/instance.ts";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../authenticators/index.ts";
import { key } from "../../store/index.ts";

const password = "nine rowing margarets";
const number = "+14155550123";
const minute = 60_000;

/** Somebody with a password, on a node of their own. */
async function withSubscriber(options: { readonly mustHaveSecond?: boolean } = {}) {
  const one = await openTestInstance();
  const { accounts, tenantId } = one;
  const created = await accounts.createSubscriber({ tenantId, name: "Ada", password, ...options });
  if (created.outcome !== "created") throw new Error(created.outcome);
  return { one, accounts, tenantId, subscriberId: created.subscriber.id };
}

type With = Awaited<ReturnType<typeof withSubscriber>>;

function appCode(one: TestInstance, seed: string, later = 0): string {
  return totpCode(fromBase32(seed) as Buffer, totpDefaults, stepAt(totpDefaults, one.clock.now()) + later);
}

/** Signs in for the first time and enrols an app. */
async function withApp(given?: With) {
  const all = given ?? (await withSubscriber());
  const { one, accounts, tenantId, subscriberId } = all;
  const first = await accounts.signIn({ tenantId, name: "ada", password });
  if (first.outcome !== "enrolmentRequired") throw new Error(first.outcome);
  const enrolled = await accounts.enrolTotp({ tenantId, subscriberId, issuer: "Acme" });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  const { seed, authenticator } = enrolled;
  const code = appCode(one, seed);
  const confirmed = await accounts.confirmAuthenticator({
    tenantId,
    subscriberId,
    authenticatorId: authenticator.id,
    code,
    session: first.pending.bearer,
  });
  if (confirmed.outcome !== "confirmed" || confirmed.session === null) throw new Error(confirmed.outcome);
  return { ...all, seed, authenticator, confirmedWith: code, session: confirmed.session, uri: enrolled.uri };
}

async function toChallenge({ accounts, tenantId }: With) {
  const result = await accounts.signIn({ tenantId, name: "ada", password });
  if (result.outcome !== "challengeRequired") throw new Error(result.outcome);
  return { id: result.challengeId, session: result.pending.bearer, authenticators: result.authenticators };
}

/** An approved challenge that allows to change authenticators. */
async function stepUp(all: Awaited<ReturnType<typeof withApp>>): Promise<string> {
  const { one, accounts, tenantId, subscriberId, seed } = all;
  await one.clock.advance(minute);
  const started = await accounts.startChallenge({ tenantId, subscriberId, purpose: "manage", binding: "b" });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const { id } = started.challenge;
  const checked = await accounts.checkChallenge({ tenantId, id, binding: "b", code: appCode(one, seed) });
  expect(checked.outcome).toBe("approved");
  return id;
}

describe("signing in", () => {
  test("the first time an authenticator is enrolled, from then on it is asked for (T-7, P-5)", async () => {
    const all = await withApp();
    const { one, accounts, tenantId, session } = all;
    expect(session.session.assurance).toEqual({ aal: 2, restricted: false, phishingResistant: false });
    const { id, session: pending, authenticators } = await toChallenge(all);
    expect(authenticators.map(({ type }) => type)).toEqual(["totp"]);
    // T-4: the code that confirmed the enrolment signs nobody in.
    const again = await accounts.checkChallenge({ tenantId, id, session: pending, code: all.confirmedWith });
    expect(again.outcome).toBe("codeUsed");
    await one.clock.advance(minute);
    const code = appCode(one, all.seed);
    const approved = await accounts.checkChallenge({ tenantId, id, session: pending, code });
    expect(approved).toMatchObject({ outcome: "approved", assurance: { aal: 2 } });
    if (approved.outcome !== "approved" || approved.session === null) throw new Error("no session");
    const active = await accounts.checkSession({ tenantId, session: approved.session.bearer });
    expect(active).toMatchObject({ outcome: "active", session: { assurance: { aal: 2 } } });
  });

  test("P-5: a pending session opens its challenge and nothing else, and is dead afterwards", async () => {
    const all = await withApp();
    const { one, accounts, tenantId, subscriberId } = all;
    const { id, session } = await toChallenge(all);
    expect((await accounts.checkSession({ tenantId, session })).outcome).toBe("sessionInvalid");
    expect((await accounts.startChallenge({ tenantId, subscriberId, session })).outcome).toBe(
      "sessionInvalid",
    );
    const other = await accounts.enrolTotp({ tenantId, subscriberId, issuer: "Acme" });
    expect(other.outcome).toBe("stepUpRequired");
    await one.clock.advance(minute);
    const code = appCode(one, all.seed);
    for (const wrong of [{ session: all.session.bearer }, { binding: "x" }, {}]) {
      const refused = await accounts.checkChallenge({ tenantId, id, code, ...wrong });
      expect(refused.outcome).toBe("challengeNotFound");
    }
    expect((await accounts.checkChallenge({ tenantId, id, session, code })).outcome).toBe("approved");
    expect((await accounts.checkChallenge({ tenantId, id, session, code })).outcome).toBe(
      "challengeNotFound",
    );
  });

  test("P-5: a step-up gives the session another secret, and the old one is dead", async () => {
    const all = await withApp();
    const { one, accounts, tenantId, subscriberId } = all;
    const session = all.session.bearer;
    await one.clock.advance(20 * minute);
    const stale = await accounts.checkSession({ tenantId, session, maxAgeMs: 10 * minute });
    expect(stale.outcome).toBe("stepUpRequired");
    const started = await accounts.startChallenge({ tenantId, subscriberId, session, purpose: "payout" });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const { id } = started.challenge;
    const done = await accounts.checkChallenge({ tenantId, id, session, code: appCode(one, all.seed) });
    if (done.outcome !== "approved" || done.session === null) throw new Error(done.outcome);
    expect((await accounts.checkSession({ tenantId, session })).outcome).toBe("sessionInvalid");
    const fresh = { tenantId, session: done.session.bearer, maxAgeMs: 10 * minute };
    expect((await accounts.checkSession(fresh)).outcome).toBe("active");
    expect(await accounts.sessions({ tenantId, subscriberId })).toHaveLength(1);
    expect(await accounts.endSession({ tenantId, id: done.session.session.id })).toBe(true);
    expect((await accounts.checkSession(fresh)).outcome).toBe("sessionInvalid");
  });

  test("whether there is such a name cannot be told: the same answer, hashes and locks (P-4)", async () => {
    const { one, accounts, tenantId } = await withSubscriber();
    const answers = async (name: string): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (let n = 0; n < 7; n++) {
        found.push(await accounts.signIn({ tenantId, name, password: "wrong margarets" }));
      }
      return found;
    };
    const [theirs, nobodys] = [await answers("ada"), await answers("nobody")];
    expect(nobodys).toEqual(theirs);
    expect(theirs.at(-1)).toEqual({ outcome: "signInLocked", retryAt: one.clock.now() + 30_000 });
    // While it is locked, the right one gets the answer of a wrong one.
    expect(await accounts.signIn({ tenantId, name: "ada", password })).toEqual(theirs.at(-1));
  });

  test("strangers lock nobody out of a device that signed in before", async () => {
    const all = await withApp();
    const { one, accounts, tenantId } = all;
    const { id, session } = await toChallenge(all);
    await one.clock.advance(minute);
    const code = appCode(one, all.seed);
    await accounts.checkChallenge({ tenantId, id, session, code, device: "laptop" });
    for (let n = 0; n < 8; n++) await accounts.signIn({ tenantId, name: "ada", password: "wrong margarets" });
    expect((await accounts.signIn({ tenantId, name: "ada", password })).outcome).toBe("signInLocked");
    const known = await accounts.signIn({ tenantId, name: "ada", password, device: "laptop" });
    expect(known.outcome).toBe("challengeRequired");
  });

  test("an imported hash signs in, and is made anew with the first sign-in (P-3)", async () => {
    const { accounts, tenantId, one } = await withSubscriber();
    const passwordHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    const made = await accounts.createSubscriber({
      tenantId,
      name: "old",
      passwordHash,
      mustHaveSecond: false,
    });
    if (made.outcome !== "created") throw new Error(made.outcome);
    expect((await accounts.signIn({ tenantId, name: "old", password: "U*U" })).outcome).toBe("signedIn");
    const row = await one.store.get(key("subscriber", made.subscriber.id));
    expect(row?.password).toMatch(/^\$argon2id\$.*keyid=/);
    expect((await accounts.signIn({ tenantId, name: "old", password: "U*U" })).outcome).toBe("signedIn");
    expect((await accounts.signIn({ tenantId, name: "old", password: "U*V" })).outcome).toBe("signInRefused");
  });

  test("P-1, P-2: passwords are judged, names are unique, and both say why not", async () => {
    const { accounts, tenantId } = await withSubscriber();
    const create = (name: string, given: string, mustHaveSecond = true) =>
      accounts.createSubscriber({ tenantId, name, password: given, mustHaveSecond });
    expect(await create(" ADA ", password)).toEqual({ outcome: "nameTaken" });
    expect(await create("a\u200bda", password)).toMatchObject({ outcome: "requestInvalid", field: "name" });
    expect(await create("bo", "short")).toMatchObject({ problem: { reason: "tooShort", least: 8 } });
    expect(await create("bo", "iloveyou")).toMatchObject({ problem: { reason: "tooCommon" } });
    expect(await create("margaret", "Margaret12")).toMatchObject({ problem: { reason: "containsContext" } });
    expect(await create("bo", "eleven char", false)).toMatchObject({
      problem: { reason: "tooShort", least: 15 },
    });
  });
});

describe("phones", () => {
  test("a number is kept once its own code was entered, and is used at the next sign-in (A-13)", async () => {
    const { one, accounts, tenantId, subscriberId } = await withSubscriber();
    const first = await accounts.signIn({ tenantId, name: "ada", password });
    if (first.outcome !== "enrolmentRequired") throw new Error(first.outcome);
    const enrolled = await accounts.enrolPhone({
      tenantId,
      subscriberId,
      number: "+1 (415) 555-0123",
    });
    if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
    await one.engine.tick();
    const authenticatorId = enrolled.authenticator.id;
    const confirm = { tenantId, subscriberId, authenticatorId, session: first.pending.bearer };
    const wrong = await accounts.confirmAuthenticator({ ...confirm, code: "000000" });
    expect(wrong.outcome).toBe("codeMismatch");
    const done = await accounts.confirmAuthenticator({ ...confirm, code: one.codeOn(number) });
    if (done.outcome !== "confirmed" || done.session === null) throw new Error(done.outcome);
    expect(done.session.session.assurance).toEqual({ aal: 2, restricted: true, phishingResistant: false });

    await one.clock.advance(5 * minute);
    const next = await accounts.signIn({ tenantId, name: "ada", password });
    if (next.outcome !== "challengeRequired") throw new Error(next.outcome);
    expect(next.authenticators).toMatchObject([
      { type: "phone", number: "+1••••••0123", isRestricted: true },
    ]);
    const on = { tenantId, id: next.challengeId, session: next.pending.bearer };
    expect((await accounts.checkChallenge({ ...on, authenticatorId, code: "123456" })).outcome).toBe(
      "codeNotSent",
    );
    expect((await accounts.sendChallenge({ ...on, authenticatorId })).outcome).toBe("sent");
    await one.engine.tick();
    const checked = await accounts.checkChallenge({ ...on, code: one.codeOn(number) });
    expect(checked).toMatchObject({ outcome: "approved", assurance: { aal: 2, restricted: true } });
  });

  test("A-14: another number needs a step-up, is unusable before its code, and the old one goes with another", async () => {
    const all = await withApp();
    const { accounts, tenantId, subscriberId } = all;
    const asked = { tenantId, subscriberId, number };
    expect((await accounts.enrolPhone(asked)).outcome).toBe("stepUpRequired");
    const proof = await stepUp(all);
    expect((await accounts.enrolPhone({ ...asked, stepUp: proof })).outcome).toBe("enrolled");
    const { authenticators } = await toChallenge(all);
    expect(authenticators.map(({ type }) => type)).toEqual(["totp"]);
    const gone = { tenantId, subscriberId, authenticatorId: all.authenticator.id };
    expect((await accounts.removeAuthenticator(gone)).outcome).toBe("stepUpRequired");
    expect((await accounts.removeAuthenticator({ ...gone, stepUp: proof })).outcome).toBe("removing");
  });
});

describe("one code, once", () => {
  test("T-4: of 200 parallel checks of one app code, over as many challenges, one is approved", async () => {
    const all = await withApp();
    const { one, accounts, tenantId, subscriberId } = all;
    await one.clock.advance(minute);
    const code = appCode(one, all.seed);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const started = await accounts.startChallenge({ tenantId, subscriberId, binding: "b" });
        if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
        const checked = await accounts.checkChallenge({
          tenantId,
          id: started.challenge.id,
          binding: "b",
          code,
        });
        return checked.outcome;
      }),
    );
    expect(outcomes.filter((outcome) => outcome === "approved")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "codeUsed")).toHaveLength(199);
  });

  test("L-1 to L-4: recovery codes are shown once, work once, and new ones end the old", async () => {
    const all = await withApp();
    const { accounts, tenantId, subscriberId } = all;
    const made = await accounts.makeRecoveryCodes({ tenantId, subscriberId, stepUp: await stepUp(all) });
    if (made.outcome !== "enrolled") throw new Error(made.outcome);
    expect(new Set(made.codes).size).toBe(10);
    const [first = "", second = ""] = made.codes;
    const use = async (code: string): Promise<string> => {
      const { id, session } = await toChallenge(all);
      const authenticatorId = made.authenticator.id;
      return (await accounts.checkChallenge({ tenantId, id, session, authenticatorId, code })).outcome;
    };
    const parallel = await Promise.all(Array.from({ length: 5 }, () => use(first.toLowerCase())));
    expect(parallel.filter((outcome) => outcome === "approved")).toHaveLength(1);
    expect(await use(first)).toBe("codeUsed");
    const left = await accounts.subscriber({ tenantId, subscriberId });
    expect(left?.authenticators.find(({ type }) => type === "recoveryCodes")?.codesLeft).toBe(9);
    const again = await accounts.makeRecoveryCodes({ tenantId, subscriberId, stepUp: await stepUp(all) });
    expect(again.outcome).toBe("enrolled");
    expect(await use(second)).toBe("authenticatorNotFound");
  }, 60_000);
});

test("T-6, K-3: the database has no seed, number, name or password in the clear", async () => {
  const all = await withApp();
  const { one, subscriberId, seed } = all;
  const row = JSON.stringify(await one.store.get(key("subscriber", subscriberId)));
  const bytes = fromBase32(seed) as Buffer;
  for (const secret of [seed, bytes.toString("hex"), bytes.toString("base64"), password, "ada"]) {
    expect(row).not.toContain(secret);
  }
  const view = JSON.stringify(await all.accounts.subscriber({ tenantId: all.tenantId, subscriberId }));
  expect(view).not.toContain(seed);
  expect(view).not.toContain("sealed");
});

test("another tenant finds nobody, and who is removed is gone with name, sessions and challenges", async () => {
  const all = await withApp();
  const { accounts, tenantId, subscriberId } = all;
  const { id, session } = await toChallenge(all);
  const other = "01920000-0000-7000-8000-0000000000ff";
  expect(await accounts.subscriber({ tenantId: other, subscriberId })).toBe(null);
  expect((await accounts.checkSession({ tenantId: other, session: all.session.bearer })).outcome).toBe(
    "sessionInvalid",
  );
  expect((await accounts.checkChallenge({ tenantId: other, id, session, code: "123456" })).outcome).toBe(
    "challengeNotFound",
  );
  expect(await accounts.removeSubscriber({ tenantId, name: "ada" })).toBe(true);
  expect((await accounts.checkSession({ tenantId, session: all.session.bearer })).outcome).toBe(
    "sessionInvalid",
  );
  expect((await accounts.checkChallenge({ tenantId, id, session, code: "123456" })).outcome).toBe(
    "challengeNotFound",
  );
  expect((await accounts.signIn({ tenantId, name: "ada", password })).outcome).toBe("signInRefused");
});
