import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { type TestServer, testServer, withKey } from "../server/support.ts";
import { Visitor } from "./visitor.ts";

let server: TestServer;
let clock: FakeClock;
let addresses = 0;
let numbers = 0;

beforeAll(async () => {
  clock = createFakeClock();
  server = await testServer({ TRUSTED_PROXIES: "127.0.0.1,::1" }, { clock });
});
afterAll(() => server.remove());

/** Each from a network of its own. */
function visitor(address = `2001:db8:0:${(++addresses).toString(16)}::1`): Visitor {
  return new Visitor(server.url, address);
}

function freshNumber(): string {
  numbers += 1;
  return `+1415555${1_000 + numbers}`;
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
type Json = any;

async function call(method: string, path: string, body: unknown): Promise<{ status: number; json: Json }> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: withKey(server.key),
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

const returnUrl = "https://app.example.com/verified?from=countersign";

async function serviceWith(
  page: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<string> {
  const made = await call("POST", "/services", { name: `s${++numbers}`, page, ...more });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json.name as string;
}

async function linkTo(body: Record<string, unknown> = {}): Promise<string> {
  const service = await serviceWith({ returnUrls: [returnUrl] });
  const made = await call("POST", "/pages", {
    service,
    returnUrl,
    state: "state-1",
    subject: "user-1",
    ...body,
  });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  return made.json.url as string;
}

async function codeFor(number: string): Promise<string> {
  await server.instance.engine.tick();
  return String(server.instance.sandbox?.phones.messages(number)[0]?.code);
}

async function approve(one: Visitor, number: string): Promise<void> {
  await one.post("/two-factor/code", { code: await codeFor(number) });
}

describe("a page without a script", () => {
  test("O-3: a number, its code, and the result; the code is asked for in one field", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "US", number });
    expect(one.page.text).toMatch(
      /<input class="code" id="code" name="code" type="text" autocomplete="one-time-code" inputmode="numeric" pattern="\[0-9\]\*" maxlength="6"/,
    );
    await approve(one, number);
    expect(one.page.text).toContain("Your number is verified");
  });

  test("the national form is understood with its country, and what was typed stays after a mistake", async () => {
    const one = visitor();
    await one.open("/two-factor");
    await one.post("/two-factor/number", { country: "DE", number: "0151" });
    expect(one.page.text).toContain("This is not a whole phone number");
    expect(one.page.text).toContain('value="0151"');
    expect(one.page.text).toMatch(/<option value="DE" data-code="\+49" selected>/);
    await one.post("/two-factor/number", { country: "DE", number: "0151 23456789" });
    expect(one.page.text).toContain("+49 1512 3456789");
  });

  test("F-10: without a proof of work one start an hour passes per network, and the second does not", async () => {
    const network = "2001:db8:aaaa:1";
    const one = visitor(`${network}::1`);
    await one.open("/two-factor");
    await one.post("/two-factor/number", { country: "US", number: freshNumber() });
    expect(one.page.text).toContain("Enter the code");
    const again = visitor(`${network}:ffff:1:2:3`);
    await again.open("/two-factor");
    await again.post("/two-factor/number", { country: "US", number: freshNumber() });
    expect(again.page.text).toMatch(
      /Too many attempts from your network. Try again in <bdi>60<\/bdi> minutes/,
    );
    await clock.advance(3_600_001);
    const later = visitor(`${network}::1`);
    await later.open("/two-factor");
    await later.post("/two-factor/number", { country: "US", number: freshNumber() });
    expect(later.page.text).toContain("Enter the code");
  });
});

describe("the proof of work", () => {
  test("F-10: each start of an hour is harder than the one before", async () => {
    const asked: number[] = [];
    for (let start = 1; start <= 3; start++) {
      const one = visitor("198.51.100.7");
      await one.open("/two-factor");
      asked.push(Number(one.hidden()["challenge"]?.split(".")[1]));
      if (start === 3) break;
      await one.post("/two-factor/number", one.proven("US", freshNumber()));
      expect(one.page.text).toContain("Enter the code");
    }
    expect(asked).toEqual([50_000, 150_000, 450_000]);
  });

  test("F-10: used again, for another number, made easier, forged or too old, it is refused", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    const right = one.proven("US", number);
    const refused = async (fields: Record<string, string>): Promise<void> => {
      await one.post("/two-factor/number", fields);
      expect(one.page.text).toContain("This page was open for too long");
    };
    await refused({ ...right, number: freshNumber() });
    await refused({ ...right, challenge: right["challenge"]?.replace(/\.\d+\./, ".1.") ?? "" });
    await refused({ ...right, challenge: `${right["challenge"]?.slice(0, -1)}!` });
    await refused({ ...right, answer: "-1" });
    await one.post("/two-factor/number", right);
    expect(one.page.text).toContain("Enter the code");
    await refused(right);
    await one.open("/two-factor");
    const old = one.proven("US", freshNumber());
    await clock.advance(5 * 60_000);
    await refused(old);
  });

  test("F-10: sent twice at once, it starts one verification", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const right = one.proven("US", freshNumber());
    const twin = visitor();
    twin.cookies = new Map(one.cookies);
    twin.page = one.page;
    await Promise.all([one.post("/two-factor/number", right), twin.post("/two-factor/number", right)]);
    const shown = [one, twin].filter((each) => each.page.text.includes("Enter the code"));
    expect(shown).toHaveLength(1);
  });
});

