import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loopback } from "../webhooks/webhooks.ts";
import { type FacadeInstallation, openFacades } from "./installation.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades({ webhooks: loopback });
});
afterAll(() => at.close());

const names = [
  ..."to from text body content type callback webhook_url dlr_callback client-ref ttl entity-id content-id".split(
    " ",
  ),
  ..."media_urls is_mms send_at data udh message-class status-report-req sig __proto__ constructor".split(
    " ",
  ),
];
const word = fc.oneof(
  fc.constantFrom(
    "+14155550123",
    "14155550123",
    "hello",
    "text",
    "Acme",
    "http://127.0.0.1:9/",
    "1101456789012345678",
  ),
  fc.constantFrom(
    "\u0000",
    "../..",
    "-1",
    "1e999",
    "%zz",
    "[",
    "{}",
    "true",
    "0",
    "mdr1-",
    "http://[::1",
    "x".repeat(1_200),
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: word },
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(word, { maxLength: 3 }),
  fc.record({ attributes: fc.dictionary(fc.constantFrom(...names), word, { maxKeys: 4 }) }),
);
const path = fc.oneof(
  fc.constantFrom(
    "/v2/messages",
    "/v2.1/messages",
    "/v2.2/messages",
    "//v2/messages",
    "/sms/json",
    "//sms/json",
  ),
  fc.constantFrom(
    "/v2.1/messages?start_date=2026-01-01&offset=%00",
    "/v2/messages?start_date=2026-01-01T00:00:00.00Z&limit=9",
  ),
  fc.tuple(fc.constantFrom("/v2", "/v2.1", "/v2.2"), word).map(([version, one]) => {
    return `${version}/messages/${encodeURIComponent(one.toWellFormed())}`;
  }),
  fc.tuple(fc.constantFrom(...names), word).map(([name, one]) => {
    return `/sms/json?${new URLSearchParams({ [name]: one.toWellFormed() })}`;
  }),
);
const request = fc.record({
  method: fc.constantFrom("GET", "POST", "POST", "POST", "PUT", "PATCH", "DELETE"),
  path,
  credentials: fc.constantFrom("vonage", "telnyx", "flowroute", "flowroute", "none"),
  type: fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/plain", ""),
  fields: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 }),
  raw: fc.oneof(fc.constant(null), fc.constant(null), word, fc.constant("[".repeat(4_000))),
});

test("whatever is sent, the answer is a vendor's own, and none is a fault of ours", async () => {
  const { vonage, telnyx, flowroute } = at.key;
  const basic = (user: string, secret: string) =>
    `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
  const authorization: Readonly<Record<string, string>> = {
    vonage: basic(vonage.apiKey, vonage.apiSecret),
    telnyx: `Bearer ${telnyx.apiKey}`,
    flowroute: basic(flowroute.accessKey, flowroute.secretKey),
    none: "",
  };
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, credentials, type, fields, raw }) => {
      const body = method === "GET" ? undefined : (raw ?? JSON.stringify(fields));
      const http = await fetch(`${at.url}${path}`, {
        method,
        headers: { authorization: authorization[credentials] ?? "", "content-type": type },
        ...(body === undefined ? {} : { body }),
      });
      const text = await http.text();
      const said = `${method} ${path} ${credentials} ${body} -> ${http.status} ${text}`;
      const answer = JSON.parse(text);
      if (path.includes("/sms/json")) {
        expect(http.status, said).toBe(200);
        expect(answer.messages[0].status, said).toMatch(/^(?!5$)\d+$/);
        return;
      }
      if (http.ok) return;
      expect(answer.errors[0], said).toBeDefined();
      // What v2 of Flowroute answers where `to` is no number says why; a fault of ours would not.
      if (http.status === 500) expect(answer.errors[0].detail, said).not.toBe(answer.errors[0].title);
      else expect([400, 401, 403, 404, 405, 422, 429], said).toContain(http.status);
    }),
    { numRuns: 800 },
  );
});
