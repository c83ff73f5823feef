import { describe, expect, test } from "vitest";
import { fromBase32 } from "../../src/authenticators/index.ts";
import { ask, eachLater, expectCode, installation, minute, post, said } from "./account-calls.ts";
import {
  codeOf,
  codeOn,
  current,
  password,
  pendingOf,
  person,
  stepUp,
  withApp,
  wrongFor,
} from "./account-people.ts";
import { freshNumber } from "./installation.ts";

const { call, clock } = installation;
eachLater();

describe("two-factor login over HTTP", () => {
  test("from sign-up to a session: 2xx is only for who is in (P-5, T-4, T-7)", async () => {
    const one = await withApp();
    expect((await current(one.session)).json.assurance).toEqual({
      aal: 2,
      restricted: false,
      phishingResistant: false,
    });
    const { id, session } = await pendingOf(one.name);
    const wrong = { code: wrongFor(codeOf(one.seed)), session };
    await expectCode(post(`/challenges/${id}/check`, wrong), "code_mismatch");
    const approved = await post(`/challenges/${id}/check`, { code: codeOf(one.seed), session });
    expect(approved).toMatchObject({ status: 200, json: { challenge: { status: "approved" } } });
    const { bearer } = approved.json.session;
    expect((await current(bearer)).json).toMatchObject({ subscriberId: one.id, state: "active" });
    const listed = await ask("GET", `/subscribers/${one.id}/sessions`);
    expect(listed.json.items).toHaveLength(2);
    const out = await ask("DELETE", "/sessions/current", undefined, { "countersign-session": bearer });
    expect(out.status).toBe(204);
    await expectCode(current(bearer), "session_invalid");
    const [left] = (await ask("GET", `/subscribers/${one.id}/sessions`)).json.items;
    expect((await ask("DELETE", `/sessions/${left.id}`)).status).toBe(204);
    await expectCode(current(one.session), "session_invalid");
  });

  test("a phone is enrolled, and called at the next login; its number is masked from then on (A-13)", async () => {
    const { id, name } = await person();
    const { json } = await post("/sessions", { name, password });
    const number = freshNumber();
    const path = `/subscribers/${id}/authenticators`;
    const enrolled = await post(path, { type: "phone", number, label: "Work" });
    expect(enrolled.json).toMatchObject({ authenticator: { name: "Work", isConfirmed: false }, seed: null });
    const authenticatorId = enrolled.json.authenticator.id;
    const session = json.pending.bearer;
    const code = await codeOn(number);
    await expectCode(
      post(`${path}/${authenticatorId}/confirm`, { code: wrongFor(code), session }),
      "code_mismatch",
    );
    const confirmed = await post(`${path}/${authenticatorId}/confirm`, { code, session });
    expect(confirmed.json.session.session.assurance).toMatchObject({ aal: 2, restricted: true });
    await clock.advance(5 * minute);
    const pending = await pendingOf(name);
    const asked = { authenticatorId, session: pending.session, channel: "voice" };
    const sent = await post(`/challenges/${pending.id}/send`, asked);
    expect(sent.json).toMatchObject({ channel: "voice", to: expect.stringContaining("•") });
    const check = { code: await codeOn(number), session: pending.session };
    expect((await post(`/challenges/${pending.id}/check`, check)).status).toBe(200);
    const shown = await ask("GET", `/subscribers/${id}`);
    expect(shown.text).not.toContain(number);
  });

  test("an application with a users table of its own challenges by binding (A-14)", async () => {
    const one = await withApp();
    const started = await post("/challenges", { name: one.name, binding: "s1", passwordChecked: true });
    const { id } = started.json.challenge;
    const headers = { "countersign-binding": "s1" };
    expect((await ask("GET", `/challenges/${id}`, undefined, headers)).json.authenticators).toHaveLength(1);
    await expectCode(ask("GET", `/challenges/${id}`), "challenge_not_found");
    await expectCode(
      post(`/challenges/${id}/check`, { code: codeOf(one.seed), binding: "s2" }),
      "challenge_not_found",
    );
    const done = await post(`/challenges/${id}/check`, { code: codeOf(one.seed), binding: "s1" });
    expect(done.json).toMatchObject({ assurance: { aal: 2 }, session: null });
    await expectCode(ask("DELETE", `/challenges/${id}`, undefined, headers), "challenge_settled");
    const other = await post("/challenges", { name: one.name, binding: "s1" });
    const path = `/challenges/${other.json.challenge.id}`;
    expect((await ask("DELETE", path, undefined, headers)).json.status).toBe("canceled");
    expect((await ask("DELETE", path, undefined, headers)).json.status).toBe("canceled");
  });

  test("recovery codes are shown once, used once and counted down; changes take a step-up (L-3, A-14)", async () => {
    const one = await withApp();
    const path = `/subscribers/${one.id}/authenticators`;
    await expectCode(post(path, { type: "recoveryCodes" }), "step_up_required");
    const made = await post(path, { type: "recoveryCodes", stepUp: await stepUp(one) });
    expect(made.json.codes).toHaveLength(10);
    const authenticatorId = made.json.authenticator.id;
    const { id, session } = await pendingOf(one.name);
    const [code] = made.json.codes;
    expect((await post(`/challenges/${id}/check`, { code, session, authenticatorId })).status).toBe(200);
    const again = await pendingOf(one.name);
    const repeated = { code, session: again.session, authenticatorId };
    await expectCode(post(`/challenges/${again.id}/check`, repeated), "code_used");
    const all = (await ask("GET", path)).json.items;
    expect(all.map((each: { codesLeft: number | null }) => each.codesLeft)).toEqual([null, 9]);
    await expectCode(ask("DELETE", `${path}/${authenticatorId}`), "step_up_required");
    const headers = { "countersign-step-up": await stepUp(one) };
    // The only way back beside the app: they go after a wait.
    expect((await ask("DELETE", `${path}/${authenticatorId}`, undefined, headers)).status).toBe(202);
  });
});