describe("what a page tells", () => {
  /** Everything but what differs by chance: seals and the number. */
  function masked(text: string): string {
    return text
      .replaceAll(/value="[^"]*"/g, "")
      .replaceAll(/<bdi class="number">[^<]*<\/bdi>/g, "")
      .replaceAll(/data-seconds="\d+"|\d:\d\d/g, "");
  }

  test("W-8: a number that gets nothing and one that does have the same pages, from the start to the end", async () => {
    const pages = async (number: string): Promise<string[]> => {
      const one = visitor();
      await one.open("/two-factor");
      await one.post("/two-factor/number", { country: "", number });
      const seen = [`${one.page.status} ${masked(one.page.text)}`];
      await clock.advance(31_000);
      await one.post("/two-factor/resend");
      seen.push(masked(one.page.text));
      for (let guess = 0; guess < 5; guess++) {
        await one.post("/two-factor/code", { code: "000000" });
        seen.push(masked(one.page.text));
      }
      await one.post("/two-factor/restart");
      return seen;
    };
    const fresh = await pages(freshNumber());
    // Premium rate: refused by policy, and nothing is stored.
    expect(await pages("+19005551234")).toEqual(fresh);
    const locked = freshNumber();
    for (let round = 0; round < 2; round++) {
      const attacker = await call("POST", "/verifications", { to: locked });
      for (let guess = 0; guess < 5; guess++) {
        await call("POST", `/verifications/${attacker.json.id}/check`, { code: "000000" });
      }
      await clock.advance(61_000);
    }
    expect((await call("POST", "/verifications", { to: locked })).json.code).toBe("recipient_locked");
    expect(await pages(locked)).toEqual(fresh);
  });

  test("A-17: two browsers with one number neither see nor burn each other's", async () => {
    const number = freshNumber();
    const [victim, stranger] = [visitor(), visitor()];
    for (const one of [victim, stranger]) {
      await one.open("/two-factor");
      await one.post("/two-factor/number", { country: "", number });
      await clock.advance(31_000);
    }
    const messages = async (): Promise<string[]> => {
      await server.instance.engine.tick();
      return (server.instance.sandbox?.phones.messages(number) ?? [])
        .map((one) => String(one.code))
        .reverse();
    };
    const [code = ""] = await messages();
    await stranger.post("/two-factor/code", { code });
    expect(stranger.page.text).toContain("This code did not work");
    await stranger.post("/two-factor/cancel");
    await victim.post("/two-factor/code", { code });
    expect(victim.page.text).toContain("Your number is verified");
  });

  test("C-09: what cannot be a code is said to be none, and the attempts are not counted", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    for (const code of ["", "12345", "abcdef", "1234567", "１２３４５６"]) {
      await one.post("/two-factor/code", { code });
      expect(one.page.text).toMatch(/Enter the code that you got|The code has <bdi>6<\/bdi> digits/);
    }
    await approve(one, number);
    expect(one.page.text).toContain("Your number is verified");
  });
});

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
    }
  });
});

