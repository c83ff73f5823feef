import { afterAll, describe, expect, test } from "vitest";
import { freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call, instance } = installation;

afterAll(() => installation.close());

let services = 0;

/** A service of its own for a test, and what its phones show. */
async function serviceWith(body: Readonly<Record<string, unknown>>) {
  services += 1;
  const name = `texts-${services}`;
  const made = await call({ method: "POST", path: "/services", body: { name, brand: "Acme", ...body } });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return { name, path: `/services/${made.json.id}`, service: made.json };
}

async function textOf(body: Readonly<Record<string, unknown>>): Promise<string> {
  const to = freshNumber();
  await installation.start({ to, ...body });
  return instance.sandbox?.phones.messages(to).at(-1)?.text ?? "";
}

describe("templates of a service", () => {
  const sms = "{brand}: Ihr Code ist {code}. Er gilt {minutes} Min.";

  test("C-27: a template that was saved is what the message says, in its language", async () => {
    const { name, service } = await serviceWith({ texts: { templates: { "de-at": { sms } } } });
    expect(service.texts).toMatchObject({ templates: { "de-AT": { sms } }, platform: "none", hosts: [] });
    expect(await textOf({ service: name, locale: "de-AT" })).toMatch(
      /^Acme: Ihr Code ist \d{6}\. Er gilt 5 Min\.$/,
    );
    expect(await textOf({ service: name, locale: "de" })).toMatch(/^\d{6} ist Ihr Code für Acme\./);
  });

  test("change one by one, and null takes one back", async () => {
    const { path } = await serviceWith({
      texts: { templates: { de: { sms }, fr: { sms: "{code} {brand}" } } },
    });
    const patch = async (texts: object) =>
      (await call({ method: "PATCH", path, body: { texts } })).json.texts;
    const voice = "{brand}: {code}, {code}";
    expect((await patch({ templates: { de: { voice } } })).templates).toEqual({
      de: { sms, voice },
      fr: { sms: "{code} {brand}" },
    });
    expect((await patch({ transliterate: true })).templates).toHaveProperty("de");
    expect((await patch({ templates: { de: { sms: null }, fr: null } })).templates).toEqual({
      de: { voice },
    });
    expect(await patch({ templates: { de: { voice: null } } })).toMatchObject({
      templates: {},
      transliterate: true,
    });
  });

  test("are read when a message is sent: a mistake does not live on in what is pending", async () => {
    const { name, path } = await serviceWith({
      texts: { templates: { en: { sms: "{code} {brand} mitsake" } } },
    });
    const to = freshNumber();
    const { id } = await installation.start({ to, service: name });
    const templates = { en: { sms: "{code} {brand} corrected" } };
    await call({ method: "PATCH", path, body: { texts: { templates } } });
    await installation.clock.advance(31_000);
    await call({ method: "POST", path: `/verifications/${id}/resend` });
    await instance.engine.tick();
    const texts = instance.sandbox?.phones.messages(to).map((one) => one.text.slice(7));
    expect(texts).toEqual(["Acme corrected", "Acme mitsake"]);
  });

  test.each([
    [{ templates: { de: { sms: "{brand}" } } }, "texts.templates.de.sms"],
    [
      { templates: { de: { sms: "{{constructor.constructor('..')()}} {code} {brand}" } } },
      "texts.templates.de.sms",
    ],
    [{ templates: { de: { sms: "{code} {brand} https://evil.example" } } }, "texts.templates.de.sms"],
    [{ templates: { de: { sms: "{code} \u202e{brand}" } } }, "texts.templates.de.sms"],
    [{ templates: { de: { sms: `{code} {brand} ${"я".repeat(130)}` } } }, "texts.templates.de.sms"],
    [{ templates: { de: { sms: "" } } }, "texts.templates.de.sms"],
    [{ templates: { de: { fax: "{code} {brand}" } } }, "texts.templates.de.fax"],
    [{ templates: { "en-1": { sms: "{code} {brand}" } } }, "texts.templates.en-1"],
    [{ hosts: ["https://shop.example"] }, "texts.hosts"],
    [{ hosts: ["192.0.2.1"] }, "texts.hosts"],
    [{ appHashes: ["short"] }, "texts.appHashes"],
    [{ platform: "web" }, "texts.platform"],
    [{ platform: "android", hosts: ["shop.example"] }, "texts.platform"],
    [
      { appHashes: ["FA+9qCX9VSu"], templates: { en: { sms: `{code} {brand} ${"x".repeat(120)}` } } },
      "texts.templates.en.sms",
    ],
  ])("C-27, O-2, O-4: %j is refused by name and nothing changes", async (texts, field) => {
    const { path, service } = await serviceWith({});
    const refused = await call({ method: "PATCH", path, body: { texts } });
    expect([refused.status, refused.json.code, refused.json.field]).toEqual([422, "request_invalid", field]);
    expect((await call({ path })).json).toEqual(service);
  });

  test("C-27: a brand that a template has no room for is refused, whether it comes with the service or the start", async () => {
    const tight = { en: { sms: `{code} {brand} ${"я".repeat(120)}` } };
    const { path, name } = await serviceWith({ texts: { templates: tight } });
    const patched = await call({ method: "PATCH", path, body: { brand: "Acme International" } });
    expect(patched.json).toMatchObject({ code: "request_invalid", field: "texts.templates.en.sms" });
    const body = { to: freshNumber(), service: name, brand: "Acme International" };
    const started = await call({ method: "POST", path: "/verifications", body });
    expect(started.json).toMatchObject({ code: "request_invalid", field: "brand" });
  });
});

