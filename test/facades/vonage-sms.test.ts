import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import { notSent, scriptedProvider } from "../support/scripted-provider.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { ask, type Shape } from "./vonage-requests.ts";

interface Sms {
  readonly count: string;
  readonly messages: readonly Readonly<Record<string, string>>[];
}

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

type Values = Readonly<Record<string, unknown>>;

async function sms(
  parameters: Values,
  shape: Shape = "query",
  key: FacadeInstallation["key"] = at.key,
  headers: Readonly<Record<string, string>> | null = null,
): Promise<Sms> {
  const { http, body } = await ask({ url: at.url, key }, "/sms/json", parameters, shape, headers);
  expect(http.status).toBe(200);
  expect(http.headers.get("content-type")).toBe("application/json");
  return { count: String(body["message-count"]), messages: body["messages"] as Sms["messages"] };
}

const refusedAs = (status: string, text?: string) => ({
  count: "1",
  messages: [expect.objectContaining({ status, ...(text === undefined ? {} : { "error-text": text }) })],
});

const basic = (user: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`,
});

describe("a text", () => {
  test.each(["query", "form", "json"] as const)("arrives as it was given, by %s", async (shape) => {
    const to = freshNumber();
    const text = "  Deine Bestellung & mehr: 12.30 Uhr =)\nRosa";
    const answer = await sms({ from: "Acme", to, text, "client-ref": "r-1" }, shape);
    expect(answer).toEqual({
      count: "1",
      messages: [
        {
          to,
          "message-id": expect.stringMatching(/^[0-9a-f]{32}$/),
          status: "0",
          "remaining-balance": "0.00000000",
          "message-price": "0.00000000",
          network: "0",
          "client-ref": "r-1",
        },
      ],
    });
    await at.settle();
    expect(at.received(to)).toMatchObject([{ channel: "sms", text, code: "" }]);
  });

  test("arrives from a POST with everything in its query and an empty body, as old clients send it", async () => {
    const to = freshNumber();
    const { apiKey, apiSecret } = at.key.vonage;
    const query = new URLSearchParams({ api_key: apiKey, api_secret: apiSecret, from: "A", to, text: "old" });
    const http = await fetch(`${at.url}/sms/json?${query}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "content-length": "0" },
    });
    expect(await http.json()).toMatchObject({ messages: [{ status: "0" }] });
    await at.settle();
    expect(at.received(to)).toMatchObject([{ text: "old" }]);
  });

  test("of several segments has an entry for each, with an id of its own, and arrives once", async () => {
    const to = freshNumber();
    const { count, messages } = await sms({ from: "Acme", to, text: "x".repeat(400) }, "json");
    expect(count).toBe("3");
    expect(new Set(messages.map((one) => one["message-id"])).size).toBe(3);
    await at.settle();
    expect(at.received(to)).toHaveLength(1);
  });

  test("is one message for one Idempotency-Key, and as many as were asked for without", async () => {
    const to = freshNumber();
    const parameters = { from: "Acme", to, text: "once" };
    const headers = { ...basic(at.key.vonage.apiKey, at.key.vonage.apiSecret), "idempotency-key": "sms-1" };
    const answers = await Promise.all([1, 2, 3].map(() => sms(parameters, "json", at.key, headers)));
    expect(new Set(answers.map(({ messages }) => messages[0]?.["message-id"])).size).toBe(1);
    await sms(parameters, "json");
    await sms(parameters, "json");
    await at.settle();
    expect(at.received(to)).toHaveLength(3);
  });
});

describe("is refused with the vendor's status", () => {
  const to = "14155550188";
  const text = "hello";
  test.each([
    ["no sender", { to, text }, "2", "Missing from param"],
    ["no receiver", { from: "A", text }, "2", "Missing to param"],
    ["no text", { from: "A", to, text: "  " }, "2", "Missing text param"],
    ["no number", { from: "A", to: "12", text }, "3", "Invalid to param"],
    ["letters for a number", { from: "A", to: "+1415call", text }, "3", "Invalid to param"],
    ["a number that cannot be", { from: "A", to: "447700900123", text }, "3", "Invalid to param"],
    ["a binary message", { from: "A", to, type: "binary", body: "00", udh: "06" }, "3", undefined],
    ["a flash message", { from: "A", to, text, "message-class": 0 }, "3", undefined],
    ["a life that is too short", { from: "A", to, text, ttl: 5 }, "3", "Invalid ttl param"],
    ["half a registration", { from: "A", to, text, "entity-id": "12" }, "2", "Missing content-id param"],
    ["a reference that is too long", { from: "A", to, text, "client-ref": "r".repeat(101) }, "3", undefined],
    ["a text that is too long", { from: "A", to, text: "x".repeat(1_001) }, "12", undefined],
    ["control characters", { from: "A", to, text: "a\u0007b" }, "3", undefined],
    ["a sender that is none", { from: "Acme & Sons!", to, text }, "15", undefined],
    ["a satellite phone", { from: "A", to: "881612345678", text }, "7", undefined],
  ] as const)("%s", async (_what, parameters, status, words) => {
    expect(await sms(parameters, "json")).toEqual(refusedAs(status, words));
    await at.settle();
    expect(at.received(to)).toHaveLength(0);
  });

  test("the reference comes back with the refusal", async () => {
    const { messages } = await sms({ to: freshNumber(), text, "client-ref": "r-9" });
    expect(messages[0]).toMatchObject({ status: "2", "client-ref": "r-9" });
  });
});

