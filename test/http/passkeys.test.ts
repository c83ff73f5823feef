import { describe, expect, test } from "vitest";
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from "../../src/testing/index.ts";
import { ask, eachLater, expectCode, installation, minute, post, said } from "./account-calls.ts";
import { codeOf, current, password, person, withApp } from "./account-people.ts";

const { clock } = installation;
eachLater();

const origin = "http://localhost:3000";
const binding = "browser-1";
const phishingResistant = { aal: 2, restricted: false, phishingResistant: true };

async function enrol(id: string, device: SoftwareAuthenticator, more: object = {}) {
  const path = `/subscribers/${id}/authenticators`;
  const asked = await post(path, { type: "passkey", binding, ...more });
  expect(asked.status, asked.text).toBe(201);
  const confirming = `${path}/${asked.json.authenticator.id}/confirm`;
  return { asked, confirming, passkey: device.create(asked.json.options) };
}

async function signIn(device: SoftwareAuthenticator, more: object = {}) {
  const asked = await post("/sessions/passkey", { binding });
  expect(asked.status, asked.text).toBe(201);
  const passkey = device.get(asked.json.options);
  return {
    asked,
    passkey,
    answer: await post(`/sessions/passkey/${asked.json.id}`, { binding, passkey, ...more }),
  };
}

