import { afterAll, expect, test } from "vitest";
import type { Visitor } from "../pages/visitor.ts";
import { heading, openAccountSite, password, said, wayOf } from "./person.ts";

const site = await openAccountSite();
const { call, clock, codeFor, enter, freshNumber, server, visitor } = site;
afterAll(() => server.remove());

const minute = 60_000;

/** Somebody signed in with a password, and nothing enrolled. */
async function solo(name: string): Promise<Visitor> {
  const made = await call("POST", "/subscribers", { name, password, mustHaveSecond: false });
  expect(made.status).toBe(201);
  const one = visitor();
  await enter(one, name);
  expect(heading(one)).toBe("Your account");
  return one;
}

const bearerOf = (one: Visitor): string => one.cookies.get("countersign_session") ?? "";

test.each([["add"], ["email"], ["codes"]])(
  "A-14, P-6: a session of half an hour ago adds no first authenticator without the password (%s)",
  async (what) => {
    const one = await solo(`stolen-${what}`);
    await clock.suspend(30 * minute);
    await one.open("/account");
    await one.post("/account/change", { what: "password", id: "" });
    await one.post("/account/change", { what, id: "" });
    expect(heading(one)).toBe("Confirm that it is you");
    const number = freshNumber();
    await one.post("/account/enrol/phone", { country: "US", number });
    await one.post("/account/enrol/app");
    await one.post("/account/enrol/email", { address: "mallory@example.com" });
    await one.post("/account/change/codes");
    expect(one.page.text).not.toContain("<code>");
    await one.post("/account/change", { what, id: "" });
    await one.post("/account/change/present", { password: "eight rowing margarets" });
    expect(said(one)).toBe("The user name or the password is wrong.");
    await one.open("/account");
    await one.post("/account/enrol/phone", { country: "US", number });
    const all = await call("GET", `/subscribers?name=stolen-${what}`);
    expect(JSON.stringify(all.json)).not.toContain('"type":"phone"');
  },
);

test("A-14: the password opens the change for a while, and the session has another bearer", async () => {
  const one = await solo("owner");
  await clock.suspend(30 * minute);
  await one.open("/account");
  const before = bearerOf(one);
  await one.post("/account/change", { what: "add", id: "" });
  await one.post("/account/change/present", { password });
  expect(heading(one)).toBe("Add another way to confirm");
  expect(bearerOf(one)).not.toBe(before);
  await clock.suspend(10 * minute);
  const number = freshNumber();
  await one.post("/account/enrol/phone", { country: "US", number });
  expect(said(one)).toBe("This page was open for too long. Please try again.");
  await one.post("/account/change", { what: "add", id: "" });
  await one.post("/account/change/present", { password });
  await one.post("/account/enrol/phone", { country: "US", number });
  await one.post("/account/enrol/code", { code: await codeFor(number) });
  expect(said(one)).toBe("Your account was changed.");
});

test("whoever signed in just now adds at once, and shows that before the next change", async () => {
  const one = await solo("fresh");
  await one.post("/account/change", { what: "add", id: "" });
  expect(heading(one)).toBe("Add another way to confirm");
  const number = freshNumber();
  await one.post("/account/enrol/phone", { country: "US", number });
  await one.post("/account/enrol/code", { code: await codeFor(number) });
  expect(said(one)).toBe("Your account was changed.");
  await clock.suspend(minute);
  await one.post("/account/change", { what: "password", id: "" });
  if (wayOf(one, "sms") !== "") await one.post("/account/choose", { way: wayOf(one, "sms") });
  await one.post("/account/code", { code: await codeFor(number) });
  expect(heading(one)).toBe("Change the password");
  await one.post("/account/change/password", { password: "seven quiet lighthouses" });
  expect(said(one)).toBe("Your account was changed.");
});

