import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { askTelnyx, type TelnyxAnswer } from "./telnyx-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const ask = (method: string, path: string, body?: unknown): Promise<TelnyxAnswer> =>
  askTelnyx(at, method, path, body);

async function textBy(
  profile: string,
  kind = "sms",
): Promise<{ text: string; code: string; channel: string }> {
  const to = `+${freshNumber()}`;
  const begun = await ask("POST", `/verifications/${kind}`, { phone_number: to, verify_profile_id: profile });
  expect(begun.body).toMatchObject({ data: { verify_profile_id: profile } });
  await at.settle();
  return at.received(to)[0] ?? { text: "", code: "", channel: "" };
}

async function made(body: Readonly<Record<string, unknown>>): Promise<TelnyxAnswer["body"]> {
  const answer = await ask("POST", "/verify_profiles", body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.data;
}

describe("verify profiles", () => {
  test("are made, shown, listed, changed and deleted, and what they set is what is sent", async () => {
    const profile = await made({
      name: "Shop profile",
      language: "de-DE",
      sms: {
        app_name: "Shop",
        code_length: 8,
        whitelisted_destinations: ["US"],
        default_verification_timeout_secs: 120,
        alpha_sender: "Shop",
      },
    });
    expect(profile).toMatchObject({
      name: "Shop profile",
      record_type: "verification_profile",
      language: "de-DE",
      sms: {
        app_name: "Shop",
        code_length: 8,
        whitelisted_destinations: ["US"],
        default_verification_timeout_secs: 120,
        alpha_sender: "Shop",
      },
      created_at: expect.stringMatching(/\.\d{6}$/),
    });
    const { text, code } = await textBy(profile.id);
    expect(code).toMatch(/^\d{8}$/);
    expect(text).toContain("Shop");
    expect(text).toMatch(/Ihr|Code/);
    const elsewhere = { phone_number: "+442079460018", verify_profile_id: profile.id };
    expect((await ask("POST", "/verifications/sms", elsewhere)).body.errors[0]).toMatchObject({
      code: "10015",
      source: { pointer: "/phone_number" },
    });
    const changed = await ask("PATCH", `/verify_profiles/${profile.id}`, { sms: { app_name: "Boutique" } });
    expect(changed.body.data.sms).toMatchObject({ app_name: "Boutique", code_length: 8 });
    expect((await textBy(profile.id)).text).toContain("Boutique");
    expect((await ask("DELETE", `/verify_profiles/${profile.id}`)).body.data.id).toBe(profile.id);
    expect((await ask("GET", `/verify_profiles/${profile.id}`)).body.errors[0].code).toBe("10005");
    const start = { phone_number: `+${freshNumber()}`, verify_profile_id: profile.id };
    expect((await ask("POST", "/verifications/sms", start)).body.errors[0].code).toBe("10005");
  });

  test("D-7: both names of the life of a code are one", async () => {
    const profile = await made({ name: "Names", call: { app_name: "Shop", default_timeout_secs: 90 } });
    expect(profile.call.default_verification_timeout_secs).toBe(90);
    const to = `+${freshNumber()}`;
    const body = { phone_number: to, verify_profile_id: profile.id };
    expect((await ask("POST", "/verifications/call", body)).body.data.timeout_secs).toBe(90);
  });

  test("D-8: all four spellings of a page are read, and a name filters", async () => {
    for (const name of ["a b", "c", "d"]) await made({ name });
    const queries = [
      "page[size]=2&page[number]=2",
      "page_size=2&page_number=2",
      "page%5Bsize%5D=2&page%5Bnumber%5D=2",
    ];
    const pages = await Promise.all(queries.map((query) => ask("GET", `/verify_profiles?${query}`)));
    for (const { body } of pages) {
      expect(body.data).toHaveLength(2);
      expect(body.meta).toMatchObject({ page_number: 2, page_size: 2 });
      expect(body.data).toEqual(pages[0]?.body.data);
    }
    const filtered = await ask("GET", "/verify_profiles?filter%5Bname%5D=a%20b");
    expect(filtered.body.data.map((one: { name: string }) => one.name)).toEqual(["a b"]);
  });

  test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ["no name", { name: undefined }, "/name"],
    ["a code too short", { sms: { code_length: 5 } }, "/sms/code_length"],
    ["a code too long", { call: { code_length: 11 } }, "/call/code_length"],
    ["a name that no text could hold", { sms: { app_name: "A".repeat(25) } }, "/sms/app_name"],
    ["a name like a link", { sms: { app_name: "shop.example" } }, "/sms/app_name"],
    [
      "a country that is none",
      { sms: { whitelisted_destinations: ["ZZ"] } },
      "/sms/whitelisted_destinations",
    ],
    ["a channel that is a text", { sms: "yes" }, "/sms"],
    ["a language that is none", { language: "not a language" }, "/language"],
    ["an address that is none", { webhook_url: "javascript:alert(1)" }, "/webhook_url"],
    [
      "an unknown template",
      { sms: { messaging_template_id: "12ade33a-21c0-473b-b055-b3c836e1c292" } },
      "/sms/messaging_template_id",
    ],
  ])("%s is refused with its place", async (_what, more, pointer) => {
    const answer = await ask("POST", "/verify_profiles", { name: "x", ...more });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatchObject({ code: expect.any(String), source: { pointer } });
  });

  test("A-1: a service that allows weak codes may have five digits, with three checks", async () => {
    const own = await openFacades();
    await own.setService({ policy: { allowWeakCodes: true, checksMax: 3 } });
    const [service] = (await askTelnyx(own, "GET", "/verify_profiles")).body.data;
    const changed = await askTelnyx(own, "PATCH", `/verify_profiles/${service.id}`, {
      sms: { code_length: 5 },
    });
    expect(changed.body.data.sms.code_length).toBe(5);
    const to = `+${freshNumber()}`;
    await askTelnyx(own, "POST", "/verifications/sms", { phone_number: to, verify_profile_id: service.id });
    await own.settle();
    expect(own.received(to)[0]?.code).toMatch(/^\d{5}$/);
    await own.close();
  });

  test("an adopted id is what a profile is called by", async () => {
    const own = await openFacades();
    const id = "12ade33a-21c0-473b-b055-b3c836e1c292";
    await own.setService({ adopted: { telnyxProfile: id } });
    const to = `+${freshNumber()}`;
    const body = { phone_number: to, verify_profile_id: id.toUpperCase() };
    expect((await askTelnyx(own, "POST", "/verifications/sms", body)).body.data.verify_profile_id).toBe(id);
    expect((await askTelnyx(own, "GET", `/verify_profiles/${id}`)).body.data.id).toBe(id);
    await own.close();
  });
});

