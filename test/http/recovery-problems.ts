import { expect, test } from "vitest";
import { createSoftwareAuthenticator } from "../../src/testing/index.ts";
import { ask, expectCode, installation, minute, post } from "./account-calls.ts";
import { codeOf, codeOn, password, person, stepUp, withApp, wrongFor } from "./account-people.ts";
import type { Answer } from "./installation.ts";

const { clock, instance } = installation;
const newPassword = "seven quiet lighthouses";
let mails = 0;

/** The newest text at an address that says something like this. */
async function textOn(to: string, pattern: RegExp): Promise<string> {
  await instance.engine.tick();
  const found = instance.sandbox?.phones.messages(to).find(({ text }) => pattern.test(text));
  return found?.text ?? "";
}

/** Somebody with an app, a step-up and an e-mail address. */
async function withMail() {
  const one = await withApp();
  const allowed = await stepUp(one);
  mails += 1;
  const mail = `person-${mails}@example.com`;
  const path = `/subscribers/${one.id}/authenticators`;
  const added = await post(path, { type: "email", address: mail, stepUp: allowed });
  expect(added.json).toMatchObject({
    authenticator: { type: "email", isConfirmed: false },
    sent: { channel: "email" },
  });
  const { id } = added.json.authenticator;
  const confirmed = await post(`${path}/${id}/confirm`, { code: await codeOn(mail) });
  expect(confirmed.json).toMatchObject({ authenticator: { isConfirmed: true, number: null }, session: null });
  return { ...one, mail, mailId: id, stepUp: allowed, path };
}

const noticeHeader = (notice: string) => ({ "countersign-notice": notice });
const resetHeader = (reset: string) => ({ "countersign-reset": reset });

const nobody = "019b796d-d600-7b75-97b3-db45180a1f55";

/** The way back in, over HTTP, with every refusal. */
export function problemsOfRecovery(): void {
  test("L-5: a person recovers with a code by e-mail and their app; nobody is told apart from somebody", async () => {
    const one = await withMail();
    const started = await post("/recoveries", { name: one.name });
    expect(started.status).toBe(201);
    const { recovery } = started.json;
    expect((await post("/recoveries/send", { recovery, method: "email" })).json).toEqual({ sent: true });
    const code = await codeOn(one.mail);
    await expectCode(
      post("/recoveries/check", { recovery, method: "email", code: wrongFor(code) }),
      "code_mismatch",
    );
    await expectCode(post("/recoveries/complete", { recovery }), "recovery_invalid");
    const proof = async (method: string, given: string): Promise<Answer["json"]> =>
      (await post("/recoveries/check", { recovery, method, code: given })).json;
    expect(await proof("email", code)).toEqual({ isEnough: false, methods: ["email"] });
    expect(await proof("totp", codeOf(one.seed))).toEqual({ isEnough: true, methods: ["email", "totp"] });
    await expectCode(post("/recoveries/complete", { recovery, password: "short" }), "password_refused");
    const done = await post("/recoveries/complete", { recovery, password: newPassword });
    expect(done.json).toMatchObject({ subscriberId: one.id, pending: { session: { state: "pending" } } });
    for (const path of ["send", "passkey", "check", "complete"]) {
      const body = { passkey: {}, send: { method: "email" }, check: { method: "email", code }, complete: {} }[
        path
      ];
      await expectCode(post(`/recoveries/${path}`, { recovery, ...body }), "recovery_invalid");
    }
    await expectCode(post("/sessions", { name: one.name, password }), "sign_in_refused");
    await expectCode(post("/sessions", { name: one.name, password: newPassword }), "challenge_required");
    const none = await post("/recoveries", { name: "nobody at all" });
    expect(Object.keys(none.json)).toEqual(Object.keys(started.json));
    const sent = await post("/recoveries/send", { recovery: none.json.recovery, method: "phone" });
    expect([sent.status, sent.json]).toEqual([200, { sent: true }]);
  });

  test("P-7: a reset goes to an address of its owner alone and works once", async () => {
    const one = await withMail();
    const path = `/subscribers/${one.id}/reset`;
    await expectCode(post(`/subscribers/${nobody}/reset`), "subscriber_not_found");
    await expectCode(post(path, { authenticatorId: nobody }), "authenticator_not_found");
    const { id } = await person();
    await expectCode(post(`/subscribers/${id}/reset`), "address_required");
    const started = await post(path);
    expect(started.status).toBe(202);
    expect(started.json).toMatchObject({ channel: "email", sentTo: "p•••@example.com" });
    const reset = /csr_[\w-]+/.exec(await textOn(one.mail, /csr_/))?.[0] ?? "";
    const shown = await ask("GET", "/resets/current", undefined, resetHeader(reset));
    expect(shown.json).toMatchObject({ subscriberId: one.id, needsPassword: true });
    await expectCode(post("/resets/complete", { reset, password: "short" }), "password_refused");
    const done = await post("/resets/complete", { reset, password: newPassword });
    expect(done.json).toMatchObject({ subscriberId: one.id, pending: { session: { state: "pending" } } });
    await expectCode(post("/resets/complete", { reset, password: newPassword }), "reset_invalid");
    await expectCode(ask("GET", "/resets/current", undefined, resetHeader(reset)), "reset_invalid");
    await expectCode(post("/sessions", { name: one.name, password: newPassword }), "enrolment_required");
    const messages = await ask("GET", "/messages");
    expect(messages.text).not.toContain("csr_");
  });
}

