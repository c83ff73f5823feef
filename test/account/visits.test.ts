import { afterAll, describe, expect, test } from "vitest";
import type { Subscriber } from "../../src/accounts/index.ts";
import { newNotice } from "../../src/engine/accounts/links.ts";
import { key } from "../../src/store/index.ts";
import type { Visitor } from "../pages/visitor.ts";
import { breakSeals } from "../support/broken-seals.ts";
import { heading, openAccountSite, password, said, shownCodes, wayOf } from "./person.ts";

const site = await openAccountSite({
  COUNTERSIGN_ACCOUNT_URL: "https://id.example.com/account",
  COUNTERSIGN_PASSKEY_ORIGINS: "http://localhost:3000",
});
const { call, clock, codeFor, enter, freshNumber, server, signUp, visitor } = site;
afterAll(() => server.remove());

const minute = 60_000;
const signInOld = "Signing in took too long. Please begin again.";
const { instance } = server;
const tenantId = instance.tenant.id;

/** Somebody with nothing but a password, whose browser is asked for their first authenticator. */
async function begun(name: string): Promise<{ readonly id: string; readonly one: Visitor }> {
  const made = await call("POST", "/subscribers", { name, password });
  expect(made.status).toBe(201);
  const one = visitor();
  await enter(one, name);
  expect(heading(one)).toBe("Protect your account");
  return { id: String(made.json.id), one };
}

const authenticatorsOf = async (subscriberId: string): Promise<number> =>
  (await instance.accounts.subscriber({ tenantId, subscriberId }))?.authenticators.length ?? 0;

const textsOn = (number: string): number => instance.sandbox?.phones.messages(number).length ?? 0;

const ends: readonly [string, (id: string) => Promise<unknown>][] = [
  ["is ended with all of them", (id) => call("DELETE", `/subscribers/${id}/sessions`)],
  ["is of somebody who was removed", (id) => call("DELETE", `/subscribers/${id}`)],
  ["is too old", () => clock.suspend(11 * minute)],
];

describe("P-5: a pending session that", () => {
  test.each(ends)("%s enrols nothing and sends nothing", async (how, end) => {
    const name = how.replaceAll(" ", "-");
    const { id, one } = await begun(name);
    const choosing = kept(one);
    const asked = freshNumber();
    await one.post("/account/enrol/phone", { country: "US", number: asked });
    expect(heading(one)).toBe("Enter the code");
    await instance.engine.tick();
    expect(textsOn(asked)).toBe(1);
    const confirming = kept(one);
    await clock.suspend(minute);
    const before = await authenticatorsOf(id);
    await end(id);
    const left = Math.min(before, await authenticatorsOf(id));
    const number = freshNumber();
    const forms: readonly (readonly [() => void, string])[] = [
      ...["phone", "app", "email", "passkey"].map((form) => [choosing, form] as const),
      ...["resend", "call", "other", "code"].map((form) => [confirming, form] as const),
    ];
    for (const [asBefore, form] of forms) {
      asBefore();
      const fields = { country: "US", number, address: "thief@example.com", code: "123456" };
      await one.post(`/account/enrol/${form}`, fields);
      expect([form, heading(one), said(one)]).toEqual([form, "Sign in", signInOld]);
    }
    choosing();
    expect((await one.post("/account/enrol/passkey/options", { label: "laptop" })).status).toBe(409);
    await instance.engine.tick();
    expect([textsOn(asked), textsOn(number), textsOn("thief@example.com")]).toEqual([1, 0, 0]);
    expect(await authenticatorsOf(id)).toBe(left);
    // The way in is open again at once.
    await enter(one, "nobody-at-all");
    expect(said(one)).toBe("The user name or the password is wrong.");
  });

  test("waits for its challenge is over with it, too", async () => {
    const { number } = await signUp("lise");
    await clock.suspend(minute);
    const one = visitor();
    await enter(one, "lise");
    expect(heading(one)).toBe("Enter the code");
    const code = await codeFor(number);
    await call("DELETE", `/subscribers/${await idOf("lise")}/sessions`);
    await clock.suspend(minute);
    const sent = textsOn(number);
    await one.post("/account/resend");
    expect(heading(one)).toBe("Sign in");
    await one.post("/account/code", { code });
    await instance.engine.tick();
    expect([heading(one), textsOn(number)]).toEqual(["Sign in", sent]);
  });
});

test("P-5: a sign-in that waits for its first authenticator adds no e-mail address", async () => {
  const { id, one } = await begun("waiting");
  await one.post("/account/enrol/email", { address: "waiting@example.com" });
  expect(heading(one)).toBe("Protect your account");
  await one.post("/account/change", { what: "email", id: "" });
  await one.post("/account/enrol/email", { address: "waiting@example.com" });
  expect(heading(one)).toBe("Protect your account");
  await instance.engine.tick();
  expect([await authenticatorsOf(id), textsOn("waiting@example.com")]).toEqual([0, 0]);
});

