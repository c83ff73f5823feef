import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FacadeInstallation, openFacades } from "./installation.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const names = [
  "api_key",
  "api_secret",
  "sig",
  "timestamp",
  "number",
  "brand",
  "payee",
  "amount",
  "country",
  "sender_id",
  "code_length",
  "lg",
  "pin_expiry",
  "next_event_wait",
  "workflow_id",
  "pin_code",
  "request_id",
  "request_ids",
  "code",
  "cmd",
  "callback",
  "__proto__",
  "constructor",
];
const plausible = [
  "14155550123",
  "4",
  "6",
  "cancel",
  "trigger_next_event",
  "0".repeat(32),
  "en-gb",
  "US",
  "120",
  "1.5",
];
const word = fc.oneof(
  fc.constantFrom(...plausible),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "\u0000",
    "\ud800",
    "'; drop table keys; --",
    "../../etc",
    "<x>&",
    "%zz",
    "-1",
    "1e999",
    "NaN",
  ),
);
const value = fc.oneof(
  { weight: 6, arbitrary: word },
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(word, { maxLength: 12 }),
  fc.object({ maxDepth: 2 }),
);
const parameters = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 10 });
const path = fc.constantFrom(
  ...["", "/psd2", "/check", "/search", "/control"].flatMap((one) => [
    `/verify${one}/json`,
    `/verify${one}/xml`,
  ]),
  "/ni/basic/json",
  "/ni/standard/json",
  "/ni/advanced/json",
  "/ni/advanced/async/json",
);
const request = fc.record({
  path,
  method: fc.constantFrom("GET", "POST", "POST", "POST", "PUT", "DELETE"),
  type: fc.constantFrom(
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "",
    "a/b; charset=x",
  ),
  withKey: fc.boolean(),
  parameters,
  body: fc.oneof(
    fc.constant(null),
    fc.constant(null),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constant("{".repeat(5_000)),
  ),
});

test("whatever is sent, the answer is the vendor's: HTTP 200, and a status that it knows", async () => {
  const { apiKey, apiSecret } = at.key.vonage;
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString("base64")}`;
  const known = new Set([
    "0",
    "1",
    "2",
    "3",
    "4",
    "6",
    "7",
    "8",
    "9",
    "10",
    "15",
    "16",
    "17",
    "19",
    "20",
    "101",
    "IN PROGRESS",
    "CANCELLED",
    "EXPIRED",
  ]);
  const knownInsights = new Set([0, 1, 3, 4, 19, 999]);
  await fc.assert(
    fc.asyncProperty(request, async ({ path, method, type, withKey, parameters, body }) => {
      const flat = Object.entries(parameters).map(([name, one]): [string, string] => [
        name,
        wellFormed(typeof one === "string" ? one : JSON.stringify(one)),
      ]);
      const query = method === "POST" ? "" : `?${new URLSearchParams(flat)}`;
      const json = type.includes("json");
      const sent = body ?? (json ? JSON.stringify(parameters) : new URLSearchParams(flat).toString());
      const http = await fetch(`${at.url}${path}${query}`, {
        method,
        headers: { ...(withKey ? { authorization } : {}), ...(type === "" ? {} : { "content-type": type }) },
        ...(method === "POST" ? { body: sent } : {}),
      });
      const text = await http.text();
      expect(http.status, text).toBe(200);
      if (path.endsWith("xml")) {
        expect(text).toMatch(/^<\?xml .*<status>[^<]+<\/status>/);
        return;
      }
      const answer = JSON.parse(text) as { status?: unknown; verification_requests?: unknown };
      if (path.startsWith("/ni")) expect(knownInsights).toContain(answer.status);
      else if (answer.verification_requests === undefined) expect(known).toContain(answer.status);
    }),
    { numRuns: 600 },
  );
});

function wellFormed(text: string): string {
  return text.toWellFormed();
}

test("a packed body, a body too large and a URL too long are refused in the vendor's words", async () => {
  const url = `${at.url}/verify/json`;
  const answers = [
    await fetch(url, { method: "POST", headers: { "content-encoding": "gzip" }, body: "x" }),
    await fetch(url, { method: "POST", body: "x".repeat(70_000) }),
    await fetch(`${url}?x=${"y".repeat(9_000)}`),
  ];
  for (const http of answers) {
    expect(http.status).toBe(200);
    expect(await http.json()).toEqual({ status: "3", error_text: "Invalid value for param: request" });
  }
});
