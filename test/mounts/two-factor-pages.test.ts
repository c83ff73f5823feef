import type { RequestListener } from "node:http";
import express from "express";
import fastify from "fastify";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Countersign } from "../../src/index.ts";
import * as forExpress from "../../src/mounts/express.ts";
import * as forFastify from "../../src/mounts/fastify.ts";
import * as forKoa from "../../src/mounts/koa.ts";
import type { TwoFactorOptions } from "../../src/mounts/two-factor.ts";
import { heading, password, said } from "../account/person.ts";
import { open } from "../library/open.ts";
import { Visitor } from "../pages/visitor.ts";
import { withApp } from "../support/enrolled.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { listen } from "./hosts.ts";

const prefix = "/auth";
const minute = 60_000;
const guarding: TwoFactorOptions = { maxAgeSeconds: 600, pages: { prefix, canceledTo: "/goodbye" } };

/** An application with Countersign at `/auth` and one guarded page. */
const hosts: Readonly<
  Record<string, (countersign: Countersign, options: TwoFactorOptions) => Promise<RequestListener>>
> = {
  async Express(countersign, options) {
    const app = express();
    app.use(prefix, forExpress.mountExpress(countersign));
    app.all("/payout", forExpress.requireTwoFactor(countersign, options), (_request, response) => {
      response.send("<!doctype html><title>Paid</title><h1>Paid</h1>");
    });
    app.get("/goodbye", (_request, response) => void response.send("<h1>Goodbye</h1>"));
    return app;
  },
  async Koa(countersign, options) {
    const app = new Koa();
    app.use(forKoa.mountKoa(countersign, { prefix }));
    const guard = forKoa.requireTwoFactor(countersign, options);
    app.use(async (context) => {
      if (context.path === "/goodbye") context.body = "<h1>Goodbye</h1>";
      else {
        await guard(context, async () => {
          context.body = "<h1>Paid</h1>";
        });
      }
    });
    return app.callback();
  },
  async Fastify(countersign, options) {
    const app = fastify();
    await app.register(forFastify.mountFastify(countersign), { prefix });
    const onRequest = forFastify.requireTwoFactor(countersign, options);
    app.all("/payout", { onRequest }, async () => "<h1>Paid</h1>");
    app.get("/goodbye", async () => "<h1>Goodbye</h1>");
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
};

async function opened(name: string, options: TwoFactorOptions = guarding) {
  const { countersign, clock } = await open();
  const { port, close } = await listen(await (hosts[name] as (typeof hosts)[string])(countersign, options));
  onTestFinished(close);
  return { countersign, clock, base: `http://localhost:${port}` };
}

/** As a browser does: to wherever it is led on this host. */
async function go(one: Visitor, base: string, path: string): Promise<void> {
  await one.open(path, { accept: "text/html" });
  await followed(one, base);
}

async function followed(one: Visitor, base: string): Promise<void> {
  const { location } = one.page;
  if (location === null) return;
  expect(new URL(location).origin).toBe(base);
  await go(one, base, location.slice(base.length));
}

describe.each(Object.keys(hosts))("requireTwoFactor with pages, for %s", (name) => {
  test("W-14, A-14: leads to the sign-in and back, and to a fresh authenticator when the last one is too old", async () => {
    const { countersign, clock, base } = await opened(name);
    const app = await withApp({ countersign, clock }, "ada", password);
    await clock.suspend(minute);
    const one = new Visitor(base);
    const seen = await one.open("/payout?sum=5&outcome=late", { accept: "text/html" });
    expect(seen.text).toContain("Sign in");
    const post = async (path: string, fields: Record<string, string>): Promise<void> => {
      await one.post(`${prefix}/account/${path}`, fields, { accept: "text/html" });
      await followed(one, base);
    };
    await post("sign-in", { name: "ada", password });
    await post("code", { code: codeOfApp(app.seed, clock.now()) });
    expect(one.page.text).toContain("<h1>Paid</h1>");
    const bearer = one.cookies.get("countersign_session");

    await clock.suspend(10 * minute + 1);
    await go(one, base, "/payout?sum=5");
    expect(heading(one)).toBe("Enter the code");
    await post("code", { code: "000000" });
    expect(said(one)).toContain("did not work");
    // What was asked for a payment allows no change of the account.
    await one.post(`${prefix}/account/change/password`, { password: "ten rowing margarets" });
    await post("code", { code: codeOfApp(app.seed, clock.now()) });
    expect(one.page.text).toContain("<h1>Paid</h1>");
    expect(one.cookies.get("countersign_session")).not.toBe(bearer);
    expect((await countersign.sessions.signIn({ name: "ada", password })).outcome).toBe("challengeRequired");
    await one.open(`${prefix}/account`);
    await one.post(`${prefix}/account/change`, { what: "password", id: "" });
    expect(heading(one)).toBe("Enter the code");
  });

  test("who cancels goes where the application says; who does not come by a browser gets a problem", async () => {
    const { countersign, clock, base } = await opened(name);
    await withApp({ countersign, clock }, "ada", password);
    const one = new Visitor(base);
    for (const [method, accept] of [
      ["POST", "text/html"],
      ["GET", "application/json"],
    ] as const) {
      const answer = await fetch(`${base}/payout`, { method, headers: { accept }, redirect: "manual" });
      expect([answer.status, await answer.json()]).toEqual([401, { outcome: "sessionInvalid" }]);
    }
    await go(one, base, "/payout");
    await one.post(`${prefix}/account/leave`, {}, { accept: "text/html" });
    await followed(one, base);
    expect(one.page.text).toContain("Goodbye");
    await clock.suspend(minute);
    expect(one.cookies.get("countersign_session")).toBeUndefined();
  });
});

test("a way back that somebody made up, changed or kept for too long leads nowhere", async () => {
  const { countersign, clock, base } = await opened("Express");
  await withApp({ countersign, clock }, "ada", password);
  const led = await fetch(`${base}/payout`, { headers: { accept: "text/html" }, redirect: "manual" });
  const link = led.headers.get("location") ?? "";
  expect(link).toMatch(/^\/auth\/account\/sign-in\?link=[\w.-]+$/);
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(base + path, { redirect: "manual" })).status;
  expect(await statusOf(link)).toBe(303);
  expect(await statusOf(`${link.slice(0, -8)}AAAAAAAA`)).toBe(404);
  expect(await statusOf(link.replace("/account/sign-in", "/two-factor"))).toBe(410);
  await clock.suspend(15 * minute);
  expect(await statusOf(link)).toBe(404);
});

