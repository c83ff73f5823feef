import type { Browser } from "playwright-core";
import { openConsole, somebody } from "../console/admins.ts";
import { newPerson } from "./browser.ts";

/** The console of an installation on which a few people were asked for codes, as an administrator sees it. */
export async function drawConsole(
  browser: Browser,
  shoot: (what: string, picture: Buffer) => void,
): Promise<void> {
  const site = await openConsole();
  try {
    for (const [index, brand] of ["Example Shop", "Example Shop", "Example Bank"].entries()) {
      const to = site.freshNumber();
      const started = await site.call("POST", "/verifications", { to, brand });
      const code = await site.codeFor(to);
      if (index > 0) await site.call("POST", `/verifications/${started.json.id}/check`, { code });
    }
    const { id } = await somebody(site, "grace");
    const { visitor } = await site.join("ada");
    for (let wrong = 0; wrong < 5; wrong++) {
      await site.call("POST", "/sessions", { name: "grace", password: "not the right one" });
    }
    const origin = `http://localhost:${site.server.port}`;
    for (const [what, path, width] of [
      ["console-overview", "/console", 1280],
      ["console-verifications", "/console/verifications", 1280],
      ["console-person", `/console/people/${id}`, 1280],
      ["console-phone", "/console", 390],
    ] as const) {
      const { page, context, close } = await newPerson(browser, origin, { width, height: 760 });
      const cookies = [...visitor.cookies].map(([name, value]) => ({ name, value, url: origin }));
      await context.addCookies(cookies);
      await page.goto(`${origin}${path}`);
      shoot(what, await page.screenshot());
      await close();
    }
  } finally {
    await site.server.remove();
  }
}
