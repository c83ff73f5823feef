import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import type { IssuedKey } from "../../src/tenants/index.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { openSpec, specsAbsent } from "./specs.ts";

interface Answer {
  readonly http: Response;
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what another vendor's wire holds, looked at by the tests
  readonly body: any;
}

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  where: Pick<FacadeInstallation, "url"> & { readonly key: Pick<IssuedKey, "flowroute"> } = at,
): Promise<Answer> {
  const { accessKey, secretKey } = where.key.flowroute;
  const http = await fetch(`${where.url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString("base64")}`,
      "content-type": "application/json; charset=utf-8",
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await http.text();
  return { http, status: http.status, body: text === "" ? null : JSON.parse(text) };
}

const from = "12064205780";
const errorOf = (body: unknown): unknown => (body as { readonly errors: readonly unknown[] }).errors[0];

describe("a text", () => {
  test.each(["content", "body"])(
    "in v2 answers 200 with its record's id, and arrives, in the field %s",
    async (field) => {
      const to = freshNumber();
      const sent = await ask("POST", "/v2/messages", { to, from, [field]: "That rug, really" });
      expect(sent).toMatchObject({
        status: 200,
        body: { data: { id: expect.stringMatching(/^mdr1-[0-9a-f]{32}$/) } },
      });
      await at.settle();
      expect(at.received(to)).toMatchObject([{ text: "That rug, really" }]);
      const found = await ask("GET", `/v2/messages/${sent.body.data.id}`);
      expect(found.body).toEqual({
        data: {
          attributes: {
            body: "That rug, really",
            direction: "outbound",
            timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
            amount_nanodollars: 0,
            amount_display: "$0.0000",
            from,
            to,
            message_encoding: 0,
            has_mms: false,
            message_type: "long-code",
            callback_url: null,
          },
          type: "message",
          id: sent.body.data.id,
        },
      });
    },
  );

  test.each([
    ["flat", (attributes: object) => attributes],
    ["wrapped", (attributes: object) => ({ data: { type: "message", attributes } })],
  ])("in v2.1 answers 202, %s, and its record tells what carriers said", async (_form, wrap) => {
    const to = freshNumber();
    const sent = await ask(
      "POST",
      "/v2.1/messages",
      wrap({ to: `+${to}`, from, body: "hello – there", is_mms: "false" }),
    );
    const { id } = sent.body.data;
    const self = `${at.url}/v2.1/messages/${id}`;
    expect(sent).toMatchObject({ status: 202, body: { data: { links: { self }, type: "message" } } });
    expect(id).toMatch(/^mdr2-[0-9a-f]{32}$/);
    await at.settle();
    expect(at.received(to)).toHaveLength(1);
    const own = `${id.slice(5, 13)}-${id.slice(13, 17)}-${id.slice(17, 21)}-${id.slice(21, 25)}-${id.slice(25)}`;
    await at.engine.receipt({ reference: `${own}.1`, status: "delivered", providerMessageId: null });
    const { attributes } = (await ask("GET", new URL(self).pathname)).body.data;
    expect(attributes).toMatchObject({
      status: "delivered",
      is_mms: false,
      message_type: "longcode",
      message_encoding: 8,
      delivery_receipts: [
        { level: 2, status: "delivered" },
        { level: 1, status: "smsc submit" },
      ],
    });
  });

  test("in v2.2 numbers have their plus sign, and a price where messages cost one", async () => {
    const carrier = scriptedProvider("only");
    const guard = { prices: { "*/sms": microsPerUnit / 100 }, moneyPerDay: microsPerUnit, velocity: [] };
    const paid = await openFacades({ sandbox: false, providers: [carrier], guard });
    try {
      const sent = await ask("POST", "/v2.2/messages", { to: "+14155550111", body: "hello" }, paid);
      expect(sent.body.data.price_details).toEqual({
        base_rate: "0.0100",
        surcharge_rate: "0.0000",
        charged_cost: "0.0100",
      });
      const found = await ask("GET", `/v2.2/messages/${sent.body.data.id}`, undefined, paid);
      expect(found.body.data.attributes).toMatchObject({
        to: "+14155550111",
        amount_nanodollars: 10_000_000,
      });
      // Costs are the operator's: tenants may be customers (ADR 28).
      const other = { url: paid.url, key: await paid.makeKey({ tenant: "other" }) };
      const theirs = await ask("POST", "/v2.2/messages", { to: "+14155550112", body: "hello" }, other);
      expect(theirs).toMatchObject({ status: 202 });
      expect(theirs.body.data).not.toHaveProperty("price_details");
    } finally {
      await paid.close();
    }
  });

  test("is as the vendor describes it", async (context) => {
    if (specsAbsent !== null) context.skip(specsAbsent);
    const spec = openSpec("flowroute/flowroute-messages.json");
    const sent = await ask("POST", "/v2.1/messages", { to: freshNumber(), from, body: "hello" });
    expect(spec.problem("MessageSuccess", sent.body)).toBeNull();
    expect(spec.problem("MessageSuccess", { data: { id: 1 } })).toMatch(/id/);
    expect(spec.problem("Error", (await ask("GET", "/v2.1/messages/mdr2-0")).body)).toBeNull();
  });
});

describe("is refused", () => {
  const to = "12065550199";
  test.each([
    ["v2", "a number that is none", { to: "555", from, content: "x" }, 500],
    ["v2", "no number", { from, content: "x" }, 422],
    ["v2", "no text", { to, from }, 422],
    ["v2", "a sender that is none", { to, from: "Not a sender!", content: "x" }, 403],
    ["v2", "a satellite phone", { to: "881612345678", from, content: "x" }, 403],
    ["v2", "no JSON", "{", 400],
    ["v2", "a list", [], 400],
    ["v2.1", "a number that is none", { to: "555", from, body: "x" }, 422],
    ["v2.1", "a text of blanks", { to, from, body: "   " }, 422],
    ["v2.1", "a text that is too long", { to, from, body: "x".repeat(1_001) }, 422],
    ["v2.1", "pictures", { to, from, body: "x", media_urls: ["https://a.example/b.png"] }, 422],
    ["v2.1", "an MMS", { data: { attributes: { to, from, body: "x", is_mms: "true" } } }, 422],
    ["v2.2", "a satellite phone", { to: "+881612345678", from, body: "x" }, 422],
  ])("%s: %s", async (version, _what, body, status) => {
    const answer = await ask("POST", `/${version}/messages`, body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toEqual([
      { id: expect.any(String), status, title: expect.any(String), detail: expect.any(String) },
    ]);
    await at.settle();
    expect(at.received(to)).toHaveLength(0);
  });

  test("a sender that no carrier has, where there are carriers", async () => {
    const carrier = scriptedProvider("only");
    const one = await openFacades({
      sandbox: false,
      providers: [carrier],
      accountSenders: { only: "+12064205780" },
    });
    try {
      const send = (sender: string) =>
        ask("POST", "/v2/messages", { to: "14155550111", from: sender, content: "x" }, one);
      expect((await send("12065550000")).status).toBe(403);
      expect((await send("12064205780")).status).toBe(200);
      await one.settle();
      expect(carrier.received.map((message) => message.from)).toEqual(["+12064205780"]);
    } finally {
      await one.close();
    }
  });

  test("W-1, W-2: without the right secret, without the scope, and what is another tenant's", async () => {
    const { body } = await ask("POST", "/v2/messages", { to: freshNumber(), from, content: "mine" });
    const path = `/v2/messages/${body.data.id}`;
    const other = await at.makeKey({ tenant: "elsewhere" });
    expect((await ask("GET", path, undefined, { url: at.url, key: other })).status).toBe(404);
    const list = await ask("GET", "/v2.1/messages?start_date=2020-01-01", undefined, {
      url: at.url,
      key: other,
    });
    expect(list.body).toEqual({ data: [], links: {} });
    const { accessKey } = at.key.flowroute;
    for (const secretKey of ["x", at.key.vonage.apiSecret, at.key.telnyx.apiKey, at.key.key]) {
      const answer = await ask("GET", path, undefined, {
        url: at.url,
        key: { flowroute: { accessKey, secretKey } },
      });
      expect(answer.status).toBe(401);
    }
    const limited = await at.makeKey({ scopes: ["messages:read"] });
    const refused = await ask(
      "POST",
      "/v2/messages",
      { to: freshNumber(), from, content: "x" },
      { url: at.url, key: limited },
    );
    expect(refused.status).toBe(403);
    expect((await fetch(`${at.url}/v2.1/messages`, { method: "POST", body: "{}" })).status).toBe(401);
  });

  test("what is not there, and methods that are not", async () => {
    for (const path of [
      "/v2/messages/mdr1-0",
      "/v2.1/messages/mdr2-019a0000000070008000000000000001",
      "/v2.1/messages/x",
    ]) {
      expect((await ask("GET", path)).status).toBe(404);
    }
    expect(
      (await ask("PUT", "/v2.1/messages/sms_callback", { callback_url: "https://a.example" })).status,
    ).toBe(405);
    expect((await ask("DELETE", "/v2/messages")).status).toBe(405);
  });
});

describe("the list of a time", () => {
  test("holds every message once, newest first, a page at a time", async () => {
    const one = await openFacades();
    try {
      const sent: string[] = [];
      for (let n = 0; n < 7; n++) {
        const { body } = await ask("POST", "/v2.1/messages", { to: freshNumber(), body: `number ${n}` }, one);
        sent.push(body.data.id);
        await one.clock.advance(1_000);
      }
      const day = new Date(one.clock.now()).toISOString().slice(0, 10);
      const found: string[] = [];
      let next: string | undefined = `/v2.1/messages?start_date=${day}&limit=3`;
      let pages = 0;
      while (next !== undefined) {
        const page: Answer = await ask("GET", next, undefined, one);
        expect(page.status).toBe(200);
        for (const { id } of page.body.data) found.push(id);
        const link: string | undefined = page.body.links.next;
        next = link === undefined ? undefined : link.slice(one.url.length);
        pages += 1;
      }
      expect(pages).toBe(3);
      expect(found).toEqual(sent.toReversed());
      const from = new Date(one.clock.now() - 3_000).toISOString();
      const late = await ask("GET", `/v2/messages?start_date=${from}`, undefined, one);
      expect(late.body.data).toHaveLength(3);
      const until = new Date(one.clock.now() - 5_500).toISOString();
      const early = await ask("GET", `/v2/messages?start_date=${day}&end_date=${until}`, undefined, one);
      expect(early.body.data).toHaveLength(2);
    } finally {
      await one.close();
    }
  });

  test.each([
    "",
    "?start_date=yesterday",
    "?start_date=2026-13-45",
    "?start_date=2026-01-01&end_date=x",
    "?start_date=2026-01-01&limit=0",
    "?start_date=2026-01-01&limit=-1",
    "?start_date=2026-01-01&offset=-1",
    "?start_date=2026-01-01&offset=999999",
  ])("says what is wrong with %s", async (query) => {
    const answer = await ask("GET", `/v2.1/messages${query}`);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ status: 422 }] } });
  });
});

test("the path that two vendors have is answered by the one whose credentials come with a request", async () => {
  const bearer = await fetch(`${at.url}/v2/messages`, {
    method: "POST",
    headers: { authorization: "Bearer x" },
  });
  expect(errorOf(await bearer.json())).toMatchObject({ code: "10009" });
  const basic = await fetch(`${at.url}/v2/messages`, {
    method: "POST",
    headers: { authorization: "Basic eDp5" },
  });
  expect(errorOf(await basic.json())).toMatchObject({ status: 401 });
});
