import type { Page } from "playwright-core";

/** What the pages are drawn with. */
export interface Drawing {
  readonly page: Page;
  readonly origin: string;
  readonly name: string;
  readonly number: string;
  codeFor(number: string): Promise<string>;
  /** The newest link to this page on a virtual phone, below the origin that is drawn. */
  linkFor(number: string, kind: "not-me"): Promise<string>;
  shoot(what: string): Promise<unknown>;
}

const password = "nine rowing margarets";

/** Goes the whole way through an account, and has each page drawn. */
export async function drawAccount(drawing: Drawing): Promise<void> {
  const { page, origin, name, number, codeFor, shoot } = drawing;
  const send = async (selector: string): Promise<void> => {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  };
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
  await send("form[action$='enrol/app'] button");
  await shoot("app");
  await send("form[action$='cancel'] button");
  await send("form[action$='sign-out'] button");
  await page.goto(await drawing.linkFor(number, "not-me"));
  await shoot("not-me");
  await send("form[action$='not-me'] button");
  await shoot("stopped");
  await send("a[href$='recover']");
  await page.fill("#name", name);
  await send("button.wide");
  await send("button[value=recoveryCode]");
  await page.fill("#code", recovery[2] ?? "");
  await send("button.wide");
  await shoot("recover");
}
