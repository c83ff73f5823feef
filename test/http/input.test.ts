import { connect } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { type Answer, freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call } = installation;

afterAll(() => installation.close());

describe("a code of the wrong kind", () => {
  const wrong: readonly unknown[] = [
    123456,
    ["123456"],
    { $ne: null },
    { $gt: "" },
    true,
    null,
    "",
    "123456\n",
    "123456\u0000",
    "0x1E240",
    "1.23456e5",
    "+123456",
    "１２３４５６",
    "١٢٣٤٥٦",
    "constructor",
    "__proto__",
    "toString",
    "1".repeat(65),
    "1".repeat(60_000),
  ];

  test("C-09: answers 422 code_malformed and counts nothing; the right one is approved afterwards", async () => {
    const { id, code } = await installation.start();
    for (const given of wrong) {
      const answer = await call({
        method: "POST",
        path: `/verifications/${id}/check`,
        body: { code: given },
      });
      expect(answer, JSON.stringify(given).slice(0, 80)).toMatchObject({
        status: 422,
        json: { code: "code_malformed" },
      });
    }
    const { json } = await call({ path: `/verifications/${id}` });
    expect(json).toMatchObject({ status: "pending", checksLeft: 5, checks: [] });
    const spaced = ` ${code.slice(0, 3)}-${code.slice(3)} `;
    const right = await call({ method: "POST", path: `/verifications/${id}/check`, body: { code: spaced } });
    expect(right.status).toBe(200);
  });

  test("C-09: of 10 MB is refused by its size", async () => {
    const { id } = await installation.start();
    const path = `/verifications/${id}/check`;
    const answer = await call({ method: "POST", path, body: { code: "1".repeat(10_000_000) } }).catch(
      (cause: NodeJS.ErrnoException) => cause.code,
    );
    // Whoever goes on sending after the answer may find the connection closed before reading it.
    if (typeof answer === "object") expect(answer.status).toBe(413);
    else expect(["EPIPE", "ECONNRESET"]).toContain(answer);
    expect((await call({ path: `/verifications/${id}` })).json.checks).toEqual([]);
  });

  test("W-7: where a field takes one of a few words, the refusal lists them", async () => {
    const body = { to: "+14155550123", channel: "fax" };
    expect((await call({ method: "POST", path: "/verifications", body })).json).toMatchObject({
      code: "request_invalid",
      field: "channel",
      detail: "channel must be one of sms, voice, email, but is fax.",
    });
  });

  test("C-09: a missing code, and a wrong field beside the code, are named", async () => {
    const { id } = await installation.start();
    const check = (body: unknown): Promise<Answer> =>
      call({ method: "POST", path: `/verifications/${id}/check`, body });
    expect((await check({})).json).toMatchObject({ code: "request_invalid", field: "code" });
    expect((await check({ code: "123456", to: 7 })).json).toMatchObject({
      code: "request_invalid",
      field: "to",
    });
    expect((await check({ code: "123456", amount: { value: "1" } })).json).toMatchObject({
      field: "amount.currency",
    });
    expect((await check([])).json).toMatchObject({ code: "request_invalid", field: "body" });
    expect((await call({ path: `/verifications/${id}` })).json.checks).toEqual([]);
  });
});

test("C-12: names that every object has find nothing as ids", async () => {
  for (const id of ["constructor", "__proto__", "toString", "hasOwnProperty", "prototype", "%00", "null"]) {
    for (const [method, path, body] of [
      ["GET", `/verifications/${id}`, undefined],
      ["DELETE", `/verifications/${id}`, undefined],
      ["POST", `/verifications/${id}/check`, { code: "123456" }],
      ["GET", `/keys/${id}`, undefined],
      ["DELETE", `/keys/${id}/dialects/vonage`, undefined],
      ["GET", `/services/${id}`, undefined],
      ["PATCH", `/services/${id}`, { locale: "de" }],
      ["GET", `/tenants/${id}`, undefined],
    ] as const) {
      expect((await call({ method, path, body })).status, `${method} ${path}`).toBe(404);
    }
  }
  const services = ["constructor", "__proto__", "toString"];
  for (const service of services) {
    const body = { to: freshNumber(), service };
    expect((await call({ method: "POST", path: "/verifications", body })).json.code).toBe(
      "service_not_found",
    );
  }
});

