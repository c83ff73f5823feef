import { describe, expect, test } from "vitest";
import { ask, eachLater, expectCode, installation, minute, post } from "./account-calls.ts";
import { codeOf, codeOn, password, pendingOf, person, stepUp, withApp } from "./account-people.ts";
import { freshNumber } from "./installation.ts";

const { clock, instance } = installation;
eachLater();

describe("W-4: a repeated request", () => {
  const once = (): Record<string, string> => ({ "idempotency-key": crypto.randomUUID() });

  test("makes one subscriber, is answered like the first, and shows nobody who was removed", async () => {
    const headers = once();
    const body = { name: "once-made", password };
    const [first, again] = [
      await post("/subscribers", body, headers),
      await post("/subscribers", body, headers),
    ];
    expect(again.json).toEqual(first.json);
    expect([first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toEqual([
      undefined,
      "true",
    ]);
    await expectCode(post("/subscribers", { ...body, name: "other" }, headers), "idempotency_key_reused");
    await expectCode(post("/subscribers", body), "name_taken");
    expect((await ask("DELETE", `/subscribers/${first.json.id}`)).status).toBe(204);
    await expectCode(post("/subscribers", body, headers), "not_found");
  });

  test("begins one session, counts one wrong password, and shows no secret a second time", async () => {
    const { name } = await person({ mustHaveSecond: false });
    const headers = once();
    const first = await post("/sessions", { name, password }, headers);
    const again = await post("/sessions", { name, password }, headers);
    expect(first.json.bearer).toMatch(/^css_/);
    expect(again).toMatchObject({ status: 201, json: { bearer: null, session: first.json.session } });
    const wrong = once();
    for (let n = 0; n < 8; n++) {
      await expectCode(post("/sessions", { name, password: "wrong" }, wrong), "sign_in_refused");
    }
    expect((await post("/sessions", { name, password })).status).toBe(201);
  });

  test("of a pending sign-in names the same challenge, without what opens it", async () => {
    const one = await withApp();
    const headers = once();
    const body = { name: one.name, password };
    const first = await expectCode(post("/sessions", body, headers), "challenge_required");
    const again = await expectCode(post("/sessions", body, headers), "challenge_required");
    expect(again.json).toMatchObject({
      challengeId: first.json.challengeId,
      pending: { bearer: null, session: first.json.pending.session },
      authenticators: first.json.authenticators,
    });
  });

  test("approves once, sends one message, and enrols one authenticator, also when it comes twice at once", async () => {
    const one = await withApp();
    const { id, session } = await pendingOf(one.name);
    const headers = once();
    const body = { code: codeOf(one.seed), session };
    const both = await Promise.all([1, 2].map(() => post(`/challenges/${id}/check`, body, headers)));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.filter(({ json }) => json.session.bearer !== null)).toHaveLength(1);
    await clock.advance(minute);
    const number = freshNumber();
    const enrol = { type: "phone", number, stepUp: await stepUp(one) };
    const path = `/subscribers/${one.id}/authenticators`;
    const key = once();
    const [first, again] = [await post(path, enrol, key), await post(path, enrol, key)];
    expect(again.json).toEqual(first.json);
    await codeOn(number);
    expect(instance.sandbox?.phones.messages(number)).toHaveLength(1);
    const totp = { type: "totp", issuer: "Acme", stepUp: await stepUp(one) };
    const other = once();
    const [seed, without] = [await post(path, totp, other), await post(path, totp, other)];
    expect(without.json).toEqual({ ...seed.json, seed: null, uri: null, qr: null });
    expect((await ask("GET", path)).json.items).toHaveLength(3);
  });

  test("that was refused for what it asks is told again which field it was, and why", async () => {
    const one = await person();
    const path = `/subscribers/${one.id}/authenticators`;
    const number = freshNumber();
    const phone = (await post(path, { type: "phone", number })).json.authenticator;
    expect((await post(`${path}/${phone.id}/confirm`, { code: await codeOn(number) })).status).toBe(200);
    await clock.advance(10 * minute);
    const pay = { name: one.name, purpose: "pay", amount: { currency: "EUR", value: "1234567890.50" } };
    for (const asked of [
      { ...pay, payee: "x".repeat(400), send: true },
      { ...pay, payee: "\u0416\u00c4".repeat(60), send: true },
      { name: one.name, authenticatorId: phone.id },
    ]) {
      const headers = once();
      const first = await expectCode(post("/challenges", asked, headers), "request_invalid");
      const again = await expectCode(post("/challenges", asked, headers), "request_invalid");
      expect(first.json.detail).toMatch(/^(?:payee|send) must be /);
      expect(again.json).toMatchObject({ field: first.json.field, detail: first.json.detail });
    }
  });

  test("S-1: a payment that is too long in a subscriber's language is said in the service's", async () => {
    const one = await person({ locale: "ru" });
    const path = `/subscribers/${one.id}/authenticators`;
    const number = freshNumber();
    const phone = (await post(path, { type: "phone", number })).json.authenticator;
    expect((await post(`${path}/${phone.id}/confirm`, { code: await codeOn(number) })).status).toBe(200);
    await clock.advance(10 * minute);
    const amount = { currency: "EUR", value: "123456789012.50" };
    const asked = {
      name: one.name,
      purpose: "pay",
      amount,
      payee: "Acme Rowing Boats and Oars Limited of the Old Harbour, York",
    };
    const started = await post("/challenges", { ...asked, send: true });
    expect(started.status, started.text).toBe(201);
    await codeOn(number);
    expect(instance.sandbox?.phones.messages(number)[0]?.text).toMatch(/Acme Rowing Boats/);
    expect(instance.sandbox?.phones.messages(number)[0]?.text).not.toMatch(/\p{Script=Cyrillic}/u);
  });
});
