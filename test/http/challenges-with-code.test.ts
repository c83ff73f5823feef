import { afterAll, describe, expect, test } from "vitest";
import { startPostgres } from "../support/postgres.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { openOnPostgres } from "./code-race.ts";
import { type Answer, freshNumber, type Installation, openInstallation } from "./installation.ts";

const minute = 60_000;
const parallel = 20;
const on = { binding: "b", passwordChecked: true, send: true };

const server = await startPostgres();
afterAll(() => server.stop());

const stores: readonly (readonly [string, () => Promise<Installation>])[] = [
  ["SQLite", () => openInstallation()],
  ["PostgreSQL", () => openOnPostgres(server)],
];

let people = 0;

/** People of an installation, with what is on their phones. */
function inTown({ clock, instance, call }: Installation) {
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    call({ method: "POST", path, body, headers });
  const messages = (number: string) => instance.sandbox?.phones.messages(number) ?? [];
  const codeOn = async (number: string): Promise<string> => {
    await instance.engine.tick();
    return messages(number).find(({ code }) => code !== null)?.code ?? "";
  };
  const withPhone = async (more: object = {}) => {
    people += 1;
    const name = `person-${people}`;
    const number = freshNumber();
    const { id } = (await post("/subscribers", { name })).json;
    const path = `/subscribers/${id}/authenticators`;
    const phone = (await post(path, { type: "phone", number, ...more })).json.authenticator;
    expect((await post(`${path}/${phone.id}/confirm`, { code: await codeOn(number) })).status).toBe(200);
    await clock.advance(10 * minute);
    return { id, name, number, phone: phone.id as string, path };
  };
  /** An app for somebody who has a phone. */
  const addApp = async (one: Awaited<ReturnType<typeof withPhone>>) => {
    const started = await post("/challenges", { name: one.name, purpose: "manage", ...on });
    const stepUp = started.json.challenge.id;
    const given = { binding: "b", code: await codeOn(one.number) };
    expect((await post(`/challenges/${stepUp}/check`, given)).status).toBe(200);
    const { authenticator, seed } = (await post(one.path, { type: "totp", issuer: "Acme", stepUp })).json;
    const code = codeOfApp(seed, clock.now());
    expect((await post(`${one.path}/${authenticator.id}/confirm`, { code })).status).toBe(200);
    await clock.advance(10 * minute);
    return { app: authenticator.id as string, seed: seed as string };
  };
  return { post, messages, codeOn, withPhone, addApp, clock, instance };
}

describe.each(stores)("a challenge that is started with its code, on %s", (_name, open) => {
  test("A-13, C-14: is two requests, and says where the code goes", async () => {
    const installation = await open();
    const { post, codeOn, withPhone, clock } = inTown(installation);
    const { name, number, phone } = await withPhone();
    const started = await post("/challenges", { name, ...on });
    expect(started.status).toBe(201);
    const { challenge, authenticators, sent } = started.json;
    expect(authenticators).toHaveLength(1);
    expect(sent).toMatchObject({ authenticatorId: phone, channel: "sms", to: authenticators[0].number });
    const path = `/challenges/${challenge.id}`;
    const code = await codeOn(number);
    // Whoever started it goes on with it, and nobody else.
    expect((await post(`${path}/check`, { binding: "other", code })).json.code).toBe("challenge_not_found");
    expect((await post(`/verifications/${sent.verificationId}/check`, { code })).status).toBe(404);
    expect((await post(`${path}/send`, { binding: "b" })).json.code).toBe("resend_too_soon");
    const checked = await post(`${path}/check`, { binding: "b", code });
    expect(checked).toMatchObject({ status: 200, json: { assurance: { aal: 2, restricted: true } } });
    expect((await post(`${path}/check`, { binding: "b", code })).json.code).toBe("challenge_settled");
    // A call, where they want one, or where one is asked for.
    await clock.advance(10 * minute);
    const called = await post("/challenges", { name, ...on, channel: "voice" });
    expect(called.json.sent.channel).toBe("voice");
    await installation.close();
  });

  test(`A-7: of ${parallel} at once one goes out, and only its challenge is begun`, async () => {
    const installation = await open();
    const { post, messages, codeOn, withPhone, instance } = inTown(installation);
    const { name, number } = await withPhone();
    await instance.engine.tick();
    const before = messages(number).length;
    const all = await Promise.all(
      Array.from({ length: parallel }, () => post("/challenges", { name, ...on })),
    );
    const begun = all.filter(({ status }) => status === 201);
    expect(begun).toHaveLength(1);
    const refused = all.filter(({ json }) => json.code === "send_limit_reached" && "retryAt" in json);
    expect(refused).toHaveLength(parallel - 1);
    const code = await codeOn(number);
    expect(messages(number)).toHaveLength(before + 1);
    const path = `/challenges/${begun[0]?.json.challenge.id}/check`;
    expect((await post(path, { binding: "b", code })).status).toBe(200);
    await installation.close();
  });

  test("W-4: a repeat with its Idempotency-Key sends nothing, and is answered as the first", async () => {
    const installation = await open();
    const { post, messages, codeOn, withPhone, clock } = inTown(installation);
    const one = await withPhone();
    const { name, number } = one;
    const before = messages(number).length;
    const start = (id: string) => post("/challenges", { name, ...on }, { "idempotency-key": id });
    const all = [
      ...(await Promise.all(Array.from({ length: 5 }, () => start("first")))),
      await start("first"),
    ];
    const [first] = all;
    for (const answer of all) expect(answer).toMatchObject({ status: 201, json: first?.json });
    const code = await codeOn(number);
    expect(messages(number)).toHaveLength(before + 1);
    // What refused the first refuses its repeat, though a code could be sent by then.
    const refused = await start("second");
    expect(refused.json.code).toBe("send_limit_reached");
    await clock.advance(5 * minute);
    expect((await start("second")).json).toMatchObject({ code: "send_limit_reached" });
    const path = `/challenges/${first?.json.challenge.id}/check`;
    expect((await post(path, { binding: "b", code })).json.code).toBe("code_not_sent");
    const fresh = await start("third");
    expect(fresh.status).toBe(201);
    const check = `/challenges/${fresh.json.challenge.id}/check`;
    expect((await post(check, { binding: "b", code: await codeOn(number) })).status).toBe(200);
    await installation.close();
  });
});

