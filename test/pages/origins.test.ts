import { afterAll, describe, expect, test } from "vitest";
import { seal } from "../../src/secrets/index.ts";
import { ask, testServer } from "../server/support.ts";
import { openSite } from "./site.ts";

const site = await openSite();
const { freshNumber, linkTo, server, visitor } = site;
afterAll(() => site.server.remove());

describe("what comes from elsewhere", () => {
  const own = (): string => server.url;
  const matrix: ReadonlyArray<readonly [string, () => Record<string, string>, boolean]> = [
    ["our own page", () => ({ "sec-fetch-site": "same-origin", origin: own() }), true],
    ["our own page without a referrer", () => ({ "sec-fetch-site": "same-origin", origin: "null" }), true],
    ["another site", () => ({ "sec-fetch-site": "cross-site", origin: "https://evil.example" }), false],
    [
      "another site that lies about its origin",
      () => ({ "sec-fetch-site": "cross-site", origin: own() }),
      false,
    ],
    ["another host of the same site", () => ({ "sec-fetch-site": "same-site", origin: own() }), false],
    ["nobody's page", () => ({ "sec-fetch-site": "none", origin: "null" }), false],
    ["an old browser on our own page", () => ({ "sec-fetch-site": "", origin: own() }), true],
    [
      "an old browser on another site",
      () => ({ "sec-fetch-site": "", origin: "https://evil.example" }),
      false,
    ],
    ["an old browser in a frame of nobody", () => ({ "sec-fetch-site": "", origin: "null" }), false],
    [
      "our page by its words, another by its origin",
      () => ({ "sec-fetch-site": "same-origin", origin: "https://evil.example" }),
      false,
    ],
  ];

  for (const path of ["number", "code", "resend", "call", "cancel", "restart"]) {
    test(`W-13: a POST to /two-factor/${path} counts only from our own pages`, async () => {
      for (const [from, headers, passes] of matrix) {
        const one = visitor();
        await one.open("/two-factor");
        const sent = headers();
        if (sent["sec-fetch-site"] === "") delete sent["sec-fetch-site"];
        const { "sec-fetch-site": site, ...others } = sent;
        const response = await fetch(`${server.url}/two-factor/${path}`, {
          method: "POST",
          redirect: "manual",
          headers: {
            ...others,
            ...(site === undefined ? {} : { "sec-fetch-site": site }),
            cookie: [...one.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
          },
          body: new URLSearchParams({ ...one.hidden(), country: "US", number: "x", code: "1" }),
        });
        // `fetch` of Node writes `sec-fetch-mode` only.
        expect([from, response.status]).toEqual([from, passes ? 303 : 403]);
      }
    });
  }

  test("W-13: a form of another visit, or without its seal, or without a cookie, changes nothing", async () => {
    const [one, other] = [visitor(), visitor()];
    await one.open("/two-factor");
    await other.open("/two-factor");
    const number = freshNumber();
    expect(
      (await one.post("/two-factor/number", { number, form: other.hidden()["form"] ?? "" })).status,
    ).toBe(403);
    expect((await one.post("/two-factor/number", { number, form: "" })).status).toBe(403);
    const stranger = visitor();
    stranger.page = one.page;
    expect((await stranger.post("/two-factor/number", { number })).status).toBe(403);
    await server.instance.engine.tick();
    expect(server.instance.sandbox?.phones.messages(number)).toEqual([]);
  });

  test("W-12: every page has a content policy without inline code, and is in nobody's frame", async () => {
    const one = visitor();
    const pages = [
      await one.open("/two-factor"),
      await one.open("/two-factor?link=forged"),
      await one.open(await linkTo()),
    ];
    pages.push(
      await one.post("/two-factor/number", { number: freshNumber() }, { origin: "https://evil.example" }),
    );
    for (const { headers, text } of pages) {
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
      for (const part of [
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "img-src 'self' data:",
        "form-action 'self'",
      ]) {
        expect(policy).toContain(part);
      }
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("permissions-policy")).toMatch(
        /^otp-credentials=\(self\), publickey-credentials-get=\(self\), /,
      );
      expect(text).not.toMatch(/ style="| on[a-z]+="|<script>|<style/);
    }
    expect(pages[2]?.headers.get("content-security-policy")).toContain(
      "form-action 'self' https://app.example.com;",
    );
  });

  test("W-13: behind https, the cookie is __Host-, Secure, HttpOnly and Lax; on plain loopback it has no prefix", async () => {
    const plain = await fetch(`${server.url}/two-factor`);
    expect(plain.headers.get("set-cookie")).toMatch(
      /^countersign-visit=[^;]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(plain.headers.get("strict-transport-security")).toBeNull();
    const secure = await fetch(`${server.url}/two-factor`, {
      headers: { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1" },
    });
    expect(secure.headers.get("set-cookie")).toMatch(
      /^__Host-countersign-visit=[^;]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(secure.headers.get("strict-transport-security")).toBe("max-age=31536000");
  });

  test("a cookie that a version before wrote, as an object, begins a new visit", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const { keyring, random, clock } = server.instance.parts;
    const visit = { id: "a".repeat(32), openedAt: clock.now(), tenantId: "t", serviceId: "s", round: null };
    const context = { table: "pages", column: "visit", row: "", tenant: "" };
    const sealed = seal(keyring, random, context, JSON.stringify(visit));
    one.cookies.set("countersign-visit", sealed);
    expect((await one.open("/two-factor")).status).toBe(200);
    expect(one.cookies.get("countersign-visit")).not.toBe(sealed);
    expect((await one.post("/two-factor/number", { number: freshNumber() })).text).toContain('name="code"');
  });

  test("W-13: in a frame the cookie is partitioned, and only where the service lets somebody frame its page", async () => {
    const framed = await site.serviceWith({ anonymous: true, frameAncestors: ["https://app.example.com"] });
    const alone = await site.serviceWith({ anonymous: true });
    const headers = {
      "x-forwarded-proto": "https",
      "x-forwarded-for": "198.51.100.2",
      "sec-fetch-dest": "iframe",
    };
    const cookieOf = async (service: string): Promise<string | null> => {
      const url = `${server.url}/two-factor?service=${service}`;
      return (await fetch(url, { headers, redirect: "manual" })).headers.get("set-cookie");
    };
    expect(await cookieOf(framed)).toMatch(/; Secure; Partitioned; SameSite=None$/);
    expect(await cookieOf(alone)).toMatch(/; Secure; SameSite=Lax$/);
  });

  test("W-13: plain http to another machine gets a cookie that browsers refuse, and the page says so", async () => {
    const lan = await testServer({ PUBLIC_URL: "http://192.0.2.1:3000" });
    const headers = { host: "192.0.2.1:3000" };
    const page = await ask(`${lan.addresses[0]}/two-factor`, { headers });
    expect(page.headers["set-cookie"]?.[0]).toMatch(/^__Host-countersign-visit=.*; Secure; /);
    const posted = await ask(`${lan.addresses[0]}/two-factor/number`, {
      method: "POST",
      headers: {
        ...headers,
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "number=1",
    });
    expect(posted.status).toBe(403);
    expect(posted.text).toContain("Allow cookies for this site");
    await lan.remove();
  });

  test("files have names that change with their content, and are kept for a year", async () => {
    const { text } = await visitor().open("/two-factor");
    const urls = [...text.matchAll(/(?:href|src|data-proof)="(\/two-factor\/assets\/[^"]+)"/g)].map(
      (one) => one[1],
    );
    expect(urls).toHaveLength(4);
    for (const url of urls) {
      expect(url).toMatch(/\.[0-9a-f]{12}\.(css|js)$/);
      const file = await fetch(`${server.url}${url}`);
      expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      const sent = await file.text();
      const lines = sent.split("\n");
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.filter((line) => line.startsWith("//") || line.trim() !== line || line === "")).toEqual(
        [],
      );
      expect(sent).not.toContain("/*");
    }
  });
});