describe("message templates", () => {
  test("the vendor's own are there by their ids, and say what they say", async () => {
    const { body } = await ask("GET", "/verify_profiles/templates");
    expect(body.data[0]).toEqual({
      id: "0abb5b4f-459f-445a-bfcd-488998b7572d",
      text: "Your {{app_name}} verification code is: {{code}}.",
    });
    const profile = await made({
      name: "With a template",
      language: "en-US",
      sms: { app_name: "Shop", messaging_template_id: "2ca3f1da-5621-4aa6-ae56-df21caff79e0" },
    });
    const { text, code } = await textBy(profile.id);
    expect(text).toBe(`${code} is your verification code for Shop.`);
  });

  test("a template of one's own is made, used, and changed for every profile that has it", async () => {
    const template = (await ask("POST", "/verify_profiles/templates", { text: "{{app_name}} says {{code}}" }))
      .body.data;
    const sms = { app_name: "Shop", messaging_template_id: template.id };
    const profile = await made({ name: "Own words", language: "en-US", sms });
    const before = await textBy(profile.id);
    expect(before.text).toBe(`Shop says ${before.code}`);
    const path = `/verify_profiles/templates/${template.id}`;
    expect((await ask("PATCH", path, { text: "{{code}} says {{app_name}}" })).body.data.id).toBe(template.id);
    const after = await textBy(profile.id);
    expect(after.text).toBe(`${after.code} says Shop`);
    const list = (await ask("GET", "/verify_profiles/templates")).body.data;
    expect(list.at(-1)).toEqual({ id: template.id, text: "{{code}} says {{app_name}}" });
  });

  test("C-27: a template without the code, with unknown words or with a link is refused", async () => {
    for (const text of [
      "hello {{app_name}}",
      "{{app_name}} {{code}} {{constructor}}",
      "{{app_name}} {{code}} https://x.example",
    ]) {
      const answer = await ask("POST", "/verify_profiles/templates", { text });
      expect(answer.body.errors[0]).toMatchObject({ code: "10015", source: { pointer: "/text" } });
    }
    const stock = "/verify_profiles/templates/0abb5b4f-459f-445a-bfcd-488998b7572d";
    const answer = await ask("PATCH", stock, { text: "{{app_name}} {{code}}" });
    expect(answer.body.errors[0].code).toBe("10005");
  });
});
