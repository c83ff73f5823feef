import { afterAll, expect, test } from "vitest";
import type { Visitor } from "../pages/visitor.ts";
import { heading, openAccountSite, password, said, wayOf } from "./person.ts";

const site = await openAccountSite();
const { clock, codeFor, enter, freshNumber, server, signUp, visitor } = site;
afterAll(() => server.remove());

const bearerOf = (one: Visitor): string => one.cookies.get("countersign_session") ?? "";

test("from nothing to signed in: a number, its code, a name and a password, recovery codes", async () => {
  const { visitor: one, codes } = await signUp("ada");
  expect(codes).toHaveLength(10);
  expect(heading(one)).toBe("Your account");
  expect(one.page.text).toContain("ada");
  // Never again, whoever asks.
  expect(codes.filter((code) => one.page.text.includes(code))).toEqual([]);
  expect((await one.open("/account/recovery-codes.txt")).status).toBe(404);
});

test("P-5: name and password lead to the code of the phone, and only the code to the account", async () => {
  const { number } = await signUp("grace");
  await clock.suspend(60_000);
  const one = visitor();
  await enter(one, "Grace");
  expect(heading(one)).toBe("Enter the code");
  expect(one.page.text).not.toContain(number);
  expect(bearerOf(one)).toBe("");
  await one.open("/account");
  expect(heading(one)).toBe("Enter the code");
  await one.post("/account/code", { code: "000000" });
  expect(said(one)).toContain("This code did not work");
  const code = await codeFor(number);
  await one.post("/account/code", { code });
  expect(heading(one)).toBe("Your account");
  expect(bearerOf(one)).toMatch(/^css_/);
  const tenantId = server.instance.tenant.id;
  const checked = await server.instance.accounts.checkSession({ tenantId, session: bearerOf(one) });
  expect(checked).toMatchObject({ outcome: "active", session: { assurance: { aal: 2 } } });
});

test("a call or a recovery code instead, and none of them twice", async () => {
  const { number, codes } = await signUp("mary");
  await clock.suspend(60_000);
  const one = visitor();
  await enter(one, "mary");
  await one.post("/account/other");
  expect(heading(one)).toBe("Confirm that it is you");
  await one.post("/account/choose", { way: wayOf(one, "voice") });
  expect(said(one)).toMatch(/^You can ask for another code in 0:\d\d\.$/);
  await clock.suspend(60_000);
  await one.post("/account/choose", { way: wayOf(one, "voice") });
  expect(heading(one)).toBe("Enter the code");
  await server.instance.engine.tick();
  expect(server.instance.sandbox?.phones.messages(number)[0]?.channel).toBe("voice");
  await one.post("/account/other");
  await one.post("/account/choose", { way: wayOf(one, "code") });
  await one.post("/account/code", { code: ` ${codes[4]?.toLowerCase().replaceAll("-", " ")}` });
  expect(heading(one)).toBe("Your account");
  const other = visitor();
  await enter(other, "mary");
  await other.post("/account/other");
  await other.post("/account/choose", { way: wayOf(other, "code") });
  await other.post("/account/code", { code: codes[4] ?? "" });
  expect(heading(other)).toBe("Enter the code");
  expect(said(other)).not.toBe("");
});