describe("ends for browsers and apps", () => {
  const texts = { hosts: ["shop.example", "pay.example"], appHashes: ["FA+9qCX9VSu"] };

  test("O-1, O-2: the host of the service, or the one of its hosts that the start names", async () => {
    const { name } = await serviceWith({ texts: { ...texts, platform: "web" } });
    expect(await textOf({ service: name })).toMatch(/^(\d{6}) is [^\n]+\n@shop\.example #\1$/);
    expect(await textOf({ service: name, host: "pay.example" })).toMatch(/\n@pay\.example #\d{6}$/);
    expect(await textOf({ service: name, platform: "none" })).not.toContain("@");
    expect(await textOf({ service: name, channel: "voice" })).not.toContain("@");
  });

  test("O-4: the app's hash at the end, at most 140 bytes; what is longer is refused", async () => {
    const { name } = await serviceWith({ texts });
    expect(await textOf({ service: name, platform: "android" })).toMatch(/\nFA\+9qCX9VSu$/);
    const amount = { currency: "EUR", value: "10.00" };
    const base = "000000 is your Acme code to pay EUR 10.00 to .\nFA+9qCX9VSu".length;
    const paying = async (length: number) => {
      const body = { to: freshNumber(), service: name, channel: "sms", platform: "android", amount };
      return await call({
        method: "POST",
        path: "/verifications",
        body: { ...body, payee: "é".repeat(length) },
      });
    };
    // Each é is two bytes in UTF-8.
    const most = Math.floor((140 - base) / 2);
    expect((await paying(most)).status).toBe(201);
    expect((await paying(most + 1)).json).toMatchObject({
      status: 422,
      code: "request_invalid",
      field: "payee",
    });
  });

  test.each([
    [{ host: "shop.example", appHash: "FA+9qCX9VSu" }, "appHash"],
    [{ host: "shop.example", platform: "android" }, "host"],
    [{ appHash: "FA+9qCX9VSu", platform: "web" }, "appHash"],
    [{ host: "evil.example" }, "host"],
    [{ appHash: "AAAAAAAAAAA" }, "appHash"],
  ])("O-2, O-4: %j is refused", async (asked, field) => {
    const { name } = await serviceWith({ texts });
    const body = { to: freshNumber(), service: name, ...asked };
    const refused = await call({ method: "POST", path: "/verifications", body });
    expect(refused.json).toMatchObject({ status: 422, code: "request_invalid", field });
  });

  test("O-2: a platform that the service registered nothing for is refused, with the setting's name", async () => {
    const { name } = await serviceWith({});
    const body = { to: freshNumber(), service: name, platform: "web" };
    const refused = await call({ method: "POST", path: "/verifications", body });
    expect(refused.json).toMatchObject({ code: "request_invalid", field: "platform" });
    expect(refused.json.detail).toContain("texts.hosts");
  });
});

describe("locales", () => {
  test("any well-formed tag is taken, in its usual spelling, and words are found for it", async () => {
    for (const [given, locale, words] of [
      ["pt-br", "pt-BR", "é seu código Acme"],
      ["DE-ch-1996", "de-CH-1996", "ist Ihr Code"],
      ["sw-KE", "sw-KE", "is your"],
      ["ar-xa", "ar-XA", "رمز"],
      ["toString", "tostring", "is your"],
    ]) {
      const to = freshNumber();
      const body = { to, brand: "Acme", locale: given };
      const started = await call({ method: "POST", path: "/verifications", body });
      expect(started.json).toMatchObject({ locale });
      await instance.engine.tick();
      expect(instance.sandbox?.phones.messages(to).at(-1)?.text).toContain(words);
    }
  });

  test.each(["en_US", "../en", "en-", "x".repeat(36)])("%j is none", async (locale) => {
    const body = { to: freshNumber(), locale };
    const refused = await call({ method: "POST", path: "/verifications", body });
    expect(refused.json).toMatchObject({ status: 422, code: "request_invalid", field: "locale" });
  });

  test("by the service's setting, the region of the number decides where the start names none", async () => {
    const { name } = await serviceWith({ locale: "fr", texts: { localeFrom: "number" } });
    const localeFor = async (to: string, more = {}): Promise<string> =>
      (await call({ method: "POST", path: "/verifications", body: { to, service: name, ...more } })).json
        .locale;
    expect(await localeFor("+4915112345678")).toBe("de-DE");
    expect(await localeFor("+4366412345678", { locale: "en" })).toBe("en");
    expect(await localeFor("+995555123456")).toBe("fr");
  });

  test("S-1: a payment in the language of the message", async () => {
    const payment = { amount: { currency: "EUR", value: "1234.50" }, payee: "Café" };
    expect(await textOf({ ...payment, brand: "Acme", locale: "de" })).toMatch(
      /^\d{6} ist Ihr Code von Acme zur Zahlung von 1\.234,50 EUR an Café\./,
    );
  });

  test("O-5: what an SMS took is told with its delivery, and the text is not", async () => {
    const { id } = await installation.start({ locale: "ru", brand: "Acme" });
    const { deliveries } = (await call({ path: `/verifications/${id}` })).json;
    expect(deliveries).toMatchObject([{ channel: "sms", encoding: "ucs2", segments: 1 }]);
    const spoken = await installation.start({ channel: "voice" });
    const calls = (await call({ path: `/verifications/${spoken.id}` })).json.deliveries;
    expect(calls).toMatchObject([{ channel: "voice", encoding: null, segments: null }]);
  });
});
