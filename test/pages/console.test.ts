import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsoleSite, openConsole, password, somebody } from "../console/admins.ts";
import { chromiumPath } from "../support/programs.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { looksAt, needBrowser, newPerson, openBrowser } from "./browser.ts";
import { expectSound } from "./sound.ts";
import { addAuthenticator } from "./virtual-authenticator.ts";

const timeout = 120_000;
let browser: Browser | null = null;
let site: ConsoleSite;
let origin: string;

beforeAll(async () => {
  site = await openConsole();
  origin = `http://localhost:${site.server.port}`;
  if (existsSync(chromiumPath)) browser = await openBrowser();
}, timeout);
afterAll(async () => {
  await browser?.close();
  await site.server.remove();
});

/** Presses it, and waits for the page that follows. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

const heading = async (page: Page): Promise<string> => (await page.textContent("h1")) ?? "";

async function join(page: Page, name: string): Promise<void> {
  await page.goto(`${origin}/console/join`);
  await page.fill("#invitation", await site.invitation());
  await page.fill("#name", name);
  await page.fill("#password", password);
  await page.fill("#again", password);
  await press(page, "form[action='/console/join'] button");
}

const places = [
  "",
  "/verifications",
  "/people",
  "/keys",
  "/services",
  "/webhooks",
  "/administrators",
  "/audit",
];

describe("W-15: in a browser", () => {
  test.for(looksAt("en-US", "en-US"))(
    "an administrator joins with an app and looks around: %o",
    { timeout },
    async (look, context) => {
      needBrowser(context);
      const { page, complaints, close } = await newPerson(browser as Browser, origin, look);
      // Without scripts of pages the tests' own still run in a world of theirs, but axe needs them here.
      const sound = async (): Promise<void> => (look.script ? await expectSound(page) : undefined);
      const name = `app-${look.width}-${look.script}`;
      await join(page, name);
      expect(await heading(page)).toBe("Protect your account");
      await sound();
      await press(page, "form[action$='/enrol/app'] button");
      await sound();
      const seed = ((await page.textContent(".secret")) ?? "").replaceAll(" ", "");
      await page.fill("#code", codeOfApp(seed, site.clock.now()));
      await press(page, "form[action$='/enrol/code'] button");
      expect(await page.locator(".codes li").count()).toBe(10);
      await sound();
      await press(page, "form[action$='/codes-kept'] button");
      for (const place of places) {
        await page.goto(`${origin}/console${place}`);
        await sound();
      }
      await page.goto(`${origin}/console/keys`);
      await page.fill("#name", "shop");
      await press(page, "form[action='/console/keys'] button");
      expect(await heading(page)).toBe("The key shop");
      await sound();
      await press(page, "form[action$='/sign-out'] button");
      expect(await heading(page)).toBe("Sign in");
      await sound();
      expect(complaints).toEqual([]);
      await close();
    },
  );
});

describe("W-15: with a passkey", () => {
  test("an administrator joins, signs in again, and confirms what is dangerous", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const { page, complaints, close } = await newPerson(browser as Browser, origin, { width: 1280 });
    await addAuthenticator(page);
    await join(page, "keyed");
    await press(page, "form[data-passkey] button");
    expect(await heading(page)).toBe("Keep your recovery codes");
    await press(page, "form[action$='/codes-kept'] button");
    await press(page, "form[action$='/sign-out'] button");
    await page.fill("#name", "keyed");
    await page.fill("#password", password);
    await press(page, "form[action='/console/sign-in'] button");
    await press(page, "form[data-passkey] button");
    expect(await heading(page)).toBe("Overview");
    site.clock.jumpTo(site.clock.now() + 11 * 60_000);
    await page.goto(`${origin}/console/administrators`);
    await press(page, "form[action$='/invite'] button");
    expect(await heading(page)).toBe("Confirm that it is you");
    await press(page, "form[data-passkey] button");
    expect(await heading(page)).toBe("Administrators");
    await press(page, "form[action$='/invite'] button");
    expect(await heading(page)).toBe("An invitation");
    expect(complaints).toEqual([]);
    await close();
  });

  test("finds somebody, signs them out and opens a way back in", { timeout }, async (context) => {
    needBrowser(context);
    const { id, number } = await somebody(site, "grace");
    const { page, complaints, close } = await newPerson(browser as Browser, origin, { width: 390 });
    await addAuthenticator(page);
    await join(page, "helper");
    await press(page, "form[data-passkey] button");
    await press(page, "form[action$='/codes-kept'] button");
    await page.click("nav a[href='/console/people']");
    await page.fill("#name", "Grace");
    await press(page, "form[action='/console/people'] button");
    expect([await heading(page), new URL(page.url()).pathname]).toEqual(["grace", `/console/people/${id}`]);
    for (const one of await page.locator("summary").all()) await one.click();
    await expectSound(page);
    await press(page, "form[action$='/sign-out']:has(p) button");
    expect(await page.textContent(".notice")).toBe("They are signed out everywhere.");
    await page.click("summary");
    await press(page, "form[action$='/reset'] button");
    expect(await page.textContent(".notice")).toContain("A link is on its way by text");
    await expectSound(page);
    const { engine, sandbox } = site.server.instance;
    await engine.tick();
    expect(sandbox?.phones.messages(number)[0]?.text).toContain("csr_");
    expect(complaints).toEqual([]);
    await close();
  });

  test("W-13: a page of another site that posts a form is refused", { timeout }, async (context) => {
    needBrowser(context);
    const { page, close } = await newPerson(browser as Browser, origin, { width: 390 });
    await addAuthenticator(page);
    await join(page, "victim");
    await press(page, "form[data-passkey] button");
    await press(page, "form[action$='/codes-kept'] button");
    const before = await site.server.instance.store.apiKeys(site.server.instance.tenant.id);
    // Another site: by its address this machine has another origin, and another cookie jar for Strict cookies.
    await page.goto(`http://127.0.0.1:${site.server.port}/health/live`);
    await page.setContent(
      `<form method="post" action="${origin}/console/keys"><input name="name" value="evil"><input name="scope:keys:read" value="on"><button>Go</button></form>`,
    );
    await press(page, "button");
    expect(await heading(page)).toBe("This did not work");
    expect(await site.server.instance.store.apiKeys(site.server.instance.tenant.id)).toEqual(before);
    await close();
  });
});