describe("a body that is more than was asked for", () => {
  const smuggled = { status: "approved", attempts: 0, tenant: "x", tenantId: "x", verified: true, id: "x" };

  test("C-36: is refused field by field, and changes nothing", async () => {
    const { id } = await installation.start();
    const targets = [
      ["POST", "/verifications", { to: freshNumber() }],
      ["POST", `/verifications/${id}/check`, { code: "123456" }],
      ["POST", `/verifications/${id}/resend`, {}],
      ["POST", `/verifications/${id}/next`, {}],
      ["POST", "/keys", { name: "x", scopes: ["keys:read"] }],
      ["POST", "/services", { name: "x" }],
      ["POST", "/tenants", { name: "x" }],
      ["POST", "/backup", {}],
    ] as const;
    const before = (await call({ path: `/verifications/${id}` })).json;
    for (const [method, path, body] of targets) {
      for (const [name, value] of Object.entries(smuggled)) {
        const answer = await call({ method, path, body: { ...body, [name]: value } });
        expect(answer, `${path} ${name}`).toMatchObject({
          status: 422,
          json: { code: "request_invalid", field: name },
        });
      }
    }
    expect((await call({ path: `/verifications/${id}` })).json).toEqual(before);
  });

  test("C-36: is refused in nested objects too", async () => {
    const nested = [
      [
        "/verifications",
        { to: freshNumber(), amount: { currency: "EUR", value: "1", minor: 1 }, payee: "P" },
      ],
      ["/verifications", { to: freshNumber(), workflow: [{ channel: "sms", waitSeconds: 60, waitMs: 1 }] }],
      ["/services", { name: "n", policy: { codeLifetimeMs: 1 } }],
    ] as const;
    for (const [path, body] of nested)
      expect((await call({ method: "POST", path, body })).json.code).toBe("request_invalid");
  });
});

describe("a body that cannot be read", () => {
  const cases: readonly (readonly [string, string | Buffer])[] = [
    ["half a document", '{"to":"+1415'],
    ["a NUL byte after the document", '{"to":"+14155550123"}\u0000'],
    ["a NUL byte inside a text", Buffer.from('{"to":"+1415\u00005550123"}', "latin1")],
    ["a field that comes twice", '{"to":"+14155550123","to":"+14155550199"}'],
    ["a field that comes twice, once escaped", '{"to":"+14155550123","\\u0074o":"+14155550199"}'],
    ["__proto__", '{"to":"+14155550123","__proto__":{"status":"approved"}}'],
    ["constructor, nested and escaped", '{"to":"+14155550123","metadata":{"\\u0063onstructor":"x"}}'],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["21 levels", `${"[".repeat(21)}${"]".repeat(21)}`],
    ["201 keys", JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`k${i}`, 1])))],
    ["a byte order mark", Buffer.from('\ufeff{"to":"+14155550123"}', "utf8")],
  ];

  test.each(cases)("W-7: with %s answers 400 and starts nothing", async (_what, raw) => {
    const answer = await call({ method: "POST", path: "/verifications", raw });
    expect(answer).toMatchObject({ status: 400, json: { code: "request_malformed" } });
    expect((await call({ path: "/verifications?to=%2B14155550123" })).json.items).toEqual([]);
  });

  test.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "x"])(
    "W-7: of the type %s answers 415",
    async (type) => {
      const headers = { "content-type": type };
      const answer = await call({
        method: "POST",
        path: "/verifications",
        raw: "to=%2B14155550123",
        headers,
      });
      const detail = expect.stringContaining("`Content-Type: application/json`");
      expect(answer).toMatchObject({ status: 415, json: { code: "media_type_unsupported", detail } });
    },
  );

  test("W-7: of more than 64 KB answers 413", async () => {
    const raw = JSON.stringify({ to: "+14155550123", clientRef: "x".repeat(70_000) });
    const answer = await call({ method: "POST", path: "/verifications", raw });
    expect(answer).toMatchObject({ status: 413, json: { code: "body_too_large" } });
  });
});

