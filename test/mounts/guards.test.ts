import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Countersign } from "../../src/index.ts";
import * as expressMount from "../../src/mounts/express.ts";
import * as fastifyMount from "../../src/mounts/fastify.ts";
import type { RequireVerifiedOptions } from "../../src/mounts/guard.ts";
import * as koaMount from "../../src/mounts/koa.ts";
import * as webMount from "../../src/mounts/web.ts";
import { open, to } from "../library/open.ts";
import { listen, serve } from "./hosts.ts";

const prefix = "/verify";
const other = "+14155550124";

/** What an application keeps of a browser. */
interface Session {
  user: string;
  phone: string;
  countersign?: Record<string, { approved?: { to: string } }>;
}

/** Sessions by their cookie, as every application has them in one way or another. */
class Sessions {
  readonly #all = new Map<string, Session>();

  sessionOf(cookie: string | undefined): Session {
    const id = /(?:^|; )sid=([\w-]+)/.exec(cookie ?? "")?.[1] ?? "";
    const found = this.#all.get(id) ?? { user: id, phone: to };
    this.#all.set(id, found);
    return found;
  }
}

type More = Omit<RequireVerifiedOptions<unknown>, "to" | "subject" | "session">;
type Application = (countersign: Countersign, sessions: Sessions, more: More) => Promise<RequestListener>;

const applications: Readonly<Record<string, Application>> = {
  async express(countersign, sessions, more) {
    const app = express();
    app.use((request, _response, next) => {
      Object.assign(request, { session: sessions.sessionOf(request.headers.cookie) });
      next();
    });
    app.use(prefix, expressMount.mountExpress(countersign));
    const guard = expressMount.requireVerified(countersign, {
      ...more,
      prefix,
      to: (request) => (request.session as Session).phone,
      subject: (request) => (request.session as Session).user,
    });
    app.all("*any", guard, (request, response) => {
      response.send(`secret of ${(request as { session?: Session }).session?.user}`);
    });
    return app;
  },
  async koa(countersign, sessions, more) {
    const app = new Koa();
    app.use(async (context, next) => {
      context.session = sessions.sessionOf(context.req.headers.cookie) as unknown as Record<string, unknown>;
      await next();
    });
    app.use(koaMount.mountKoa(countersign, { prefix }));
    const session = (context: { readonly session?: unknown }): Session => context.session as Session;
    app.use(
      koaMount.requireVerified(countersign, {
        ...more,
        prefix,
        to: (context) => session(context).phone,
        subject: (context) => session(context).user,
      }),
    );
    app.use((context) => {
      context.body = `secret of ${session(context).user}`;
    });
    return app.callback();
  },
  async fastify(countersign, sessions, more) {
    const app = Fastify();
    const session = (request: { readonly headers: { readonly cookie?: string | undefined } }): Session =>
      sessions.sessionOf(request.headers.cookie);
    await app.register(fastifyMount.mountFastify(countersign), { prefix });
    const guard = fastifyMount.requireVerified(countersign, {
      ...more,
      prefix,
      session,
      to: (request) => session(request).phone,
      subject: (request) => session(request).user,
    });
    app.addContentTypeParser("application/x-www-form-urlencoded", (_request, _payload, done) => done(null));
    app.all("*", { preHandler: guard }, (request) => `secret of ${session(request).user}`);
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  async web(countersign, sessions, more) {
    const app = new Hono();
    const handle = webMount.mountWeb(countersign, { prefix });
    app.use(async (context, next) => (await handle(context.req.raw)) ?? (await next()));
    const guard = webMount.requireVerified(countersign, {
      ...more,
      prefix,
      to: ({ session }) => (session as Session).phone,
      subject: ({ session }) => (session as Session).user,
    });
    app.all("*", async (context) => {
      const session = sessions.sessionOf(context.req.header("cookie"));
      return (await guard(context.req.raw, session)) ?? context.text(`secret of ${session.user}`);
    });
    return (request, response) => void serve(request, response, (one) => app.fetch(one));
  },
};

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

/** Somebody with a session and a browser, who follows no redirect by himself. */
class Person {
  readonly #base: string;
  readonly #cookies: Map<string, string>;

  constructor(base: string, sid: string = randomUUID()) {
    this.#base = base;
    this.#cookies = new Map([["sid", sid]]);
  }

  async ask(path: string, form?: Readonly<Record<string, string>>, accept = "text/html"): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, this.#base), {
      headers: { cookie, accept, origin: this.#base },
      redirect: "manual",
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const one of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get("location") ?? "";
    return { status: response.status, location, text: await response.text() };
  }

  /** From the address that the guard gave to where the page leads back to. */
  async prove(countersign: Countersign, link: string, number: string, typed?: string): Promise<string> {
    await this.ask((await this.ask(link)).location);
    const hidden = async (): Promise<string> => {
      const { text } = await this.ask(`${prefix}/two-factor`);
      return /name="form" value="([^"]+)"/.exec(text)?.[1] ?? "";
    };
    await this.ask(`${prefix}/two-factor/number`, {
      form: await hidden(),
      ...(typed === undefined ? {} : { number: typed }),
    });
    await countersign.tick();
    const code = countersign.phones?.messages(number)[0]?.code ?? "";
    return (await this.ask(`${prefix}/two-factor/code`, { form: await hidden(), code })).location;
  }
}

