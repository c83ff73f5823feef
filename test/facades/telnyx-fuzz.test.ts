import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FacadeInstallation, openFacades } from "./installation.ts";
import { askTelnyx } from "./telnyx-requests.ts";

let at: FacadeInstallation;
let profile: string;

beforeAll(async () => {
  at = await openFacades();
  profile = (await askTelnyx(at, "GET", "/verify_profiles")).body.data[0].id;
});
afterAll(() => at.close());

const names = [
  "phone_number",
  "verify_profile_id",
  "custom_code",
  "timeout_secs",
  "extension",
  "code",
  "status",
  "name",
  "language",
  "sms",
  "call",
  "text",
  "__proto__",
  "constructor",
];
const word = fc.oneof(
  fc.constantFrom(
    "+14155550123",
    "123456",
    "accepted",
    "rejected",
    "en-US",
    "x",
    "{{code}} {{app_name}}",
    "*",
  ),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
  fc.constantFrom("\u0000", "../..", "-1", "1e999", "%zz"),
);
const channel = fc.dictionary(
  fc.constantFrom(
    "app_name",
    "code_length",
    "whitelisted_destinations",
    "messaging_template_id",
    "default_timeout_secs",
    "alpha_sender",
  ),
  fc.oneof(word, fc.integer(), fc.constant(null), fc.array(word, { maxLength: 3 })),
);
const value = fc.oneof(
  { weight: 4, arbitrary: word },
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(word, { maxLength: 3 }),
  channel,
);
const request = fc.record({
  method: fc.constantFrom("GET", "POST", "POST", "POST", "PATCH", "DELETE", "PUT"),
  path: fc.oneof(
    fc.constantFrom(
      "/verifications/sms",
      "/verifications/call",
      "/verifications/flashcall",
      "/verifications/by_phone_number/+14155550123",
      "/verifications/by_phone_number/+14155550123/actions/verify",
      "/verify_profiles",
      "/verify_profiles/templates",
      "/verify_profiles?page[size]=-1&page[number]=x&filter[name]=%00",
    ),
    word.map((one) => `/verifications/${encodeURIComponent(one)}`),
    word.map((one) => `/verifications/${encodeURIComponent(one)}/actions/verify`),
    word.map((one) => `/verifications/by_phone_number/${encodeURIComponent(one)}/actions/verify`),
    word.map((one) => `/verify_profiles/${encodeURIComponent(one)}`),
    word.map((one) => `/verify_profiles/templates/${encodeURIComponent(one)}`),
  ),
  fields: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 }),
  withProfile: fc.boolean(),
  raw: fc.oneof(
    fc.constant(null),
    fc.constant(null),
    fc.constant(null),
    word,
    fc.constant("[".repeat(4_000)),
  ),
});

test("whatever is sent, the answer is the vendor's: data, or errors with codes that are texts, and never a 500", async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, fields, withProfile, raw }) => {
      const named = withProfile ? { ...fields, verify_profile_id: profile } : fields;
      const body = method === "GET" ? undefined : (raw ?? named);
      const answer = await askTelnyx(at, method, path, body);
      const said = `${method} ${path} ${JSON.stringify(body)} -> ${answer.status} ${JSON.stringify(answer.body)}`;
      if (answer.status === 200) {
        expect(answer.body.data, said).toBeDefined();
        return;
      }
      expect([400, 404, 429], said).toContain(answer.status);
      expect(answer.body.errors?.[0], said).toMatchObject({
        code: expect.any(String),
        title: expect.any(String),
      });
    }),
    { numRuns: 600 },
  );
});
