import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Application, address, codeOf, run } from "../examples/application.ts";
import { chromiumPath } from "../support/programs.ts";
import { type Look, needBrowser, newPerson, openBrowser, type Person, widths } from "./browser.ts";
import { axeFindings } from "./sound.ts";
import { addAuthenticator } from "./virtual-authenticator.ts";

const timeout = 90_000;
const number = "+14155550170";
let browser: Browser | null = null;

beforeAll(async () => {
  if (existsSync(chromiumPath)) browser = await openBrowser();
});
afterAll(() => browser?.close());

/** An example that runs, and somebody who looks at it. */
async function at(name: string, look: Look): Promise<{ app: Application; base: string; person: Person }> {
  if (browser === null) throw new Error("no browser");
  const app = run(name);
  const base = await app.printed(address);
  return { app, base, person: await newPerson(browser, base, look) };
}

async function says(page: Page): Promise<string> {
  return (await page.textContent("[role=status]")) ?? "";
}

/** What a person would trip over: a page that is wider than the window, or a field that has no name. */
async function expectSound({ page }: Person): Promise<void> {
  const found = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    nameless: [...document.querySelectorAll("input:not([type=hidden])")].filter(
      (one) => (one as HTMLInputElement).labels?.length === 0,
    ).length,
    language: document.documentElement.lang,
  }));
  expect(found).toEqual({ overflow: 0, nameless: 0, language: "en" });
  expect(await axeFindings(page)).toEqual([]);
}

describe.each(widths.map((width, index) => ({ width, script: index === 0 })))(
  "the examples in Chromium at $width px, scripts: $script",
  ({ width, script }) => {
    const look = { width, script };

    test.each([
      ["express-sms", "Kiosk"],
      ["koa-verify", "Clinic"],
    ])("%s: number, wrong code, right code", { timeout }, async (name, brand) => {
      const { app, base, person } = await at(name, look);
      const { page, complaints } = person;
      await page.goto(base);
      if (script) await expectSound(person);
      await page.fill("[name=to]", "+1 (415) 555-0170");
      await page.click("button");
      const code = await app.printed(codeOf(brand));
      await page.fill("[name=code]", code === "000000" ? "000001" : "000000");
      await page.click("form[action='/check'] button");
      expect(await says(page)).toContain("4 tries left");
      if (script) await expectSound(person);
      await page.fill("[name=code]", code);
      await page.click("form[action='/check'] button");
      expect(await says(page)).toBe(`${number} is yours.`);
      expect(complaints.filter((one) => !/422|404/.test(one))).toEqual([]);
      await person.close();
    });

    test("express-verify: called instead of texted, canceled, and begun anew", { timeout }, async () => {
      const { app, base, person } = await at("express-verify", look);
      const { page } = person;
      await page.goto(base);
      await page.fill("[name=to]", number);
      await page.check("[value=voice]");
      await page.click("button");
      const spoken = await app.printed(/((?:\d[,. ]+){5}\d)/);
      expect(await says(page)).toContain("United States");
      if (script) await expectSound(person);
      await page.click("form[action='/cancel'] button");
      expect(await page.textContent("h1")).toBe("Canceled");
      await page.fill("[name=to]", "+14155550171");
      await page.click("button");
      const code = await app.printed(codeOf("Club"));
      expect(spoken.replaceAll(/\D/g, "")).toMatch(/^\d{6}$/);
      await page.fill("[name=code]", code);
      await page.click("form[action='/code'] button");
      expect(await says(page)).toBe("+14155550171 is verified.");
      await person.close();
    });

    test("existing-app: password, number, code, a payment with its own, and a code again at the next sign-in", {
      timeout,
    }, async () => {
      const { app, base, person } = await at("existing-app", look);
      const { page, complaints } = person;
      const signIn = async (): Promise<void> => {
        await page.goto(base);
        if (script) await expectSound(person);
        await page.fill("[name=name]", "ada");
        await page.fill("[name=password]", "nine rowing margarets");
        await page.click("button");
      };
      const enterCode = async (): Promise<void> => {
        await page.fill("[name=code]", await app.printedNext(codeOf("Bank")));
        if (script) await expectSound(person);
        await page.click("button");
        expect(await says(page)).toBe("You are signed in.");
      };
      await signIn();
      await page.fill("[name=number]", "+1 415 555 0170");
      if (script) await expectSound(person);
      await page.click("button");
      await enterCode();
      app.later();
      await app.printed(/later/);
      await page.fill("[name=payee]", "Rohrl");
      await page.fill("[name=amount]", "10.50");
      await page.click("button");
      await page.fill("[name=code]", await app.printedNext(codeOf("Bank")));
      if (script) await expectSound(person);
      await page.click("button");
      expect(await says(page)).toBe("It is paid.");
      await person.context.clearCookies();
      app.later();
      await app.printed(/later by 900000 ms|later by 600000 ms/);
      await signIn();
      await enterCode();
      expect(complaints.filter((one) => !/404/.test(one))).toEqual([]);
      await person.close();
    });

    test("passkeys: a name and a passkey, and in with nothing else", { timeout }, async () => {
      const { base, person } = await at("passkeys", { width });
      const { page, complaints } = person;
      const device = await addAuthenticator(page);
      const status = (text: string) => page.locator("[role=status]", { hasText: text }).waitFor();
      await page.goto(base);
      await expectSound(person);
      await device.verifies(false);
      await page.fill("[name=name]", "ada <b>");
      await page.click("form[action='/sign-up'] button");
      await page
        .locator("form[action='/sign-up'] [role=alert]", { hasText: "No passkey was used." })
        .waitFor();
      await device.verifies(true);
      await page.click("form[action='/sign-up'] button");
      await status("Your passkey is made.");
      await expectSound(person);
      await page.fill("[name=name]", "ada <b>");
      await page.click("form[action='/sign-up'] button");
      await page
        .locator("form[action='/sign-up'] [role=alert]", { hasText: "This name is taken." })
        .waitFor();
      await Promise.all([page.waitForNavigation(), page.click("form[action='/sign-in'] button")]);
      await status("You are signed in as ada <b>.");
      await expectSound(person);
      // Without the cookie, nobody; with the passkey, in again.
      await person.context.clearCookies();
      await page.reload();
      await status("Please sign in.");
      await Promise.all([page.waitForNavigation(), page.click("form[action='/sign-in'] button")]);
      await status("You are signed in");
      expect(complaints.filter((one) => !/422|404/.test(one))).toEqual([]);
      await person.close();
    });

    test("hono: to the page, and back with the number proved", { timeout }, async () => {
      const { base, person } = await at("hono", look);
      const { page, context, complaints } = person;
      await page.goto(base);
      await page.click("a");
      await page.fill("#number", number);
      await page.click("button.wide");
      await page.waitForSelector("#code");
      const phones = await context.newPage();
      await phones.goto(`${base}/verify/sandbox/phones/${encodeURIComponent(number)}`);
      const text = (await phones.textContent("ol")) ?? "";
      await page.fill("#code", /(\d{6}) is your Club code/.exec(text)?.[1] ?? "");
      await page.click("button.wide");
      await page.waitForSelector("[role=status]");
      expect(await says(page)).toBe(`${number} is yours.`);
      expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/members");
      expect(complaints.filter((one) => !/404/.test(one))).toEqual([]);
      await person.close();
    });
  },
);

test("a browser is there for these tests, or they say so", (context) => {
  needBrowser(context);
  expect(browser).not.toBeNull();
});