describe("passkeys over HTTP", () => {
  test("from sign-up to a sign-in with nothing but the passkey (X-5)", async () => {
    const device = createSoftwareAuthenticator({ origin });
    const { id, name } = await person();
    const first = await expectCode(post("/sessions", { name, password }), "enrolment_required");
    const { asked, confirming, passkey } = await enrol(id, device, { label: "Laptop", displayName: "Ada" });
    expect(asked.json).toMatchObject({
      authenticator: { type: "passkey", name: "Laptop", isConfirmed: false, isBackedUp: null },
      options: { rp: { id: "localhost" }, user: { name, displayName: "Ada" }, attestation: "none" },
      seed: null,
    });
    const session = first.json.pending.bearer;
    const confirmed = await post(confirming, { passkey, binding, session });
    expect(confirmed.json, confirmed.text).toMatchObject({
      authenticator: { isConfirmed: true, isBackedUp: false },
      session: { session: { assurance: phishingResistant } },
    });
    const { answer } = await signIn(device);
    expect(answer.status, answer.text).toBe(201);
    expect((await current(answer.json.bearer)).json).toMatchObject({
      subscriberId: id,
      assurance: phishingResistant,
    });
    // After a password it is the second authenticator, and inside a session the step-up.
    const pending = await expectCode(post("/sessions", { name, password }), "challenge_required");
    const on = `/challenges/${pending.json.challengeId}`;
    const holder = { session: pending.json.pending.bearer };
    const second = await post(`${on}/passkey`, holder);
    expect(second.json.options.allowCredentials).toHaveLength(1);
    const checked = await post(`${on}/check`, { ...holder, passkey: device.get(second.json.options) });
    expect(checked.json, checked.text).toMatchObject({
      challenge: { status: "approved" },
      assurance: phishingResistant,
    });
    const step = await post("/challenges", { subscriberId: id, purpose: "manage", binding });
    const managing = `/challenges/${step.json.challenge.id}`;
    const manage = await post(`${managing}/passkey`, { binding });
    const stepped = await post(`${managing}/check`, { binding, passkey: device.get(manage.json.options) });
    expect(stepped.status, stepped.text).toBe(200);
    const stepUp = step.json.challenge.id;
    const more = createSoftwareAuthenticator({ origin, isBackedUp: true });
    const another = await enrol(id, more, { stepUp });
    const both = await post(another.confirming, { passkey: another.passkey, binding });
    expect(both.json.authenticator).toMatchObject({ isBackedUp: true });
    expect((await signIn(more)).answer.status).toBe(201);
    const headers = { "countersign-step-up": stepUp };
    const removing = another.confirming.replace(/\/confirm$/, "");
    // The first one is too young to protect the account alone.
    const going = await ask("DELETE", removing, undefined, headers);
    expect(going.status, going.text).toBe(202);
    await clock.advance(8 * 24 * 60 * minute);
    await expectCode(Promise.resolve((await signIn(more)).answer), "sign_in_refused");
  });

  test("X-1: an answer opens nothing a second time, elsewhere or late, also with an Idempotency-Key", async () => {
    const device = createSoftwareAuthenticator({ origin });
    const { id } = await person();
    const { confirming, passkey } = await enrol(id, device);
    const headers = { "idempotency-key": crypto.randomUUID() };
    const twice = [
      await post(confirming, { passkey, binding }, headers),
      await post(confirming, { passkey, binding }, headers),
    ];
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    await expectCode(post(confirming, { passkey, binding }), "authenticator_not_found");
    const key = { "idempotency-key": crypto.randomUUID() };
    const asked = await post("/sessions/passkey", { binding }, key);
    const repeated = await post("/sessions/passkey", { binding }, key);
    expect(repeated.json).toEqual({ ...asked.json, options: null });
    const on = `/sessions/passkey/${asked.json.id}`;
    const answer = { binding, passkey: device.get(asked.json.options) };
    await expectCode(post(on, { ...answer, binding: "browser-2" }), "challenge_not_found");
    const other = { "idempotency-key": crypto.randomUUID() };
    const [first, again] = [await post(on, answer, other), await post(on, answer, other)];
    expect(first.json.bearer).toMatch(/^css_/);
    expect(again).toMatchObject({ status: 201, json: { bearer: null, session: first.json.session } });
    await expectCode(post(on, answer), "challenge_settled");
    const late = await post("/sessions/passkey", { binding });
    await clock.advance(5 * minute);
    const stale = { binding, passkey: device.get(late.json.options) };
    await expectCode(post(`/sessions/passkey/${late.json.id}`, stale), "challenge_expired");
  });

  test("X-3: nobody's passkey and a wrong signature are answered with the same bytes but for the request's id", async () => {
    const device = createSoftwareAuthenticator({ origin });
    const { id } = await person();
    const { confirming, passkey } = await enrol(id, device);
    expect((await post(confirming, { passkey, binding })).status).toBe(200);
    const texts: string[] = [];
    for (const change of ["nobody", "signature", "credential"] as const) {
      const asked = await post("/sessions/passkey", { binding });
      const right = device.get(asked.json.options);
      const response = { ...right.response };
      if (change === "nobody") response.userHandle = Buffer.alloc(16, 9).toString("base64url");
      if (change === "signature")
        response.signature = device.get({ ...asked.json.options, challenge: "AAAA" }).response.signature;
      const ids = change === "credential" ? { id: "AAAA", rawId: "AAAA" } : {};
      const answer = await post(`/sessions/passkey/${asked.json.id}`, {
        binding,
        passkey: { ...right, response, ...ids },
      });
      expect(answer.status).toBe(422);
      texts.push(answer.text.replace(/req-[\w-]+/, ""));
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("sign_in_refused");
  });

  test("what is refused says what to set right, and a field that does not go together is named", async () => {
    const { id } = await person();
    const elsewhere = createSoftwareAuthenticator({ origin: "http://127.0.0.1:3000" });
    const { confirming, passkey } = await enrol(id, elsewhere);
    const refused = await expectCode(post(confirming, { passkey, binding }), "passkey_refused");
    expect(refused.json).toMatchObject({
      reason: "origin",
      detail: expect.stringContaining("COUNTERSIGN_PASSKEY_ORIGINS"),
    });
    expect((await expectCode(post(confirming, { passkey, binding }), "passkey_refused")).json.reason).toBe(
      "challenge",
    );
    for (const body of [{}, { passkey, code: "123456" }]) {
      expect((await expectCode(post(confirming, body), "request_invalid")).json.field).toBe("code");
    }
    const path = `/subscribers/${id}/authenticators`;
    for (const [field, body] of [
      ["number", { type: "passkey", number: "+14155550123" }],
      ["displayName", { type: "phone", number: "+14155550123", displayName: "Ada" }],
      ["binding", { type: "totp", issuer: "Acme", binding }],
    ] as const) {
      expect((await expectCode(post(path, body), "request_invalid")).json.field).toBe(field);
    }
    await expectCode(post("/sessions/passkey", {}), "request_invalid");
  });

  test("an app's code does not meet what a passkey was asked for, nor a passkey what an app was", async () => {
    const one = await withApp();
    const started = await post("/challenges", { subscriberId: one.id, binding });
    const on = `/challenges/${started.json.challenge.id}`;
    await expectCode(post(`${on}/passkey`, { binding }), "authenticator_not_found");
    const device = createSoftwareAuthenticator({ origin });
    const { passkey } = await enrol((await person()).id, device);
    await expectCode(post(`${on}/check`, { binding, passkey }), "passkey_refused");
    expect((await post(`${on}/check`, { binding, code: codeOf(one.seed) })).status).toBe(200);
  });

  test("no private half, challenge or handle is shown where nobody asked for it", () => {
    expect(said()).not.toMatch(/"publicKey"|"signCount"|"request"/);
  });
});
