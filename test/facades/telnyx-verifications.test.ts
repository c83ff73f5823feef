import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongCode } from "../support/instance.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { askTelnyx, type TelnyxAnswer } from "./telnyx-requests.ts";

let at: FacadeInstallation;
let profile: string;

beforeAll(async () => {
  at = await openFacades();
  profile = (await get("/verify_profiles")).body.data[0].id;
});
afterAll(() => at.close());

const get = (path: string): Promise<TelnyxAnswer> => askTelnyx(at, "GET", path);
const post = (path: string, body?: unknown): Promise<TelnyxAnswer> => askTelnyx(at, "POST", path, body);

interface Started {
  readonly id: string;
  readonly to: string;
  readonly code: string;
}

async function started(kind = "sms", more: Readonly<Record<string, unknown>> = {}): Promise<Started> {
  const to = `+${freshNumber()}`;
  const answer = await post(`/verifications/${kind}`, {
    phone_number: to,
    verify_profile_id: profile,
    ...more,
  });
  expect(answer.status).toBe(200);
  await at.settle();
  return { id: answer.body.data.id, to, code: at.received(to)[0]?.code ?? "" };
}

const byNumber = (to: string, code: string): Promise<TelnyxAnswer> =>
  post(`/verifications/by_phone_number/${to}/actions/verify`, { code, verify_profile_id: profile });

const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);

describe("a verification", () => {
  test.each([
    ["sms", "sms"],
    ["call", "voice"],
  ])(
    "D-4, D-6: by %s answers 200 with the vendor's object, and its code is accepted once",
    async (kind, channel) => {
      const to = `+${freshNumber()}`;
      const body = { phone_number: to, verify_profile_id: profile, custom_code: null };
      const answer = await post(`/verifications/${kind}`, body);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        data: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          created_at: date,
          updated_at: date,
          record_type: "verification",
          phone_number: to,
          type: kind,
          status: "pending",
          timeout_secs: 300,
          verify_profile_id: profile,
          custom_code: null,
        },
      });
      await at.settle();
      const [message] = at.received(to);
      expect(message).toMatchObject({ channel, code: expect.stringMatching(/^\d{6}$/) });
      const code = message?.code ?? "";
      expect((await byNumber(to, wrongCode(code))).body.data.response_code).toBe("rejected");
      expect((await byNumber(to, code)).body).toEqual({
        data: { phone_number: to, response_code: "accepted" },
      });
      expect((await byNumber(to, code)).body.data.response_code).toBe("rejected");
      const found = await get(`/verifications/${answer.body.data.id}`);
      expect(found.body.data).toMatchObject({ status: "accepted", custom_code: null });
    },
  );

  test("D-1: a plus sign in a path is one, escaped or not, and never a space", async () => {
    for (const write of [(to: string) => to, encodeURIComponent]) {
      const { to, code } = await started();
      const path = `/verifications/by_phone_number/${write(to)}`;
      const answer = await post(`${path}/actions/verify`, { code, verify_profile_id: profile });
      expect(answer.body.data).toEqual({ phone_number: to, response_code: "accepted" });
      const list = await get(path);
      expect(list.body).toMatchObject({
        data: [{ phone_number: to, status: "accepted" }],
        meta: { total_pages: 1, total_results: 1, page_number: 1, page_size: 25 },
      });
    }
  });

  test("D-3: an empty body is no error: it tells how the verification stands and counts no guess", async () => {
    const { id, code, to } = await started();
    for (const _ of "1234567") {
      const answer = await post(`/verifications/${id}/actions/verify`, "");
      expect(answer.status).toBe(200);
      expect(answer.body.data).toEqual({ phone_number: to, response_code: "rejected" });
    }
    expect((await post(`/verifications/${id}/actions/verify`, { code })).body.data.response_code).toBe(
      "accepted",
    );
    expect((await post(`/verifications/${id}/actions/verify`, "")).body.data.response_code).toBe("accepted");
  });

  test("A-6: five wrong codes end it, and the right one is rejected after them", async () => {
    const { id, to, code } = await started();
    for (const nth of [1, 2, 3, 4, 5]) {
      expect((await byNumber(to, wrongCode(code, nth))).body.data.response_code).toBe("rejected");
    }
    expect((await byNumber(to, code)).body.data.response_code).toBe("rejected");
    expect((await get(`/verifications/${id}`)).body.data.status).toBe("invalid");
  });

  test("A-3: a code lives as long as the request says, and at most 600 seconds", async () => {
    const short = await started("sms", { timeout_secs: 60 });
    await at.pass(60);
    expect((await byNumber(short.to, short.code)).body.data.response_code).toBe("rejected");
    expect((await get(`/verifications/${short.id}`)).body.data.status).toBe("expired");
    const long = await started("sms", { timeout_secs: 3_600 });
    expect((await get(`/verifications/${long.id}`)).body.data.timeout_secs).toBe(600);
  });

  test("E.10: a second start goes on with the first, and sends again when the wait is over", async () => {
    const { id, to, code } = await started();
    const body = { phone_number: to, verify_profile_id: profile };
    expect((await post("/verifications/sms", body)).body.data.id).toBe(id);
    await at.settle();
    expect(at.received(to)).toHaveLength(1);
    await at.pass(31);
    expect((await post("/verifications/sms", body)).body.data.id).toBe(id);
    await at.settle();
    expect(at.received(to).map((one) => one.code)).toEqual([code, code]);
  });

  test("a call that is asked for while a text is on its way is a call, with a code of its own", async () => {
    const { id, to, code } = await started();
    const body = { phone_number: to, verify_profile_id: profile };
    const soon = await post("/verifications/call", body);
    expect(soon.status).toBe(429);
    expect(soon.body.errors[0].code).toBe("10011");
    expect(Number(soon.http.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(soon.http.headers.get("x-should-retry")).toBe("false");
    await at.pass(31);
    const call = await post("/verifications/call", body);
    expect(call.body.data).toMatchObject({ type: "call", id: expect.not.stringContaining(id) });
    await at.settle();
    const [newest] = at.received(to);
    expect(newest?.channel).toBe("voice");
    expect((await byNumber(to, code)).body.data.response_code).toBe("rejected");
    expect((await byNumber(to, newest?.code ?? "")).body.data.response_code).toBe("accepted");
  });

  test("a code of the caller's is sent, shown nowhere, and its outcome may be reported", async () => {
    const own = await started("sms", { custom_code: "ABC123" });
    expect(own.code).toBe("ABC123");
    const shown = await get(`/verifications/${own.id}`);
    expect(JSON.stringify(shown.body)).not.toContain("ABC123");
    const path = `/verifications/${own.id}/actions/verify`;
    expect((await post(path, { status: "accepted" })).body.data.response_code).toBe("accepted");
    const refused = await started("sms", { custom_code: "123456" });
    const answer = await post(`/verifications/${refused.id}/actions/verify`, { status: "rejected" });
    expect(answer.body.data.response_code).toBe("rejected");
    expect((await get(`/verifications/${refused.id}`)).body.data.status).toBe("invalid");
    const ours = await started();
    const notOurs = await post(`/verifications/${ours.id}/actions/verify`, { status: "accepted" });
    expect(notOurs.status).toBe(400);
    expect(notOurs.body.errors[0]).toMatchObject({ code: "10015", source: { pointer: "/status" } });
  });
});

