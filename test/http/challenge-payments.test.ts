import { describe, expect, test } from "vitest";
import { ask, eachLater, expectCode, installation, minute, post } from "./account-calls.ts";
import { addPhone, codeOf, codeOn, person, stepUp, withApp, wrongFor } from "./account-people.ts";
import type { Answer } from "./installation.ts";
import { freshNumber } from "./installation.ts";

const { clock, instance } = installation;
eachLater(10 * minute);

const payment = { amount: { currency: "EUR", value: "10.50" }, payee: "Bäckerei Röhrl" };
const on = { binding: "s", purpose: "payout" };

/** Somebody with a phone, and what is on it. */
async function withPhone(): Promise<{ id: string; number: string }> {
  const { id } = await person();
  const { number } = await addPhone(id);
  await clock.advance(10 * minute);
  return { id, number };
}

async function pay(one: { id: string; number: string }, what: object = payment) {
  const started = await post("/challenges", { subscriberId: one.id, ...on, ...what });
  expect(started.status).toBe(201);
  const path = `/challenges/${started.json.challenge.id}`;
  expect((await post(`${path}/send`, { binding: "s" })).status).toBe(200);
  const code = await codeOn(one.number);
  const check = (given: object): Promise<Answer> => post(`${path}/check`, { binding: "s", code, ...given });
  return { path, code, check, challenge: started.json.challenge };
}

describe("a payment", () => {
  test("S-1, S-2: is named in the text, repeated at the check, and named in the approval", async () => {
    const one = await withPhone();
    const { check, challenge, path } = await pay(one);
    expect(challenge).toMatchObject(payment);
    const text = instance.sandbox?.phones.messages(one.number)[0]?.text;
    expect(text).toContain("10.50");
    expect(text).toContain("EUR");
    expect(text).toContain("Bäckerei Röhrl");
    const shown = await ask("GET", path, undefined, { "countersign-binding": "s" });
    expect(shown.json.challenge).toMatchObject(payment);
    const approved = await check(payment);
    expect(approved).toMatchObject({ status: 200, json: { challenge: { status: "approved", ...payment } } });
  });

  test("S-2, S-5: another amount, currency or payee is a wrong code: the same answer to the byte", async () => {
    const one = await withPhone();
    const { check, code } = await pay(one);
    const { amount, payee } = payment;
    const wrong = [
      { ...payment, payee: "Bäckerei Rohrl" },
      { ...payment, amount: { ...amount, value: "10.51" } },
      { ...payment, amount: { ...amount, currency: "USD" } },
      { ...payment, code: wrongFor(code) },
    ];
    const answers: string[] = [];
    for (const given of wrong) {
      const answer = await expectCode(check(given), "code_mismatch");
      answers.push(answer.text.replace(answer.json.instance, ""));
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    const other = await withPhone();
    const { check: again } = await pay(other);
    for (const given of [{}, { payee }, { amount }, { ...payment, amount: { ...amount, value: "10,50" } }]) {
      await expectCode(again(given), "code_mismatch");
    }
    // Four wrong ones are free; the payee in another form of the same letters is the same.
    expect((await again({ ...payment, payee: payee.normalize("NFD") })).status).toBe(200);
  });

  test("S-3: the code of one payment is none of another", async () => {
    const one = await withPhone();
    const first = await pay(one);
    await clock.advance(minute);
    const second = await pay(one, { ...payment, amount: { currency: "EUR", value: "99" } });
    await expectCode(
      second.check({ ...payment, code: first.code, amount: { currency: "EUR", value: "99" } }),
      "code_mismatch",
    );
    const headers = { "countersign-binding": "s" };
    expect((await ask("DELETE", first.path, undefined, headers)).json.status).toBe("canceled");
    await expectCode(first.check({ ...payment, code: first.code }), "challenge_settled");
    expect(
      (await second.check({ payee: payment.payee, amount: { currency: "EUR", value: "99.00" } })).status,
    ).toBe(200);
  });

  test("S-1: takes a code that is sent with it: no app, no recovery code, no trusted device", async () => {
    const one = await withApp();
    const start = { subscriberId: one.id, ...on, ...payment };
    await expectCode(post("/challenges", start), "authenticator_not_found");
    const number = freshNumber();
    const path = `/subscribers/${one.id}/authenticators`;
    const { json } = await post(path, { type: "phone", number, stepUp: await stepUp(one) });
    await post(`${path}/${json.authenticator.id}/confirm`, { code: await codeOn(number) });
    await clock.advance(10 * minute);
    const started = await post("/challenges", start);
    expect(started.json.authenticators.map(({ type }: { type: string }) => type)).toEqual(["phone"]);
    const check = { binding: "s", ...payment, authenticatorId: one.authenticatorId, code: codeOf(one.seed) };
    await expectCode(
      post(`/challenges/${started.json.challenge.id}/check`, check),
      "authenticator_not_found",
    );
  });

  test("where none was asked for, one that is said is wrong", async () => {
    const one = await withApp();
    const started = await post("/challenges", { subscriberId: one.id, ...on });
    expect(started.json.challenge).toMatchObject({ amount: null, payee: null });
    const path = `/challenges/${started.json.challenge.id}/check`;
    await expectCode(post(path, { binding: "s", code: codeOf(one.seed), ...payment }), "code_mismatch");
    expect((await post(path, { binding: "s", code: codeOf(one.seed) })).status).toBe(200);
  });

  test("S-6: is refused where it could not be shown as it is", async () => {
    const one = await withPhone();
    const start = { subscriberId: one.id, ...on };
    for (const [given, field] of [
      [{ payee: "Bank" }, "amount"],
      [{ amount: payment.amount }, "payee"],
      [{ ...payment, payee: "a‮b" }, "payee"],
      [{ ...payment, payee: "x".repeat(61) }, "payee"],
      [{ ...payment, amount: { currency: "EUR", value: "1.000" } }, "amount.value"],
      [{ ...payment, amount: { currency: "eur", value: "1" } }, "amount.currency"],
    ] as const) {
      const answer = await expectCode(post("/challenges", { ...start, ...given }), "request_invalid");
      expect(answer.text).toContain(field);
    }
  });
});
