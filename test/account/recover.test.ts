import { afterAll, describe, expect, test } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import type { Visitor } from "../pages/visitor.ts";
import { heading, openAccountSite, type Person, password, said, shownCodes, wayOf } from "./person.ts";

const site = await openAccountSite({ COUNTERSIGN_ACCOUNT_URL: "https://id.example.com/account" });
const { call, clock, codeFor, enter, freshNumber, server, serviceWith, signUp, visitor } = site;
afterAll(() => server.remove());

const fresh = "seven quiet lighthouses";
const minute = 60_000;

/** As far as the ways back. */
async function lost(name: string, one = visitor()): Promise<Visitor> {
  await one.open("/account/recover");
  await one.post("/account/recover/name", { name });
  return one;
}

async function show(one: Visitor, way: string, code: string | (() => Promise<string>)): Promise<void> {
  await one.post("/account/recover/choose", { way });
  const given = typeof code === "string" ? code : await code();
  await one.post("/account/recover/code", way === "password" ? { password: given } : { code: given });
}

/** The newest text that holds a link of this kind, with the link as a browser opens it. */
async function linkOn(to: string, kind: "not-me" | "reset"): Promise<string> {
  await server.instance.engine.tick();
  const texts = server.instance.sandbox?.phones.messages(to).map(({ text }) => text) ?? [];
  const pattern = new RegExp(`https://id\\.example\\.com(/account/${kind}\\?\\S+)`);
  const found = texts.map((text) => pattern.exec(text)?.[1]).find((one) => one !== undefined);
  if (found === undefined) throw new Error(`no link in ${texts}`);
  return found;
}

/** A page without what is new in each: the seal of its form, and what somebody typed. */
function plain({ page }: Visitor, name = ""): string {
  const text = page.text.replaceAll(/name="form" value="[^"]+"/g, "");
  return name === "" ? text : text.replaceAll(name, "NAME");
}

const mailOf = (name: string): string => `${name}@example.com`;

/** Adds an e-mail address, by way of the page. */
async function addMail({ visitor: one, name, codes }: Person, which: number): Promise<void> {
  await one.post("/account/change", { what: "email", id: "" });
  if (wayOf(one, "code") === "") await one.post("/account/other");
  await one.post("/account/choose", { way: wayOf(one, "code") });
  await one.post("/account/code", { code: codes[which] ?? "" });
  await one.post("/account/enrol/email", { address: mailOf(name) });
  await one.post("/account/enrol/code", { code: await codeFor(mailOf(name)) });
}