describe.each(Object.keys(applications))("requireVerified in %s", (name) => {
  async function opened(more: More = {}) {
    const { countersign, clock } = await open();
    const sessions = new Sessions();
    const listener = await (applications[name] as Application)(countersign, sessions, more);
    const { port, close } = await listen(listener);
    onTestFinished(close);
    const base = `http://localhost:${port}`;
    const person = (sid?: string): Person => new Person(base, sid);
    return { countersign, clock, sessions, base, person };
  }

  test("M-10: leads to the page and back, opens for a while, and then asks again", async () => {
    const { countersign, clock, base, person, sessions } = await opened({ maxAgeSeconds: 300 });
    const ada = person("ada");
    const first = await ada.ask("/account?tab=2");
    expect([first.status, first.location]).toEqual([
      303,
      expect.stringMatching(/^\/verify\/two-factor\?link=/),
    ]);
    const back = await ada.prove(countersign, first.location, to);
    expect(back).toMatch(/^http:\/\/localhost:\d+\/account\?tab=2&ticket=[\w-]{54}&state=[\w-]{24}$/);
    // The ticket does not stay in the address.
    expect(await ada.ask(back)).toMatchObject({ status: 303, location: "/account?tab=2" });
    expect(await ada.ask("/account?tab=2")).toMatchObject({ status: 200, text: "secret of ada" });
    expect(sessions.sessionOf("sid=ada").countersign?.["access"]?.approved?.to).toBe(to);
    await clock.suspend(300_000);
    expect((await ada.ask("/account")).location).toMatch(/^\/verify\/two-factor\?link=/);
    // Used once, and forgotten: the address of before opens nothing.
    expect((await ada.ask(back)).location).toMatch(/^\/verify\/two-factor\?link=/);
    expect(new URL(back).origin).toBe(base);
  });

  test("M-10, C-14: a ticket of another browser, person or number opens nothing", async () => {
    const { countersign, person, sessions } = await opened();
    const [ada, eve] = [person("ada"), person("eve")];
    sessions.sessionOf("sid=eve").phone = other;
    const led = (await eve.ask("/account")).location;
    await ada.ask("/account");
    const proved = await eve.prove(countersign, led, other);
    // Eve proved her own number and sends her way back to Ada.
    expect((await ada.ask(proved)).location).toMatch(/two-factor\?link=/);
    expect((await ada.ask("/account")).status).toBe(303);
    // It was not used up by that, but Eve's own number has changed meanwhile.
    sessions.sessionOf("sid=eve").phone = to;
    expect((await eve.ask(proved)).location).toMatch(/two-factor\?link=/);
    sessions.sessionOf("sid=eve").phone = other;
    for (const wrong of ["ticket=x", "ticket=x&state=x", "verified=true", "outcome=canceled&state=x"]) {
      expect((await ada.ask(`/account?${wrong}`)).location).toMatch(/two-factor\?link=/);
    }
  });

  test("an approval ends with the number or the person of the session", async () => {
    const { countersign, person, sessions } = await opened();
    const ada = person("ada");
    const back = await ada.prove(countersign, (await ada.ask("/account")).location, to);
    await ada.ask(back);
    expect((await ada.ask("/account")).status).toBe(200);
    sessions.sessionOf("sid=ada").phone = other;
    expect((await ada.ask("/account")).status).toBe(303);
    sessions.sessionOf("sid=ada").phone = to;
    sessions.sessionOf("sid=ada").user = "grace";
    expect((await ada.ask("/account")).status).toBe(303);
  });

  test("W-14: whatever the address is, the way back is on this host", async () => {
    const { countersign, person, base, sessions } = await opened();
    const paths = [
      "//",
      "//evil.example/x",
      "/\\evil.example",
      "/%5cevil.example",
      "/x?ticket=//evil.example",
    ];
    for (const [index, path] of paths.entries()) {
      const ada = person(`ada-${index}`);
      const phone = `+1415555020${index}`;
      sessions.sessionOf(`sid=ada-${index}`).phone = phone;
      const { location } = await ada.ask(base + path);
      expect(location).toMatch(/^\/verify\/two-factor\?link=/);
      const back = await ada.prove(countersign, location, phone);
      expect([path, new URL(back).origin]).toEqual([path, base]);
      expect((await ada.ask(back)).location).toMatch(/^\/(?![/\\])/);
    }
  });

  test("who cancels goes where the application says; scripts are told, and led to nothing", async () => {
    const { person } = await opened({ canceledTo: "/goodbye", returnTo: "/account" });
    const ada = person("ada");
    const link = (await ada.ask("/account")).location;
    await ada.ask((await ada.ask(link)).location);
    const { text } = await ada.ask(`${prefix}/two-factor`);
    const form = /name="form" value="([^"]+)"/.exec(text)?.[1] ?? "";
    const canceled = await ada.ask(`${prefix}/two-factor/cancel`, { form });
    expect(canceled.location).toMatch(/\/account\?outcome=canceled&state=/);
    expect((await ada.ask(canceled.location)).location).toBe("/goodbye");
    const posted = await ada.ask("/account", { amount: "5" });
    expect([posted.status, JSON.parse(posted.text)]).toMatchObject([
      403,
      { code: "verification_required", type: "/verify/errors/verification_required" },
    ]);
    expect(JSON.parse(posted.text).page).toMatch(/^\/verify\/two-factor\?link=/);
    const asked = await ada.ask("/account", undefined, "application/json");
    expect(asked.status).toBe(403);
  });
});

test("wrong options, and a request without a session or a number, say what to do", async () => {
  const { countersign } = await open();
  const { requireVerified } = expressMount;
  const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ purpose: "Log In" }, 'purpose: "Log In" was given'],
    [{ maxAgeSeconds: 0 }, "maxAgeSeconds: 0 was given"],
    [{ prefix: "verify" }, 'prefix: "verify" was given'],
    [{ canceledTo: "//evil.example" }, 'canceledTo: "//evil.example" was given'],
    [{ returnTo: "https://evil.example" }, "returnTo:"],
    [{ phone: () => to }, "phone: there is no such option; there are to, subject"],
  ];
  for (const [options, said] of wrong) expect(() => requireVerified(countersign, options)).toThrow(said);
  const guard = webMount.requireVerified(countersign, { to: () => null });
  await expect(guard(new Request("http://localhost/"), {})).rejects.toThrow("sign the person in before");
  const nowhere = webMount.requireVerified(countersign) as unknown as (
    request: Request,
    session: undefined,
  ) => Promise<unknown>;
  await expect(nowhere(new Request("http://localhost/"), undefined)).rejects.toThrow("has no session");
});
