import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongCode } from "../support/instance.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { askTelnyx } from "./telnyx-requests.ts";
import { ask } from "./vonage-requests.ts";

let at: FacadeInstallation;
let profile = "";

beforeAll(async () => {
  at = await openFacades();
  profile = (await askTelnyx(at, "GET", "/verify_profiles")).body.data[0].id;
});
afterAll(() => at.close());

const calls = [
  "/verify/json",
  "/verify/psd2/json",
  "/verify/check/json",
  "/verify/search/json",
  "/verify/control/json",
] as const;

const startOf = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  phone_number: `+${freshNumber()}`,
  verify_profile_id: profile,
  ...more,
});

describe("what breaks Vonage's clients does not happen", () => {
  test.each(calls)("D-1, D-2, D-3, D-4: %s is 200 and JSON with a status that is a text", async (path) => {
    const json = { "content-type": "application/json" };
    const wrong = [
      () => fetch(at.url + path),
      () => fetch(at.url + path, { method: "POST", headers: json, body: "{" }),
      () => fetch(at.url + path, { method: "POST", body: new Uint8Array([0, 255, 1]) }),
      () => fetch(at.url + path, { method: "DELETE" }),
      () => fetch(at.url + path, { headers: { authorization: "Basic eDp5" } }),
      async () => (await ask(at, path, {})).http,
    ];
    for (const request of wrong) {
      const http = await request();
      expect(http.status).toBe(200);
      expect(http.headers.get("content-type")).toBe("application/json");
      if (http.bodyUsed) continue;
      const body = (await http.json()) as Record<string, unknown>;
      expect(body["status"]).toMatch(/^\d+$/);
      expect(body["error_text"]).toEqual(expect.any(String));
    }
  });

  test("D-1, R-10: not even a storage that is gone is anything but 200 to them, and an HTTP error only to Telnyx's", async () => {
    const broken = await openFacades();
    await broken.store.close();
    // What was read in the last two seconds is still known.
    await broken.clock.advance(3_000);
    for (const path of calls) {
      const { http, body } = await ask(broken, path, { number: freshNumber(), brand: "A" });
      expect([http.status, body.status]).toEqual([200, "5"]);
    }
    const insight = await ask(broken, "/ni/basic/json", { number: "442079460018" });
    expect([insight.http.status, insight.body.status]).toEqual([200, 5]);
    const telnyx = await askTelnyx(broken, "POST", "/verifications/sms", startOf());
    expect(telnyx.status).toBe(503);
    expect(telnyx.body.errors[0].code).toBe("10007");
    expect(telnyx.http.headers.get("retry-after")).toBe("1");
    await broken.close();
  });

  test("D-9, D-13: errors carry the request that they are about, and status 10 the one that runs", async () => {
    const number = freshNumber();
    const { body: begun } = await ask(at, "/verify/json", { number, brand: "A" });
    const { body: second } = await ask(at, "/verify/json", { number, brand: "A" });
    expect(second).toMatchObject({ status: "10", request_id: begun.request_id });
    await at.settle();
    const code = wrongCode(at.received(number)[0]?.code ?? "");
    const { body } = await ask(at, "/verify/check/json", { request_id: begun.request_id, code });
    expect(body).toMatchObject({ status: "16", request_id: begun.request_id });
  });

  test("D-10: a plus sign, escaped or absent, makes no other number", async () => {
    const number = freshNumber();
    const { body: begun } = await ask(at, "/verify/json", { number: `+${number}`, brand: "A" });
    for (const form of ["query", "form", "json"] as const) {
      const { body } = await ask(at, "/verify/json", { number, brand: "A" }, form);
      expect(body).toMatchObject({ status: "10", request_id: begun.request_id });
    }
  });
});

describe("what breaks Telnyx's clients does not happen", () => {
  test("D-2, D-4, D-6: null is absent, a start is 200, a wrong code is 200, and dates have microseconds and no zone", async () => {
    const asked = startOf({ custom_code: null, timeout_secs: null });
    const begun = await askTelnyx(at, "POST", "/verifications/sms", asked);
    expect(begun.status).toBe(200);
    const { id, created_at, updated_at } = begun.body.data;
    for (const date of [created_at, updated_at]) {
      expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    }
    await at.settle();
    const code = wrongCode(at.received(String(asked["phone_number"]))[0]?.code ?? "");
    const wrong = await askTelnyx(at, "POST", `/verifications/${id}/actions/verify`, { code });
    expect([wrong.status, wrong.body.data.response_code]).toEqual([200, "rejected"]);
  });

  test.each([
    ["GET", "/verifications/%zz"],
    ["POST", "/verifications/%00/actions/verify"],
    ["PATCH", "/verify_profiles/%zz"],
    ["GET", "/verify_profiles/x/y"],
    ["PUT", "/verifications/sms"],
    ["POST", "/verify_profiles/templates/%zz/x"],
  ])("D-5: whatever %s %s is, it is an error with a code that is a text", async (method, path) => {
    const { status, body } = await askTelnyx(at, method, path, method === "GET" ? undefined : {});
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.errors).toEqual([expect.objectContaining({ code: expect.stringMatching(/^\d{5}$/) })]);
  });

  test("D-9: what must not be repeated says so, and after how long it may be", async () => {
    const asked = startOf();
    await askTelnyx(at, "POST", "/verifications/sms", asked);
    const soon = await askTelnyx(at, "POST", "/verifications/call", asked);
    expect(soon.status).toBe(429);
    expect(Number(soon.http.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(soon.http.headers.get("x-should-retry")).toBe("false");
    const again = await askTelnyx(at, "POST", "/verifications/sms", asked);
    expect(again.status).toBe(200);
    await at.settle();
    expect(at.received(String(asked["phone_number"]))).toHaveLength(1);
  });
});
