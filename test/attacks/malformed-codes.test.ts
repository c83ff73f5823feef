import { describe, expect, test } from "vitest";
import { alice, openTestInstance } from "../support/instance.ts";
import { openApi } from "./http.ts";

/** The canary code: whatever reads a number, an exponent or other digits into it would find it. */
const code = "123456";

describe("C-09: a code is a string of ASCII digits and nothing else", () => {
  const bodies: readonly [string, string][] = [
    ["a number", "123456"],
    ["a list", '["123456"]'],
    ["an object that is not equal to null", '{"$ne":null}'],
    ["an object that is greater than nothing", '{"$gt":""}'],
    ["true", "true"],
    ["null", "null"],
    ["nothing", '""'],
    ["a line feed", '"123456\\n"'],
    ["a tab", '"\\t123456"'],
    ["hexadecimal", '"0x1E240"'],
    ["an exponent", '"1.23456e5"'],
    ["a sign", '"+123456"'],
    ["full-width digits", '"１２３４５６"'],
    ["Arabic digits", '"١٢٣٤٥٦"'],
    ["a NUL", '"123456\\u0000"'],
    ["a zero-width space", '"123456\\u200b"'],
    ["a letter that looks like a digit", '"l23456"'],
    ["nested", '{"code":"123456"}'],
  ];

  test("no form of the right code but the right one is accepted, and none of them costs a guess", async () => {
    const one = await openTestInstance();
    const api = openApi(one);
    // The caller's own code would be matched as given; one of ours is what a person types.
    const { id } = await one.start({ to: alice });
    const right = one.codeOn(alice);
    const path = `/verifications/${id}/check`;
    for (const [name, value] of bodies) {
      const digits = (text: string): string =>
        [...right].map((digit) => String.fromCodePoint((text.codePointAt(0) ?? 0) + Number(digit))).join("");
      const mine = value
        .replaceAll("１２３４５６", digits("０"))
        .replaceAll("١٢٣٤٥٦", digits("٠"))
        .replaceAll("1E240", Number(right).toString(16))
        .replaceAll("1.23456e5", `${Number(right) / 1e5}e5`)
        .replaceAll("l23456", `l${right.slice(1)}`)
        .replaceAll(code, name === "a number" ? String(Number(right)) : right);
      const response = await api.postRaw(path, `{"code":${mine}}`);
      expect(response.statusCode, name).toBe(422);
      expect(["code_malformed", "request_invalid"], name).toContain(response.json().code);
    }
    const huge = await api.postRaw(path, `{"code":"${"1".repeat(10_000_000)}"}`);
    expect(huge.statusCode).toBe(413);
    const long = await api.postRaw(path, `{"code":"${"1".repeat(900)}"}`);
    expect(long.json().code).toBe("code_malformed");

    const view = await api.get(`/verifications/${id}`);
    expect(view.json()).toMatchObject({ status: "pending", checksLeft: 5 });
    const spaced = `{"code":" ${right.slice(0, 3)}-${right.slice(3)} "}`;
    expect((await api.postRaw(path, spaced)).statusCode).toBe(200);
  });
});

describe("C-10: leading zeros", () => {
  test("a caller's code 012345 is not 12345, and comes back whole", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const { id } = await one.start({ to: alice, code: "012345" });
    expect(one.codeOn(alice)).toBe("012345");
    expect((await one.engine.check({ tenantId, id, code: "12345" })).outcome).toBe("codeMismatch");
    expect((await one.engine.check({ tenantId, id, code: "0123450" })).outcome).toBe("codeMismatch");
    expect((await one.engine.check({ tenantId, id, code: "012345" })).outcome).toBe("approved");
  });

  test("a code of ours that begins with a zero survives database, text and check", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    for (let n = 0; n < 200; n++) {
      const to = `+1415555${String(100 + (n % 100)).padStart(4, "0")}`;
      const { id } = await one.start({ to, policy: { resendWaitsMs: [] } });
      const right = one.codeOn(to);
      if (!right.startsWith("0")) continue;
      const short = await one.engine.check({ tenantId, id, code: String(Number(right)) });
      expect(short.outcome).toBe("codeMalformed");
      expect((await one.engine.check({ tenantId, id, code: right })).outcome).toBe("approved");
      return;
    }
    expect.unreachable("200 codes without a leading zero have a chance of 7e-10");
  });
});

describe("C-12: the keys of prototypes", () => {
  const words = ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "valueOf"];

  test.each(words)("%s as an id, a service, a binding, a subject or a key of metadata", async (word) => {
    const one = await openTestInstance();
    const api = openApi(one);
    expect((await api.get(`/verifications/${word}`)).statusCode).toBe(404);
    expect((await api.post(`/verifications/${word}/resend`, {})).statusCode).toBe(404);
    const service = await api.post("/verifications", { to: alice, service: word });
    expect([service.statusCode, service.json().code]).toEqual([422, "service_not_found"]);
    const named = await api.postRaw("/verifications", `{"to":"${alice}","${word}":{"status":"approved"}}`);
    expect([400, 422]).toContain(named.statusCode);
    const bound = await api.post("/verifications", { to: alice, binding: word, subject: word });
    expect(bound.statusCode).toBe(201);
    const { id } = bound.json();
    await one.engine.tick();
    const right = one.codeOn(alice);
    expect((await api.post(`/verifications/${id}/check`, { code: right })).statusCode).toBe(404);
    const checked = await api.post(`/verifications/${id}/check`, {
      code: right,
      binding: word,
      subject: word,
    });
    expect(checked.json()).toMatchObject({ status: "approved", subject: word });
  });
});