test("W-8, P-4: a name that nobody has is answered and counted like one with another password", async () => {
  await signUp("joan");
  const answers = await Promise.all(
    ["joan", "nobody-at-all"].map(async (name) => {
      const one = visitor();
      const seen: string[] = [];
      for (let guess = 0; guess < 6; guess++) {
        await enter(one, name, `${password}-${guess}`);
        seen.push(one.page.text.replaceAll(/name="form" value="[^"]+"/g, "").replaceAll(name, "NAME"));
      }
      return seen;
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.[0]).toContain("The user name or the password is wrong.");
  expect(answers[0]?.[5]).toContain("Too many wrong attempts.");
});

test("W-8: that a name is taken is said to nobody who has not proved a number", async () => {
  await signUp("hedy");
  const one = visitor();
  await one.open("/account/sign-up");
  await one.post("/account/sign-up/finish", { name: "hedy", password });
  expect(heading(one)).toBe("Create an account");
  expect(one.page.text).not.toContain("taken");
  const number = freshNumber();
  await one.post("/account/sign-up/number", one.proven("US", number));
  await one.post("/account/sign-up/code", { code: await codeFor(number) });
  await one.post("/account/sign-up/finish", { name: " HEDY", password });
  expect(said(one)).toBe("This user name is taken. Choose another one.");
  await one.post("/account/sign-up/finish", { name: "hedy2", password: "hedy2" });
  expect(said(one)).toContain("too short");
  await one.post("/account/sign-up/finish", { name: "hedy2", password: "password1" });
  expect(said(one)).toContain("easy to guess");
  await one.post("/account/sign-up/finish", { name: "hedy2", password });
  expect(heading(one)).toBe("Your recovery codes");
});

test("W-8: a number that gets no message looks like any other, to its last code", async () => {
  const one = visitor();
  await one.open("/account/sign-up");
  await one.post("/account/sign-up/number", one.proven("US", "+19005551234"));
  expect(heading(one)).toBe("Enter the code");
  await one.post("/account/sign-up/code", { code: "123456" });
  expect(said(one)).toContain("This code did not work");
});

test("thirty wrong passwords of one network end its sign-ins for a while, whatever the names", async () => {
  const one = visitor();
  for (let guess = 0; guess < 30; guess++) await enter(one, `somebody-${guess}`, password);
  await enter(one, "somebody-new", password);
  expect(said(one)).toBe("Too many wrong attempts. Try again in 15 minutes.");
  const other = visitor();
  await enter(other, "somebody-new", password);
  expect(said(other)).toBe("The user name or the password is wrong.");
  await clock.suspend(15 * 60_000 + 1);
  await enter(one, "somebody-newer", password);
  expect(said(one)).toBe("The user name or the password is wrong.");
});

test("thirty at once count as thirty: what is on its way is counted before it is known to be wrong", async () => {
  const address = "2001:db8:77::1";
  const many = Array.from({ length: 30 }, () => visitor(address));
  await Promise.all(many.map((one, index) => enter(one, `someone-${index}`, password)));
  expect(new Set(many.map(said))).toEqual(new Set(["The user name or the password is wrong."]));
  const [one] = many as [Visitor];
  await enter(one, "someone-new", password);
  expect(said(one)).toBe("Too many wrong attempts. Try again in 15 minutes.");
});

test("a browser that is trusted as it signs up is asked for no code there, and for one elsewhere", async () => {
  const one = visitor();
  const number = freshNumber();
  await one.open("/account/sign-up");
  await one.post("/account/sign-up/number", one.proven("US", number));
  await one.post("/account/sign-up/code", { code: await codeFor(number) });
  expect(one.page.text).toContain("Trust this browser for");
  await one.post("/account/sign-up/finish", { name: "rosalind", password, trust: "yes" });
  await one.post("/account/codes-kept");
  expect(one.page.text).toContain("Browsers that you trust");
  await one.post("/account/sign-out");
  await clock.suspend(60_000);
  await enter(one, "rosalind");
  expect(heading(one)).toBe("Your account");
  const other = visitor();
  await enter(other, "rosalind");
  expect(heading(other)).toBe("Enter the code");
});

test("signing out ends the session, and cancelling ends the way to one", async () => {
  const { visitor: one } = await signUp("emmy");
  const bearer = bearerOf(one);
  await one.post("/account/sign-out");
  expect(heading(one)).toBe("Sign in");
  const tenantId = server.instance.tenant.id;
  const checked = await server.instance.accounts.checkSession({ tenantId, session: bearer });
  expect(checked.outcome).toBe("sessionInvalid");
  await clock.suspend(60_000);
  await enter(one, "emmy");
  expect(heading(one)).toBe("Enter the code");
  await one.post("/account/cancel");
  expect(heading(one)).toBe("Sign in");
});

test("a sign-in that waits for longer than ten minutes begins again", async () => {
  const { number } = await signUp("lise");
  await clock.suspend(60_000);
  const one = visitor();
  await enter(one, "lise");
  const code = await codeFor(number);
  await clock.suspend(10 * 60_000);
  await one.post("/account/code", { code });
  expect(heading(one)).toBe("Sign in");
  expect(said(one)).toBe("Signing in took too long. Please begin again.");
});