test("W-7: a number with an extension is refused with its reason, and never sent to", async () => {
  const to = "+1 (415) 555-0123 ext 9";
  const answer = await call({ method: "POST", path: "/verifications", body: { to } });
  expect(answer).toMatchObject({ status: 422, json: { code: "number_invalid", reason: expect.any(String) } });
  expect(answer.text).not.toContain("555");
});

describe("methods and paths", () => {
  test("C-37: a known path with another method answers 405 and says which it has", async () => {
    const { id } = await installation.start();
    for (const [path, allow] of [
      ["/verifications", "GET, HEAD, OPTIONS, POST"],
      [`/verifications/${id}`, "DELETE, GET, HEAD, OPTIONS"],
      [`/verifications/${id}/check`, "OPTIONS, POST"],
      ["/backup", "OPTIONS, POST"],
      [`/services/${id}`, "GET, HEAD, OPTIONS, PATCH"],
    ] as const) {
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"]) {
        if (allow.split(", ").includes(method)) continue;
        // Without a key: which paths exist is no secret, and no body is read to say so.
        const answer = await call({ method, path, key: null });
        expect(answer.status, `${method} ${path}`).toBe(405);
        expect(answer.headers.allow).toBe(allow);
        if (method !== "HEAD") expect(answer.json.code).toBe("method_not_allowed");
      }
      const options = await call({ method: "OPTIONS", path, key: null });
      expect(options).toMatchObject({ status: 204, text: "", headers: { allow } });
      expect(options.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  test("C-37: HEAD needs the same key as GET and has no body", async () => {
    const { id } = await installation.start();
    const path = `/verifications/${id}`;
    expect(await call({ method: "HEAD", path })).toMatchObject({ status: 200, text: "" });
    expect((await call({ method: "HEAD", path, key: null })).status).toBe(401);
  });

  test("C-37: other spellings of a path are other paths, and a method in a header is none", async () => {
    const { id } = await installation.start();
    for (const path of [
      `//api/v1/verifications/${id}`,
      `/api//v1/verifications/${id}`,
      `/api/v1/verifications/${id}/`,
      `/API/v1/verifications/${id}`,
      `/api/v1/%2e%2e/v1/verifications/${id}`,
      `/api/v1/../v1/verifications/${id}`,
      `/api/v1/verifications/%2e%2e/keys`,
      "/api/v1/keys%2f",
      "/api/v1",
      "/api/",
    ]) {
      expect((await installation.send({ path })).status, path).toBe(404);
    }
    const headers = { "x-http-method-override": "DELETE" };
    await call({ path: `/verifications/${id}`, headers });
    expect((await call({ path: `/verifications/${id}` })).json.status).toBe("pending");
  });

  test("C-37: the absolute form of a request meets the same authorisation", async () => {
    const { id } = await installation.start();
    const text = await raw(
      `GET http://127.0.0.1:${installation.port}/api/v1/verifications/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 40[14] /);
    expect(text).not.toContain(id.slice(0, 8));
  });
});

test("C-39: no cache may keep an answer about somebody", async () => {
  const { id } = await installation.start();
  for (const path of [
    `/verifications/${id}`,
    "/verifications",
    "/keys",
    "/services",
    "/numbers/%2B14155550123",
  ]) {
    for (const key of [installation.firstKey, null]) {
      expect((await call({ path, key })).headers["cache-control"]).toContain("no-store");
    }
  }
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answered = "";
    const socket = connect(installation.port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answered += chunk.toString("utf8");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answered));
  });
}
