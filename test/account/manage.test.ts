import { afterAll, describe, expect, test } from "vitest";
import { returnUrl } from "../pages/site.ts";
import type { Visitor } from "../pages/visitor.ts";
import { heading, openAccountSite, type Person, password, said, shownCodes, wayOf } from "./person.ts";

const site = await openAccountSite();
const { call, clock, enter, freshNumber, server, serviceWith, signUp, visitor } = site;
afterAll(() => server.remove());

/** Confirms a change with a recovery code. */
async function confirm({ visitor: one, codes }: Person, which: number): Promise<void> {
  if (wayOf(one, "code") === "") await one.post("/account/other");
  await one.post("/account/choose", { way: wayOf(one, "code") });
  await one.post("/account/code", { code: codes[which] ?? "" });
}

/** What is shown until somebody has confirmed that it is them: a text goes out at once where none did lately. */
const asked = ["Enter the code", "Confirm that it is you"];

const bearerOf = (one: Visitor): string => one.cookies.get("countersign_session") ?? "";

describe("a change of the account", () => {
  test("P-6, A-14: comes after a step-up, which gives the session another bearer", async () => {
    const person = await signUp("change");
    const { visitor: one } = person;
    const before = bearerOf(one);
    await one.post("/account/change/password", { password: "ten rowing margarets" });
    expect(heading(one)).toBe("Your account");
    await one.post("/account/change", { what: "password", id: "" });
    expect(asked).toContain(heading(one));
    await one.post("/account/change/password", { password: "ten rowing margarets" });
    expect(asked).toContain(heading(one));
    await confirm(person, 0);
    expect(heading(one)).toBe("Change the password");
    expect(bearerOf(one)).not.toBe(before);
    await one.post("/account/change/password", { password: "change" });
    expect(said(one)).toContain("too short");
    await one.post("/account/change/password", { password: "ten rowing margarets" });
    expect(said(one)).toBe("Your account was changed.");
    await clock.advance(1_000);
    const other = visitor();
    await enter(other, "change", password);
    expect(said(other)).toBe("The user name or the password is wrong.");
    await enter(other, "change", "ten rowing margarets");
    expect(heading(other)).not.toBe("Sign in");
  });

  test("another phone is added with its own code, and then the first may go; the last one may not", async () => {
    const person = await signUp("phones");
    const { visitor: one } = person;
    expect(one.page.text).not.toContain('value="remove"');
    await one.post("/account/change", { what: "add", id: "" });
    await confirm(person, 1);
    const number = freshNumber();
    await one.post("/account/enrol/phone", { country: "US", number });
    await one.post("/account/enrol/code", { code: "000000" });
    expect(said(one)).toBe("This did not work. Attempts left: 4.");
    await one.post("/account/enrol/code", { code: await site.codeFor(number) });
    expect(said(one)).toBe("Your account was changed.");
    const id = /name="id" value="([^"]+)"><button[^>]*value="remove"/.exec(one.page.text)?.[1] ?? "";
    await one.post("/account/change", { what: "remove", id });
    expect(heading(one)).toBe("Remove this?");
    await one.post("/account/change/remove");
    // The other one is a minute old: whoever adds their own and removes the owner's waits.
    expect(said(one)).toMatch(/^Will be removed: Jan 2, 2026/);
    expect(one.page.text).not.toContain('value="remove"');
  });

  test("L-3: new recovery codes end the old ones", async () => {
    const person = await signUp("codes");
    const { visitor: one } = person;
    await one.post("/account/change", { what: "codes", id: "" });
    await confirm(person, 2);
    await one.post("/account/change/codes");
    const fresh = shownCodes(one);
    expect(fresh).toHaveLength(10);
    const file = (await one.open("/account/recovery-codes.txt")).text.trim().split("\n");
    expect(file.slice(-11)).toEqual(["", ...fresh]);
    // Whoever finds it among others knows where it belongs.
    expect(file.slice(-13, -11)).toEqual([`${new URL(server.url).origin}/account`, "codes"]);
    await one.open("/account");
    await one.post("/account/codes-kept");
    await one.post("/account/sign-out");
    await enter(one, "codes");
    await confirm(person, 3);
    expect(said(one)).toContain("This code did not work");
    await confirm({ ...person, codes: fresh }, 3);
    expect(heading(one)).toBe("Your account");
  });

  test("W-2: nobody ends the session of somebody else", async () => {
    const [one, other] = [await signUp("own"), await signUp("others")];
    const { accounts, tenant } = server.instance;
    const tenantId = tenant.id;
    const session = bearerOf(other.visitor);
    const found = await accounts.checkSession({ tenantId, session });
    if (found.outcome !== "active") throw new Error(found.outcome);
    await one.visitor.post("/account/end-session", { id: found.session.id });
    expect((await accounts.checkSession({ tenantId, session })).outcome).toBe("active");
  });

  test("T-7: whoever was made without an authenticator enrols one at the first sign-in", async () => {
    const made = await call("POST", "/subscribers", { name: "imported", password });
    expect(made.status).toBe(201);
    const one = visitor();
    await enter(one, "imported");
    expect(heading(one)).toBe("Protect your account");
    const number = freshNumber();
    await one.post("/account/enrol/phone", { country: "US", number });
    await one.post("/account/enrol/code", { code: await site.codeFor(number) });
    expect(shownCodes(one)).toHaveLength(10);
    await one.post("/account/codes-kept");
    expect(heading(one)).toBe("Your account");
  });
});