describe("P-5: what a session opens", () => {
  /** Every call that takes a session, with the bearer of somebody. */
  const calls = (
    session: string,
    on: { id: string; challengeId: string; authenticatorId: string; seed: string },
  ) => ({
    checkSession: () => current(session),
    startChallenge: () => post("/challenges", { subscriberId: on.id, session }),
    getChallenge: () =>
      ask("GET", `/challenges/${on.challengeId}`, undefined, { "countersign-session": session }),
    checkChallenge: () => post(`/challenges/${on.challengeId}/check`, { code: codeOf(on.seed), session }),
    sendChallenge: () =>
      post(`/challenges/${on.challengeId}/send`, { authenticatorId: on.authenticatorId, session }),
    cancelChallenge: () =>
      ask("DELETE", `/challenges/${on.challengeId}`, undefined, { "countersign-session": session }),
    changePassword: () =>
      post(`/subscribers/${on.id}/password`, { password: "ten rowing margarets", session }),
    confirmAuthenticator: () =>
      post(`/subscribers/${on.id}/authenticators/${on.authenticatorId}/confirm`, { code: "000000", session }),
  });

  const refusals = ["session_invalid", "challenge_not_found", "authenticator_not_found"];

  test("a pending session opens its own challenge and nothing else", async () => {
    const one = await withApp();
    const own = await pendingOf(one.name);
    const other = await pendingOf(one.name);
    for (const [name, ask] of Object.entries(calls(own.session, { ...one, challengeId: other.id }))) {
      expect(refusals, name).toContain((await ask()).json?.code);
    }
    const used = await post(`/challenges/${own.id}/check`, { code: codeOf(one.seed), session: own.session });
    expect(used.status).toBe(200);
    for (const [name, ask] of Object.entries(calls(own.session, { ...one, challengeId: own.id }))) {
      expect(refusals, `${name}, used up`).toContain((await ask()).json?.code);
    }
  });

  test("another subscriber's session opens nothing of theirs", async () => {
    const [one, other] = [await withApp(), await withApp()];
    const started = await post("/challenges", { subscriberId: one.id, session: one.session });
    const challengeId = started.json.challenge.id;
    const { checkSession: _own, ...rest } = calls(other.session, { ...one, challengeId });
    for (const [name, ask] of Object.entries(rest))
      expect(refusals, name).toContain((await ask()).json?.code);
  });

  test("another tenant's key finds neither sessions nor subscribers nor challenges", async () => {
    const one = await withApp();
    const started = await post("/challenges", { subscriberId: one.id, session: one.session });
    const tenant = await call({ method: "POST", path: "/tenants", body: { name: `Other ${one.name}` } });
    const key = tenant.json.key.key;
    const { id } = started.json.challenge;
    const headers = { "countersign-session": one.session };
    const attempts: [string, string, object | undefined, string][] = [
      ["GET", "/sessions/current", undefined, "session_invalid"],
      ["DELETE", "/sessions/current", undefined, "session_invalid"],
      ["GET", `/subscribers/${one.id}`, undefined, "subscriber_not_found"],
      ["DELETE", `/subscribers/${one.id}`, undefined, "subscriber_not_found"],
      ["GET", `/subscribers/${one.id}/sessions`, undefined, "subscriber_not_found"],
      ["DELETE", `/subscribers/${one.id}/sessions`, undefined, "subscriber_not_found"],
      ["POST", "/challenges", { subscriberId: one.id }, "subscriber_not_found"],
      [
        "POST",
        `/challenges/${id}/check`,
        { code: codeOf(one.seed), session: one.session },
        "challenge_not_found",
      ],
      ["POST", "/sessions", { name: one.name, password }, "sign_in_refused"],
    ];
    for (const [method, path, body, code] of attempts) {
      await expectCode(ask(method, path, body, body === undefined ? headers : {}, key), code);
    }
    const listed = await ask("GET", `/subscribers?name=${one.name}`, undefined, {}, key);
    expect(listed.json.items).toEqual([]);
    expect((await current(one.session)).status).toBe(200);
  });

  test("a change of the password ends every session but the one that asked for it, pending ones too (P-6)", async () => {
    const one = await withApp();
    const pending = await pendingOf(one.name);
    const signedIn = await post(`/challenges/${pending.id}/check`, {
      code: codeOf(one.seed),
      session: pending.session,
    });
    const asking: string = signedIn.json.session.bearer;
    const waiting = await pendingOf(one.name);
    const started = await post("/challenges", { subscriberId: one.id, session: one.session });
    const changing = { password: "ten rowing margarets", session: asking };
    const path = `/subscribers/${one.id}/password`;
    await expectCode(post(path, changing), "step_up_required");
    await expectCode(post(path, { ...changing, password: "short" }), "password_refused");
    await clock.advance(minute);
    expect((await post(path, { ...changing, stepUp: await stepUp(one) })).status).toBe(200);
    expect((await current(asking)).status).toBe(200);
    const on = { ...one, challengeId: started.json.challenge.id };
    for (const [name, ask] of Object.entries(calls(one.session, on))) {
      expect(refusals, name).toContain((await ask()).json?.code);
    }
    const late = { code: codeOf(one.seed), session: waiting.session };
    await expectCode(post(`/challenges/${waiting.id}/check`, late), "challenge_not_found");
    await expectCode(post("/sessions", { name: one.name, password }), "sign_in_refused");
    const anew = { name: one.name, password: changing.password };
    await expectCode(post("/sessions", anew), "challenge_required");
    expect((await ask("GET", `/subscribers/${one.id}/sessions`)).json.items).toHaveLength(1);
    expect((await ask("DELETE", `/subscribers/${one.id}/sessions`)).status).toBe(204);
    await expectCode(current(asking), "session_invalid");
  });

  test("without an authenticator, the password that is to go is asked for, and guesses of it are counted", async () => {
    const { id, name } = await person({ mustHaveSecond: false });
    const path = `/subscribers/${id}/password`;
    const next = { password: "ten rowing margarets" };
    await expectCode(post(path, next), "sign_in_refused");
    for (let n = 0; n < 5; n++)
      await expectCode(post(path, { ...next, current: "wrong" }), "sign_in_refused");
    await expectCode(post(path, { ...next, current: password }), "sign_in_locked");
    await expectCode(post("/sessions", { name, password }), "sign_in_locked");
    await clock.advance(minute);
    expect((await post(path, { ...next, current: password })).status).toBe(200);
    expect((await post("/sessions", { name, ...next })).status).toBe(201);
  });

  test("sessions age: a step-up is asked for, and gives another secret (P-5)", async () => {
    const one = await withApp();
    await clock.advance(20 * minute);
    await expectCode(current(one.session, "?maxAgeSeconds=600"), "step_up_required");
    const started = await post("/challenges", {
      subscriberId: one.id,
      session: one.session,
      purpose: "payout",
    });
    const path = `/challenges/${started.json.challenge.id}/check`;
    const { json } = await post(path, { code: codeOf(one.seed), session: one.session });
    await expectCode(current(one.session), "session_invalid");
    expect((await current(json.session.bearer, "?maxAgeSeconds=600")).status).toBe(200);
  });
});

test("T-6: a seed is in the answer of its enrolment and nowhere else, in no writing of it", async () => {
  const one = await withApp();
  const bytes = fromBase32(one.seed) as Buffer;
  const from = said().length;
  await ask("GET", `/subscribers/${one.id}`);
  await ask("GET", `/subscribers/${one.id}/authenticators`);
  await ask("GET", "/subscribers?limit=100");
  const pending = await pendingOf(one.name);
  await post(`/challenges/${pending.id}/check`, { code: codeOf(one.seed), session: pending.session });
  const later = said().slice(from);
  for (const form of [one.seed, bytes.toString("hex"), bytes.toString("base64"), bytes.toString("latin1")]) {
    expect(later).not.toContain(form);
  }
});