test("W-14: a target that is no path of this host leads to the sign-in as every other", async () => {
  const { base } = await opened("Koa");
  for (const path of ["//", "//evil.example"]) {
    const led = await fetch(base + path, { headers: { accept: "text/html" }, redirect: "manual" });
    expect([path, led.status, led.headers.get("location")]).toEqual([
      path,
      303,
      expect.stringMatching(/^\/auth\/account\/sign-in\?link=/),
    ]);
  }
});

test("whoever had a password only enrols an authenticator on the way, and uses it", async () => {
  const { countersign, clock, base } = await opened("Express", { pages: { prefix } });
  await countersign.subscribers.create({
    name: "bob",
    password: "fifteen rowing margarets",
    mustHaveSecond: false,
  });
  const one = new Visitor(base);
  const post = async (path: string, fields: Record<string, string> = {}): Promise<void> => {
    await one.post(`${prefix}/account/${path}`, fields, { accept: "text/html" });
    await followed(one, base);
  };
  await go(one, base, "/payout");
  await post("sign-in", { name: "bob", password: "fifteen rowing margarets" });
  expect(heading(one)).toBe("Add another way to confirm");
  await post("enrol/app");
  const seed = /class="key"[^>]*>([^<]+)/.exec(one.page.text)?.[1]?.replaceAll(" ", "") ?? "";
  await post("enrol/code", { code: codeOfApp(seed, clock.now()) });
  await clock.suspend(minute);
  await post("code", { code: codeOfApp(seed, clock.now()) });
  expect(one.page.text).toContain("<h1>Paid</h1>");
});

test("closed pages and wrong options say what to do", async () => {
  const { countersign } = await open();
  const wrong: readonly (readonly [object, string])[] = [
    [
      { pages: "yes" },
      'pages: "yes" was given, allowed is true, or an object with prefix, service, canceledTo',
    ],
    [{ pages: { prefix: "auth" } }, 'pages.prefix: "auth" was given'],
    [{ pages: { canceledTo: "//evil.example" } }, 'pages.canceledTo: "//evil.example" was given'],
    [{ pages: { to: "/x" } }, "pages.to: there is no such option"],
  ];
  for (const [options, text] of wrong) {
    expect(() => forExpress.requireTwoFactor(countersign, options)).toThrow(text);
  }
});