describe("credentials", () => {
  const text = "hello";
  test("W-1: wrong ones, another dialect's and none are turned away, and nothing is sent", async () => {
    const to = freshNumber();
    const asked = { from: "A", to, text };
    const { vonage, telnyx, flowroute } = at.key;
    for (const secret of ["wrong", telnyx.apiKey, flowroute.secretKey, at.key.key]) {
      expect(await sms(asked, "form", at.key, basic(vonage.apiKey, secret))).toEqual(refusedAs("4"));
    }
    const none = await fetch(`${at.url}/sms/json?to=${to}&from=A&text=hi`);
    expect(await none.json()).toMatchObject({ messages: [{ status: "2", "error-text": "Missing api_key" }] });
    await at.settle();
    expect(at.received(to)).toHaveLength(0);
  });

  test("a key without messages:send sends nothing, whatever else it may", async () => {
    const to = freshNumber();
    const limited = await at.makeKey({ scopes: ["verifications:write", "messages:read"] });
    expect(await sms({ from: "A", to, text }, "query", limited)).toEqual(refusedAs("11"));
    await at.settle();
    expect(at.received(to)).toHaveLength(0);
  });

  test.each(["md5hash", "sha256"])(
    "a request signed with %s is let in; a wrong or double proof is not",
    async (how) => {
      const to = freshNumber();
      const { apiKey, apiSecret } = at.key.vonage;
      const timestamp = String(Math.floor(at.clock.now() / 1_000));
      const asked = { api_key: apiKey, from: "A", text: "a&b=c", timestamp, to };
      const base = Object.entries(asked)
        .map(([name, value]) => `&${name}=${value.replace(/[&=]/g, "_")}`)
        .join("");
      const sig =
        how === "md5hash"
          ? createHash("md5")
              .update(base + at.signatureSecret)
              .digest("hex")
          : createHmac(how, at.signatureSecret).update(base).digest("hex");
      const signed = (more: Values) => sms({ ...asked, ...more }, "query", at.key, {});
      expect((await signed({ sig })).messages[0]).toMatchObject({ status: "0" });
      expect(await signed({ sig: sig.replace(/^./, (one) => (one === "0" ? "1" : "0")) })).toEqual(
        refusedAs("14"),
      );
      expect(await signed({ sig, api_secret: apiSecret })).toEqual(refusedAs("32"));
    },
  );
});

test("what the guard, the money and the carriers say reaches the caller, and a second carrier takes over", async () => {
  const [first, second] = [scriptedProvider("first"), scriptedProvider("second")];
  first.plan(notSent);
  const guard = {
    prices: { "*/sms": microsPerUnit / 10 },
    moneyPerDay: microsPerUnit,
    velocity: [{ counter: "prefix3", window: "10m", max: 2 }] as const,
  };
  const paid = await openFacades({
    sandbox: false,
    providers: [first, second],
    guard,
    accountSenders: { first: "+14155550100", second: "+14155550101" },
    numberPolicy: { countries: ["US"] },
  });
  try {
    const send = async (to: string, from = "14155550100") => {
      const { body } = await ask(paid, "/sms/json", { from, to, text: "hello" });
      return (body["messages"] as Sms["messages"])[0];
    };
    const sent = await send("14155550111");
    expect(sent).toMatchObject({ status: "0", "message-price": "0.10000000" });
    await paid.settle();
    await paid.pass(1);
    // The carrier that does not have the sender sends as itself.
    expect([first, second].map((one) => one.received.map(({ from }) => from))).toEqual([
      ["+14155550100"],
      [undefined],
    ]);
    expect(await send("14155550112", "Other")).toMatchObject({ status: "15" });
    expect(await send("442079460018")).toMatchObject({ status: "7" });
    expect(await send("14155550113")).toMatchObject({ status: "0" });
    expect(await send("14155550114")).toMatchObject({ status: "7" });
    const statuses = [];
    for (let n = 0; n < 8; n++) statuses.push((await send(`1212555${1_000 * (n + 1)}`))?.["status"]);
    expect(statuses).toEqual(["0", "0", "0", "0", "0", "0", "0", "9"]);
  } finally {
    await paid.close();
  }
});