describe("an application", () => {
  test("W-14: gets a ticket, which tells once who signed in", async () => {
    const service = await serviceWith({ returnUrls: [returnUrl] });
    const { visitor: one } = await signUp("ticket");
    const query = `service=${service}&state=s-1&return_url=${encodeURIComponent(returnUrl)}`;
    const shown = await one.open(`/account/sign-in?${query}`);
    const back = new URL(shown.location ?? "");
    expect(back.origin + back.pathname).toBe("https://app.example.com/verified");
    expect(back.searchParams.get("state")).toBe("s-1");
    const ticket = back.searchParams.get("ticket") ?? "";
    const all = await Promise.all(
      Array.from({ length: 5 }, () => call("POST", "/sessions/redeem", { ticket })),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422]);
    expect(all.find(({ status }) => status === 200)?.json).toMatchObject({
      name: "ticket",
      session: { state: "active", assurance: { aal: 2 } },
    });
    // Without a session: after the sign-in, and with `outcome` where somebody cancels.
    const other = visitor();
    await other.open(`/account/sign-in?${query}`);
    expect(other.page.headers.get("content-security-policy")).toContain(
      "form-action 'self' https://app.example.com;",
    );
    await other.post("/account/leave");
    expect(other.page.location).toBe(`${returnUrl}&outcome=canceled&state=s-1`);
  });

  test("W-14: a ticket that is old, changed, or of a session that has ended is none", async () => {
    const service = await serviceWith({ returnUrls: [returnUrl] });
    const { visitor: one } = await signUp("late");
    const ticketOf = async (): Promise<string> => {
      const shown = await one.open(
        `/account/sign-in?service=${service}&return_url=${encodeURIComponent(returnUrl)}`,
      );
      return new URL(shown.location ?? "").searchParams.get("ticket") ?? "";
    };
    const redeem = async (ticket: string) => (await call("POST", "/sessions/redeem", { ticket })).json.code;
    const old = await ticketOf();
    expect(await redeem(`${old.slice(0, -8)}AAAAAAAA`)).toBe("ticket_invalid");
    await clock.suspend(60_000);
    expect(await redeem(old)).toBe("ticket_invalid");
    const ended = await ticketOf();
    await one.open("/account");
    await one.post("/account/sign-out");
    expect(await redeem(ended)).toBe("ticket_invalid");
  });

  test("W-14: a return address is one of the registered ones, letter by letter", async () => {
    const service = await serviceWith({ returnUrls: ["https://app.example.com/verified"] });
    const wrong = [
      "//evil.example",
      "\\\\evil.example",
      "https:evil.example",
      "/\\evil.example",
      "/account",
      "https://app.example.com@evil.example/verified",
      "https://app.example.com.evil.example/verified",
      "https://app.example.com/verified/",
      "https://APP.example.com/verified",
      "https://app.exаmple.com/verified",
      "javascript:alert(1)",
    ];
    for (const url of wrong) {
      const opened = await visitor().open(
        `/account/sign-in?service=${service}&return_url=${encodeURIComponent(url)}`,
      );
      expect([url, opened.status]).toEqual([url, 404]);
      expect(opened.text).toContain("Open this page from the site or app that you want to sign in to.");
    }
    // The operator alone is told why, without what else the address may hold.
    const told = `is not in page.returnUrls of service ${service}, letter by letter`;
    expect(server.logged.text).toContain(`return_url at https://app.example.com ${told}`);
    expect(server.logged.text).not.toContain("verified/");
  });

  test("a service says whether people sign in there, and whether they may sign up", async () => {
    const closed = await serviceWith({ accounts: "none" });
    expect((await visitor().open(`/account?service=${closed}`)).status).toBe(404);
    expect(server.logged.text).toContain(`nobody signs in at service ${closed}`);
    expect((await visitor().open("/account/sign-in?service=shop")).text).toContain("Nobody can sign in here");
    await visitor().open("/account/sign-in?service=4155550123");
    expect(server.logged.text).toContain("service shop is unknown");
    expect(server.logged.text).toContain("service of this name is unknown");
    expect(server.logged.text).not.toContain("4155550123");
    const joined = await serviceWith({ accounts: "signIn" });
    const one = visitor();
    await one.open(`/account?service=${joined}`);
    expect(heading(one)).toBe("Sign in");
    expect(one.page.text).not.toContain("sign-up");
    await one.open("/account/sign-up");
    expect(heading(one)).toBe("Sign in");
    expect((await one.post("/account/sign-up/number", { number: freshNumber() })).status).toBe(404);
  });
});