describe("the way back", () => {
  test("L-5: two things of different kinds, a new password, a new phone, new recovery codes", async () => {
    const person = await signUp("ada");
    await clock.suspend(2 * minute);
    const one = await lost("ADA");
    expect(heading(one)).toBe("Show that it is you");
    await show(one, "recoveryCode", person.codes[0] ?? "");
    expect(said(one)).toBe("That is right. Now show one more.");
    expect(one.page.text).not.toContain('value="recoveryCode"');
    await show(one, "sms", () => codeFor(person.number));
    expect(heading(one)).toBe("Choose a new password");
    await one.post("/account/recover/finish", { password: "" });
    expect(said(one)).toBe("Enter a password.");
    await one.post("/account/recover/finish", { password: "ada" });
    expect(said(one)).toContain("too short");
    await one.post("/account/recover/finish", { password: fresh });
    expect(heading(one)).toBe("Protect your account");
    expect(said(one)).toContain("You are back");
    await clock.advance(1_000);
    // The browser that they signed up with is signed out.
    await person.visitor.open("/account");
    expect(heading(person.visitor)).toBe("Sign in");
    const number = freshNumber();
    await one.post("/account/enrol/phone", { country: "US", number });
    await one.post("/account/enrol/code", { code: await codeFor(number) });
    expect(shownCodes(one)).toHaveLength(10);
    await one.post("/account/codes-kept");
    expect(heading(one)).toBe("Your account");
    const other = visitor();
    await enter(other, "ada", password);
    expect(said(other)).toBe("The user name or the password is wrong.");
    await enter(other, "ada", fresh);
    expect(heading(other)).toBe("Confirm that it is you");
    await one.open("/account/recover");
    expect(heading(one)).toBe("Get back into your account");
  });

  test("whoever shows the password keeps it, and signs in with what they have left", async () => {
    const person = await signUp("grace");
    await clock.suspend(2 * minute);
    const one = await lost("grace");
    await show(one, "password", password);
    await show(one, "recoveryCode", person.codes[0] ?? "");
    expect(one.page.text).toContain("Leave it empty");
    await one.post("/account/recover/finish", { password: "" });
    expect(one.page.text).toContain("I still have what I signed in with");
    await one.post("/account/cancel");
    expect(heading(one)).toBe("Sign in");
    await clock.advance(1_000);
    await one.post("/account/sign-in", { name: "grace", password });
    expect(heading(one)).toBe("Enter the code");
    expect(one.cookies.get("countersign_session") ?? "").toBe("");
  });

  test("W-8: nobody is asked, sent and refused like somebody, to the last try", async () => {
    await signUp("joan");
    await clock.suspend(2 * minute);
    const seen = await Promise.all(
      ["joan", "nobody-at-all"].map(async (name) => {
        const one = await lost(name);
        const pages = [plain(one, name)];
        for (const way of ["sms", "email", "recoveryCode", "totp", "password"]) {
          await show(one, way, "000000");
          pages.push(plain(one, name));
          await one.post("/account/recover/other");
        }
        pages.push(plain(one, name));
        return pages;
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.[1]).toContain("Attempts left: <bdi>4</bdi>");
    expect(seen[0]?.at(-2)).toContain("too much was wrong");
  });

  test("waits are shown with their time, and the last code stays good", async () => {
    const person = await signUp("mary");
    await clock.suspend(2 * minute);
    const one = await lost("mary");
    await one.post("/account/recover/choose", { way: "sms" });
    expect(one.page.text).toMatch(/You can ask for another code in <bdi>0:\d\d<\/bdi>/);
    const first = await codeFor(person.number);
    await one.post("/account/recover/resend");
    expect(said(one)).toBe("");
    expect(await codeFor(person.number)).toBe(first);
    await clock.suspend(minute);
    await one.post("/account/recover/call");
    expect(said(one)).toContain("a code is on its way");
    await one.post("/account/recover/code", { code: await codeFor(person.number) });
    expect(said(one)).toBe("That is right. Now show one more.");
    expect(one.page.text).toContain("Minutes left for this: <bdi>29</bdi>");
    await clock.suspend(30 * minute);
    await one.open("/account/recover");
    expect(said(one)).toContain("This took too long");
  });

  test("a network asks for ten ways back in an hour, whatever the names", async () => {
    const one = visitor();
    for (let many = 0; many < 10; many++) {
      await lost(`somebody-${many}`, one);
      expect(heading(one)).toBe("Show that it is you");
      await one.post("/account/recover/cancel");
    }
    await lost("somebody-new", one);
    expect(said(one)).toBe("Too many attempts from your network. Try again in 60 minutes.");
    expect(heading(await lost("somebody-new"))).toBe("Show that it is you");
  });

  test("steps in the wrong order lead to no way back", async () => {
    const person = await signUp("order");
    await clock.suspend(2 * minute);
    const one = await lost("order");
    for (const [step, fields] of [
      ["finish", { password: fresh }],
      ["code", { code: person.codes[0] ?? "" }],
      ["choose", { way: "passkey" }],
      ["choose", { way: "constructor" }],
      ["resend", {}],
    ] as const) {
      await one.post(`/account/recover/${step}`, fields);
      expect([step, heading(one)]).toEqual([step, "Show that it is you"]);
    }
    await show(one, "recoveryCode", person.codes[0] ?? "");
    await show(one, "recoveryCode", person.codes[1] ?? "");
    expect(heading(one)).toBe("Show that it is you");
    await one.post("/account/recover/finish", { password: fresh });
    const other = visitor();
    await enter(other, "order", fresh);
    expect(said(other)).toBe("The user name or the password is wrong.");
  });
});

describe("not me", () => {
  test("P-6: looking changes nothing, however often; pressing stops everything, once", async () => {
    const person = await signUp("lise");
    await clock.suspend(minute);
    await addMail(person, 0);
    // A recovery code was used, and an address added: the phone is told of both.
    const link = await linkOn(person.number, "not-me");
    const one = visitor();
    for (let scan = 0; scan < 3; scan++) {
      const looked = await fetch(new URL(link, server.url), { redirect: "manual" });
      expect(looked.status).toBe(303);
      expect(looked.headers.get("location")).toBe("/account/not-me");
      expect(looked.headers.get("referrer-policy")).toBe("no-referrer");
      expect(looked.headers.get("cache-control")).toBe("no-store");
      await looked.text();
      await one.open(link);
    }
    expect(heading(one)).toBe("Was this not you?");
    expect(one.page.text).toContain("A phone, an app or an address was added");
    expect(one.page.text).not.toContain("csn_");
    expect(one.page.text).not.toContain("lise");
    await person.visitor.open("/account");
    expect(heading(person.visitor)).toBe("Your account");
    await one.post("/account/not-me");
    expect(heading(one)).toBe("It is stopped");
    expect(one.page.text).toContain("What was added in the last seven days does not work any more.");
    await person.visitor.open("/account");
    expect(heading(person.visitor)).toBe("Sign in");
    // Again, by whomever: the link is used.
    const late = visitor();
    await late.open(link);
    expect([late.page.status, heading(late)]).toEqual([410, "This link does not work any more"]);
    await late.post("/account/not-me", one.hidden());
    expect(late.page.status).toBe(403);
    // Frozen until they are back: and for that the password counts for nothing.
    await clock.suspend(5 * minute);
    const back = await lost("lise");
    await show(back, "password", password);
    expect(said(back)).toContain("Attempts left");
    await back.post("/account/recover/other");
    await show(back, "recoveryCode", person.codes[1] ?? "");
    await show(back, "sms", () => codeFor(person.number));
    await back.post("/account/recover/finish", { password: fresh });
    expect(heading(back)).toBe("Protect your account");
  });

  test("whoever signs in meanwhile is told that nothing can be changed, and where to go", async () => {
    const person = await signUp("ruth");
    await clock.suspend(minute);
    await addMail(person, 0);
    const one = visitor();
    await one.open(await linkOn(person.number, "not-me"));
    await one.post("/account/not-me");
    await clock.suspend(minute);
    const other = visitor();
    await enter(other, "ruth");
    await other.post("/account/other");
    await other.post("/account/choose", { way: wayOf(other, "code") });
    await other.post("/account/code", { code: person.codes[1] ?? "" });
    expect(other.page.text).toContain("Nothing can be changed");
    expect(other.page.text).toContain('href="/account/recover"');
    await other.post("/account/change", { what: "add", id: "" });
    expect(heading(other)).toBe("Your account");
  });

  test("W-13: a form of another site, or of another visit, stops nothing; neither does a changed link", async () => {
    const person = await signUp("eve");
    await clock.suspend(minute);
    await addMail(person, 0);
    const link = await linkOn(person.number, "not-me");
    const one = visitor();
    await one.open(link);
    await one.post("/account/not-me", {}, { "sec-fetch-site": "cross-site", origin: "https://evil.example" });
    expect(one.page.status).toBe(403);
    await one.open("/account/not-me");
    await one.post("/account/not-me", { form: "made-up" });
    expect(one.page.status).toBe(403);
    const strange = visitor();
    const wrong = [
      `${link.slice(0, -8)}AAAAAAAA`,
      "/account/not-me?notice=",
      "/account/not-me?notice=%00%FF",
      `${link}&x=1`.slice(0, 40),
    ];
    for (const path of wrong) {
      await strange.open(path);
      expect([path, strange.page.status, heading(strange)]).toEqual([
        path,
        410,
        "This link does not work any more",
      ]);
    }
    await strange.post("/account/not-me");
    await person.visitor.open("/account");
    expect(heading(person.visitor)).toBe("Your account");
  });
});

describe("a reset", () => {
  async function reset(name: string): Promise<void> {
    const { accounts, tenant } = server.instance;
    const started = await accounts.startReset({ tenantId: tenant.id, name });
    expect(started.outcome).toBe("resetStarted");
  }

  test("P-7: a new password and a new start, once; a used link and a made-up one look the same", async () => {
    const person = await signUp("hedy");
    await clock.suspend(minute);
    await reset("hedy");
    const link = await linkOn(person.number, "reset");
    const one = visitor();
    await one.open(link);
    expect(heading(one)).toBe("Choose a new password");
    expect(one.page.text).toContain("hedy");
    expect(one.page.text).not.toContain("csr_");
    await one.post("/account/reset", { password: "short" });
    expect(said(one)).toContain("too short");
    await person.visitor.open("/account");
    expect(heading(person.visitor)).toBe("Your account");
    await one.post("/account/reset", { password: fresh });
    expect(heading(one)).toBe("Protect your account");
    expect(said(one)).toContain("Your password is set");
    await clock.advance(1_000);
    await person.visitor.open("/account");
    expect(heading(person.visitor)).toBe("Sign in");
    const number = freshNumber();
    await one.post("/account/enrol/phone", { country: "US", number });
    await one.post("/account/enrol/code", { code: await codeFor(number) });
    await one.post("/account/codes-kept");
    expect(heading(one)).toBe("Your account");
    const [used, made] = [visitor(), visitor()];
    await used.open(link);
    await made.open(`/account/reset?reset=csr_${"A".repeat(54)}`);
    expect(used.page.status).toBe(410);
    expect(plain(used)).toBe(plain(made));
    await used.post("/account/reset", { password });
    expect(used.page.status).toBe(403);
  });

  test("its link is answered where a service has no account pages; the way back is not", async () => {
    const person = await signUp("shut");
    await clock.suspend(minute);
    const service = await serviceWith({ accounts: "none" });
    expect((await visitor().open(`/account/recover?service=${service}`)).status).toBe(404);
    await reset("shut");
    const link = await linkOn(person.number, "reset");
    const { json } = await call("GET", "/services");
    const all: { id: string }[] = json.services ?? json.items ?? json.data;
    for (const { id } of all) await call("PATCH", `/services/${id}`, { page: { accounts: "none" } });
    const one = visitor();
    await one.open(link);
    expect([one.page.status, heading(one)]).toEqual([200, "Choose a new password"]);
    await one.post("/account/reset", { password: fresh });
    expect(heading(one)).toBe("Your password is set, and everybody was signed out.");
    for (const { id } of all) await call("PATCH", `/services/${id}`, { page: { accounts: "signUp" } });
  });
});

describe("an e-mail address", () => {
  test("A-16: is added with its code, shown masked, and removed; it meets no challenge", async () => {
    const person = await signUp("mail");
    const { visitor: one } = person;
    await clock.suspend(minute);
    await one.post("/account/change", { what: "email", id: "" });
    await one.post("/account/other");
    await one.post("/account/choose", { way: wayOf(one, "code") });
    await one.post("/account/code", { code: person.codes[0] ?? "" });
    expect(heading(one)).toBe("Add an e-mail address");
    await one.post("/account/enrol/email", { address: "not an address" });
    expect(said(one)).toContain("Enter an e-mail address");
    await one.post("/account/enrol/email", { address: " mail@example.com " });
    expect(one.page.text).toContain("m•••@example.com");
    await one.post("/account/enrol/code", { code: "000000" });
    expect(said(one)).toContain("did not work");
    await one.post("/account/enrol/code", { code: await codeFor("mail@example.com") });
    expect(said(one)).toBe("Your account was changed.");
    expect(one.page.text).toContain("m•••@example.com");
    const back = await lost("mail");
    await show(back, "email", () => codeFor("mail@example.com"));
    expect(said(back)).toBe("That is right. Now show one more.");
    await one.open("/account");
    const id = /m•••@example\.com.*?name="id" value="([^"]+)"/s.exec(one.page.text)?.[1] ?? "";
    await one.post("/account/change", { what: "remove", id });
    expect(heading(one)).toBe("Remove this?");
    await one.post("/account/change/remove");
    expect(one.page.text).not.toContain("m•••@example.com");
  });

  test("what protects the account goes after a wait, is shown with its time, and can be kept", async () => {
    const { visitor: one, codes } = await signUp("wait");
    await clock.suspend(minute);
    await one.post("/account/change", { what: "add", id: "" });
    await one.post("/account/other");
    await one.post("/account/choose", { way: wayOf(one, "code") });
    await one.post("/account/code", { code: codes[0] ?? "" });
    await one.post("/account/enrol/app");
    const seed = /<code class="key"[^>]*>([^<]+)/.exec(one.page.text)?.[1]?.replaceAll(" ", "") ?? "";
    const code = totpCode(fromBase32(seed) as Buffer, totpDefaults, stepAt(totpDefaults, clock.now()));
    await one.post("/account/enrol/code", { code });
    expect(said(one)).toBe("Your account was changed.");
    const ids = [...one.page.text.matchAll(/name="id" value="([^"]+)"><button[^>]*value="remove"/g)];
    expect(ids).toHaveLength(2);
    await one.post("/account/change", { what: "remove", id: ids[1]?.[1] ?? "" });
    await one.post("/account/change/remove");
    expect(said(one)).toMatch(/^Will be removed: .*UTC$/);
    expect(one.page.text.match(/Will be removed/g)).toHaveLength(2);
    const stranger = await signUp("stranger");
    await stranger.visitor.post("/account/keep", { id: ids[1]?.[1] ?? "" });
    await one.open("/account");
    expect(one.page.text).toContain("Will be removed");
    await one.post("/account/keep", { id: ids[1]?.[1] ?? "" });
    expect(said(one)).toBe("Your account was changed.");
    expect(one.page.text).not.toContain("Will be removed");
  });
});