test("P-4: wrong passwords before a change are counted as those of a sign-in", async () => {
  const one = await solo("guessed");
  await clock.suspend(30 * minute);
  await one.open("/account");
  await one.post("/account/change", { what: "add", id: "" });
  for (let wrong = 0; wrong < 40 && !said(one).includes("Too many"); wrong++) {
    await one.post("/account/change/present", { password: `wrong password ${wrong}` });
  }
  expect(said(one)).toContain("Too many wrong attempts");
  await one.post("/account/change/present", { password });
  expect(heading(one)).toBe("Confirm that it is you");
});

test.each([["add"], ["email"], ["codes"]])(
  "A-14: who confirmed that it is them has confirmed nothing for a session put in its place (%s)",
  async (what) => {
    const victim = await solo(`victim-${what}`);
    await clock.suspend(30 * minute);
    const thief = await solo(`thief-${what}`);
    await thief.post("/account/change", { what, id: "" });
    expect(heading(thief)).not.toBe("Confirm that it is you");
    thief.cookies.set("countersign_session", bearerOf(victim));
    await triesAll(thief);
    expect(await enrolledBy(`victim-${what}`)).toEqual([]);
    await thief.post("/account/change", { what, id: "" });
    expect(heading(thief)).toBe("Confirm that it is you");
    expect(await enrolledBy(`victim-${what}`)).toEqual([]);
  },
);

test("A-14, L-5: the way back into one account confirms nothing in a session of another", async () => {
  const victim = await solo("victim-recovery");
  const { name, number, codes } = await site.signUp("thief-recovery");
  await clock.suspend(30 * minute);
  const thief = visitor();
  await thief.open("/account/sign-in");
  await thief.post("/account/recover/name", { name });
  await thief.post("/account/recover/choose", { way: "recoveryCode" });
  await thief.post("/account/recover/code", { code: codes[0] ?? "" });
  await thief.post("/account/recover/choose", { way: "sms" });
  await thief.post("/account/recover/code", { code: await codeFor(number) });
  await thief.post("/account/recover/finish", { password: "seven quiet lighthouses" });
  expect(said(thief)).toContain("back");
  thief.cookies.set("countersign_session", bearerOf(victim));
  await thief.open("/account");
  for (const what of ["codes", "add", "email"]) {
    await thief.post("/account/change", { what, id: "" });
    await triesAll(thief);
  }
  expect(await enrolledBy("victim-recovery")).toEqual([]);
});

test("A-16: beside an e-mail address alone the present password is asked for, and the longer one", async () => {
  const one = await solo("addressed");
  await one.post("/account/change", { what: "email", id: "" });
  const address = "addressed@example.com";
  await one.post("/account/enrol/email", { address });
  await one.post("/account/enrol/code", { code: await codeFor(address) });
  expect(said(one)).toBe("Your account was changed.");
  await one.post("/account/change", { what: "password", id: "" });
  expect(heading(one)).toBe("Change the password");
  expect(one.page.text).toContain("15");
  const next = "seven quiet lighthouses";
  await one.post("/account/change/password", { password: next, current: "eight rowing margarets" });
  expect(said(one)).toBe("The user name or the password is wrong.");
  await one.post("/account/change/password", { password: next, current: password });
  expect(said(one)).toBe("Your account was changed.");
  await clock.suspend(minute);
  const again = visitor();
  await enter(again, "addressed", next);
  expect(heading(again)).toBe("Your account");
});

/** Everything that adds something, one after the other. */
async function triesAll(thief: Visitor): Promise<void> {
  await thief.post("/account/change/codes");
  const number = freshNumber();
  await thief.post("/account/enrol/phone", { country: "US", number });
  await thief.post("/account/enrol/code", { code: "000000" });
  await thief.post("/account/enrol/app");
  await thief.post("/account/enrol/email", { address: "mallory@example.com" });
}

/** Also what was begun and not confirmed. */
async function enrolledBy(name: string): Promise<unknown> {
  const all = await call("GET", `/subscribers?name=${name}`);
  return (all.json as { items: { authenticators: unknown }[] }).items[0]?.authenticators;
}
