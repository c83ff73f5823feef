import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, testServer, withKey } from "../server/support.ts";
import { chromiumPath } from "../support/programs.ts";
import { type Look, needBrowser, newPerson, openBrowser, type Person, widths } from "./browser.ts";
import { expectSound } from "./sound.ts";

let browser: Browser | null = null;
let server: TestServer;
let service = "";
let networks = 0;
let numbers = 0;

beforeAll(async () => {
  server = await testServer({ TRUSTED_PROXIES: "127.0.0.1,::1" });
  if (existsSync(chromiumPath)) browser = await openBrowser();
  const page = { returnUrls: [`${server.url}/health/live`], accent: "#7a1f6d" };
  const made = await fetch(`${server.url}/api/v1/services`, {
    method: "POST",
    headers: withKey(server.key),
    body: JSON.stringify({ name: "shop", brand: "Example Shop", page }),
  });
  service = ((await made.json()) as { name: string }).name;
});
afterAll(async () => {
  await browser?.close();
  await server.remove();
});

/** Somebody with a network of his own, so that nobody uses up another's starts. */
async function person(look: Look): Promise<Person> {
  if (browser === null) throw new Error("no browser");
  const one = await newPerson(browser, server.url, look);
  networks += 1;
  await one.context.setExtraHTTPHeaders({ "x-forwarded-for": `198.51.100.${networks}` });
  return one;
}

function freshNumber(): string {
  numbers += 1;
  return `+4915123${String(456_000 + numbers)}`;
}

async function codeFor(number: string): Promise<string> {
  await server.instance.engine.tick();
  return String(server.instance.sandbox?.phones.messages(number)[0]?.code);
}

