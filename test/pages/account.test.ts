import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { password } from "../account/person.ts";
import { type TestServer, testServer } from "../server/support.ts";
import { chromiumPath } from "../support/programs.ts";
import { looksAt, needBrowser, newPerson, openBrowser } from "./browser.ts";
import { expectSound } from "./sound.ts";

const timeout = 120_000;
let browser: Browser | null = null;
let server: TestServer;
let people = 0;

beforeAll(async () => {
  server = await testServer({ TRUSTED_PROXIES: "127.0.0.1,::1" });
  if (existsSync(chromiumPath)) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server.remove();
});

async function codeFor(number: string): Promise<string> {
  await server.instance.engine.tick();
  return String(server.instance.sandbox?.phones.messages(number)[0]?.code);
}

/** Presses it, and waits for the page that follows. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

/** Where a text may be sent again already, it is sent without a question. */
async function toChoices(page: Page): Promise<void> {
  if ((await page.locator("button[name=way]").count()) === 0)
    await press(page, "form[action$='/other'] button");
}

/** A code of the app that is being set up, as somebody reads it there. */
async function appCode(page: Page, later = 0): Promise<string> {
  const seed = ((await page.textContent("code.key")) ?? "").replaceAll(" ", "");
  const now = server.instance.parts.clock.now();
  return totpCode(fromBase32(seed) as Buffer, totpDefaults, stepAt(totpDefaults, now) + later);
}

/** Signs up, all the way; the recovery codes. */
async function join(
  page: Page,
  { name, number }: { readonly name: string; readonly number: string },
  expectWhole: () => Promise<void>,
): Promise<readonly string[]> {
  await page.goto(`${server.url}/account`);
  await expectWhole();
  await press(page, "a[href$='sign-up']");
  await expectWhole();
  await page.fill("#number", number);
  await press(page, "button.wide");
  await expectWhole();
  await page.fill("#code", await codeFor(number));
  await press(page, "button.wide");
  await page.fill("#name", name);
  await page.fill("#password", "short");
  await press(page, "button.wide");
  expect(await page.getAttribute("#password", "aria-invalid")).toBe("true");
  await expectWhole();
  await page.fill("#password", password);
  await press(page, "button.wide");
  const codes = await page.locator(".codes code").allInnerTexts();
  expect(codes).toHaveLength(10);
  await expectWhole();
  await press(page, "form[action$='codes-kept'] button");
  expect(await page.textContent("main")).toContain(name);
  await expectWhole();
  return codes;
}

describe("in Chromium", () => {
  for (const look of looksAt("ar-EG")) {
    const how = `${look.width} pixels, ${look.script ? "with" : "without"} scripts, ${look.locale}, ${look.dark ? "dark" : "light"}`;
    test(`W-12, W-13: signing up, a second authenticator, and signing in with it: ${how}`, {
      timeout,
    }, async (context) => {
      needBrowser(context);
      people += 1;
      const name = `person-${people}`;
      const number = `+4915123457${100 + people}`;
      const opened = browser as Browser;
      const { page, complaints, close, context: window } = await newPerson(opened, server.url, look);
      await window.setExtraHTTPHeaders({ "x-forwarded-for": `198.51.100.${people}` });
      // Without scripts, axe has none either.
      const expectWhole = async (): Promise<void> => (look.script ? await expectSound(page) : undefined);

      const codes = await join(page, { name, number }, expectWhole);

      await press(page, "button[value=add]");
      await expectWhole();
      await toChoices(page);
      await press(page, "button[value$=':code']");
      await expectWhole();
      await page.fill("#code", codes[0] ?? "");
      await press(page, "button.wide");
      await expectWhole();
      await press(page, "form[action$='enrol/app'] button");
      expect(await page.locator(".qr svg").count()).toBe(1);
      await expectWhole();
      const later = await appCode(page, 1);
      await page.fill("#code", await appCode(page));
      await press(page, "button.wide");
      expect(await page.locator(".notice.good").count()).toBe(1);
      await expectWhole();

      await press(page, "form[action$='sign-out'] button");
      await page.fill("#name", name.toUpperCase());
      await page.fill("#password", password);
      await press(page, "button.wide");
      await expectWhole();
      await press(page, "button[value$=':code']");
      await page.check("[name=trust]");
      await expectWhole();
      await page.fill("#code", later);
      await press(page, "button.wide");
      expect(await page.textContent("main")).toContain(name);
      await expectWhole();

      // From a browser that is trusted, the password is enough.
      await press(page, "form[action$='sign-out'] button");
      await page.fill("#name", name);
      await page.fill("#password", password);
      await press(page, "button.wide");
      expect(await page.textContent("main")).toContain(name);
      expect(complaints).toEqual([]);
      await close();
    });
  }

  test("two browsers of one person: one signs the other out, and sees no page of it", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const opened = browser as Browser;
    const { accounts, tenant } = server.instance;
    const tenantId = tenant.id;
    const made = await accounts.createSubscriber({
      tenantId,
      name: "two",
      password: "fifteen rowing margarets",
      mustHaveSecond: false,
    });
    expect(made.outcome).toBe("created");
    const windows = [await newPerson(opened, server.url), await newPerson(opened, server.url)];
    for (const { page } of windows) {
      await page.goto(`${server.url}/account/sign-in`);
      await page.fill("#name", "two");
      await page.fill("#password", "fifteen rowing margarets");
      await press(page, "button.wide");
    }
    const [one, other] = windows.map(({ page }) => page);
    if (one === undefined || other === undefined) throw new Error("two are needed");
    await one.reload();
    await press(one, "form[action$='end-others'] button");
    await other.reload();
    expect(await other.textContent("h1")).toBe("Sign in");
    expect(await one.textContent("h1")).toBe("Your account");
    for (const { complaints, close } of windows) {
      expect(complaints).toEqual([]);
      await close();
    }
  });
});
