import { once } from "node:events";
import { createServer, get, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import express from "express";
import fastify from "fastify";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import type { Countersign } from "../../src/index.ts";
import { requireTwoFactor as forExpress, twoFactorOf as ofExpress } from "../../src/mounts/express.ts";
import { requireTwoFactor as forFastify, twoFactorOf } from "../../src/mounts/fastify.ts";
import { requireTwoFactor as forKoa } from "../../src/mounts/koa.ts";
import type { TwoFactorOptions } from "../../src/mounts/two-factor.ts";
import { open } from "../library/open.ts";

const minute = 60_000;
const maxAgeSeconds = 600;
const password = "nine rowing margarets";

/** Each framework's own way to a route that only few may see. */
const hosts: Readonly<
  Record<string, (countersign: Countersign, options: TwoFactorOptions) => Promise<RequestListener>>
> = {
  async Express(countersign, options) {
    const app = express();
    app.get("/payout", forExpress(countersign, options), (request, response) => {
      response.json({ who: ofExpress(request)?.subscriberId });
    });
    return app;
  },
  async Koa(countersign, options) {
    const app = new Koa();
    app.use(forKoa(countersign, options));
    app.use(async (context) => {
      context.body = { who: context.state.twoFactor?.subscriberId };
    });
    return app.callback();
  },
  async Fastify(countersign, options) {
    const app = fastify();
    app.get("/payout", { onRequest: forFastify(countersign, options) }, async (request) => ({
      who: twoFactorOf(request)?.subscriberId,
    }));
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
};

type Ask = (cookie: string, headers?: Readonly<Record<string, string>>) => Promise<[number, unknown]>;

async function listen(listener: RequestListener): Promise<Ask> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/payout`;
  return async (cookie, more = {}) => {
    const headers = { cookie, host: "localhost", ...more };
    const [answer] = (await once(get(url, { headers }), "response")) as [IncomingMessage];
    return [answer.statusCode ?? 0, await json(answer)];
  };
}

describe.each(Object.entries(hosts))("requireTwoFactor for %s", (_name, host) => {
  test("P-5: lets through a session with two factors, as long as the last one is fresh, and nobody else", async () => {
    const { countersign, clock } = await open();
    const { subscribers, sessions, challenges } = countersign;
    const ask = await listen(await host(countersign, { maxAgeSeconds }));
    const asSession = (bearer: string): Promise<[number, unknown]> =>
      ask(`theme=dark; countersign_session=${bearer}; other=1`);
    const invalid = [401, { outcome: "sessionInvalid" }];
    const stale = [403, { outcome: "stepUpRequired" }];
    expect(await ask("")).toEqual(invalid);
    expect(await asSession(`css_${"A".repeat(54)}`)).toEqual(invalid);

    const made = await subscribers.create({ name: "ada", password });
    if (made.outcome !== "created") throw new Error(made.outcome);
    const subscriberId = made.subscriber.id;
    const first = await sessions.signIn({ name: "ada", password });
    if (first.outcome !== "enrolmentRequired") throw new Error(first.outcome);
    const session = first.pending.bearer;
    expect(await asSession(session)).toEqual(invalid);
    const app = await subscribers.enrolTotp({ subscriberId, issuer: "Kiosk" });
    if (app.outcome !== "enrolled") throw new Error(app.outcome);
    const code = (): string => {
      const step = stepAt(totpDefaults, clock.now());
      return totpCode(fromBase32(app.seed) as Buffer, totpDefaults, step);
    };
    const authenticatorId = app.authenticator.id;
    const done = await subscribers.confirm({ subscriberId, authenticatorId, code: code(), session });
    if (done.outcome !== "confirmed" || done.session === null) throw new Error(done.outcome);
    const { bearer } = done.session;
    expect(await asSession(bearer)).toEqual([200, { who: subscriberId }]);
    expect(await asSession(session)).toEqual(invalid);
    // Any other host of the same site can set the cookie without a prefix.
    const elsewhere = { host: "app.example.com" };
    expect(await ask(`countersign_session=${bearer}`, elsewhere)).toEqual(invalid);
    const prefixed = await ask(`__Host-countersign_session=${bearer}`, elsewhere);
    expect(prefixed).toEqual([200, { who: subscriberId }]);

    await clock.suspend(10 * minute + 1);
    expect(await asSession(bearer)).toEqual(stale);
    const started = await challenges.start({ subscriberId, session: bearer, purpose: "payout" });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const { id } = started.challenge;
    const stepped = await challenges.check({ id, session: bearer, code: code() });
    if (stepped.outcome !== "approved" || stepped.session === null) throw new Error(stepped.outcome);
    expect(await asSession(bearer)).toEqual(invalid);
    expect(await asSession(stepped.session.bearer)).toEqual([200, { who: subscriberId }]);
    expect(await sessions.end({ id: stepped.session.session.id })).toBe(true);
    expect(await asSession(stepped.session.bearer)).toEqual(invalid);
  });

  test("W-13: behind a proxy that asks for this machine, a site with https has the cookie with the prefix alone", async () => {
    const forwards = [{ "x-forwarded-proto": "https" }, { forwarded: "for=192.0.2.1;proto=https" }, {}];
    for (const [index, headers] of forwards.entries()) {
      const publicUrl = index === 2 ? { publicUrl: "https://shop.example.com" } : {};
      const { countersign } = await open(publicUrl);
      const ask = await listen(await host(countersign, {}));
      await countersign.subscribers.create({ name: "bob", password, mustHaveSecond: false });
      const signedIn = await countersign.sessions.signIn({ name: "bob", password });
      if (signedIn.outcome !== "signedIn") throw new Error(signedIn.outcome);
      const { bearer } = signedIn.session;
      expect((await ask(`countersign_session=${bearer}`, headers))[0]).toBe(401);
      expect((await ask(`__Host-countersign_session=${bearer}`, headers))[0]).toBe(403);
    }
  });

  test("a password alone is one factor, however fresh", async () => {
    const { countersign } = await open();
    const ask = await listen(await host(countersign, { maxAgeSeconds }));
    await countersign.subscribers.create({ name: "bob", password, mustHaveSecond: false });
    const signedIn = await countersign.sessions.signIn({ name: "bob", password });
    if (signedIn.outcome !== "signedIn") throw new Error(signedIn.outcome);
    const cookie = `countersign_session=${signedIn.session.bearer}`;
    expect(await ask(cookie)).toEqual([403, { outcome: "stepUpRequired" }]);
  });

  test("a trusted device passes where it is allowed and no fresh authenticator is asked for", async () => {
    const { countersign, clock } = await open();
    const { subscribers, sessions, challenges } = countersign;
    await subscribers.create({ name: "cai", password });
    const app = await subscribers.enrolTotp({ name: "cai", issuer: "Kiosk" });
    if (app.outcome !== "enrolled") throw new Error(app.outcome);
    const code = (): string =>
      totpCode(fromBase32(app.seed) as Buffer, totpDefaults, stepAt(totpDefaults, clock.now()));
    await subscribers.confirm({ name: "cai", authenticatorId: app.authenticator.id, code: code() });
    await clock.suspend(minute);
    const pending = await sessions.signIn({ name: "cai", password });
    if (pending.outcome !== "challengeRequired") throw new Error(pending.outcome);
    const on = { id: pending.challengeId, session: pending.pending.bearer };
    const done = await challenges.check({ ...on, code: code(), trustDevice: "Laptop" });
    if (done.outcome !== "approved") throw new Error(done.outcome);
    const trustedDevice = done.trustedDevice?.bearer ?? "";
    const signedIn = await sessions.signIn({ name: "cai", password, trustedDevice });
    if (signedIn.outcome !== "signedIn") throw new Error(signedIn.outcome);
    const cookie = `countersign_session=${signedIn.session.bearer}`;
    const stepUp = [403, { outcome: "stepUpRequired" }];
    expect(await (await listen(await host(countersign, {})))(cookie)).toEqual(stepUp);
    const allowed = { allowTrustedDevices: true };
    expect(await (await listen(await host(countersign, allowed)))(cookie)).toMatchObject([200, {}]);
    const fresh = { ...allowed, maxAgeSeconds };
    expect(await (await listen(await host(countersign, fresh)))(cookie)).toEqual(stepUp);
  });
});

test.each([
  [{ maxAge: 600 }, "maxAge: there is no such option; there are maxAgeSeconds, allowTrustedDevices, cookie"],
  [{ maxAgeMs: 600_000 }, "maxAgeMs: there is no such option; there are maxAgeSeconds"],
  [{ maxAgeSeconds: 0 }, "maxAgeSeconds: 0 was given, allowed is a number of seconds above 0"],
  [{ maxAgeSeconds: "600" }, 'maxAgeSeconds: "600" was given'],
  [{ maxAgeSeconds: Number.NaN }, "maxAgeSeconds: NaN was given"],
  [{ allowTrustedDevices: "no" }, 'allowTrustedDevices: "no" was given, allowed is true or false'],
  [{ cookie: "a=b" }, 'cookie: "a=b" was given, allowed is the name of a cookie'],
])("requireTwoFactor refuses %j before it guards anything", async (options, said) => {
  const { countersign } = await open();
  for (const guard of [forExpress, forKoa, forFastify]) {
    expect(() => guard(countersign, options as object)).toThrow(said);
  }
});
