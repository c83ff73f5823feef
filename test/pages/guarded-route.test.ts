import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { mountExpress, requireTwoFactor } from "../../src/mounts/express.ts";
import { password } from "../account/person.ts";
import { open } from "../library/open.ts";
import { withApp } from "../support/enrolled.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { needBrowser, newPerson, openBrowser, widths } from "./browser.ts";

const minute = 60_000;

test("a guarded route in Chromium leads to the sign-in and back, and later to a fresh code and back", async (context) => {
  needBrowser(context);
  const { countersign, clock } = await open();
  const host = express();
  host.use("/auth", mountExpress(countersign));
  const pages = { prefix: "/auth" };
  host.get(
    "/payout",
    requireTwoFactor(countersign, { maxAgeSeconds: 600, pages }),
    (_request, response) =>
      void response.send('<!doctype html><link rel="icon" href="data:,"><title>Paid</title><h1>Paid</h1>'),
  );
  const server = createServer(host).listen(0, "127.0.0.1");
  await once(server, "listening");
  const browser = await openBrowser();
  onTestFinished(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  const base = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { seed } = await withApp({ countersign, clock }, "ada", password);
  for (const width of widths) {
    await clock.suspend(minute);
    const { page, complaints, close: leave } = await newPerson(browser, base, { width });
    const enter = async (): Promise<void> => {
      await page.fill("#code", codeOfApp(seed, clock.now()));
      await Promise.all([page.waitForNavigation(), page.click("button.wide")]);
      expect([page.url(), await page.textContent("h1")]).toEqual([`${base}/payout?sum=5`, "Paid"]);
    };
    await page.goto(`${base}/payout?sum=5`);
    await page.fill("#name", "ada");
    await page.fill("#password", password);
    await Promise.all([page.waitForNavigation(), page.click("button.wide")]);
    await enter();
    await clock.suspend(11 * minute);
    await page.goto(`${base}/payout?sum=5`);
    await enter();
    expect(complaints).toEqual([]);
    await leave();
  }
});
