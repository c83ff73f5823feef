import { expect, test } from "vitest";
import { isAllowedOrigin } from "../accounts/index.ts";
import { originProblem, relyingPartyOf } from "./relying-party.ts";

const given = { domain: null, name: "Shop", origins: [], publicUrl: null, isDevelopment: false };
const app = "https://app.example.com";

test.each([
  ["nothing in production", given, null],
  ["nothing in development", { ...given, isDevelopment: true }, { id: "localhost", origins: "localhost" }],
  ["where we are", { ...given, publicUrl: `${app}/verify` }, { id: "app.example.com", origins: [app] }],
  ["an address, where browsers have none", { ...given, publicUrl: "https://192.0.2.7" }, null],
  ["plain http, where browsers have none", { ...given, publicUrl: "http://app.example.com" }, null],
  [
    "origins alone: the domain is that of the first",
    { ...given, origins: [app] },
    { id: "app.example.com", origins: [app] },
  ],
  [
    "a domain above where we are",
    { ...given, domain: "example.com", publicUrl: app },
    { id: "example.com", origins: [app] },
  ],
  [
    "a domain elsewhere",
    { ...given, domain: "example.org", publicUrl: app },
    { id: "example.org", origins: ["https://example.org"] },
  ],
  [
    "localhost by name, in production too",
    { ...given, domain: "localhost" },
    { id: "localhost", origins: "localhost" },
  ],
] as const)("whose passkeys are: %s", (_title, settings, expected) => {
  expect(relyingPartyOf(settings)).toEqual(expected === null ? null : { name: "Shop", ...expected });
});

test.each([
  [app, null],
  ["http://localhost:3000", "neither on example.com"],
  ["https://example.com.evil.example", "neither on example.com"],
  ["https://notexample.com", "neither on example.com"],
  ["http://app.example.com", "plain http"],
  ["https://192.0.2.7", "an address"],
  ["https://[2001:db8::1]", "an address"],
  [`${app}/login`, "no origin"],
  [`${app}/`, "no origin"],
  ["*", "no origin"],
  ["https://*.example.com", "no origin"],
  ["android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck", null],
  ["android:apk-key-hash:short", "no origin"],
])("an origin of passkeys: %s", (origin, expected) => {
  const problem = originProblem({ id: "example.com", name: "Shop", origins: [origin] });
  if (expected === null) expect(problem).toBeNull();
  else expect(problem).toContain(expected);
});

test("X-2: localhost is that host at any port and nothing else; a list is exact", () => {
  const local = { id: "localhost", name: "Shop", origins: "localhost" } as const;
  const listed = { id: "example.com", name: "Shop", origins: [app] };
  for (const origin of ["http://localhost", "http://localhost:3000", "https://localhost:8443"]) {
    expect(isAllowedOrigin(local, origin), origin).toBe(true);
  }
  for (const origin of [
    "http://localhost.evil.example",
    "http://127.0.0.1:3000",
    "http://localhost:3000/x",
    "http://a.localhost",
    "null",
    "",
  ]) {
    expect(isAllowedOrigin(local, origin), origin).toBe(false);
  }
  expect(
    [app, `${app}:443`, `${app}/`, "https://example.com"].map((one) => isAllowedOrigin(listed, one)),
  ).toEqual([true, false, false, false]);
});