describe("a link of a host application", () => {
  test("W-14: leads back with a ticket and the state, and the ticket tells once who proved what", async () => {
    const one = visitor();
    await one.open(new URL(await linkTo({ purpose: "login" })).href);
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    await approve(one, number);
    const back = new URL(one.page.location ?? "");
    expect(back.origin + back.pathname).toBe("https://app.example.com/verified");
    expect(back.searchParams.get("from")).toBe("countersign");
    expect(back.searchParams.get("state")).toBe("state-1");
    expect([...back.searchParams.keys()].sort()).toEqual(["from", "state", "ticket"]);
    const ticket = back.searchParams.get("ticket");
    const redeemed = await call("POST", "/tickets/redeem", { ticket });
    expect(redeemed).toMatchObject({
      status: 200,
      json: { purpose: "login", subject: "user-1", to: number, approvedAt: expect.stringMatching(/Z$/) },
    });
    expect(await call("POST", "/tickets/redeem", { ticket })).toMatchObject({
      status: 422,
      json: { code: "ticket_invalid" },
    });
  });

  test("C-14: the number that the host application chose is verified, and no other can be", async () => {
    const number = freshNumber();
    const one = visitor();
    await one.open(await linkTo({ to: number }));
    expect(one.page.text).not.toContain(number);
    expect(one.page.text).not.toContain('name="number"');
    await one.post("/two-factor/number", { country: "", number: freshNumber() });
    await approve(one, number);
    const ticket = new URL(one.page.location ?? "").searchParams.get("ticket");
    expect((await call("POST", "/tickets/redeem", { ticket })).json.to).toBe(number);
  });

  test("works for the first browser that starts with it, and for no second", async () => {
    const url = await linkTo();
    const [one, other] = [visitor(), visitor()];
    await one.open(url);
    await other.open(url);
    await one.post("/two-factor/number", { country: "", number: freshNumber() });
    expect(one.page.text).toContain("Enter the code");
    await other.post("/two-factor/number", { country: "", number: freshNumber() });
    expect(other.page.text).not.toContain("Enter the code");
    await one.post("/two-factor/restart");
    await one.post("/two-factor/number", { country: "", number: freshNumber() });
    expect(one.page.text).toContain("Enter the code");
  });

  test("is refused when it is changed or older than 15 minutes", async () => {
    const url = await linkTo();
    expect((await visitor().open(`${url.slice(0, -2)}AA`)).status).toBe(410);
    expect((await visitor().open(url)).status).toBe(200);
    await clock.advance(15 * 60_000);
    expect((await visitor().open(url)).status).toBe(410);
  });

  test("leads back without a ticket when the person cancels", async () => {
    const one = visitor();
    await one.open(await linkTo());
    await one.post("/two-factor/cancel");
    expect(one.page.location).toBe(`${returnUrl}&outcome=canceled&state=state-1`);
  });

  test("W-14: a return address is one of the registered ones, letter by letter", async () => {
    const service = await serviceWith({ returnUrls: ["https://app.example.com/verified"], anonymous: true });
    const wrong = [
      "//evil.example",
      "\\\\evil.example",
      "https:evil.example",
      "/\\evil.example",
      "https://app.example.com@evil.example/verified",
      "https://user@app.example.com/verified",
      "https://app.example.com.evil.example/verified",
      "https://app.example.com/verified/",
      "https://app.example.com/verified?",
      "https://app.example.com/verified#",
      "https://app.example.com/verified?next=https://evil.example",
      "https://APP.example.com/verified",
      "https://app.example.com:443/verified",
      "https://app.example.com\t/verified",
      "https://app.exаmple.com/verified",
      "http://app.example.com/verified",
      "javascript:alert(1)",
      "data:text/html,x",
      " https://app.example.com/verified",
    ];
    for (const url of wrong) {
      const made = await call("POST", "/pages", { service, returnUrl: url });
      expect([url, made.status, made.json.field]).toEqual([url, 422, "returnUrl"]);
      const opened = await visitor().open(
        `/two-factor?service=${service}&return_url=${encodeURIComponent(url)}`,
      );
      expect([url, opened.status]).toEqual([url, 404]);
    }
    const right = encodeURIComponent("https://app.example.com/verified");
    expect((await visitor().open(`/two-factor?service=${service}&return_url=${right}`)).status).toBe(200);
  });

  test("a page is open to all only where the service says so", async () => {
    const closed = await serviceWith({ anonymous: false });
    expect((await visitor().open(`/two-factor?service=${closed}`)).status).toBe(404);
    const opened = await serviceWith({ anonymous: true }, { brand: "Example Bank" });
    const page = await visitor().open(`/two-factor?service=${opened}`);
    expect(page.text).toContain("Example Bank");
  });

  test("a service whose workflow begins with a call sends a message first to whom no key vouched for", async () => {
    const service = await serviceWith(
      { anonymous: true },
      { policy: { workflow: [{ channel: "voice", waitSeconds: 120 }] } },
    );
    const one = visitor();
    await one.open(`/two-factor?service=${service}`);
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    await server.instance.engine.tick();
    expect(server.instance.sandbox?.phones.messages(number).map((each) => each.channel)).toEqual(["sms"]);
    await clock.advance(31_000);
    await one.post("/two-factor/call");
    await server.instance.engine.tick();
    expect(server.instance.sandbox?.phones.messages(number).map((each) => each.channel)).toContain("voice");
  });
});