describe("what comes from elsewhere", () => {
  const steps = [
    "sign-in",
    "sign-up/number",
    "sign-up/finish",
    "choose",
    "code",
    "cancel",
    "enrol/phone",
    "enrol/code",
    "change",
    "change/password",
    "change/remove",
    "end-others",
    "sign-out",
  ];
  const sources: ReadonlyArray<readonly [Record<string, string>, number]> = [
    [{ "sec-fetch-site": "same-origin", origin: "null" }, 303],
    [{ "sec-fetch-site": "cross-site", origin: "https://evil.example" }, 403],
    [{ "sec-fetch-site": "same-site", origin: "null" }, 403],
    [{ "sec-fetch-site": "none", origin: "null" }, 403],
    [{ "sec-fetch-site": "same-origin", origin: "https://evil.example" }, 403],
  ];

  test("W-13: a form counts only from our own pages, with the seal of its own visit", async () => {
    const one = visitor();
    await one.open("/account");
    const own = one.hidden();
    const stranger = visitor();
    await stranger.open("/account");
    const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const step of steps) {
      for (const [headers, status] of sources) {
        const sent = await fetch(`${server.url}/account/${step}`, {
          method: "POST",
          redirect: "manual",
          headers: { ...headers, cookie },
          body: new URLSearchParams({ ...own, name: "x" }),
        });
        expect([step, headers, sent.status]).toEqual([step, headers, status]);
      }
      for (const form of ["", stranger.hidden()["form"] ?? ""]) {
        const sent = await fetch(`${server.url}/account/${step}`, {
          method: "POST",
          redirect: "manual",
          headers: { "sec-fetch-site": "same-origin", origin: "null", cookie },
          body: new URLSearchParams({ form }),
        });
        expect([step, sent.status]).toEqual([step, 403]);
      }
    }
  });

  test("W-12, W-13: pages have a policy without inline code, stand in no frame, and set cookies that only we read", async () => {
    const framed = await serviceWith({ frameAncestors: ["https://app.example.com"] });
    const headers = { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.9" };
    for (const path of [`/account?service=${framed}`, "/account", "/account/sign-up"]) {
      const answer = await fetch(`${server.url}${path}`, { headers, redirect: "manual" });
      const cookie = answer.headers.get("set-cookie") ?? "";
      expect(cookie).toMatch(
        /^__Host-countersign-account=[^;]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      if (answer.status !== 200) continue;
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
      expect(await answer.text()).not.toMatch(/ style="| on[a-z]+="|<script>|<style/);
    }
  });

  test("P-5: a pending session opens nothing of the API or of the account", async () => {
    const { visitor: one } = await signUp("pending");
    await one.post("/account/sign-out");
    await enter(one, "pending");
    for (const step of ["change", "end-others", "change/codes", "enrol/app"]) {
      await one.post(`/account/${step}`, { what: "codes", id: "" });
      expect(asked).toContain(heading(one));
    }
    expect(bearerOf(one)).toBe("");
  });
});
