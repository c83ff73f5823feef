import { describe, expect, test } from "vitest";
import { ask, eachLater, expectCode, installation, minute, post, said } from "./account-calls.ts";
import { codeOf, current, password, pendingOf, person, stepUp, withApp } from "./account-people.ts";

const { clock, instance } = installation;
eachLater();

type Person = Awaited<ReturnType<typeof withApp>>;

/** Signs in, and trusts the device. */
async function trust(one: Person, name = "Laptop"): Promise<{ bearer: string; id: string; session: string }> {
  const { id, session } = await pendingOf(one.name);
  const body = { code: codeOf(one.seed), session, trustDevice: name };
  const { status, json } = await post(`/challenges/${id}/check`, body);
  expect(status).toBe(200);
  await clock.advance(minute);
  const { bearer, device } = json.trustedDevice;
  return { bearer, id: device.id, session: json.session.bearer };
}

const signInFrom = (one: Person, trustedDevice: string, more: object = {}) =>
  post("/sessions", { name: one.name, password, trustedDevice, ...more });

const devicesOf = async (one: Person) =>
  (await ask("GET", `/subscribers/${one.id}/trusted-devices`)).json.items;

describe("a trusted device", () => {
  test("signs in with a password alone for 30 days, and its session is no proof of an authenticator (P-5)", async () => {
    const one = await withApp();
    const { bearer } = await trust(one, "Firefox at home");
    const signedIn = await signInFrom(one, bearer);
    expect(signedIn).toMatchObject({
      status: 201,
      json: {
        session: {
          state: "active",
          isOfTrustedDevice: true,
          steppedUpAt: null,
          assurance: { aal: 1, restricted: false, phishingResistant: false },
        },
      },
    });
    const session = signedIn.json.bearer;
    expect((await current(session)).status).toBe(200);
    await expectCode(current(session, "?maxAgeSeconds=999999"), "step_up_required");
    expect(await devicesOf(one)).toMatchObject([{ name: "Firefox at home", lastUsedAt: expect.any(String) }]);
    // A step-up is one: the same cookie gets nothing.
    const started = await post("/challenges", {
      subscriberId: one.id,
      session,
      purpose: "manage",
      trustedDevice: bearer,
    });
    expect(started.status).toBe(201);
    const path = `/challenges/${started.json.challenge.id}/check`;
    await expectCode(post(path, { code: bearer, session }), "code_malformed");
    const stepped = await post(path, { code: codeOf(one.seed), session, trustDevice: "again" });
    expect(stepped.json).toMatchObject({ assurance: { aal: 2 }, trustedDevice: null });
    await clock.advance(30 * 24 * 60 * minute);
    await expectCode(signInFrom(one, bearer), "challenge_required");
    expect(await devicesOf(one)).toEqual([]);
    expect(said().split(bearer)).toHaveLength(2);
  });

  test("needs the right password, of its owner, from its own tenant", async () => {
    const [one, other] = [await withApp(), await withApp()];
    const { bearer } = await trust(one);
    await expectCode(signInFrom(one, bearer, { password: "wrong margarets" }), "sign_in_refused");
    await expectCode(signInFrom(other, bearer), "challenge_required");
    const changed = bearer.slice(0, -1) + (bearer.endsWith("A") ? "B" : "A");
    const others = (await trust(other)).bearer;
    // The id of one device with the secret of another.
    const mixed = bearer.slice(0, 26) + others.slice(26);
    for (const wrong of [
      changed,
      mixed,
      bearer.replace("cst_", "css_"),
      bearer.toLowerCase(),
      "cst_",
      `${bearer}A`,
    ]) {
      await expectCode(signInFrom(one, wrong), "challenge_required");
    }
    await expectCode(current(bearer), "session_invalid");
    await expectCode(current(bearer.replace("cst_", "css_")), "session_invalid");
    expect((await signInFrom(one, bearer)).status).toBe(201);
    const tenant = await ask("POST", "/tenants", { name: "Elsewhere" });
    const path = `/subscribers/${one.id}/trusted-devices`;
    const theirs = tenant.json.key.key;
    await expectCode(ask("GET", path, undefined, {}, theirs), "subscriber_not_found");
    await expectCode(ask("DELETE", path, undefined, {}, theirs), "subscriber_not_found");
    expect(await devicesOf(one)).toHaveLength(1);
  });

  test("ends when it is forgotten, with all sessions, with the password, and with its authenticator", async () => {
    const one = await withApp();
    const ends: readonly ((device: { id: string; session: string }) => Promise<unknown>)[] = [
      async ({ id }) => {
        const path = `/subscribers/${one.id}/trusted-devices/${id}`;
        expect((await ask("DELETE", path)).status).toBe(204);
        await expectCode(ask("DELETE", path), "not_found");
      },
      () => ask("DELETE", `/subscribers/${one.id}/trusted-devices`),
      () => ask("DELETE", `/subscribers/${one.id}/sessions`),
      async ({ session }) =>
        post(`/subscribers/${one.id}/password`, { password, stepUp: await stepUp(one), session }),
      async () => {
        const headers = { "countersign-step-up": await stepUp(one) };
        const enrolled = await post(`/subscribers/${one.id}/authenticators`, {
          type: "totp",
          issuer: "Acme",
          stepUp: headers["countersign-step-up"],
        });
        const { authenticator, seed } = enrolled.json;
        const path = `/subscribers/${one.id}/authenticators`;
        expect((await post(`${path}/${authenticator.id}/confirm`, { code: codeOf(seed) })).status).toBe(200);
        await ask("DELETE", `${path}/${one.authenticatorId}`, undefined, headers);
        // The one that protects the account goes after a wait, and works until then.
        await clock.advance(24 * 60 * minute);
      },
    ];
    for (const end of ends) {
      const device = await trust(one);
      expect((await signInFrom(one, device.bearer)).status).toBe(201);
      await end(device);
      await clock.advance(minute);
      await expectCode(signInFrom(one, device.bearer), "challenge_required");
    }
    await expectCode(
      ask("DELETE", `/subscribers/${crypto.randomUUID()}/trusted-devices`),
      "subscriber_not_found",
    );
    await expectCode(
      ask("DELETE", `/subscribers/${crypto.randomUUID()}/trusted-devices/${crypto.randomUUID()}`),
      "subscriber_not_found",
    );
  });

  test("of somebody who lost the rest is none: a recovery code opens one session", async () => {
    const one = await withApp();
    const path = `/subscribers/${one.id}/authenticators`;
    const { json } = await post(path, { type: "recoveryCodes", stepUp: await stepUp(one) });
    const { id, session } = await pendingOf(one.name);
    const body = {
      code: json.codes[0],
      session,
      authenticatorId: json.authenticator.id,
      trustDevice: "Mine",
    };
    expect((await post(`/challenges/${id}/check`, body)).json.trustedDevice).toBe(null);
  });

  test("is enough for an application that checks passwords itself, at a sign-in and with a checked password", async () => {
    const one = await withApp();
    const login = { name: one.name, binding: "s", passwordChecked: true };
    const started = await post("/challenges", login);
    const check = { code: codeOf(one.seed), binding: "s", trustDevice: "Laptop" };
    const { json } = await post(`/challenges/${started.json.challenge.id}/check`, check);
    const { bearer: trustedDevice } = json.trustedDevice;
    const known = await post("/challenges", { ...login, trustedDevice });
    expect(known).toMatchObject({
      status: 200,
      json: { subscriberId: one.id, trustedDevice: { name: "Laptop" } },
    });
    for (const not of [{ passwordChecked: false }, { purpose: "payout" }, { trustedDevice: "cst_x" }]) {
      expect((await post("/challenges", { ...login, trustedDevice, ...not })).status).toBe(201);
    }
    const alone = await post("/challenges", { name: one.name, binding: "s" });
    await clock.advance(minute);
    const code = { ...check, code: codeOf(one.seed) };
    const lone = await post(`/challenges/${alone.json.challenge.id}/check`, code);
    expect(lone.json).toMatchObject({ assurance: { aal: 1 }, trustedDevice: null });
  });

  test("W-4: a repeated check names the same device, without what it presents", async () => {
    const one = await withApp();
    const { id, session } = await pendingOf(one.name);
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = { code: codeOf(one.seed), session, trustDevice: "Laptop" };
    const first = await post(`/challenges/${id}/check`, body, headers);
    const again = await post(`/challenges/${id}/check`, body, headers);
    expect(first.json.trustedDevice.bearer).toMatch(/^cst_/);
    expect(again.json.trustedDevice).toEqual({ ...first.json.trustedDevice, bearer: null });
    expect(await devicesOf(one)).toHaveLength(1);
  });

  test("comes ten at a time, in parallel, and none of them gets lost or doubled", async () => {
    const one = await withApp();
    const bearers: string[] = [];
    for (let n = 0; n < 11; n++) bearers.push((await trust(one, `Device ${n}`)).bearer);
    expect(await devicesOf(one)).toHaveLength(10);
    const answers = await Promise.all(bearers.map((bearer) => signInFrom(one, bearer)));
    expect(answers.map(({ status }) => status)).toEqual([403, ...Array.from({ length: 10 }, () => 201)]);
    expect(await devicesOf(one)).toHaveLength(10);
  });

  test("nobody has one who never made one", async () => {
    const { id } = await person();
    expect((await ask("GET", `/subscribers/${id}/trusted-devices`)).json.items).toEqual([]);
    expect((await ask("DELETE", `/subscribers/${id}/trusted-devices`)).status).toBe(204);
    expect(instance.parts.trustedDeviceMs).toBe(30 * 86_400_000);
  });
});
