import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock } from "../../src/testing/index.ts";
import { needBrowser, newPerson, openBrowser, widths } from "../pages/browser.ts";
import { axeFindings } from "../pages/sound.ts";
import { ask, type TestServer, testServer, withKey } from "../server/support.ts";
import { chromiumPath } from "../support/programs.ts";
import { overflow, smallTargets } from "./browser.ts";

/** A browser on a busy machine. */
const timeout = 30_000;
const desk = { width: 1280, height: 900 };

let server: TestServer;
let browser: Browser;
let origin = "";

beforeAll(async () => {
  server = await testServer();
  origin = server.url;
  if (existsSync(chromiumPath)) browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

async function start(
  to: string,
  more: object = {},
  at: TestServer = server,
): Promise<{ readonly id: string }> {
  const body = JSON.stringify({ to, ...more });
  const answer = await ask(`${at.url}/api/v1/verifications`, {
    method: "POST",
    headers: withKey(at.key),
    body,
  });
  expect(answer.status, answer.text).toBe(201);
  return JSON.parse(answer.text);
}

async function details(
  id: string,
): Promise<{ status: string; channel: string; deliveries: { state: string }[] }> {
  const answer = await ask(`${origin}/api/v1/verifications/${id}`, { headers: withKey(server.key) });
  return JSON.parse(answer.text);
}

async function sandbox(path: string): Promise<Record<string, Record<string, unknown>[]>> {
  return JSON.parse((await ask(`${origin}/sandbox/api${path}`)).text);
}

function live(page: Page): Promise<void> {
  return page.getByRole("status").filter({ hasText: "Live" }).waitFor();
}

describe("the page of the virtual phones", { timeout }, () => {
  beforeEach(needBrowser);

  test("a phone appears as its message arrives; its code can be copied; a reply is kept", async () => {
    const number = "+14155550401";
    const { page, context, complaints, close } = await newPerson(browser, origin, desk);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`${origin}/sandbox`);
    await live(page);
    await start(number);
    await page.getByRole("link", { name: "+1 415 555 0401" }).click();
    const [message] = (await sandbox(`/phones/${number}/messages`))["messages"] ?? [];
    await page.getByRole("log").getByText(String(message?.["text"])).waitFor();
    await page.getByRole("button", { name: /^Copy code/ }).click();
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(message?.["code"]);
    await page.getByLabel("Reply").fill("<b>STOP</b> & thanks");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".mine").getByText("<b>STOP</b> & thanks").waitFor();
    expect(await page.getByLabel("Reply").inputValue()).toBe("");
    const { replies } = await sandbox(`/phones/${number}/replies`);
    expect(replies).toMatchObject([{ text: "<b>STOP</b> & thanks" }]);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByText("Nothing arrived on this phone yet.").waitFor();
    expect(await sandbox(`/phones/${number}/messages`)).toEqual({ messages: [] });
    expect(complaints).toEqual([]);
    await close();
  });

  test("A-12: an answered call is spoken, digit by digit, and reported as delivered", async () => {
    const number = "+14155550402";
    const { page, complaints, close } = await newPerson(browser, origin, desk);
    await page.addInitScript(() => {
      const page_ = globalThis as unknown as { spoken: string[]; speechSynthesis: object };
      page_.spoken = [];
      Object.defineProperty(page_.speechSynthesis, "speak", {
        value: (one: { text: string }) => page_.spoken.push(one.text),
      });
    });
    await page.goto(`${origin}/sandbox/phones/${number}`);
    await live(page);
    const { id } = await start(number, { channel: "voice" });
    await page.getByText("Incoming call").first().waitFor();
    expect(await page.getByRole("log").textContent()).not.toContain("Hello");
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByText("“Hello. Your Countersign code is").waitFor();
    const [message] = (await sandbox(`/phones/${number}/messages`))["messages"] ?? [];
    const digits = [...String(message?.["code"])].join(", ");
    expect(await page.evaluate("spoken")).toEqual([message?.["text"]]);
    expect(message?.["text"]).toContain(`${digits}. Again: ${digits}.`);
    // Focus stays in the call: it goes on there.
    expect(await page.evaluate("document.activeElement.closest('.entry') !== null")).toBe(true);
    await page.getByRole("button", { name: "Play" }).click();
    expect(await page.evaluate("spoken.length")).toBe(2);
    await expect.poll(async () => (await details(id)).deliveries).toMatchObject([{ state: "delivered" }]);
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("D-10: a declined call has failed, and nothing of it is shown", async () => {
    const { page, complaints, close } = await newPerson(browser, origin, desk);
    await page.goto(`${origin}/sandbox/phones/+14155550403`);
    await live(page);
    const { id } = await start("+14155550403", { channel: "voice" });
    await page.getByRole("button", { name: "Decline" }).click();
    await page.getByRole("log").getByText("Call declined").waitFor();
    expect(await page.getByRole("log").textContent()).not.toContain("Hello");
    await expect.poll(async () => (await details(id)).status).toBe("undeliverable");
    expect(complaints).toEqual([]);
    await close();
  });

  test("a call that nobody takes goes to the mailbox after 25 seconds", async () => {
    const clock = createFakeClock();
    const other = await testServer({}, { clock });
    const { page, complaints, close } = await newPerson(browser, other.url);
    await page.clock.install({ time: clock.now() });
    await start("+14155550404", { channel: "voice" }, other);
    await page.goto(`${other.url}/sandbox/phones/+14155550404`);
    await page.getByRole("log").getByText("Incoming call").waitFor();
    await clock.advance(25_000);
    await page.clock.runFor(26_000);
    await page.getByRole("log").getByText("Voicemail").waitFor();
    await page.getByText("“Hello. Your Countersign code is").waitFor();
    expect(complaints).toEqual([]);
    await close();
    await other.remove();
  });

  test("a fault is set by a click, meets one message, and is gone", async () => {
    const number = "+14155550405";
    const { page, complaints, close } = await newPerson(browser, origin, desk);
    await page.goto(`${origin}/sandbox/phones/${number}`);
    await live(page);
    await page.getByText("Let the carrier fail").click();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Refuse" }).click();
    await page.getByText("Refuse, for the next message.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect((await sandbox("/faults"))["faults"]).toEqual([{ prefix: number, type: "refuse", times: 1 }]);
    await start(number, { channel: "sms" });
    await page.getByText("Refuse, for the next message.").waitFor({ state: "detached" });
    expect(await sandbox(`/phones/${number}/messages`)).toEqual({ messages: [] });
    await page.getByText("Let the carrier fail").click();
    await page.getByLabel("Only for the next message").uncheck();
    await page.getByRole("button", { name: "Deliver twice" }).click();
    await page.getByText("Deliver twice.").waitFor();
    await page.getByRole("button", { name: "Repair" }).click();
    await page.getByText("Deliver twice.").waitFor({ state: "detached" });
    expect(await sandbox("/faults")).toEqual({ faults: [] });
    expect(complaints).toEqual([]);
    await close();
  });

  test("a restart of the server is survived: the page says so and goes on", async () => {
    const first = await testServer();
    const { page, close } = await newPerson(browser, first.url);
    await page.goto(`${first.url}/sandbox`);
    await live(page);
    await start("+14155550406", {}, first);
    await page.getByText("+1 415 555 0406").waitFor();
    await first.remove();
    await page.getByText("Reconnecting").waitFor();
    const second = await testServer({ PORT: String(first.port) });
    await live(page);
    // The phones of the new server are its own.
    await page.getByText("+1 415 555 0406").waitFor({ state: "detached" });
    await start("+14155550407", {}, second);
    await page.getByText("+1 415 555 0407").waitFor();
    await close();
    await second.remove();
  });

  for (const dark of [false, true]) {
    for (const width of widths) {
      test(`nothing is too wide or hard to read at ${width} px, ${dark ? "dark" : "light"}`, async () => {
        const { page, complaints, close } = await newPerson(browser, origin, { width, dark });
        await start(`+1415555${dark ? 46 : 45}${width === 390 ? 11 : 22}`);
        await page.goto(`${origin}/sandbox`);
        expect([await overflow(page), await axeFindings(page)]).toEqual([0, []]);
        await page.locator(".lines a").first().click();
        await page.getByRole("log").waitFor();
        await page.getByText("Let the carrier fail").click();
        expect([await overflow(page), await axeFindings(page)]).toEqual([0, []]);
        expect(await smallTargets(page)).toEqual([]);
        const isAlone = width === 390;
        expect(await page.getByRole("heading", { name: "Virtual phones" }).isVisible()).toBe(!isAlone);
        if (isAlone) {
          await page.getByRole("link", { name: "Phones" }).click();
          await page.getByRole("heading", { name: "Virtual phones" }).waitFor();
        }
        expect(complaints).toEqual([]);
        await close();
      });
    }
  }
});

describe("without JavaScript", { timeout }, () => {
  beforeEach(needBrowser);

  test("everything that needs no voice works, with a refresh", async () => {
    const number = "+14155550421";
    const { page, complaints, close } = await newPerson(browser, origin, { script: false });
    await page.goto(`${origin}/sandbox`);
    await page.getByLabel("Number of a phone").fill("+1 (415) 555-0421");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("Nothing arrived on this phone yet.").waitFor();
    await page.getByText("Let the carrier fail").click();
    await page.getByRole("button", { name: "Deliver twice" }).click();
    await page.getByText("Deliver twice, for the next message.").waitFor();
    const { id } = await start(number, { channel: "voice" });
    await page.reload();
    // Delivered twice, as asked.
    expect(await page.getByRole("log").getByText("Incoming call").count()).toBe(2);
    await page.getByRole("button", { name: "Answer" }).first().click();
    await page.getByText("“Hello. Your Countersign code is").waitFor();
    expect(await page.getByRole("button", { name: /Copy|Play/ }).count()).toBe(0);
    await expect.poll(async () => (await details(id)).deliveries).toMatchObject([{ state: "delivered" }]);
    await page.getByLabel("Reply").fill("Thanks");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".mine").getByText("Thanks").waitFor();
    await page.getByRole("link", { name: "Phones" }).click();
    await page.getByText("You: Thanks").waitFor();
    expect(await page.getByRole("link", { name: "Refresh" }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe("W-13: a page of another site in the same browser", { timeout }, () => {
  beforeEach(needBrowser);

  test("reads no code, changes nothing, and cannot frame the phones", async () => {
    const number = "+14155550431";
    await start(number);
    const foreign = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end(`<!doctype html><title>foreign</title>
        <form method="post" action="${origin}/sandbox"><button name="act" value="clearAll">win a prize</button></form>
        <iframe src="${origin}/sandbox"></iframe>`),
    );
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
    const { port } = foreign.address() as AddressInfo;
    const { page, close } = await newPerson(browser, `http://127.0.0.1:${port}`, desk);
    await page.goto(`http://127.0.0.1:${port}/`);
    const tried = await page.evaluate(async (base) => {
      const outcome = (path: string, options: RequestInit): Promise<string> =>
        fetch(`${base}/sandbox${path}`, options).then(
          async (answer) => `${answer.type} ${await answer.text()}`,
          () => "refused",
        );
      return await Promise.all([
        outcome("/api/phones", {}),
        outcome("/api/phones", { method: "DELETE" }),
        outcome("/api/phones", { mode: "no-cors" }),
        outcome("", { method: "POST", mode: "no-cors", body: new URLSearchParams({ act: "clearAll" }) }),
      ]);
    }, origin);
    expect(tried).toEqual(["refused", "refused", "opaque ", "opaque "]);
    await page.getByRole("button", { name: "win a prize" }).click();
    await page.getByText("cross_site_refused").waitFor();
    const { messages } = await sandbox(`/phones/${number}/messages`);
    expect(messages).toHaveLength(1);
    await close();
    foreign.close();
  });
});
