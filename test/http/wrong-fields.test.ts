import { afterAll, describe, expect, test } from "vitest";
import { forms } from "../../src/server/forms.ts";
import { freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call } = installation;

afterAll(() => installation.close());

describe("W-7: a refusal says which field, what is allowed and what was given", () => {
  const policy = (change: object): object => ({ name: "x", policy: change });
  const start = (change: object): object => ({ to: freshNumber(), ...change });
  const key = (change: object): object => ({ name: "x", scopes: ["keys:read"], ...change });
  test.each<[string, string, object | string, string]>([
    ["services", "policy.checksMax", policy({ checksMax: 9 }), "must be at most 5, but is 9"],
    ["services", "policy.checksMax", policy({ checksMax: 0 }), "must be at least 1, but is 0"],
    [
      "services",
      "policy.checksMax",
      policy({ checksMax: 2.5 }),
      "must be a whole number, but is a number with a fraction",
    ],
    ["services", "policy.checksMax", policy({ checksMax: "3" }), "must be a whole number, but is a text"],
    ["services", "policy.checksMax", policy({ checksMax: 123_456 }), "must be at most 5"],
    ["services", "policy.workflow", policy({ workflow: [] }), "must have at least 1 entry, but has 0"],
    [
      "services",
      "policy.workflow.0.waitSeconds",
      policy({ workflow: [{ channel: "sms", waitSeconds: 1 }] }),
      "must be at least 15, but is 1",
    ],
    [
      "services",
      "policy.codeLength",
      policy({ codeLength: 4 }),
      "must be at least 6 without allowWeakCodes, which accepts the risk, but is 4",
    ],
    [
      "services",
      "policy.allowWeakCodes",
      policy({ allowWeakCodes: "yes" }),
      "must be true or false, but is a text",
    ],
    ["services", "policy.Checks", policy({ Checks: 3 }), "is not a field that is known here"],
    ["services", "name", { name: "no space" }, `must be ${forms.serviceName.words}`],
    ["services", "name", {}, "must be given"],
    [
      "services",
      "brand",
      { name: "x", brand: "\u3164" },
      "must be 1 to 20 letters, digits, spaces or & ' . _ ! + -",
    ],
    ["verifications", "binding", start({ binding: "authenticator:7" }), `must be ${forms.binding.words}`],
    ["keys", "expiresAt", key({ expiresAt: "tomorrow" }), "must be an instant such as 2027-01-31T12:00:00Z"],
    ["keys", "scopes", key({ scopes: [] }), "must have at least 1 entry, but has 0"],
    ["keys", "scopes", key({ scopes: ["keys:read", "keys:read"] }), "must have no entry twice"],
    ["keys", "name", key({ name: "" }), "must not be empty"],
    ["keys", "name", key({ name: "x".repeat(61) }), "must be at most 60 characters long, but is 61"],
    [
      "keys",
      "name",
      key({ name: "\u200b" }),
      "must be readable as it is: it has a control character, one that shows as nothing, or half of a surrogate pair",
    ],
    ["verifications", "channel", start({ channel: "fax" }), "must be one of sms, voice, email, but is fax"],
    ["verifications", "channel", start({ channel: "+14155550123" }), "must be one of sms, voice, email"],
    ["verifications", "channel", start({ channel: null }), "must be one of sms, voice, email"],
    [
      "verifications",
      "channel",
      start({ channel: "sms", workflow: [{ channel: "sms", waitSeconds: 60 }] }),
      "must not be given together with a workflow",
    ],
    ["verifications", "purpose", start({ purpose: "Log in" }), `must be ${forms.purpose.words}`],
    [
      "verifications",
      "metadata",
      start({ metadata: { "a b": "x" } }),
      `must have names of ${forms.metadataName.words}`,
    ],
    ["verifications", "metadata.a", start({ metadata: { a: 1 } }), "must be a text, but is a whole number"],
    [
      "verifications",
      "amount",
      start({ payee: "Shop", amount: 10 }),
      "must be an object, but is a whole number",
    ],
    [
      "verifications",
      "payee",
      start({ amount: { currency: "EUR", value: "1" } }),
      "must be given together with an amount",
    ],
    ["verifications", "body", "[]", "must be an object, but is a list"],
  ])("POST /%s: %s", async (path, field, body, detail) => {
    const sent = typeof body === "string" ? { raw: body } : { body };
    const { status, json } = await call({ method: "POST", path: `/${path}`, ...sent });
    expect({ status, ...json }).toMatchObject({
      status: 422,
      code: "request_invalid",
      field,
      detail: `${field} ${detail}.`,
    });
  });

  test("also of a query", async () => {
    const { json } = await call({ path: "/verifications?limit=1000" });
    expect(json.detail).toBe("limit must be a whole number from 1 to 100.");
  });

  test("every pattern of the document has its words", async () => {
    const { json } = await installation.send({ path: "/api/openapi.json", key: null });
    const { components, paths } = json;
    const bodies = JSON.stringify({ schemas: components.schemas, paths });
    const patterns = [...bodies.matchAll(/"pattern":("(?:[^"\\\\]|\\\\.)*")/g)].map(([, text]) =>
      JSON.parse(String(text)),
    );
    const known = new Set<string>(Object.values(forms).map((one) => one.pattern));
    expect(patterns.length).toBeGreaterThan(5);
    expect(patterns.filter((one) => !known.has(one) && !ofHeaders.includes(one))).toEqual([]);
  });
});