test("the page of a new authenticator says how many tries are left, as many whether or not a code went out", async () => {
  const seen = await Promise.all(
    [freshNumber(), "+19005551234"].map(async (number, index) => {
      const { one } = await begun(`counting-${index}`);
      await one.post("/account/enrol/phone", { country: "US", number });
      const told: string[] = [];
      for (let guess = 0; guess < 5; guess++) {
        await one.post("/account/enrol/code", { code: "000000" });
        told.push(said(one));
      }
      return told;
    }),
  );
  const left = [4, 3, 2, 1].map((count) => `This did not work. Attempts left: ${count}.`);
  expect(seen[0]).toEqual([...left, "Too many wrong attempts. Try again in 1 minutes."]);
  expect(seen[1]).toEqual(seen[0]);
});

test("S-4: behind a warning of wrong codes, the page says what they mean and what the button does", async () => {
  const { number } = await signUp("warned");
  const notice = newNotice(instance.parts, tenantId, await idOf("warned"), "disablingNear");
  const one = visitor();
  await one.open(`/account/not-me?notice=${notice}`);
  expect(one.page.text).toContain("Many wrong codes were entered for your account.");
  expect(one.page.text).toContain("somebody may know your password");
  expect(one.page.text).not.toContain("the change is stopped");
  expect(one.page.text).not.toContain(number);
  await one.post("/account/not-me");
  expect(heading(one)).toBe("Your account is protected for now");
});

test("the list of sessions says which browser each is, and when it was seen last", async () => {
  const firefox = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" };
  const { visitor: first, number } = await signUp("browsers");
  const second = visitor();
  await second.open("/account/sign-in");
  const form = { name: "browsers", password };
  await clock.suspend(minute);
  await second.post("/account/sign-in", form, firefox);
  await second.post("/account/code", { code: await codeFor(number) });
  expect(heading(second)).toBe("Your account");
  await clock.suspend(20 * minute);
  await first.open("/account");
  const rows = first.page.text.split("Where you are signed in")[1] ?? "";
  const shown = rows
    .replaceAll(/<form.*?<\/form>/gs, "")
    .replaceAll(/<[^>]+>/g, "|")
    .replaceAll(/\|+/g, "|");
  expect(shown).toMatch(/\|Firefox, Linux\|Since \|[^|]+\|Last seen \|[^|]+\|/);
  expect(shown).toMatch(/\|Browser\|This browser\|Since /);
  const id = await idOf("browsers");
  const { items } = (await call("GET", `/subscribers/${id}/sessions`)).json as unknown as {
    readonly items: readonly {
      readonly browser: string;
      readonly seenAt: string;
      readonly createdAt: string;
    }[];
  };
  expect(items.map(({ browser }) => browser)).toEqual(["Firefox, Linux", "Browser"]);
  const [elsewhere, here] = items;
  expect(elsewhere?.seenAt).toBe(elsewhere?.createdAt);
  expect(Date.parse(here?.seenAt ?? "") - Date.parse(here?.createdAt ?? "")).toBeGreaterThan(20 * minute);
});

test("whoever is signed in chooses the language of messages to them", async () => {
  const { visitor: one, number } = await signUp("babel");
  expect(/<option value="(\w+)" lang="\w+" selected>([^<]+)/.exec(one.page.text)?.slice(1)).toEqual([
    "en",
    "English",
  ]);
  await one.post("/account/language", { locale: "de" });
  expect(said(one)).toBe("Your account was changed.");
  expect(one.page.text).toMatch(/<option value="de" lang="de" selected>Deutsch/);
  await one.post("/account/language", { locale: "xx" });
  expect(one.page.text).toMatch(/<option value="de" lang="de" selected>/);
  await instance.accounts.startReset({ tenantId, name: "babel" });
  await instance.engine.tick();
  expect(instance.sandbox?.phones.messages(number)[0]?.text).toMatch(/Konto/);
  const stranger = visitor();
  await stranger.open("/account/sign-in");
  await stranger.post("/account/language", { locale: "fr" });
  expect((await instance.accounts.subscriber({ tenantId, name: "babel" }))?.locale).toBe("de");
});

test("a session that was ended elsewhere changes nothing, and is shown no codes", async () => {
  const { visitor: one, number } = await signUp("ida");
  await clock.suspend(minute);
  await one.post("/account/change", { what: "codes", id: "" });
  await one.post("/account/code", { code: await codeFor(number) });
  await one.post("/account/change/codes");
  expect(shownCodes(one)).toHaveLength(10);
  const id = await idOf("ida");
  const before = await authenticatorsOf(id);
  await call("DELETE", `/subscribers/${id}/sessions`);
  expect((await one.open("/account/recovery-codes.txt")).status).toBe(404);
  await one.open("/account");
  expect([heading(one), shownCodes(one)]).toEqual(["Sign in", []]);
  for (const form of ["enrol/phone", "enrol/app", "change/codes", "change/password", "end-others"]) {
    await one.post(`/account/${form}`, {
      country: "US",
      number: freshNumber(),
      password: "seven quiet doors",
    });
    expect(heading(one)).toBe("Sign in");
  }
  expect(await authenticatorsOf(id)).toBe(before);
  await clock.advance(1_000);
  const other = visitor();
  await enter(other, "ida");
  expect(heading(other)).not.toBe("Sign in");
});