describe("in Chromium", () => {
  for (const width of widths) {
    test(`O-3: from the number to the approval, at ${width} pixels with scripts`, async (context) => {
      needBrowser(context);
      const { page, complaints, close } = await person({ width, locale: "de-DE", dark: width === 1280 });
      await page.goto(`${server.url}/two-factor`);
      await expectSound(page);
      expect(await page.inputValue("#country-search")).toBe("Deutschland (\u2066+49\u2069)");
      await page.fill("#country-search", "schw");
      expect(await page.locator("[role=option]").allInnerTexts()).toEqual(["Schweden\n+46", "Schweiz\n+41"]);
      await expectSound(page);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      expect(await page.inputValue("#country-search")).toBe("Schweiz (\u2066+41\u2069)");
      await page.fill("#country-search", "+49");
      await page.keyboard.press("Enter");
      await page.fill("#number", "12");
      await page.click("button.wide");
      await page.waitForSelector("#number-error");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("number");
      await expectSound(page);
      const number = freshNumber();
      await page.fill("#number", `0${number.slice(3)}`);
      await page.click("button.wide");
      await page.waitForSelector("#code");
      expect(await page.textContent(".lead .number")).toMatch(/^\+49 1512 3/);
      expect(await page.textContent("#wait bdi")).toMatch(/^0:(2\d|30)$/);
      expect(await page.getAttribute("[data-asks]", "aria-disabled")).toBe("true");
      await expectSound(page);
      await page.fill("#code", "000000");
      await page.click("button.wide");
      await page.waitForSelector("#code-error");
      await expectSound(page);
      const code = await codeFor(number);
      // As a telephone's keyboard offers it, with a dash and spaces around.
      await page.evaluate(
        (text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          const field = document.querySelector("#code");
          field?.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
          );
        },
        ` ${code.slice(0, 3)}-${code.slice(3)} `,
      );
      await page.waitForSelector(".mark");
      expect(await page.textContent("h1")).toBe("Ihre Nummer ist bestätigt");
      await expectSound(page);
      expect(complaints).toEqual([]);
      await close();
    });

    test(`the same at ${width} pixels without scripts`, async (context) => {
      needBrowser(context);
      const { page, complaints, close } = await person({ width, script: false });
      await page.goto(`${server.url}/two-factor`);
      const number = freshNumber();
      await page.selectOption("select#country", "DE");
      await page.fill("#number", `0${number.slice(3)}`);
      await page.click("button.wide");
      expect(await page.textContent("h1")).toBe("Enter the code");
      await page.fill("#code", "12");
      await page.click("button.wide");
      expect(await page.textContent("#code-error")).toContain("The code has 6 digits");
      expect(await page.inputValue("#code")).toBe("12");
      await page.reload();
      expect(await page.textContent("#code-error")).toContain("The code has 6 digits");
      await page.fill("#code", await codeFor(number));
      await page.click("button.wide");
      expect(await page.textContent("h1")).toBe("Your number is verified");
      expect(complaints).toEqual([]);
      await close();
    });

    test(`every way to end is sound at ${width} pixels, from right to left too`, async (context) => {
      needBrowser(context);
      const { page, complaints, close } = await person({ width, locale: "ar-EG", dark: width === 390 });
      await page.goto(`${server.url}/two-factor?service=${service}`);
      expect(await page.getAttribute("html", "dir")).toBe("rtl");
      await expectSound(page);
      await page.fill("#number", freshNumber());
      await page.click("button.wide");
      await page.waitForSelector("#code");
      for (let guess = 0; guess < 5; guess++) {
        await page.fill("#code", "000000");
        await Promise.all([page.waitForNavigation(), page.click("button.wide")]);
      }
      expect(await page.locator("#code").count()).toBe(0);
      await expectSound(page);
      await page.click("button.wide");
      await page.waitForSelector("#number");
      await page.fill("#number", freshNumber());
      await page.click("button.wide");
      await page.waitForSelector("#code");
      await Promise.all([page.waitForNavigation(), page.click("form[action$=cancel] button")]);
      await expectSound(page);
      await page.goto(`${server.url}/two-factor?service=unknown`);
      await expectSound(page);
      await page.goto(`${server.url}/two-factor?link=unknown`);
      await expectSound(page);
      expect(complaints.filter((one) => !/status of (404|410)/.test(one))).toEqual([]);
      await close();
    });
  }

  test("W-14: a link leads back to the host application with a ticket", async (context) => {
    needBrowser(context);
    const number = freshNumber();
    const asked = await fetch(`${server.url}/api/v1/pages`, {
      method: "POST",
      headers: withKey(server.key),
      body: JSON.stringify({ service, returnUrl: `${server.url}/health/live`, state: "s", to: number }),
    });
    const { url } = (await asked.json()) as { url: string };
    const { page, complaints, close } = await person({});
    await page.goto(url);
    expect(new URL(page.url()).search).toBe("");
    expect(
      await page.evaluate(
        () => getComputedStyle(document.querySelector(".button.wide") as Element).backgroundColor,
      ),
    ).toBe("rgb(122, 31, 109)");
    await page.click("button.wide");
    await page.waitForSelector("#code");
    await page.fill("#code", await codeFor(number));
    await page.click("button.wide");
    await page.waitForURL(/\/health\/live\?ticket=[\w-]{54}&state=s$/);
    expect(complaints).toEqual([]);
    await close();
  });

  test("W-13: a page of another site can post nothing", async (context) => {
    needBrowser(context);
    const { page, context: window, close } = await person({});
    await page.goto(`${server.url}/two-factor`);
    const form = await page.getAttribute("input[name=form]", "value");
    const number = freshNumber();
    const evil = server.url.replace("localhost", "127.0.0.1");
    await window.route(`${evil}/evil`, (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" action="${server.url}/two-factor/number"><input name="form" value="${form}"><input name="number" value="${number}"><button>go</button></form>`,
      }),
    );
    await page.goto(`${evil}/evil`);
    const [answer] = await Promise.all([page.waitForResponse(/two-factor\/number$/), page.click("button")]);
    expect(answer.status()).toBe(403);
    await server.instance.engine.tick();
    expect(server.instance.sandbox?.phones.messages(number)).toEqual([]);
    await close();
  });
});
