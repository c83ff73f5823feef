import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mountExpress } from "../../src/mounts/express.ts";
import { password } from "../account/person.ts";
import { open as openLibrary } from "../library/open.ts";
import { type TestServer, testServer } from "../server/support.ts";
import { chromiumPath } from "../support/programs.ts";
import { type Look, needBrowser, newPerson, openBrowser, type Person, widths } from "./browser.ts";
import { expectSound } from "./sound.ts";
import { addAuthenticator, answerIn, type VirtualAuthenticator } from "./virtual-authenticator.ts";

const timeout = 90_000;
let browser: Browser | null = null;
let server: TestServer;
let origin: string;
let people = 0;

beforeAll(async () => {
  server = await testServer();
  // Passkeys are for names: no browser has them at an address.
  origin = `http://localhost:${server.port}`;
  if (existsSync(chromiumPath)) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server.remove();
});

interface Owner extends Person {
  readonly id: string;
  readonly name: string;
  readonly device: VirtualAuthenticator;
}

/** Presses it, and waits for the page that follows. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

const passkey = "form[data-passkey] button";
const failed = "This passkey did not work. Try again, or choose another way.";

async function enter(page: Page, name: string): Promise<void> {
  await page.goto(`${origin}/account/sign-in`);
  await page.fill("#name", name);
  await page.fill("#password", password);
  await press(page, "form[action$='/sign-in'] button");
}

/** Somebody whose first authenticator is a passkey of this window. */
async function owner(look: Look = {}): Promise<Owner> {
  people += 1;
  const name = `owner-${people}`;
  const { accounts, tenant } = server.instance;
  const made = await accounts.createSubscriber({ tenantId: tenant.id, name, password });
  if (made.outcome !== "created") throw new Error(made.outcome);
  const person = await newPerson(browser as Browser, origin, look);
  const device = await addAuthenticator(person.page);
  await enter(person.page, name);
  await press(person.page, passkey);
  await press(person.page, "form[action$='codes-kept'] button");
  return { ...person, id: made.subscriber.id, name, device };
}

/** What the form says about the passkey. */
async function alertOf(page: Page): Promise<string> {
  const alert = page.locator("form[data-passkey] [role=alert]");
  await alert.waitFor();
  return (await alert.textContent()) ?? "";
}

/** Out, and to a page where nothing happens by itself: an offered passkey is taken at once where somebody is there. */
async function signOut({ page, device }: Owner): Promise<void> {
  await device.touches(false);
  if (!page.url().endsWith("/account")) await page.goto(`${origin}/account`);
  await press(page, "form[action$='sign-out'] button");
}

const looks: readonly (Look & { readonly width: number })[] = widths.map((width) => ({
  width,
  locale: width === 390 ? "ar-EG" : "en-US",
  dark: width === 390,
}));