describe("what is wrong", () => {
  const body = (more: Readonly<Record<string, unknown>>): unknown => ({
    phone_number: `+${freshNumber()}`,
    verify_profile_id: profile,
    ...more,
  });
  test.each<readonly [string, Readonly<Record<string, unknown>>, string, string]>([
    ["no number", { phone_number: undefined }, "10004", "/phone_number"],
    ["no profile", { verify_profile_id: undefined }, "10004", "/verify_profile_id"],
    ["a national number", { phone_number: "4155550123" }, "10016", "/phone_number"],
    ["no phone's number", { phone_number: "+12" }, "10002", "/phone_number"],
    ["a premium number", { phone_number: "+19005551234" }, "10015", "/phone_number"],
    ["a toll-free number", { phone_number: "+18005551234" }, "10015", "/phone_number"],
    ["a profile that is no id", { verify_profile_id: "mine" }, "10006", "/verify_profile_id"],
    [
      "an unknown profile",
      { verify_profile_id: "12ade33a-21c0-473b-b055-b3c836e1c292" },
      "10005",
      "/verify_profile_id",
    ],
    ["a life too short", { timeout_secs: 5 }, "10015", "/timeout_secs"],
    ["a life that is no number", { timeout_secs: "soon" }, "10015", "/timeout_secs"],
    ["a code too short", { custom_code: "1234" }, "10015", "/custom_code"],
    ["a code that is a list", { custom_code: ["123456"] }, "10015", "/custom_code"],
  ])("%s is refused with HTTP 400 and the vendor's code", async (_what, more, code, pointer) => {
    const answer = await post("/verifications/sms", body(more));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      errors: [expect.objectContaining({ code, title: expect.any(String), source: { pointer } })],
    });
  });

  test("an extension is refused where it would be dialled, and null is none", async () => {
    expect((await post("/verifications/call", body({ extension: "1www2" }))).body.errors[0].code).toBe(
      "10015",
    );
    expect((await post("/verifications/call", body({ extension: null }))).status).toBe(200);
  });

  test.each(["flashcall", "whatsapp", "dtmf_confirm"])(
    "%s answers that it is not supported",
    async (kind) => {
      const answer = await post(`/verifications/${kind}`, body({}));
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0]).toMatchObject({
        code: "10015",
        detail: expect.stringContaining("not supported"),
      });
    },
  );

  test("an unknown verification, a body that is no JSON and a path that is none are errors of the vendor's", async () => {
    for (const id of ["12ade33a-21c0-473b-b055-b3c836e1c292", "constructor", "x".repeat(100)]) {
      expect((await get(`/verifications/${id}`)).body.errors[0].code).toBe("10005");
      expect((await post(`/verifications/${id}/actions/verify`, { code: "1" })).body.errors[0].code).toBe(
        "10005",
      );
    }
    for (const raw of ["{", "[]", '"text"', "null"]) {
      expect((await post("/verifications/sms", raw)).body.errors[0].code).toBe("10015");
    }
  });

  test("W-1: a wrong key is 401, one without the scope 403, and our own key opens nothing here", async () => {
    for (const apiKey of ["KEYwrong", at.key.key, at.key.vonage.apiSecret]) {
      const answer = await askTelnyx({ url: at.url, key: { telnyx: { apiKey } } }, "GET", "/verify_profiles");
      expect(answer.status).toBe(401);
      expect(answer.body.errors[0].code).toBe("10009");
    }
    const limited = await at.makeKey({ scopes: ["verifications:read"] });
    const answer = await askTelnyx({ url: at.url, key: limited }, "POST", "/verifications/sms", body({}));
    expect(answer.status).toBe(403);
    expect(answer.body.errors[0].code).toBe("10010");
  });

  test("A-9: a number with too many wrong codes is locked, with 429 that no client repeats by itself", async () => {
    const number = freshNumber();
    const more = { phone_number: `+${number}`, verify_profile_id: profile };
    for (const _ of "12") {
      await post("/verifications/sms", more);
      await at.settle();
      const code = at.received(number)[0]?.code ?? "";
      for (const nth of [1, 2, 3, 4, 5]) await byNumber(`+${number}`, wrongCode(code, nth));
      await at.pass(61);
    }
    const answer = await post("/verifications/sms", more);
    expect(answer.status).toBe(429);
    expect(answer.http.headers.get("x-should-retry")).toBe("false");
    expect(Number(answer.http.headers.get("retry-after"))).toBeGreaterThan(600);
  });
});

