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
    await clock.advance(30 * minute);
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
  await clock.advance(30 * minute);
  await one.open("/account");
  const before = bearerOf(one);
  await one.post("/account/change", { what: "add", id: "" });
  await one.post("/account/change/present", { password });
  expect(heading(one)).toBe("Add another way to confirm");
  expect(bearerOf(one)).not.toBe(before);
  await clock.advance(10 * minute);
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
  await clock.advance(minute);
  await one.post("/account/change", { what: "password", id: "" });
  if (wayOf(one, "sms") !== "") await one.post("/account/choose", { way: wayOf(one, "sms") });
  await one.post("/account/code", { code: await codeFor(number) });
  expect(heading(one)).toBe("Change the password");
  await one.post("/account/change/password", { password: "seven quiet lighthouses" });
  expect(said(one)).toBe("Your account was changed.");
});

test("P-4: wrong passwords before a change are counted as those of a sign-in", async () => {
  const one = await solo("guessed");
  await clock.advance(30 * minute);
  await one.open("/account");
  await one.post("/account/change", { what: "add", id: "" });
  for (let wrong = 0; wrong < 40 && !said(one).includes("Too many"); wrong++) {
    await one.post("/account/change/present", { password: `wrong password ${wrong}` });
  }
  expect(said(one)).toContain("Too many wrong attempts");
  await one.post("/account/change/present", { password });
  expect(heading(one)).toBe("Confirm that it is you");
});
