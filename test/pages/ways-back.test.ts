import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { type AccountSite, openAccountSite, wayOf } from "../account/person.ts";
import { chromiumPath } from "../support/programs.ts";
import { looksAt, needBrowser, newPerson, openBrowser } from "./browser.ts";
import { expectSound } from "./sound.ts";

const timeout = 120_000;
const minute = 60_000;
const fresh = "seven quiet lighthouses";
let browser: Browser | null = null;
let site: AccountSite;
let people = 0;

beforeAll(async () => {
  site = await openAccountSite({ COUNTERSIGN_ACCOUNT_URL: "https://id.example.com/account" });
  if (existsSync(chromiumPath)) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site.server.remove();
});

/** Presses it, and waits for the page that follows. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

async function linkOn(to: string, kind: "not-me" | "reset"): Promise<string> {
  const { server } = site;
  await server.instance.engine.tick();
  const pattern = new RegExp(`https://id\\.example\\.com(/account/${kind}\\?\\S+)`);
  const texts = server.instance.sandbox?.phones.messages(to).map(({ text }) => text) ?? [];
  return server.url + texts.map((text) => pattern.exec(text)?.[1]).find((one) => one !== undefined);
}

/** Somebody with a phone, recovery codes, and an address that was added a moment ago, by whomever. */
async function withAddress(name: string) {
  const { clock, codeFor } = site;
  const person = await site.signUp(name);
  const { visitor: one, codes, number } = person;
  await clock.suspend(5 * minute);
  await one.post("/account/change", { what: "email", id: "" });
  if (wayOf(one, "code") === "") await one.post("/account/other");
  await one.post("/account/choose", { way: wayOf(one, "code") });
  await one.post("/account/code", { code: codes[0] ?? "" });
  const mail = `${name}@example.com`;
  await one.post("/account/enrol/email", { address: mail });
  await one.post("/account/enrol/code", { code: await codeFor(mail) });
  await clock.suspend(5 * minute);
  return { name, number, codes, mail };
}

/** Somebody at a browser, on the way through all of it. */
interface Scene {
  readonly page: Page;
  readonly person: Awaited<ReturnType<typeof withAddress>>;
  /** What axe finds, where it can look: without scripts it cannot. */
  expectWhole(): Promise<void>;
}

async function stopEverything({ page, person, expectWhole }: Scene): Promise<void> {
  await page.goto(await linkOn(person.number, "not-me"));
  expect(page.url()).toBe(`${site.server.url}/account/not-me`);
  await expectWhole();
  await press(page, "form[action$='not-me'] button");
  expect(await page.locator(".said li").count()).toBe(1);
  await expectWhole();
  await site.clock.advance(1_000);
  await press(page, "a[href$='recover']");
}

async function comeBack({ page, person, expectWhole }: Scene): Promise<void> {
  await expectWhole();
  await press(page, "button.wide");
  expect(await page.getAttribute("#name", "aria-invalid")).toBe("true");
  await page.fill("#name", person.name);
  await press(page, "button.wide");
  await expectWhole();
  await press(page, "button[value=recoveryCode]");
  await page.fill("#code", "AAAAA-AAAAA-AAA");
  await press(page, "button.wide");
  expect(await page.getAttribute("#code", "aria-invalid")).toBe("true");
  await expectWhole();
  await page.fill("#code", person.codes[1] ?? "");
  await press(page, "button.wide");
  expect(await page.locator(".notice.good").count()).toBe(1);
  await expectWhole();
  await press(page, "button[value=sms]");
  expect(await page.locator("#wait").isVisible()).toBe(true);
  await expectWhole();
  await page.fill("#code", await site.codeFor(person.number));
  await press(page, "button.wide");
  await page.fill("#password", fresh);
  await expectWhole();
  await press(page, "button.wide");
  expect(await page.locator(".notice.good").count()).toBe(1);
  await expectWhole();
}