/** What stops a thief, over HTTP, with every refusal. */
export function problemsOfNotices(): void {
  test("P-6: a notice’s link stops everything, and what protects the account waits before it goes", async () => {
    const one = await withMail();
    const headers = { "countersign-step-up": one.stepUp };
    const app = `${one.path}/${one.authenticatorId}`;
    const removing = await ask("DELETE", app, undefined, headers);
    expect([removing.status, removing.json.type]).toEqual([202, "totp"]);
    expect(removing.json.removesAt).not.toBeNull();
    expect((await ask("DELETE", `${app}/removal`)).json).toMatchObject({ type: "totp", removesAt: null });
    await expectCode(
      ask("DELETE", `/subscribers/${nobody}/authenticators/${nobody}/removal`),
      "subscriber_not_found",
    );
    await expectCode(ask("DELETE", `${one.path}/${nobody}/removal`), "authenticator_not_found");
    const text = await textOn(one.mail, /about to be removed/);
    const notice = /not-me\?notice=(csn_[\w-]+)/.exec(text)?.[1] ?? "";
    const shown = await ask("GET", "/notices/current", undefined, noticeHeader(notice));
    expect(shown.json).toMatchObject({ subscriberId: one.id, kind: "removalBegun" });
    expect((await post("/notices/dispute", { notice })).json).toEqual({ subscriberId: one.id });
    await expectCode(post("/notices/dispute", { notice }), "notice_invalid");
    await expectCode(ask("GET", "/notices/current", undefined, noticeHeader(notice)), "notice_invalid");
    expect((await ask("GET", `/subscribers/${one.id}`)).json.isFrozen).toBe(true);
    await expectCode(post(one.path, { type: "recoveryCodes", stepUp: one.stepUp }), "changes_frozen");
    await expectCode(ask("DELETE", app, undefined, headers), "changes_frozen");
    // A notice in a language that they cannot read would stop nobody.
    await expectCode(ask("PATCH", `/subscribers/${one.id}`, { locale: "de" }), "changes_frozen");
    const next = { password: newPassword, stepUp: one.stepUp };
    await expectCode(post(`/subscribers/${one.id}/password`, next), "changes_frozen");
    await clock.advance(minute);
  });
  test("S-4: wrong codes are told before they disable an app, and when they did; a repeated request tells nobody again", async () => {
    const one = await withMail();
    const guess = async (): Promise<Answer["json"]> => {
      await clock.advance(60 * minute);
      const { challenge } = (await post("/challenges", { subscriberId: one.id, binding: "b" })).json;
      const code = wrongFor(codeOf(one.seed));
      const body = { binding: "b", authenticatorId: one.authenticatorId, code };
      const headers = { "idempotency-key": crypto.randomUUID() };
      const check = (): Promise<Answer> => post(`/challenges/${challenge.id}/check`, body, headers);
      const answer = await expectCode(check(), "code_mismatch");
      expect((await expectCode(check(), "code_mismatch")).json.checksLeft).toBe(answer.json.checksLeft);
      return answer.json;
    };
    const told = async (): Promise<readonly string[]> => {
      await instance.engine.tick();
      const all = instance.sandbox?.phones.messages(one.mail) ?? [];
      return all.map(({ text }) => text).filter((text) => text.includes("wrong codes"));
    };
    for (let n = 0; n < 27; n++) expect(await guess()).not.toHaveProperty("checksLeft");
    expect(await told()).toEqual([]);
    expect(await guess()).toMatchObject({ checksLeft: 5 });
    expect(await told()).toEqual([expect.stringContaining("a few more disable a way to sign in")]);
    for (const checksLeft of [4, 3, 2, 1, 0]) expect(await guess()).toMatchObject({ checksLeft });
    const [last = "", ...earlier] = await told();
    expect([last, earlier]).toEqual([expect.stringContaining("have disabled"), [expect.any(String)]]);
    const notice = /not-me\?notice=(csn_[\w-]+)/.exec(last)?.[1] ?? "";
    const shown = await ask("GET", "/notices/current", undefined, noticeHeader(notice));
    expect(shown.json).toMatchObject({ subscriberId: one.id, kind: "authenticatorDisabled" });
    expect((await ask("GET", "/messages")).text).not.toContain("csn_");
  });
}

