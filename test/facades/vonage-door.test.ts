import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongCode } from "../support/instance.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { type Answer, ask } from "./vonage-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const credentials = { status: "4", error_text: "Invalid credentials were provided" };
const paths = [
  "/verify/json",
  "/verify/psd2/json",
  "/verify/check/json",
  "/verify/search/json",
  "/verify/control/json",
];

async function get(path: string): Promise<{ http: Response; body: Answer }> {
  const http = await fetch(`${at.url}${path}`);
  return { http, body: (await http.json()) as Answer };
}

function basic(user: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` };
}

describe("credentials", () => {
  test.each(["query", "form", "json"] as const)("Basic is taken with a %s", async (shape) => {
    const { apiKey, apiSecret } = at.key.vonage;
    const asked = { number: freshNumber(), brand: "Acme" };
    const right = await ask(at, "/verify/json", asked, shape, basic(apiKey, apiSecret));
    expect(right.body.status).toBe("0");
    const wrong = await ask(at, "/verify/json", asked, shape, basic(apiKey, `${apiSecret}x`));
    expect(wrong.body).toEqual(credentials);
  });

  test("what is missing or wrong is said as the vendor says it, with HTTP 200", async () => {
    for (const path of paths) {
      const none = await get(path);
      expect(none.http.status).toBe(200);
      expect(none.body).toEqual({ status: "2", error_text: "Missing api_key" });
      const half = await get(`${path}?api_key=abcd`);
      expect(half.body).toEqual({ status: "2", error_text: "Missing api_secret" });
      const wrong = await get(`${path}?api_key=abcd&api_secret=wrong`);
      const text =
        path.includes("psd2") || path === "/verify/json" ? credentials.error_text : "Bad credentials";
      expect(wrong.body).toEqual({ status: "4", error_text: text });
    }
  });

  test("W-1: no other secret of the key opens this door, and this one no other", async () => {
    const { key, vonage, telnyx, twilio, flowroute } = at.key;
    for (const secret of [key, telnyx.apiKey, twilio.authToken, flowroute.secretKey]) {
      const asked = { number: freshNumber(), brand: "Acme" };
      const answer = await ask(at, "/verify/json", asked, "query", basic(vonage.apiKey, secret));
      expect(answer.body).toEqual(credentials);
    }
    const ours = await fetch(`${at.url}/api/v1/verifications`, {
      headers: { authorization: `Bearer ${vonage.apiSecret}` },
    });
    expect(ours.status).toBe(401);
  });

  test("W-1: a revoked dialect, a revoked key and one that may not write are turned away", async () => {
    const asked = { number: freshNumber(), brand: "Acme" };
    const limited = await at.makeKey({ scopes: ["verifications:read"] });
    const answer = await ask({ url: at.url, key: limited }, "/verify/json", asked);
    expect(answer.body.status).toBe("8");
    const gone = await at.makeKey();
    const revoked = await fetch(`${at.url}/api/v1/keys/${gone.id}/dialects/vonage`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${at.key.key}` },
    });
    expect(revoked.status).toBe(200);
    expect((await ask({ url: at.url, key: gone }, "/verify/json", asked)).body).toEqual(credentials);
  });
});

/** As `nexmo` does it: sorted, escaped by encodeURI alone, the secret left out. */
function signedQuery(method: string, parameters: Record<string, string>, secret: string): string {
  const names = Object.keys(parameters).sort();
  const text = names.map((name) => `&${name}=${parameters[name]?.replace(/[&=]/g, "_")}`).join("");
  const signature =
    method === "md5hash"
      ? createHash("md5")
          .update(text + secret)
          .digest("hex")
      : createHmac(method, secret).update(text).digest("hex");
  return `?${names.map((name) => `${name}=${encodeURI(parameters[name] ?? "")}`).join("&")}&sig=${signature}`;
}

