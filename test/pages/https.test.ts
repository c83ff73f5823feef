import { once } from "node:events";
import { existsSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { mountExpress } from "../../src/mounts/express.ts";
import { open as openLibrary } from "../library/open.ts";
import { type TestServer, testServer, withKey } from "../server/support.ts";
import { chromiumPath } from "../support/programs.ts";
import { needBrowser, newPerson, openBrowser } from "./browser.ts";
import { certificate, certificateKey } from "./certificate.ts";

const timeout = 90_000;
let browser: Browser | null = null;
let server: TestServer;
let port = 0;
/** What a host of somebody else answers with, by its name. */
const others = new Map<string, string>();
/** An application with Countersign in it, by its name. */
const applications = new Map<string, number>();

/** What stands in front of the server in production: it speaks https, and says so. */
const proxy = createServer({ cert: certificate, key: certificateKey }, (request, response) => {
  const name = request.headers.host?.split(":")[0] ?? "";
  const other = others.get(name);
  if (other === undefined) return pass(request, response);
  response.writeHead(200, { "content-type": "text/html" }).end(other);
});

function pass(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const more = { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7" };
  const target = {
    host: "127.0.0.1",
    port: applications.get(headers.host?.split(":")[0] ?? "") ?? server.port,
    method,
    path: url,
    headers: { ...headers, ...more },
  };
  const sent = httpRequest(target, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  request.pipe(sent);
}

const origin = (name: string): string => `https://${name}:${port}`;
const pages = "verify.example.com";

beforeAll(async () => {
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  port = (proxy.address() as AddressInfo).port;
  server = await testServer({ PUBLIC_URL: origin(pages), TRUSTED_PROXIES: "127.0.0.1" });
  if (existsSync(chromiumPath)) {
    browser = await openBrowser(["--host-resolver-rules=MAP * 127.0.0.1", "--ignore-certificate-errors"]);
  }
});
afterAll(async () => {
  await browser?.close();
  proxy.closeAllConnections();
  proxy.close();
  await server.remove();
});

function opened(): Browser {
  if (browser === null) throw new Error("no browser");
  return browser;
}

async function makeService(body: Record<string, unknown>): Promise<void> {
  const url = `http://localhost:${server.port}/api/v1/services`;
  const made = await fetch(url, {
    method: "POST",
    headers: withKey(server.key),
    body: JSON.stringify(body),
  });
  expect([made.status, made.status === 201 ? "" : await made.text()]).toEqual([201, ""]);
}

/** Presses it, and waits for the page that follows. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

/** Signs up at the account pages below this address, and stays signed in. */
async function signUp(
  page: Page,
  base: string,
  { number, codeOn }: { readonly number: string; codeOn(number: string): Promise<string> },
): Promise<void> {
  await page.goto(`${base}/account/sign-up`);
  // Assets came: the list of countries is searched, and the page has its own looks.
  await page.waitForSelector("#country-search");
  expect(
    await page.evaluate(() => getComputedStyle(document.querySelector("main") as Element).borderRadius),
  ).not.toBe("0px");
  await page.fill("#number", number);
  await press(page, "button.wide");
  await page.fill("#code", await codeOn(number));
  await press(page, "button.wide");
  await page.fill("#name", "ada");
  await page.fill("#password", "nine rowing margarets");
  await press(page, "button.wide");
  await press(page, "form[action$='codes-kept'] button");
  expect(page.url()).toBe(`${base}/account`);
  expect(await page.textContent("main")).toContain("ada");
}

/** A way back in by its link, as it stands in the message, up to what is enrolled next. */
async function useReset(page: Page, base: string, text: string): Promise<void> {
  const link = /https:\S+/.exec(text)?.[0] ?? "";
  expect(link).toContain(`${base}/account/reset?reset=csr_`);
  await page.goto(link);
  expect(page.url()).toBe(`${base}/account/reset`);
  await page.fill("#password", "seven quiet lighthouses");
  await press(page, "button.wide");
  expect(page.url()).toBe(`${base}/account`);
  expect(await page.locator("form[action$='enrol/phone']").count()).toBe(1);
}

const hostCookie = { secure: true, httpOnly: true, sameSite: "Lax", path: "/" };

async function arrivedAt(number: string): Promise<{ text: string; code: string }> {
  await server.instance.engine.tick();
  const message = server.instance.sandbox?.phones.messages(number)[0];
  return { text: String(message?.text), code: String(message?.code) };
}

/** The browser's part, by the specification (sms-one-time-codes 3.2): the code of a text that is bound to this host. */
function boundCode(text: string, host: string): string | null {
  const [, name, code] = /^@([^ /:@]+) #([^ ]+)(?: @[^ /:@]+)?$/.exec(text.split("\n").at(-1) ?? "") ?? [];
  return name === host && code !== undefined ? code : null;
}

describe("in Chromium, by https", () => {
  test("W-13: the account pages behind a proxy that is trusted: cookies, redirects, and links in messages", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const base = origin(pages);
    const { page, complaints, close } = await newPerson(opened(), base);
    const number = "+4915123456703";
    await signUp(page, base, { number, codeOn: async (to) => (await arrivedAt(to)).code });
    const { accounts, tenant } = server.instance;
    expect((await accounts.startReset({ tenantId: tenant.id, name: "ada" })).outcome).toBe("resetStarted");
    await useReset(page, base, (await arrivedAt(number)).text);
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name }) => name).sort()).toEqual([
      "__Host-countersign-account",
      "__Host-countersign-device",
    ]);
    for (const one of cookies) expect(one).toMatchObject({ ...hostCookie, domain: pages });
    expect(complaints).toEqual([]);
    await close();
  });

  test("M-10: the account pages below a path of an application behind a proxy, and back to a path of its own", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const [name, prefix] = ["app.example.com", "/auth"];
    const base = origin(name) + prefix;
    const { countersign } = await openLibrary({ publicUrl: base });
    const app = express();
    app.set("trust proxy", true);
    app.use(prefix, mountExpress(countersign));
    const host = app.listen(0, "127.0.0.1");
    onTestFinished(() => void host.close());
    await once(host, "listening");
    applications.set(name, (host.address() as AddressInfo).port);
    const { page, complaints, close } = await newPerson(opened(), origin(name));
    const number = "+4915123456704";
    const newest = async (to: string) => {
      await countersign.tick();
      return countersign.phones?.messages(to)[0];
    };
    await signUp(page, base, { number, codeOn: async (to) => (await newest(to))?.code ?? "" });
    const cookies = await page.context().cookies();
    expect(cookies.map((one) => one.name)).toContain("__Host-countersign_session");
    for (const one of cookies) expect(one).toMatchObject({ ...hostCookie, domain: name });
    await page.goto(`${base}/account/sign-in?return_url=${encodeURIComponent("/home?tab=2")}&state=s`);
    expect(page.url()).toBe(`${origin(name)}/home?tab=2&state=s`);
    expect((await countersign.resets.start({ name: "ada" })).outcome).toBe("resetStarted");
    await useReset(page, base, (await newest(number))?.text ?? "");
    await page.goto(`${base}/account/recover`);
    await page.fill("#name", "nobody");
    await press(page, "button.wide");
    expect(page.url()).toBe(`${base}/account/recover`);
    // The application has nothing at that path, and says so.
    expect(complaints.filter((one) => !one.includes("404"))).toEqual([]);
    await close();
  });

  test("O-1, O-3: the browser takes the code out of the bound line, and it is sent by itself", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    await makeService({ name: "bound", brand: "Example Shop", texts: { hosts: [pages] } });
    const { page, complaints, close } = await newPerson(opened(), origin(pages));
    const ended: string[] = [];
    let told: (text: string) => void = () => {};
    const texted = new Promise<string>((resolve) => {
      told = resolve;
    });
    await page.exposeFunction("textArrives", () => texted);
    await page.exposeFunction("asked", (how: string) => ended.push(how));
    // Chromium asks a telephone nearby for the text, and there is none: what it would answer with comes from here,
    // and beside it the browser's own request goes on until the page ends it.
    await page.addInitScript(() => {
      const scope = globalThis as unknown as {
        textArrives(): Promise<string>;
        asked(how: string): Promise<void>;
      };
      const own = navigator.credentials.get.bind(navigator.credentials);
      navigator.credentials.get = async (options) => {
        void scope.asked(`otp ${"OTPCredential" in globalThis}`);
        own(options).catch((error: Error) => void scope.asked(error.name));
        return { code: await scope.textArrives() } as unknown as Credential;
      };
    });
    await page.goto(`${origin(pages)}/two-factor?service=bound`);
    const number = "+4915123456701";
    await page.fill("#number", number);
    await page.click("button.wide");
    await page.waitForSelector("#code");
    await expect.poll(() => ended).toContain("otp true");
    const { text, code } = await arrivedAt(number);
    expect(text.split("\n").at(-1)).toBe(`@${pages} #${code}`);
    expect(boundCode(text, "evil.example.com")).toBeNull();
    // Nothing has refused the request so far: the policy of the page allows it.
    expect(ended).toEqual(["otp true"]);
    told(boundCode(text, pages) ?? "");
    await page.waitForSelector(".mark");
    expect(await page.textContent("h1")).toBe("Your number is verified");
    expect(complaints).toEqual([]);
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([
      { name: "__Host-countersign-visit", secure: true, httpOnly: true, sameSite: "Lax" },
    ]);
    await close();
  });

  test("W-12: a page stands in the frame of an application that its service names, and in no other", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const [friend, stranger] = ["shop.example.org", "shop.example.net"];
    await makeService({
      name: "framed",
      brand: "Example Shop",
      page: { anonymous: true, frameAncestors: [origin(friend)] },
    });
    const frame = `<iframe width="400" height="700" src="${origin(pages)}/two-factor?service=framed"></iframe>`;
    others.set(friend, frame);
    others.set(stranger, frame);
    const { page, close } = await newPerson(opened(), "https://");
    await page.goto(origin(friend));
    const inside = page.frameLocator("iframe");
    const number = "+4915123456702";
    await inside.locator("#number").fill(number);
    await inside.locator("button.wide").click();
    await inside.locator("#code").waitFor();
    await inside.locator("#code").fill((await arrivedAt(number)).code);
    await inside.locator("button.wide").click();
    await inside.locator(".mark").waitFor();
    expect(await inside.locator("h1").textContent()).toBe("Your number is verified");

    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(origin(stranger));
    await expect.poll(() => refused.join(" ")).toContain("frame-ancestors");
    expect(await page.frames()[1]?.locator("#number").count()).toBe(0);
    // Without a frame, the other cookie: what happened in the frame is not seen from outside.
    await page.goto(`${origin(pages)}/two-factor`);
    expect(await page.locator("#number").count()).toBe(1);
    await close();
  });
});