describe("in Chromium, with an authenticator of its own", () => {
  test("L-5: a way back", { timeout }, async (context) => {
    needBrowser(context);
    const one = await owner(looks[0]);
    const { page, name, device, complaints } = one;
    await signOut(one);
    await page.goto(`${origin}/account/recover`);
    await page.fill("#name", name);
    await press(page, "form[action$='/recover/name'] button");
    await expectSound(page);
    await device.touches(true);
    await press(page, "form[action$='/recover/passkey'] button");
    await page.fill("#password", "seven quiet lighthouses");
    await expectSound(page);
    await press(page, "form[action$='/recover/finish'] button");
    expect(await page.locator("form[action$='enrol/passkey']").count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  for (const look of looks) {
    test(`enrolled, named, used to sign in, as second factor and as step-up, and removed: ${look.width} pixels, ${look.locale}`, {
      timeout,
    }, async (context) => {
      needBrowser(context);
      const one = await owner(look);
      const { page, device, name, complaints } = one;
      const main = async (): Promise<string> => (await page.textContent("main")) ?? "";
      await signOut(one);
      await expectSound(page);
      expect(await page.getAttribute("#name", "autocomplete")).toBe("username webauthn");
      // Offered in the field of the name, and taken there.
      await Promise.all([page.waitForNavigation(), device.touches(true), page.reload()]);
      await page.locator("form[action$='sign-out']").waitFor();
      expect(await main()).toContain(name);

      // With a finger that is not its owner's, and with the owner's.
      await device.verifies(false);
      await press(page, "form[action$='sign-out'] button");
      await page.click(passkey);
      expect(await alertOf(page)).not.toBe("");
      await expectSound(page);
      await device.verifies(true);
      await press(page, passkey);
      expect(await main()).toContain(name);

      // A second one, after a step-up with the first.
      await press(page, "button[value=add]");
      await expectSound(page);
      await press(page, passkey);
      await expectSound(page);
      await page.click(passkey);
      const known = await alertOf(page);
      expect(known).not.toBe("");
      const [first] = await device.passkeys();
      await device.forgetAll();
      await page.fill("#label", "Büro 🗝️");
      await press(page, passkey);
      expect(await page.locator(".notice.good").count()).toBe(1);
      expect(await main()).toContain("Büro 🗝️");
      await expectSound(page);

      // As the second factor, with the first one again.
      if (first === undefined) throw new Error("there is no passkey");
      await signOut(one);
      await device.forgetAll();
      await device.touches(true);
      await enter(page, name);
      await device.copy(first);
      await press(page, passkey);
      expect(await main()).toContain(name);

      await press(page, "button[value=remove]");
      await press(page, passkey);
      await press(page, "form[action$='change/remove'] button");
      expect(await page.locator(".notice.good").count()).toBe(1);
      expect(complaints).toEqual([]);
      await one.close();
    });
  }

  test("X-2: each field of the browser's own assertion made wrong is refused, and the whole one is not", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const one = await owner();
    const { page, device } = one;
    await signOut(one);
    // Gone for a moment, so that it is not taken from the field of the name.
    const own = await device.passkeys();
    await device.forgetAll();
    await enter(page, one.name);
    for (const each of own) await device.copy(each);
    await device.touches(true);
    const wrong = ["clientDataJSON", "authenticatorData", "signature", "userHandle", "id"].flatMap((field) =>
      [0, 0.5, 1].map((place) => ({ field, place })),
    );
    for (const change of [...wrong, { field: "verification", place: 0 }]) {
      await device.verifies(change.field !== "verification");
      expect([change, await answerIn(page, change)]).toEqual([change, expect.stringContaining(failed)]);
      expect(await page.textContent("h1")).toBe("Confirm that it is you");
    }
    await device.verifies(true);
    expect(await answerIn(page, null)).toContain(one.name);
    await one.close();
  });

  test("X-2: neither somebody else's passkey nor one that was removed is taken", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const [ada, bob] = [await owner(), await owner()];
    const [hers] = await ada.device.passkeys();
    if (hers === undefined) throw new Error("there is no passkey");
    await signOut(bob);
    await bob.device.forgetAll();
    await bob.device.touches(true);
    await enter(bob.page, bob.name);
    await bob.device.copy(hers);
    // The browser would have none of those that are asked for.
    expect(await answerIn(bob.page, { field: "allowed", place: 0 })).toContain("did not work");
    expect(await bob.page.textContent("h1")).toBe("Confirm that it is you");

    const { accounts, tenant } = server.instance;
    await accounts.removeSubscriber({ tenantId: tenant.id, subscriberId: ada.id });
    // By the button alone: what is offered in the field would be taken at once, and again after each refusal.
    await ada.page.addInitScript("PublicKeyCredential.isConditionalMediationAvailable = async () => false");
    await ada.page.goto(`${origin}/account`);
    await press(ada.page, passkey);
    expect(await ada.page.textContent("main")).toContain("This passkey did not work.");
    await ada.close();
    await bob.close();
  });

  test("without scripts the page says what passkeys need, and its other ways go on", {
    timeout,
  }, async (context) => {
    needBrowser(context);
    const one = await owner();
    const { page, close } = await newPerson(browser as Browser, origin, { script: false });
    await page.goto(`${origin}/account/sign-in`);
    await press(page, passkey);
    expect(await page.textContent("main")).toContain("Passkeys need JavaScript");
    await enter(page, one.name);
    await press(page, passkey);
    expect(await page.textContent("main")).toContain("Passkeys need JavaScript");
    await press(page, "button[value$=':code']");
    expect(await page.textContent("h1")).toBe("Enter the code");
    await close();
    await one.close();
  });

  test("inside an application, below a prefix", { timeout }, async (context) => {
    needBrowser(context);
    const { countersign } = await openLibrary();
    const name = "ada";
    await countersign.subscribers.create({ name, password });
    const host = express();
    host.use("/auth", mountExpress(countersign));
    const listening = createServer(host).listen(0, "127.0.0.1");
    await once(listening, "listening");
    const base = `http://localhost:${(listening.address() as AddressInfo).port}`;
    const { page, complaints, close } = await newPerson(browser as Browser, base);
    const device = await addAuthenticator(page);
    await page.goto(`${base}/auth/account/sign-in`);
    await page.fill("#name", name);
    await page.fill("#password", password);
    await press(page, "form[action$='/sign-in'] button");
    await press(page, passkey);
    await press(page, "form[action$='codes-kept'] button");
    await device.touches(false);
    await press(page, "form[action$='sign-out'] button");
    await Promise.all([page.waitForNavigation(), device.touches(true), page.reload()]);
    await page.locator("form[action$='sign-out']").waitFor();
    expect([page.url(), complaints]).toEqual([`${base}/auth/account`, []]);
    await close();
    listening.closeAllConnections();
    listening.close();
  });
});
