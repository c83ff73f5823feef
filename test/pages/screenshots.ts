// Draws the pages as docs/images/*.png, so that a change of their look is seen in a review. `npm run screenshots`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testServer, withKey } from "../server/support.ts";
import { type Look, newPerson, openBrowser } from "./browser.ts";
import { drawAccount } from "./draw-account.ts";
import { drawConsole } from "./draw-console.ts";

const folder = join(import.meta.dirname, "..", "..", "docs", "images");
const looks: Readonly<Record<string, Look>> = {
  "390-light": { width: 390, height: 760 },
  "390-rtl-dark": { width: 390, height: 760, locale: "ar-EG", dark: true },
  "1280-light": { width: 1280, height: 800, locale: "de-DE" },
  "1280-dark": { width: 1280, height: 800, dark: true },
};

mkdirSync(folder, { recursive: true });
const server = await testServer({
  TRUSTED_PROXIES: "127.0.0.1,::1",
  COUNTERSIGN_ACCOUNT_URL: "https://id.example.com/account",
});
const browser = await openBrowser();
let networks = 0;
try {
  for (const [name, look] of Object.entries(looks)) await draw(name, look);
  await drawOthers();
  await drawConsole(browser, (what, picture) => writeFileSync(join(folder, `${what}.png`), picture));
} finally {
  await browser.close();
  await server.remove();
}

async function draw(name: string, look: Look): Promise<void> {
  const { page, context, close } = await newPerson(browser, server.url, look);
  networks += 1;
  await context.setExtraHTTPHeaders({ "x-forwarded-for": `198.51.100.${networks}` });
  const shoot = (what: string): Promise<unknown> =>
    page.screenshot({ path: join(folder, `page-${what}-${name}.png`), caret: "initial" });
  await page.goto(`${server.url}/two-factor`);
  await page.fill("#country-search", "+49");
  await page.keyboard.press("Enter");
  await page.fill("#number", "0151 23");
  await page.click("button.wide");
  await page.waitForSelector("#number-error");
  await shoot("number");
  const number = `+4915123456${100 + networks}`;
  await page.fill("#number", number);
  await page.click("button.wide");
  await page.waitForSelector("#code");
  await shoot("code");
  await page.fill("#code", await codeFor(number));
  await page.click("button.wide");
  await page.waitForSelector(".mark");
  await shoot("done");
  await drawAccount({
    page,
    // Passkeys belong to names.
    origin: server.url.replace("127.0.0.1", "localhost"),
    name: `ada${networks}`,
    number: `+4915123457${100 + networks}`,
    codeFor,
    async linkFor(to, kind) {
      await server.instance.engine.tick();
      const texts = server.instance.sandbox?.phones.messages(to).map(({ text }) => text) ?? [];
      const pattern = new RegExp(`https://id\\.example\\.com(/account/${kind}\\?\\S+)`);
      return texts.map((text) => pattern.exec(text)?.[1]).find((one) => one !== undefined) ?? "";
    },
    shoot: (what) => page.screenshot({ path: join(folder, `account-${what}-${name}.png`), caret: "initial" }),
  });
  await close();
}

/** What the guides show beside the verification page. */
async function drawOthers(): Promise<void> {
  const { page, close } = await newPerson(browser, server.url, { width: 1280, height: 760 });
  const shoot = (what: string): Promise<unknown> =>
    page.screenshot({ path: join(folder, `${what}.png`), caret: "initial" });
  const to = "+14155550142";
  for (const channel of ["sms", "voice"]) {
    const headers = withKey(server.key);
    const body = JSON.stringify({
      to: channel === "sms" ? to : "+14155550143",
      channel,
      brand: "Example Shop",
    });
    await fetch(`${server.url}/api/v1/verifications`, { method: "POST", headers, body });
    await server.instance.engine.tick();
  }
  await page.goto(`${server.url}/sandbox/phones/${encodeURIComponent(to)}`);
  await page.getByText("Example Shop").first().waitFor();
  await shoot("phones");
  await page.goto(`${server.url}/api/docs/verifications`);
  await shoot("reference");
  await page.goto(`${server.url}/errors/code_mismatch`);
  await shoot("error-page");
  await page.goto(`${server.url}/`);
  await shoot("start");
  await close();
}

async function codeFor(number: string): Promise<string> {
  await server.instance.engine.tick();
  return String(server.instance.sandbox?.phones.messages(number)[0]?.code);
}