/** A number and its code, then recovery codes. */
async function enrol({ page, person, expectWhole }: Scene): Promise<readonly string[]> {
  await site.clock.advance(1_000);
  const number = site.freshNumber();
  await page.fill("#number", number);
  await press(page, "form[action$='enrol/phone'] button");
  await page.fill("#code", await site.codeFor(number));
  await press(page, "button.wide");
  const codes = await page.locator(".codes code").allInnerTexts();
  expect(codes).toHaveLength(10);
  await press(page, "form[action$='codes-kept'] button");
  expect(await page.textContent("main")).toContain(person.name);
  await expectWhole();
  return codes;
}

/** One that would go only after a wait, and stays. */
async function addApp({ page, expectWhole }: Scene, code: string): Promise<void> {
  await press(page, "button[value=add]");
  if ((await page.locator("button[name=way]").count()) === 0) {
    await press(page, "form[action$='/other'] button");
  }
  await press(page, "button[value$=':code']");
  await page.fill("#code", code);
  await press(page, "button.wide");
  await press(page, "form[action$='enrol/app'] button");
  const seed = ((await page.textContent("code.key")) ?? "").replaceAll(" ", "");
  const step = stepAt(totpDefaults, site.clock.now());
  await page.fill("#code", totpCode(fromBase32(seed) as Buffer, totpDefaults, step));
  await press(page, "button.wide");
  const rows = page.locator(".rows").first().locator("li");
  const apps = rows.filter({ hasNot: page.locator(".number") }).locator("button[value=remove]");
  await Promise.all([page.waitForNavigation(), apps.last().click()]);
  await press(page, "form[action$='change/remove'] button");
  await expectWhole();
  await press(page, "form[action$='/keep'] button");
  expect(await page.locator("form[action$='/keep']").count()).toBe(0);
}

async function addMail({ page, expectWhole }: Scene, mail: string): Promise<void> {
  await press(page, "button[value=email]");
  await expectWhole();
  await page.fill("#address", "nobody");
  await press(page, "button.wide");
  expect(await page.getAttribute("#address", "aria-invalid")).toBe("true");
  await expectWhole();
  await page.fill("#address", mail);
  await press(page, "button.wide");
  await expectWhole();
  await page.fill("#code", await site.codeFor(mail));
  await press(page, "button.wide");
  expect(await page.locator(".notice.good").count()).toBe(1);
}

async function useReset({ page, expectWhole }: Scene, link: string): Promise<void> {
  await page.goto(link);
  expect(page.url()).toBe(`${site.server.url}/account/reset`);
  await page.fill("#password", "short");
  await press(page, "button.wide");
  expect(await page.getAttribute("#password", "aria-invalid")).toBe("true");
  await expectWhole();
  await page.fill("#password", `${fresh} again`);
  await press(page, "button.wide");
  await expectWhole();
}

describe("in Chromium", () => {
  for (const look of looksAt("he-IL")) {
    const how = `${look.width} pixels, ${look.script ? "with" : "without"} scripts, ${look.locale}, ${look.dark ? "dark" : "light"}`;
    test(`L-5, P-6, P-7: "this was not me", the way back, and a reset: ${how}`, {
      timeout,
    }, async (context) => {
      needBrowser(context);
      people += 1;
      const { server } = site;
      const person = await withAddress(`person-${people}`);
      const opened = browser as Browser;
      const { page, complaints, close, context: window } = await newPerson(opened, server.url, look);
      await window.setExtraHTTPHeaders({ "x-forwarded-for": `198.51.100.${people}` });
      const expectWhole = async (): Promise<void> => (look.script ? await expectSound(page) : undefined);
      const scene: Scene = { page, person, expectWhole };
      await stopEverything(scene);
      await comeBack(scene);
      const codes = await enrol(scene);
      await addApp(scene, codes[0] ?? "");
      const mail = `again-${person.mail}`;
      await addMail(scene, mail);
      const { accounts, tenant } = server.instance;
      await accounts.startReset({ tenantId: tenant.id, name: person.name });
      const link = await linkOn(mail, "reset");
      await useReset(scene, link);
      await enrol(scene);
      expect(complaints).toEqual([]);
      await page.goto(link);
      expect(await page.locator(".mark.stopped").count()).toBe(1);
      await expectWhole();
      // A browser says aloud that the page is gone.
      expect(complaints.filter((one) => !one.includes("410 (Gone)"))).toEqual([]);
      await close();
    });
  }
});
