import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rejected, scriptedProvider } from "../support/scripted-provider.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { openSpec, specsAbsent } from "./specs.ts";
import { askTelnyx, type TelnyxAnswer } from "./telnyx-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const post = (body: unknown, path = "/messages"): Promise<TelnyxAnswer> => askTelnyx(at, "POST", path, body);
const fresh = (): string => `+${freshNumber()}`;

describe("a text", () => {
  test("answers 200 with the vendor's record, arrives, and is found with what became of it", async () => {
    const to = fresh();
    const answer = await post({ from: "+14155550100", to, text: "hello – you", webhook_url: null });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      record_type: "message",
      direction: "outbound",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: "SMS",
      from: { phone_number: "+14155550100" },
      to: [{ phone_number: to, status: "queued" }],
      text: "hello – you",
      encoding: "UCS-2",
      parts: 1,
      num_chars: 11,
      errors: [],
      sent_at: null,
    });
    await at.settle();
    expect(at.received(to)).toMatchObject([{ text: "hello – you" }]);
    const { id } = answer.body.data;
    const found = await askTelnyx(at, "GET", `/messages/${id}`);
    expect(found.body.data).toMatchObject({ id, to: [{ status: "sent" }], sent_at: expect.any(String) });
    await at.engine.receipt({ reference: `${id}.1`, status: "delivered", providerMessageId: null });
    expect((await askTelnyx(at, "GET", `/messages/${id}`)).body.data.to[0].status).toBe("delivered");
  });

  test("is as the vendor describes it", async (context) => {
    if (specsAbsent !== null) context.skip(specsAbsent);
    const spec = openSpec("telnyx/telnyx-messages.json");
    const { body } = await post({ to: fresh(), text: "hello" });
    await at.settle();
    const found = await askTelnyx(at, "GET", `/messages/${body.data.id}`);
    for (const one of [body.data, found.body.data]) {
      expect(spec.problem("OutboundMessagePayload", one)).toBeNull();
    }
    expect(spec.problem("OutboundMessagePayload", { ...body.data, parts: 0 })).toMatch(/parts/);
    const refused = await post({ to: "12", text: "hello" });
    expect(spec.problem("messaging_Errors", refused.body)).toBeNull();
  });
});

describe("is refused with the vendor's code", () => {
  const text = "hello";
  test.each([
    ["no receiver", { text }, 400, "10004", "/to"],
    ["no text", { to: "+14155550155" }, 400, "10004", "/text"],
    ["a national number", { to: "4155550155", text }, 400, "10016", "/to"],
    ["no number", { to: "+12", text }, 400, "10002", "/to"],
    [
      "pictures",
      { to: "+14155550155", text, media_urls: ["https://a.example/b.png"] },
      400,
      "10015",
      "/media_urls",
    ],
    ["a later time", { to: "+14155550155", text, send_at: "2027-01-01T00:00:00Z" }, 400, "10015", "/send_at"],
    ["another type", { to: "+14155550155", text, type: "MMS" }, 400, "10015", "/type"],
    ["several receivers", { to: ["+14155550155"], text }, 400, "10015", "/to"],
    ["a satellite phone", { to: "+881612345678", text }, 400, "10015", "/to"],
    ["a sender that is none", { to: "+14155550155", text, from: "!" }, 400, "10015", "/from"],
    ["a text that is too long", { to: "+14155550155", text: "x".repeat(1_001) }, 400, "10015", "/text"],
    ["half a character", { to: "+14155550155", text: "\ud83d" }, 400, "10015", "/text"],
    ["no object", ["x"], 400, "10015", undefined],
    ["no JSON", "{", 400, "10015", undefined],
  ])("%s", async (_what, body, status, code, pointer) => {
    const answer = await post(body);
    expect({ status: answer.status, code: answer.body.errors[0].code }).toEqual({ status, code });
    expect(answer.body.errors[0].source?.pointer).toBe(pointer);
    await at.settle();
    expect(at.received("+14155550155")).toHaveLength(0);
  });

  test("another kind of message, a cancel, a list and what is not there", async () => {
    const codes = async (method: string, path: string): Promise<string> => {
      const { status, body } = await askTelnyx(
        at,
        method,
        path,
        method === "POST" ? { to: fresh() } : undefined,
      );
      return `${status} ${body.errors[0].code}`;
    };
    expect(await codes("POST", "/messages/group_mms")).toBe("400 10015");
    expect(await codes("POST", "/messages/long_code")).toBe("400 10015");
    expect(await codes("DELETE", "/messages/40385f64-5717-4562-b3fc-2c963f66afa6")).toBe("400 10015");
    expect(await codes("GET", "/messages")).toBe("404 10005");
    expect(await codes("PUT", "/messages")).toBe("404 10005");
    for (const id of [
      "40385f64-5717-4562-b3fc-2c963f66afa6",
      "x",
      "%00",
      "019a0000-0000-7000-8000-000000000001",
    ]) {
      expect(await codes("GET", `/messages/${id}`)).toBe("404 10005");
    }
  });
});

describe("credentials", () => {
  test("W-1, W-2: none, wrong ones and other dialects' are 401; another tenant's message is not there", async () => {
    const { body } = await post({ to: fresh(), text: "mine" });
    const other = await at.makeKey({ tenant: "other" });
    const mine = `/messages/${body.data.id}`;
    expect((await askTelnyx({ url: at.url, key: other }, "GET", mine)).status).toBe(404);
    const { flowroute, vonage, key } = at.key;
    for (const apiKey of ["x", flowroute.secretKey, vonage.apiSecret, key]) {
      const answer = await askTelnyx({ url: at.url, key: { telnyx: { apiKey } } }, "GET", mine);
      expect([answer.status, answer.body.errors[0].code]).toEqual([401, "10009"]);
    }
    const none = await fetch(`${at.url}/v2/messages`, { method: "POST", body: "{}" });
    expect(none.status).toBe(401);
    expect(await none.json()).toMatchObject({ errors: [{ code: "10009" }] });
  });

  test("a key may send without reading, and read without sending", async () => {
    const sender = await at.makeKey({ scopes: ["messages:send"] });
    const reader = await at.makeKey({ scopes: ["messages:read", "verifications:write"] });
    const as = (key: typeof sender, method: string, path: string, body?: unknown) =>
      askTelnyx({ url: at.url, key }, method, path, body);
    const sent = await as(sender, "POST", "/messages", { to: fresh(), text: "hello" });
    const path = `/messages/${sent.body.data.id}`;
    const refused = await as(sender, "GET", path);
    expect([refused.status, refused.body.errors[0].code]).toEqual([403, "10010"]);
    expect((await as(reader, "GET", path)).status).toBe(200);
    const to = fresh();
    expect((await as(reader, "POST", "/messages", { to, text: "no" })).status).toBe(403);
    await at.settle();
    expect(at.received(to)).toHaveLength(0);
  });
});

test("a message that no carrier took says so, with the vendor's code of delivery", async () => {
  const carrier = scriptedProvider("only");
  carrier.plan(rejected);
  const one = await openFacades({ sandbox: false, providers: [carrier] });
  try {
    const { body } = await askTelnyx(one, "POST", "/messages", { to: "+14155550111", text: "hello" });
    await one.settle();
    const { body: found } = await askTelnyx(one, "GET", `/messages/${body.data.id}`);
    expect(found.data).toMatchObject({ to: [{ status: "sending_failed" }], errors: [{ code: "40300" }] });
  } finally {
    await one.close();
  }
});