describe("signed requests", () => {
  const seconds = (offset = 0): string => String(Math.floor(at.clock.now() / 1_000) + offset);
  const parameters = (more: Record<string, string> = {}): Record<string, string> => ({
    number: `+${freshNumber()}`,
    brand: "Acme Corp",
    api_key: at.key.vonage.apiKey,
    timestamp: seconds(),
    ...more,
  });

  test.each(["md5hash", "md5", "sha1", "sha256", "sha512"])(
    "are taken by %s, in either case",
    async (method) => {
      const query = signedQuery(method, parameters(), at.signatureSecret);
      expect((await get(`/verify/json${query}`)).body.status).toBe("0");
      const other = signedQuery(method, parameters(), at.signatureSecret);
      const upper = other.replace(/sig=(.*)$/, (_all, sig: string) => `sig=${sig.toUpperCase()}`);
      expect((await get(`/verify/json${upper}`)).body.status).toBe("0");
    },
  );

  test("are refused with another secret, a changed value, an old time or a time to come", async () => {
    const right = parameters();
    const refused = [
      signedQuery("sha256", right, at.key.vonage.apiSecret),
      signedQuery("sha256", right, at.signatureSecret).replace("Acme", "Evil"),
      signedQuery("sha256", parameters({ timestamp: seconds(-301) }), at.signatureSecret),
      signedQuery("sha256", parameters({ timestamp: seconds(301) }), at.signatureSecret),
      signedQuery("sha256", parameters({ timestamp: "soon" }), at.signatureSecret),
    ];
    for (const query of refused) expect((await get(`/verify/json${query}`)).body).toEqual(credentials);
  });

  test("the secret is shown with a new key, and is not the one of the account", async () => {
    const made = await fetch(`${at.url}/api/v1/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${at.key.key}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "signs", scopes: ["verifications:write"] }),
    });
    const { vonage } = (await made.json()) as { vonage: Record<string, string> };
    expect(vonage["signatureSecret"]).toMatch(/^[0-9a-f]{48}$/);
    const own = parameters({ api_key: String(vonage["apiKey"]) });
    const query = signedQuery("sha512", own, String(vonage["signatureSecret"]));
    expect((await get(`/verify/json${query}`)).body.status).toBe("0");
  });
});

describe("another account", () => {
  test("W-2: neither sees, checks, ends nor meets what this one verifies", async () => {
    const other = await at.makeKey({ tenant: "other" });
    const theirs = { url: at.url, key: other };
    const number = freshNumber();
    const { body } = await ask(at, "/verify/json", { number, brand: "Acme" });
    await at.settle();
    const request_id = body.request_id;
    const code = at.received(number)[0]?.code ?? "";
    expect((await ask(theirs, "/verify/search/json", { request_id })).body.status).toBe("101");
    expect((await ask(theirs, "/verify/check/json", { request_id, code })).body.status).toBe("6");
    for (const cmd of ["cancel", "trigger_next_event"]) {
      expect((await ask(theirs, "/verify/control/json", { request_id, cmd })).body.status).toBe("6");
    }
    // The same number: a request of its own, no word of the one that runs.
    const second = await ask(theirs, "/verify/json", { number, brand: "Other" });
    expect(second.body).toEqual({ status: "0", request_id: expect.not.stringContaining(String(request_id)) });
    const list = await ask(theirs, "/verify/search/json", {
      request_ids: [request_id, second.body.request_id],
    });
    expect(list.body).toEqual({
      verification_requests: [
        expect.objectContaining(
          second.body.request_id === undefined ? {} : { request_id: second.body.request_id },
        ),
      ],
    });
    expect((await ask(at, "/verify/check/json", { request_id, code: wrongCode(code) })).body.status).toBe(
      "16",
    );
    expect((await ask(at, "/verify/check/json", { request_id, code })).body.status).toBe("0");
  });
});

describe("the wire", () => {
  test("D-2: XML has the vendor's roots, lists as elements, and a caller's words escaped", async () => {
    const number = freshNumber();
    const begun = await ask(at, "/verify/xml", { number, brand: "Acme", sender_id: "A B" });
    expect(begun.http.headers.get("content-type")).toMatch(/^application\/xml/);
    const id = /<request_id>([0-9a-f]{32})<\/request_id>/.exec(begun.text)?.[1];
    expect(begun.text).toBe(
      `<?xml version='1.0' encoding='UTF-8' ?><verify_response><request_id>${id}</request_id><status>0</status></verify_response>`,
    );
    await at.settle();
    await ask(at, "/verify/check/xml", { request_id: id, code: "nothing1" });
    const code = at.received(number)[0]?.code ?? "";
    await ask(at, "/verify/check/xml", { request_id: id, code: wrongCode(code) });
    const found = await ask(at, "/verify/search/xml", { request_id: id });
    expect(found.text).toMatch(
      /<verify_request><request_id>.*<checks><check><date_received>.*<\/check><\/checks>/,
    );
    expect(found.text).toMatch(/<events><event><type>sms<\/type><id>.*<\/id><\/event><\/events>/);
    const control = await ask(at, "/verify/control/xml", { request_id: "<&'\">", cmd: "cancel" });
    expect(control.text).toContain("<response><status>6</status>");
    expect(control.text).toContain("&lt;&amp;&apos;&quot;&gt;");
  });

  test("a slash too many in front of the path is none", async () => {
    const { apiKey, apiSecret } = at.key.vonage;
    const query = `?api_key=${apiKey}&api_secret=${apiSecret}&number=${freshNumber()}&brand=Acme`;
    expect((await get(`//verify/json${query}`)).body.status).toBe("0");
    expect((await fetch(`${at.url}//api/v1/verifications`)).status).toBe(404);
  });

  test("unknown parameters change nothing, and none of them reaches a row", async () => {
    const number = freshNumber();
    const asked = {
      number,
      brand: "Acme",
      ip_address: "192.0.2.1",
      status: "approved",
      tenant: "x",
      language: "de",
    };
    const { body } = await ask(at, "/verify/json", asked, "json");
    const found = await ask(at, "/verify/search/json", { request_id: body.request_id });
    expect(found.body.status).toBe("IN PROGRESS");
  });
});