describe("what a code is sent for at once", () => {
  test("the phone that is asked for first; another one where it is named, and only of theirs", async () => {
    const installation = await openInstallation();
    const { post, messages, codeOn, withPhone, addApp, clock } = inTown(installation);
    const one = await withPhone();
    const { app, seed } = await addApp(one);
    const count = messages(one.number).length;
    // Two, and none of them preferred: they choose.
    const open = await post("/challenges", { name: one.name, ...on });
    expect(open).toMatchObject({ status: 201, json: { sent: null } });
    const patch = (id: string, body: object) =>
      installation.call({ method: "PATCH", path: `${one.path}/${id}`, body });
    expect((await patch(app, { isPreferred: true })).status).toBe(200);
    const byApp = await post("/challenges", { name: one.name, ...on });
    expect(byApp).toMatchObject({ status: 201, json: { sent: null } });
    const path = `/challenges/${byApp.json.challenge.id}`;
    expect((await post(`${path}/check`, { binding: "b", code: codeOfApp(seed, clock.now()) })).status).toBe(
      200,
    );
    expect(messages(one.number)).toHaveLength(count);
    const named = await post("/challenges", { name: one.name, ...on, authenticatorId: one.phone });
    expect(named.json.sent).toMatchObject({ authenticatorId: one.phone });
    expect(await codeOn(one.number)).toMatch(/^\d{6}$/);
    const other = await withPhone();
    for (const authenticatorId of [app, other.phone, "nonsense", "' or 1=1"]) {
      const wrong = await post("/challenges", { name: one.name, ...on, authenticatorId });
      expect(wrong.json.code, authenticatorId).toBe("authenticator_not_found");
    }
    for (const more of [{ authenticatorId: one.phone }, { channel: "voice" }]) {
      const wrong = await post("/challenges", { name: one.name, ...on, send: false, ...more });
      expect(wrong).toMatchObject({ status: 422, json: { code: "request_invalid" } });
    }
    await installation.close();
  });

  test("S-1, S-2: amount and payee are in its text, and only with them it is right", async () => {
    const installation = await openInstallation();
    const { post, messages, codeOn, withPhone, addApp, clock } = inTown(installation);
    const one = await withPhone();
    // An app shows nobody what is paid: the phone is the only one that is asked for.
    await addApp(one);
    const payment = { amount: { currency: "EUR", value: "10.50" }, payee: "Bäckerei Röhrl" };
    const started = await post("/challenges", { name: one.name, purpose: "payout", ...on, ...payment });
    expect(started.json).toMatchObject({ challenge: payment, sent: { authenticatorId: one.phone } });
    const code = await codeOn(one.number);
    expect(messages(one.number).map(({ text }) => text)).toContainEqual(
      expect.stringContaining("Bäckerei Röhrl"),
    );
    const path = `/challenges/${started.json.challenge.id}/check`;
    const wrong = await post(path, { binding: "b", code, ...payment, payee: "Bäckerei Rohrl" });
    expect(wrong.json.code).toBe("code_mismatch");
    expect((await post(path, { binding: "b", code })).json.code).toBe("code_mismatch");
    expect((await post(path, { binding: "b", code, ...payment })).status).toBe(200);
    await clock.advance(10 * minute);
    await installation.close();
  });

  test("T-5: nothing is sent while the budget of all their authenticators is spent", async () => {
    const installation = await openInstallation();
    const { post, messages, codeOn, withPhone, clock } = inTown(installation);
    const one = await withPhone();
    const started = await post("/challenges", { name: one.name, ...on });
    const code = await codeOn(one.number);
    const wrong = code === "000000" ? "000001" : "000000";
    const path = `/challenges/${started.json.challenge.id}/check`;
    for (let time = 0; time < 5; time++) await post(path, { binding: "b", code: wrong });
    const count = messages(one.number).length;
    const locked = await post("/challenges", { name: one.name, ...on });
    expect(locked).toMatchObject({ status: 429, json: { code: "subscriber_locked" } });
    await installation.instance.engine.tick();
    expect(messages(one.number)).toHaveLength(count);
    // Without a code it is begun: they may have another way.
    expect((await post("/challenges", { name: one.name, binding: "b" })).status).toBe(201);
    await clock.advance(10 * minute);
    expect((await post("/challenges", { name: one.name, ...on })).status).toBe(201);
    await installation.close();
  });
});
