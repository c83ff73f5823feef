import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { to } from "../library/open.ts";
import { hostNames } from "./hosts.ts";
import { mounted } from "./mounted.ts";

const start = "/api/v1/verifications";

describe.each(hostNames)("mounted in %s", (name) => {
  test("start and check are approved, at the root", async () => {
    const { post, countersign } = await mounted(name);
    const started = await post(start, { to });
    expect(started.status, started.text).toBe(201);
    const { id } = JSON.parse(started.text);
    expect(started.headers.location).toBe(`${start}/${id}`);
    await countersign.tick();
    const code = countersign.phones?.messages(to)[0]?.code;
    const checked = await post(`${start}/${id}/check`, { code });
    expect([checked.status, JSON.parse(checked.text).status]).toEqual([200, "approved"]);
  });

  test("below a prefix: there and nowhere else, and Location leads there", async () => {
    const { post } = await mounted(name, { prefix: "/verify" });
    const started = await post(`/verify${start}`, { to });
    expect(started.status, started.text).toBe(201);
    expect(started.headers.location).toBe(`/verify${start}/${JSON.parse(started.text).id}`);
    expect(await post(start, { to })).toMatchObject({ status: 404, text: "host" });
    expect((await post(`/verifyx${start}`, { to })).text).toBe("host");
  });

  test("W-13: what we are called is the host's word, never that of whoever asks", async () => {
    const { ask, countersign } = await mounted(name);
    const headers = { authorization: `Bearer ${countersign.firstKey}`, "content-type": "application/json" };
    const services = JSON.parse((await ask("/api/v1/services", { headers })).text);
    const returnUrl = "https://app.example.com/in";
    const registered = JSON.stringify({ page: { returnUrls: [returnUrl] } });
    await ask(`/api/v1/services/${services.items[0].id}`, { method: "PATCH", headers, body: registered });
    const body = JSON.stringify({ returnUrl });
    for (const more of [{}, { origin: "https://evil.example" }, { origin: "null" }]) {
      const made = await ask("/api/v1/pages/account", {
        method: "POST",
        headers: { ...headers, ...more },
        body,
      });
      expect(JSON.parse(made.text).url, made.text).toMatch(
        /^http:\/\/(?:127\.0\.0\.1|localhost):\d+\/account\/sign-in\?link=/,
      );
    }
    // A browser that is too old to say more than its origin.
    const host = "localhost";
    const page = await ask("/account", { headers: { host } });
    const cookie = page.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const sent = { host, cookie, "content-type": "application/x-www-form-urlencoded" };
    for (const [origin, status] of [
      ["https://evil.example", 403],
      ["http://localhost", 303],
    ] as const) {
      const given = {
        method: "POST",
        headers: { ...sent, origin },
        body: `form=${encodeURIComponent(form)}`,
      };
      expect((await ask("/account/sign-out", given)).status).toBe(status);
    }
  });

  test("the host's routes and 404s are untouched, also beside ours", async () => {
    const { ask, countersign } = await mounted(name);
    expect(await ask("/api/v1/own")).toMatchObject({ status: 200, text: "own" });
    for (const path of ["/", "/api", "/api/v1", "/api/v1/nothing", `${start}x`, "/errors", "/health/live"]) {
      expect(await ask(path), path).toMatchObject({ status: 404, text: "host" });
    }
    // What is ours answers as ours, whatever is wrong with the request.
    expect(JSON.parse((await ask(start)).text)).toMatchObject({ status: 401, code: "unauthorized" });
    expect((await ask(start, { method: "PUT" })).status).toBe(405);
    expect((await ask("/errors/code_mismatch")).status).toBe(200);
    const document = JSON.parse((await ask("/api/openapi.json")).text);
    expect(document.openapi).toBe("3.1.0");
    await countersign.close();
    const headers = { authorization: "Bearer 0123456789-abcdefgh" };
    expect((await ask(start, { headers })).status).toBe(503);
  });

  test("a body that nobody may send, and one that is too large, are refused by us", async () => {
    const { post, ask, countersign } = await mounted(name);
    const headers = { authorization: `Bearer ${countersign.firstKey}` };
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    expect((await ask(start, { method: "POST", headers: form, body: "to=1" })).status).toBe(415);
    expect((await post(start, { to, payee: "x".repeat(70_000) })).status).toBe(413);
    const twice = { ...headers, "content-type": "application/json" };
    const body = '{"to":"+14155550123","to":"+14155550124"}';
    expect((await ask(start, { method: "POST", headers: twice, body })).status).toBe(400);
    const { id } = JSON.parse((await post(start, { to })).text);
    expect((await ask(`${start}/${id}/resend`, { method: "POST", headers })).status).toBe(429);
  });

  test("W-6: the client's address is the one that the host's own proxy setting says", async () => {
    for (const trustsProxies of [true, false]) {
      const { ask, post, countersign } = await mounted(name, { trustsProxies });
      const made = await post("/api/v1/keys", {
        name: "far",
        scopes: ["verifications:read"],
        allowedAddresses: ["203.0.113.7/32"],
      });
      expect(made.status, made.text).toBe(201);
      const headers = {
        authorization: `Bearer ${JSON.parse(made.text).key}`,
        "x-forwarded-for": "203.0.113.7",
      };
      expect((await ask(start, { headers })).status).toBe(trustsProxies ? 200 : 403);
      await countersign.close();
    }
  });

  test("C-48: the virtual phones answer on this machine only, and not through a proxy", async () => {
    const { ask } = await mounted(name, { trustsProxies: true });
    const phones = "/sandbox/api/phones";
    const near = { host: "localhost" };
    expect((await ask(phones, { headers: near })).status).toBe(200);
    expect((await ask(phones, { headers: { ...near, "x-forwarded-for": "203.0.113.7" } })).status).toBe(404);
    expect((await ask(phones, { headers: { ...near, "x-forwarded-for": "127.0.0.1" } })).status).toBe(404);
    expect((await ask(phones, { headers: { host: "rebound.example" } })).status).toBe(404);
  });

  test("M-10: the verification page works below a prefix, from the number to the ticket", async () => {
    const { countersign, post, browse } = await mounted(name, { prefix: "/verify", parsesBodies: true });
    const returnUrl = "https://app.example.com/back";
    const made = await post("/verify/api/v1/services", { name: "shop", page: { returnUrls: [returnUrl] } });
    expect(made.status, made.text).toBe(201);
    const link = await post("/verify/api/v1/pages", { service: "shop", returnUrl, state: "s1", to });
    expect(link.status, link.text).toBe(201);
    const { pathname, search } = new URL(JSON.parse(link.text).url);
    expect(pathname).toBe("/verify/two-factor");
    const opened = await browse(pathname + search);
    expect(opened.headers.location).toBe("/verify/two-factor");
    const page = await browse("/verify/two-factor");
    expect(page.status).toBe(200);
    // Whatever the page refers to is below the prefix, and is there.
    const paths = [...page.text.matchAll(/ (?:href|src|action|data-proof)="(\/[^"]*)"/g)].map(
      ([, one]) => one ?? "",
    );
    expect(paths.length).toBeGreaterThan(4);
    for (const path of paths) {
      expect(path).toMatch(/^\/verify\/two-factor/);
      if (path.includes("/assets/")) expect((await browse(path)).status, path).toBe(200);
    }
    expect((await browse("/verify/two-factor/number", { form: page.text })).status).toBe(303);
    await countersign.tick();
    const code = countersign.phones?.messages(to)[0]?.code ?? "";
    const form = (await browse("/verify/two-factor")).text;
    const done = await browse("/verify/two-factor/code", { form, fields: { code } });
    const back = new URL(done.headers.location ?? "");
    expect([back.origin + back.pathname, back.searchParams.get("state")]).toEqual([returnUrl, "s1"]);
    const ticket = back.searchParams.get("ticket");
    const redeemed = await post("/verify/api/v1/tickets/redeem", { ticket });
    expect(JSON.parse(redeemed.text)).toMatchObject({ to });
    // W-13: another site's form is another site's here too.
    const crossed = await browse("/verify/two-factor/number", { form, site: "cross-site" });
    expect(crossed.status).toBe(403);
    expect((await browse("/two-factor")).text).toBe("host");
  });

  test("W-3: the type of a problem, the calls that it names, the reference and its document stay below the prefix", async () => {
    const { ask, browse, post } = await mounted(name, { prefix: "/verify" });
    const { detail } = JSON.parse((await post(`/verify${start}`, { to, service: "nobody" })).text);
    expect(detail).toContain("`GET /verify/api/v1/services`");
    const { type } = JSON.parse((await ask(`/verify${start}`)).text);
    expect(type).toBe("/verify/errors/unauthorized");
    const explained = await browse(type);
    expect(explained.text).toContain("<h1>unauthorized</h1>");
    for (const text of [explained.text, (await browse("/verify/api/docs")).text]) {
      const paths = [...text.matchAll(/ (?:href|src)="(\/[^"#]*)/g)].map(([, path]) => path ?? "");
      expect(paths.length).toBeGreaterThan(1);
      for (const path of paths) expect((await browse(path)).status, path).toBe(200);
    }
    const { servers } = JSON.parse((await ask("/verify/api/openapi.json")).text);
    expect(servers).toEqual([{ url: "/verify/api/v1" }]);
  });

  test("W-5: requests are limited by key and by address, as far as the host wants", async () => {
    const limits = { keyRequestsPerSecond: 1, addressFailuresPerMinute: 2 };
    const { ask, post } = await mounted(name, { mount: { limits } });
    const first = await post(start, { to });
    expect(first.headers["ratelimit-policy"]).toBe('"key";q=2;w=2');
    expect((await post(start, { to })).status).not.toBe(201);
    const third = await post(start, { to });
    expect([third.status, JSON.parse(third.text).code]).toEqual([429, "rate_limited"]);
    expect((await ask(start)).status).toBe(401);
    expect((await ask(start)).status).toBe(401);
    expect((await ask(start)).status).toBe(429);
  });

  test("health and metrics are there when the host wants them", async () => {
    const { ask, post } = await mounted(name, { prefix: "/verify", mount: { operations: true } });
    expect(JSON.parse((await ask("/verify/health/live")).text)).toEqual({ status: "live" });
    expect(JSON.parse((await ask("/verify/health/ready")).text)).toEqual({
      status: "ready",
      store: "embedded",
    });
    await post(`/verify${start}`, { to });
    const near = { host: "localhost" };
    const { text, status } = await ask("/verify/metrics", { headers: near });
    expect([status, text]).toEqual([200, expect.stringContaining('verb="start",outcome="started"')]);
    expect((await ask("/verify/metrics", { headers: { host: "app.example.com" } })).status).toBe(401);
    expect((await ask("/health/live")).text).toBe("host");
  });

  test("a client that goes away in the middle of its body leaves the rest working", async () => {
    const { port, post } = await mounted(name);
    const head = `POST ${start} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${"x".repeat(20)}\r\n`;
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"to"`);
        socket.destroy();
      });
      socket.on("close", () => resolve());
    });
    expect((await post(start, { to })).status).toBe(201);
  });
});
