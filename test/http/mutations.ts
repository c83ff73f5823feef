import fc from "fast-check";
import type { Call } from "./installation.ts";

/** What programs and attackers send instead of what was asked for. */
export const junk: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  123456,
  1.5,
  1e99,
  "",
  " ",
  "\u0000",
  "123456\u0000",
  "123456\n",
  "１２３４５６",
  "١٢٣٤٥٦",
  "0x1E240",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "+1 (415) 555-0123 ext 9",
  "'; drop table verifications; --",
  "x".repeat(2_000),
  "\ud800",
  "https://example.com/",
  [],
  ["123456"],
  {},
  { $ne: null },
  { $gt: "" },
  [[[[[[[[]]]]]]]],
);

export const junkIds: fc.Arbitrary<string> = fc.constantFrom(
  "constructor",
  "__proto__",
  "toString",
  "%00",
  "%2e%2e",
  "..%2fkeys",
  "%F0%9F%92%A9",
  "%ff",
  "0",
  "null",
  "undefined",
  "00000000-0000-0000-0000-000000000000",
  "019b796d-d600-7b75-97b3-db45180a1f55",
  "x".repeat(60),
  "x".repeat(120),
  "x".repeat(200),
);

type Change = (call: Call) => Call;

/** One thing wrong with a request that was right. */
export const mutations: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(9), junk).map(([index, value]) => onBody((body) => replaced(body, index, value))),
  fc.nat(9).map((index) => onBody((body) => without(body, index))),
  fc
    .constantFrom("status", "attempts", "tenant", "tenantId", "verified", "checks", "id", "toString")
    .map((name) => onBody((body) => ({ ...body, [name]: "approved" }))),
  junk.map(
    (value): Change =>
      (call) => ({ ...call, raw: JSON.stringify(value) ?? "" }),
  ),
  fc.nat(200).map((length) => onText((text) => text.slice(0, length % Math.max(1, text.length)))),
  fc.constant(onText((text) => text.replace(/^\{("[^"]*"):/, "{$1:1,$1:"))),
  fc.constant(onText((text) => text.replace(/^\{/, '{"__proto__":{"scopes":[]},'))),
  fc.constant(onText((text) => text.replace(/^\{/, '{"\\u0063onstructor":1,'))),
  fc.constant(onText((text) => `${"[".repeat(30)}${text}${"]".repeat(30)}`)),
  fc.constant<Change>((call) => ({ ...call, raw: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) })),
  fc.constant(onText((text) => `${text}\u0000`)),
  fc
    .constantFrom(
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=utf-7",
      "x",
      "",
    )
    .map(
      (type): Change =>
        (call) =>
          withHeader(call, "content-type", type),
    ),
  fc.constantFrom("", '"', "a b", "x".repeat(300), '"ok"', "constructor", "repeated").map(
    (key): Change =>
      (call) =>
        withHeader(call, "idempotency-key", key),
  ),
  fc
    .constantFrom(
      "limit=0",
      "limit=101",
      "limit=1&limit=2",
      "cursor=x.y",
      "cursor[]=x",
      "a=b",
      "to=%00",
      "%ff=%ff",
    )
    .map(
      (query): Change =>
        (call) => ({ ...call, path: `${call.path.split("?")[0]}?${query}` }),
    ),
  fc.constantFrom<string | null>(null, "", "x", "Bearer", `cs_${"B".repeat(43)}`).map(
    (key): Change =>
      (call) => ({ ...call, key }),
  ),
  fc.constantFrom("PUT", "PATCH", "DELETE", "POST", "GET", "HEAD", "OPTIONS", "TRACE").map(
    (method): Change =>
      (call) => ({ ...call, method }),
  ),
  fc.constantFrom("/", "//", "/.", "%2f", "/..", ";a=b").map(
    (tail): Change =>
      (call) => ({ ...call, path: `${call.path.split("?")[0]}${tail}` }),
  ),
);

function withHeader(call: Call, name: string, value: string): Call {
  return { ...call, headers: { ...call.headers, [name]: value } };
}

function onBody(change: (body: Record<string, unknown>) => unknown): Change {
  return (call) =>
    typeof call.body === "object" && call.body !== null
      ? { ...call, body: change({ ...call.body } as Record<string, unknown>) }
      : call;
}

function onText(change: (text: string) => string): Change {
  return (call) => (call.body === undefined ? call : { ...call, raw: change(JSON.stringify(call.body)) });
}

function replaced(body: Record<string, unknown>, index: number, value: unknown): unknown {
  const names = Object.keys(body);
  const name = names[index % Math.max(1, names.length)];
  return name === undefined ? body : { ...body, [name]: value };
}

function without(body: Record<string, unknown>, index: number): unknown {
  const names = Object.keys(body);
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== names[index % names.length]));
}
