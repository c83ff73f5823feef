import { expect, test } from "vitest";
import { createClient } from "../../src/client/index.ts";
import type { Countersign } from "../../src/index.ts";
import { mountExpress, requireTwoFactor, requireVerified } from "../../src/mounts/express.ts";
import { mountFastify } from "../../src/mounts/fastify.ts";
import { mountKoa } from "../../src/mounts/koa.ts";
import { mountWeb } from "../../src/mounts/web.ts";
import { open } from "../library/open.ts";

type Make = (countersign: Countersign, options: never) => unknown;

const mounts: readonly Make[] = [mountExpress, mountFastify, mountKoa, mountWeb];
const placed: readonly Make[] = [mountKoa, mountWeb];
const unplaced: readonly Make[] = [mountExpress, mountFastify];

const wrong: readonly (readonly [readonly Make[], object, string])[] = [
  [mounts, { limits: 5 }, "limits: 5 was given, allowed is an object with keyRequestsPerSecond"],
  [mounts, { limits: null }, "limits: null was given"],
  [
    mounts,
    { limits: { keyRequestsPerSecond: -1 } },
    "limits.keyRequestsPerSecond: -1 was given, allowed is a whole",
  ],
  [mounts, { limits: { perSecond: 1 } }, "limits.perSecond: there is no such option"],
  [mounts, { operations: "on" }, 'operations: "on" was given, allowed is true or false'],
  [mounts, { facades: ["twillio"] }, "facades: a list of 1 was given, allowed is a list of"],
  [mounts, { facades: "vonage" }, 'facades: "vonage" was given'],
  [mounts, { operation: true }, "operation: there is no such option; did you mean operations?"],
  [placed, { prefix: "verify/" }, 'prefix: "verify/" was given, allowed is a path such as /verify'],
  [placed, { prefix: ["/verify"] }, "prefix: a list of 1 was given"],
  // Express and Fastify say themselves where a handler stands: an option that did nothing would hide a mistake.
  [unplaced, { prefix: "/verify" }, "prefix: there is no such option"],
  [unplaced, { clientAddress: () => "" }, "clientAddress: there is no such option"],
  [[mountWeb], { clientAddress: "127.0.0.1" }, 'clientAddress: "127.0.0.1" was given, allowed is a function'],
  [[requireVerified], { to: "+14155550123" }, 'to: "+14155550123" was given, allowed is a function'],
  [[requireVerified], { subject: 7 }, "subject: 7 was given"],
  [[requireVerified], { session: {} }, "session: an object was given"],
  [
    [requireVerified],
    { purpose: "Log In" },
    'purpose: "Log In" was given, allowed is a word such as transfer',
  ],
  [
    [requireVerified],
    { maxAgeSeconds: "600" },
    'maxAgeSeconds: "600" was given, allowed is a number of seconds',
  ],
  [[requireVerified], { service: 1 }, "service: 1 was given"],
  [[requireVerified], { prefix: "//evil.example" }, "prefix: "],
  [[requireVerified], { returnTo: "https://evil.example" }, "returnTo: "],
  [[requireVerified], { canceledTo: null }, "canceledTo: null was given, allowed is a path of this host"],
];

test.each(wrong)("%o: %o fails at creation", async (makers, options, said) => {
  const { countersign } = await open();
  for (const make of makers) expect(() => make(countersign, options as never)).toThrow(said);
});

test("what is no instance fails as well, at creation", () => {
  for (const none of [{}, undefined, null] as unknown as readonly Countersign[]) {
    for (const make of [...mounts, requireVerified, requireTwoFactor] satisfies readonly Make[])
      expect(() => make(none, {} as never)).toThrow("`await createCountersign()` resolved");
  }
});

test.each([
  [{}, "url: undefined was given, allowed is an address"],
  [{ url: "verify.example", key: "k" }, 'url: "verify.example" was given'],
  [{ url: "ftp://verify.example", key: "k" }, "url: "],
  [{ url: "https://verify.example" }, "key: it is missing or no text, allowed is an API key"],
  [{ url: "https://verify.example", key: "k", timeoutMs: 0 }, "timeoutMs: 0 was given"],
  [{ url: "https://verify.example", key: "k", retriesMax: 1.5 }, "retriesMax: 1.5 was given"],
  [{ url: "https://verify.example", key: "k", fetch: "fetch" }, 'fetch: "fetch" was given'],
  [
    { url: "https://verify.example", key: "k", timeout: 5 },
    "timeout: there is no such option; there are url",
  ],
])("a client: %o", (options, said) => {
  expect(() => createClient(options as never)).toThrow(`createClient: ${said}`);
});
