import type { Page } from "playwright-core";
import { addAuthenticator } from "./virtual-authenticator.ts";

/** What the pages are drawn with. */
export interface Drawing {
  readonly page: Page;
  readonly origin: string;
  readonly name: string;
  readonly number: string;
  codeFor(number: string): Promise<string>;
  /** The path of the newest link to this page on a virtual phone. */
  linkFor(number: string, kind: "not-me"): Promise<string>;
  shoot(what: string): Promise<unknown>;
}

const password = "nine rowing margarets";

const senderOn =
  (page: Page) =>
  async (selector: string): Promise<void> => {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  };

/** Goes the whole way through an account, and has each page drawn. */
export async function drawAccount(drawing: Drawing): Promise<void> {
  const { page, origin, name, number, codeFor, shoot } = drawing;
  const send = senderOn(page);
  // A text goes out without a question, unless the last one was a moment ago.
  const toChoices = async (what: string | null): Promise<void> => {
    if ((await page.locator("button[name=way]").count()) > 0) return;
    if (what !== null) await shoot(what);
    await send("form[action$='/other'] button");
  };
  await page.goto(`${origin}/account`);
  await page.fill("#name", "ada");
  await page.fill("#password", "wrong");
  await send("button.wide");
  await shoot("sign-in");
  await page.goto(`${origin}/account/sign-up`);
  await shoot("sign-up");
  await page.fill("#number", number);
  await send("button.wide");
  await page.fill("#code", await codeFor(number));
  await send("button.wide");
  await page.fill("#name", name);
  await page.fill("#password", "ada");
  await send("button.wide");
  await shoot("name");
  await page.fill("#password", password);
  await send("button.wide");
  await shoot("codes");
  const recovery = await page.locator(".codes code").allInnerTexts();
  await send("form[action$='codes-kept'] button");
  await send("form[action$='sign-out'] button");
  await page.fill("#name", name);
  await page.fill("#password", password);
  await send("button.wide");
  await toChoices("use");
  await shoot("choose");
  await send("button[value$=':code']");
  await page.fill("#code", recovery[0] ?? "");
  await send("button.wide");
  await shoot("account");
  await send("button[value=add]");
  await toChoices(null);
  await send("button[value$=':code']");
  await page.fill("#code", recovery[1] ?? "");
  await send("button.wide");
  await shoot("enrol");
  await send("form[action$='enrol/app'] button");
  await shoot("app");
  await send("form[action$='other'] button");
  const device = await addAuthenticator(page);
  await send("form[action$='enrol/passkey'] button");
  // Else it signs in by itself where the name is asked for.
  await device.touches(false);
  await send("form[action$='sign-out'] button");
  await page.fill("#name", name);
  await page.fill("#password", password);
  await send("button.wide");
  await shoot("passkey");
  await send("form[action$='cancel'] button");
  await drawRecovery(drawing, recovery[2] ?? "");
}

/** The page behind a notice, and the way back. */
async function drawRecovery(drawing: Drawing, code: string): Promise<void> {
  const { page, name, number, shoot } = drawing;
  const send = senderOn(page);
  await page.goto(drawing.origin + (await drawing.linkFor(number, "not-me")));
  await shoot("not-me");
  await send("form[action$='not-me'] button");
  await shoot("stopped");
  await send("a[href$='recover']");
  await page.fill("#name", name);
  await send("button.wide");
  await send("button[value=recoveryCode]");
  await page.fill("#code", code);
  await send("button.wide");
  await shoot("recover");
}