async function idOf(name: string): Promise<string> {
  const found = await instance.accounts.subscriber({ tenantId, name });
  return found?.id ?? "";
}

/** Puts this browser back to where it is now, with forms that are still good. */
function kept(one: Visitor): () => void {
  const { page } = one;
  const cookies = new Map(one.cookies);
  return () => {
    one.page = page;
    one.cookies = new Map(cookies);
  };
}

test("W-8: the way back says to everybody what does not count, and a page without its link where the link is", async () => {
  await signUp("cora");
  for (const name of ["cora", "nobody-of-this-name"]) {
    const one = visitor();
    await one.open("/account/recover");
    await one.post("/account/recover/name", { name });
    expect(one.page.text).toContain("A text message and a call count as one.");
    expect(one.page.text).toContain("After “It was not me”, the password does not count.");
    await one.post("/account/recover/choose", { way: "password" });
    expect(heading(one)).toBe("Password");
    expect(one.page.text).toContain("After “It was not me”, the password does not count.");
    for (const path of ["/account/not-me", "/account/reset"]) {
      await one.open(path);
      expect([one.page.status, heading(one)]).toEqual([410, "This link does not work any more"]);
      expect(one.page.text).toContain("Open the link once more, from the message that you got.");
    }
  }
});

test("a link from elsewhere takes nobody's recovery codes away before they are kept", async () => {
  const one = visitor();
  const number = freshNumber();
  await one.open("/account/sign-up");
  await one.post("/account/sign-up/number", one.proven("US", number));
  await one.post("/account/sign-up/code", { code: await codeFor(number) });
  await one.post("/account/sign-up/finish", { name: "distracted", password });
  const codes = shownCodes(one);
  expect(codes).toHaveLength(10);
  for (const link of ["/account?lang=en", "/account/sign-in?lang=en"]) {
    await one.open(link, { "sec-fetch-site": "cross-site" });
    expect(shownCodes(one)).toEqual(codes);
  }
  await one.post("/account/codes-kept");
  await one.open("/account?lang=en");
  expect(shownCodes(one)).toEqual([]);
});

describe("K-3: a number that does not open", () => {
  test("keeps nobody out who has recovery codes, and tells nobody whose it is", async () => {
    const { codes } = await signUp("unread");
    const { json } = await call("GET", "/subscribers?name=unread");
    const id = String(json.items[0].id);
    await breakSeals(instance.parts.store, "subscriber", id);
    const one = visitor();
    await enter(one, "unread");
    expect([one.page.status, heading(one)]).toEqual([200, "Confirm that it is you"]);
    await one.post("/account/choose", { way: wayOf(one, "code") });
    await one.post("/account/code", { code: codes[0] ?? "" });
    expect(heading(one)).toBe("Your account");
    for (const name of ["unread", "nobody-at-all"]) {
      const begun = await call("POST", "/recoveries", { name });
      const { recovery } = begun.json;
      expect(await call("POST", "/recoveries/send", { recovery, method: "phone" })).toMatchObject({
        status: 200,
        json: { sent: true },
      });
    }
    expect(await call("POST", `/subscribers/${id}/reset`, {})).toMatchObject({
      status: 500,
      json: { code: "internal_error", detail: expect.stringContaining("cannot be read") },
    });
  });

  test("leaves a verification to be looked at without it, by its id and in the list", async () => {
    const { json } = await call("POST", "/verifications", { to: freshNumber() });
    const row = await instance.parts.store.get({ table: "verification", id: json.id });
    await breakSeals(instance.parts.store, "recipient", String(row?.recipientId));
    expect(await call("GET", `/verifications/${json.id}`)).toMatchObject({
      status: 200,
      json: { to: null, status: "pending" },
    });
    const { json: list } = await call("GET", "/verifications?limit=100");
    expect(list.items.find(({ id }: { id: string }) => id === json.id)).toMatchObject({ to: null });
  });
});

test("A-14: whoever cannot use an authenticator any more does not go back as somebody who did", async () => {
  const { visitor: one } = await signUp("worn-out");
  const returnUrl = "https://app.example.com/in";
  const service = await site.serviceWith({ returnUrls: [returnUrl], accounts: "signIn" });
  const { json } = await call("GET", "/subscribers?name=worn-out");
  const rowKey = key("subscriber", String(json.items[0].id));
  const { store } = instance.parts;
  await store.update([rowKey], (rows, now) => {
    const row = rows.get(rowKey) as Subscriber;
    const authenticators = row.authenticators.map((each) => ({ ...each, disabledAt: now }));
    return { writes: [{ ...rowKey, row: { ...row, authenticators } }], result: undefined };
  });
  await clock.suspend(5 * minute);
  const link = await call("POST", "/pages/account", { service, returnUrl, maxAgeSeconds: 60 });
  const { pathname, search } = new URL(link.json.url);
  await one.open(pathname + search);
  expect([one.page.location, heading(one)]).toEqual([null, "Your account"]);
  // By their own wish they do, without a ticket.
  await one.post("/account/leave");
  expect(one.page.location).toBe(`${returnUrl}?outcome=canceled`);
});