/** Judged by code of their own, or ours to send. */
const ofHeaders = ["^[\\x21\\x23-\\x7e]+$", "^[0-9]+$"];

describe("S-2, S-6: text that is not what it seems", () => {
  test.each([
    ["subject", "\ud800"],
    ["subject", "\u3164"],
    ["subject", "a\u0000b"],
    ["clientRef", "ref \udfff"],
    ["clientRef", "\u2800"],
    ["brand", "Sh\ud83dop"],
    ["brand", "\uffa0"],
  ])("%s %j is refused before anything is written", async (field, value) => {
    const to = freshNumber();
    const answer = await call({ method: "POST", path: "/verifications", body: { to, [field]: value } });
    expect(answer).toMatchObject({ status: 422, json: { code: "request_invalid", field } });
    const { json } = await call({ path: `/verifications?to=${encodeURIComponent(to)}` });
    expect(json.items).toEqual([]);
  });

  test("in a payee and in metadata it is named as well", async () => {
    const amount = { currency: "EUR", value: "1" };
    for (const [field, extra] of [
      ["payee", { amount, payee: "\u3164" }],
      ["payee", { amount, payee: "Shop\ud83d" }],
      ["metadata.note", { metadata: { note: "\udc00" } }],
    ] as const) {
      const body = { to: freshNumber(), ...extra };
      expect((await call({ method: "POST", path: "/verifications", body })).json).toMatchObject({ field });
    }
  });

  test("what people really write is kept as it is", async () => {
    const said = { subject: "Jürgen 漢字", clientRef: "№ 5 👍", metadata: { note: "two\nlines\u200b" } };
    const { json } = await call({
      method: "POST",
      path: "/verifications",
      body: { to: freshNumber(), ...said },
    });
    expect(json).toMatchObject(said);
  });
});

test("A-17: what is on its way to somebody's phone is the challenge's: its binding finds nothing for a caller", async () => {
  const { json: person } = await call({ method: "POST", path: "/subscribers", body: { name: "ada" } });
  const asked = { type: "phone", number: freshNumber() };
  const path = `/subscribers/${person.id}/authenticators`;
  const { authenticator, sent } = (await call({ method: "POST", path, body: asked })).json;
  const binding = `authenticator:${authenticator.id}`;
  const found = {
    path: `/verifications/${sent.verificationId}`,
    headers: { "countersign-binding": binding },
  };
  for (const method of ["GET", "DELETE"]) {
    expect(await call({ ...found, method })).toMatchObject({
      status: 404,
      json: { code: "verification_not_found" },
    });
  }
  const check = { method: "POST", path: `${found.path}/check`, body: { code: "000000", binding } };
  expect(await call(check)).toMatchObject({ status: 422, json: { field: "binding" } });
});