/** In which language they are told of all that. */
export function problemsOfLanguages(): void {
  test("a subscriber gets codes and notices in the language that was chosen for them last", async () => {
    const one = await withMail();
    const path = `/subscribers/${one.id}`;
    const speak = async (locale: string | null): Promise<Answer> => await ask("PATCH", path, { locale });
    expect((await speak("fr-fr")).json).toMatchObject({ id: one.id, locale: "fr-FR" });
    expect((await ask("GET", path)).json.locale).toBe("fr-FR");
    expect((await post(`${path}/reset`)).status).toBe(202);
    expect(await textOn(one.mail, /csr_/)).toContain("reconfigurez votre compte");
    const number = "+14155550177";
    await post(one.path, { type: "phone", number, stepUp: await stepUp(one) });
    expect(await textOn(number, /\d{6}/)).toContain("est votre code");
    expect((await speak(null)).json.locale).toBeNull();
    await clock.advance(minute);
    expect((await post(`${path}/reset`)).status).toBe(202);
    expect(await textOn(one.mail, /csr_/)).toContain("set up your account again");
    for (const locale of ["no such language", "", "x".repeat(36)]) {
      expect((await expectCode(speak(locale), "request_invalid")).text).toContain("locale");
    }
    await expectCode(ask("PATCH", path, {}), "request_invalid");
    await expectCode(ask("PATCH", `/subscribers/${nobody}`, { locale: "de" }), "subscriber_not_found");
  });
}

/** A passkey as the way back, over HTTP. */
export function problemsOfPasskeyRecovery(): void {
  test("L-5: a passkey recovers alone; nobody's and somebody's are asked for alike", async () => {
    const device = createSoftwareAuthenticator({ origin: "http://localhost:3000" });
    const one = await person();
    const path = `/subscribers/${one.id}/authenticators`;
    const enrolling = await post(path, { type: "passkey" });
    const passkey = device.create(enrolling.json.options);
    const confirming = `${path}/${enrolling.json.authenticator.id}/confirm`;
    expect((await post(confirming, { passkey })).status).toBe(200);
    const recovering = async (name: string) => {
      const { recovery } = (await post("/recoveries", { name })).json;
      const { options } = (await post("/recoveries/passkey", { recovery })).json;
      const proof = { recovery, method: "passkey", passkey: device.get(options) };
      return { recovery, options, proof, show: () => post("/recoveries/check", proof) };
    };
    const nobodys = await recovering("nobody at all");
    const wrong = await expectCode(nobodys.show(), "code_mismatch");
    expect(wrong.json.checksLeft).toBe(4);
    const { recovery, options, proof, show } = await recovering(one.name);
    expect({ ...options, challenge: "" }).toEqual({ ...nobodys.options, challenge: "" });
    for (const body of [
      { ...proof, code: "123456" },
      { ...proof, method: "totp" },
      { recovery, method: "email" },
    ]) {
      await expectCode(post("/recoveries/check", body), "request_invalid");
    }
    expect((await show()).json).toEqual({ isEnough: true, methods: ["passkey"] });
    const done = await post("/recoveries/complete", { recovery, password: newPassword });
    expect(done.json).toMatchObject({ subscriberId: one.id, pending: { session: { state: "pending" } } });
    await expectCode(show(), "recovery_invalid");
  });
}