describe("a look-up of a number", () => {
  test("tells what numbering plans know, and leaves the rest empty", async () => {
    for (const path of ["+442079460018", "%2B442079460018?type=carrier", "+442079460018?type=caller-name"]) {
      const { status, body } = await askTelnyx(at, "GET", `/number_lookup/${path}`);
      expect(status).toBe(200);
      expect(body.data).toMatchObject({
        record_type: "number_lookup",
        phone_number: "+442079460018",
        national_format: "020 7946 0018",
        country_code: "GB",
        fraud: null,
        carrier: { name: "", type: "fixed line", error_code: null },
        caller_name: { caller_name: "" },
        portability: { ported_status: "", line_type: "fixed line" },
      });
    }
  });

  test.each([
    ["12", "10016"],
    ["4155550123", "10016"],
    ["+12", "10002"],
    ["%00", "10016"],
  ])("%s is no number, with 422 and %s", async (given, code) => {
    const { status, body } = await askTelnyx(at, "GET", `/number_lookup/${given}`);
    expect([status, body.errors[0].code]).toEqual([422, code]);
  });

  test("W-1: needs a key that may look numbers up", async () => {
    const key = await at.makeKey({ scopes: ["verifications:read"] });
    expect((await askTelnyx({ ...at, key }, "GET", "/number_lookup/+442079460018")).status).toBe(403);
  });
});

test("W-2: another account neither reads, lists, checks nor meets a verification of this one", async () => {
  const { id, to, code } = await started();
  const theirs = { url: at.url, key: await at.makeKey({ tenant: "other" }) };
  const own = (await askTelnyx(theirs, "GET", "/verify_profiles")).body.data[0].id;
  expect(own).not.toBe(profile);
  expect((await askTelnyx(theirs, "GET", `/verifications/${id}`)).body.errors[0].code).toBe("10005");
  expect((await askTelnyx(theirs, "GET", `/verifications/by_phone_number/${to}`)).body.data).toEqual([]);
  const verify = `/verifications/by_phone_number/${to}/actions/verify`;
  const asked = await askTelnyx(theirs, "POST", verify, { code, verify_profile_id: own });
  expect(asked.body.data.response_code).toBe("rejected");
  expect(
    (await askTelnyx(theirs, "POST", verify, { code, verify_profile_id: profile })).body.errors[0].code,
  ).toBe("10005");
  expect(
    (await askTelnyx(theirs, "POST", `/verifications/${id}/actions/verify`, { code })).body.errors[0].code,
  ).toBe("10005");
  expect((await askTelnyx(theirs, "GET", `/verify_profiles/${profile}`)).body.errors[0].code).toBe("10005");
  const second = await askTelnyx(theirs, "POST", "/verifications/sms", {
    phone_number: to,
    verify_profile_id: own,
  });
  expect(second.body.data.id).not.toBe(id);
  expect((await byNumber(to, code)).body.data.response_code).toBe("accepted");
});

test("A-17: what a page or our own API started is not seen, listed or checked here", async () => {
  const number = freshNumber();
  const other = await at.start({ to: `+${number}`, binding: "browser" });
  expect((await get(`/verifications/${other.id}`)).body.errors[0].code).toBe("10005");
  expect((await get(`/verifications/by_phone_number/+${number}`)).body.data).toEqual([]);
  expect((await byNumber(`+${number}`, at.codeOn(`+${number}`))).body.data.response_code).toBe("rejected");
});
