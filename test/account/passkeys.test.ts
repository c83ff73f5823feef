import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { CreationOptions, RequestOptions } from "../../src/authenticators/index.ts";
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from "../../src/testing/index.ts";
import { openSite } from "../pages/site.ts";
import { Visitor } from "../pages/visitor.ts";
import { testServer } from "../server/support.ts";
import { other } from "../support/passkeys.ts";
import { heading, password, said, shownCodes, wayOf } from "./person.ts";

const site = await openSite();
const { clock, server } = site;
const tenantId = server.instance.tenant.id;
const { accounts } = server.instance;
const origin = `http://localhost:${server.port}`;
afterAll(() => server.remove());
beforeEach(() => clock.suspend(60_000));

let networks = 0;
/** At the address that passkeys work for. */
function visitor(address?: string): Visitor {
  networks += 1;
  return new Visitor(origin, address ?? `2001:db8:1:${networks.toString(16)}::1`);
}

const posted = { "sec-fetch-site": "same-origin", origin: "null" };

/** What the script of the page asks for before a browser is asked. */
async function ask(
  one: Visitor,
  step: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
  base = origin,
) {
  const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(`${base}/account/${step}/options`, {
    method: "POST",
    redirect: "manual",
    headers: { ...posted, cookie, "x-forwarded-for": `2001:db8:1:${networks.toString(16)}::1`, ...headers },
    body: new URLSearchParams({ ...one.hidden(), ...fields }),
  });
  const { status } = answer;
  const text = await answer.text();
  const json = text.startsWith("{") ? JSON.parse(text) : {};
  return { status, headers: answer.headers, id: String(json.id), options: json.options };
}

async function answered(
  one: Visitor,
  step: string,
  write: (options: RequestOptions & CreationOptions) => object,
  fields: Record<string, string> = {},
): Promise<void> {
  const { id, options } = await ask(one, step, fields);
  await one.post(`/account/${step}`, { ...fields, id, answer: JSON.stringify(write(options)) });
}

/** Somebody whose first authenticator is a passkey, signed in. */
async function enrolled(name: string, device: SoftwareAuthenticator, more = {}): Promise<Visitor> {
  await accounts.createSubscriber({ tenantId, name, password });
  const one = visitor();
  await enter(one, name);
  await answered(one, "enrol/passkey", (options) => device.create(options), {
    label: "Laptop",
    ...more,
  });
  return one;
}

async function enter(one: Visitor, name: string): Promise<void> {
  await one.open("/account/sign-in");
  await one.post("/account/sign-in", { name, password });
}

async function signIn(device: SoftwareAuthenticator, one = visitor()): Promise<Visitor> {
  await one.open("/account/sign-in");
  await answered(one, "sign-in/passkey", (options) => device.get(options));
  return one;
}

const failed = "This passkey did not work. Try again, or choose another way.";
const needs = "Passkeys need JavaScript and a browser that has them at this address. Choose another way.";
const software = (): SoftwareAuthenticator => createSoftwareAuthenticator({ origin });

describe("passkeys on the account pages", () => {
  test("the first one trusts its browser where its owner ticks the box", async () => {
    const one = await enrolled("tove", software(), { trust: "yes" });
    await one.post("/account/codes-kept");
    expect(one.page.text).toContain("Browsers that you trust");
    await one.post("/account/sign-out");
    await clock.suspend(60_000);
    await enter(one, "tove");
    expect(heading(one)).toBe("Your account");
    const other = visitor();
    await enter(other, "tove");
    expect(heading(other)).toBe("Confirm that it is you");
    await other.post("/account/cancel");
    expect(other.page.text).not.toContain('name="trust"');
  });

  test("T-7, X-5: the first authenticator, the whole sign-in, the second factor and the step-up", async () => {
    const device = software();
    const one = await enrolled("ada", device);
    expect(shownCodes(one)).toHaveLength(10);
    await one.post("/account/codes-kept");
    expect(one.page.text).toContain('Passkey <bdi class="quiet">Laptop</bdi>');

    const again = await signIn(device);
    expect(heading(again)).toBe("Your account");
    const bearer = again.cookies.get("countersign_session") ?? "";
    expect(await accounts.checkSession({ tenantId, session: bearer })).toMatchObject({
      session: { assurance: { aal: 2, phishingResistant: true } },
    });

    const second = visitor();
    await enter(second, "ada");
    expect(heading(second)).toBe("Confirm that it is you");
    expect(second.cookies.has("countersign_session")).toBe(false);
    await answered(second, "passkey", (options) => device.get(options));
    expect(heading(second)).toBe("Your account");

    await second.post("/account/change", { what: "add", id: "" });
    expect(heading(second)).toBe("Confirm that it is you");
    await answered(second, "passkey", (options) => device.get(options));
    expect(heading(second)).toBe("Add another way to confirm");
    const more = software();
    await answered(second, "enrol/passkey", (options) => more.create(options), {
      label: "Schlüssel\u0007 ✓",
    });
    expect(said(second)).toBe("Your account was changed.");
    expect(second.page.text).toContain("Schlüssel ✓");
    expect(heading(await signIn(more))).toBe("Your account");

    // The first one goes after a day, since the other is young; then it opens nothing.
    const removals = /name="id" value="([^"]+)"><button[^>]*value="remove"/.exec(second.page.text);
    await second.post("/account/change", { what: "remove", id: removals?.[1] ?? "" });
    expect(heading(second)).toBe("Remove this?");
    expect(second.page.text).toContain("Laptop");
    await second.post("/account/change/remove");
    expect(said(second)).toMatch(/^Will be removed: /);
    clock.jumpTo(clock.now() + 25 * 3_600_000);
    const refused = await signIn(device);
    expect([heading(refused), said(refused)]).toEqual(["Sign in", failed]);
    expect(heading(await signIn(more))).toBe("Your account");
  });

  test("X-3: nobody's passkey, somebody's with another key, and a removed one look alike", async () => {
    const device = software();
    await enrolled("bob", device);
    const texts = await Promise.all(
      (["nobody", "key", "credential"] as const).map(async (change) => {
        const one = visitor();
        await one.open("/account/sign-in");
        await answered(one, "sign-in/passkey", (options) => {
          if (change === "key") return device.get(options, { key: other.privateKey });
          if (change === "credential") return device.get(options, { credentialId: Buffer.alloc(32, 7) });
          const right = device.get(options);
          const userHandle = Buffer.alloc(16, 9).toString("base64url");
          return { ...right, response: { ...right.response, userHandle } };
        });
        expect(said(one)).toBe(failed);
        return one.page.text.replaceAll(/name="form" value="[^"]+"/g, "");
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test("X-1: an answer is of one browser, for one thing, once, and within five minutes", async () => {
    const device = software();
    await enrolled("carol", device);
    const one = visitor();
    await one.open("/account/sign-in");
    const { id, options } = await ask(one, "sign-in/passkey");
    const answer = JSON.stringify(device.get(options));
    const thief = visitor();
    await thief.open("/account/sign-in");
    await thief.post("/account/sign-in/passkey", { id, answer });
    expect([heading(thief), said(thief)]).toEqual(["Sign in", failed]);
    const results = await Promise.all(
      [1, 2, 3].map(async () => {
        const copy = new Visitor(origin);
        copy.cookies = new Map(one.cookies);
        copy.page = one.page;
        await copy.post("/account/sign-in/passkey", { id, answer });
        return heading(copy);
      }),
    );
    expect(results.sort()).toEqual(["Sign in", "Sign in", "Your account"]);

    const late = visitor();
    await late.open("/account/sign-in");
    const old = await ask(late, "sign-in/passkey");
    await clock.suspend(300_000);
    await late.post("/account/sign-in/passkey", {
      id: old.id,
      answer: JSON.stringify(device.get(old.options)),
    });
    expect(said(late)).toBe(failed);

    // What was asked for a sign-in confirms nothing.
    const pending = visitor();
    await enter(pending, "carol");
    await pending.post("/account/passkey", { id, answer });
    expect([heading(pending), said(pending)]).toEqual(["Confirm that it is you", failed]);
  });

  test("another subscriber's passkey confirms nothing, nor does one without its owner", async () => {
    const [dora, emil] = [software(), software()];
    await enrolled("dora", dora);
    await enrolled("emil", emil);
    const one = visitor();
    await enter(one, "emil");
    await answered(one, "passkey", (options) => dora.get({ ...options, allowCredentials: [] }));
    expect([heading(one), said(one)]).toEqual(["Confirm that it is you", failed]);
    await answered(one, "passkey", (options) => emil.get(options, { flags: 0x01 }));
    expect([heading(one), said(one)]).toEqual(["Confirm that it is you", failed]);
    await answered(one, "passkey", (options) => emil.get(options));
    expect(heading(one)).toBe("Your account");

    const in2 = visitor();
    await in2.open("/account/sign-in");
    await answered(in2, "sign-in/passkey", (options) => emil.get(options, { flags: 0x01 }));
    expect(said(in2)).toBe(failed);
    // An enrolment without a finger or a PIN is none either.
    await accounts.createSubscriber({ tenantId, name: "fay", password });
    const fay = visitor();
    await enter(fay, "fay");
    await answered(fay, "enrol/passkey", (options) => software().create(options, { flags: 0x41 }));
    expect([heading(fay), said(fay)]).toEqual(["Protect your account", failed]);
  });

  test("L-5: whoever forgot the password gets in by the passkey, and sets a new one with it", async () => {
    const device = software();
    await enrolled("kim", device);
    const one = await signIn(device);
    await one.post("/account/change", { what: "password", id: "" });
    await answered(one, "passkey", (options) => device.get(options));
    expect(heading(one)).toBe("Change the password");
    await one.post("/account/change/password", { password: "ten rowing margarets" });
    expect(said(one)).toBe("Your account was changed.");
    await clock.advance(1_000);
    const next = visitor();
    await next.open("/account/sign-in");
    await next.post("/account/sign-in", { name: "kim", password: "ten rowing margarets" });
    expect(heading(next)).toBe("Confirm that it is you");
  });

  test("a form without a script says what is missing, and leaves all other ways open", async () => {
    const device = software();
    const signed = await enrolled("gil", device);
    await signed.post("/account/codes-kept");
    const one = visitor();
    await one.open("/account/sign-in");
    await one.post("/account/sign-in/passkey");
    expect([heading(one), said(one)]).toEqual(["Sign in", needs]);
    await enter(one, "gil");
    await one.post("/account/passkey");
    expect([heading(one), said(one)]).toEqual(["Confirm that it is you", needs]);
    expect(wayOf(one, "code")).not.toBe("");
    await answered(one, "passkey", (options) => device.get(options));
    await one.post("/account/change", { what: "add", id: "" });
    await answered(one, "passkey", (options) => device.get(options));
    await one.post("/account/enrol/passkey");
    expect([heading(one), said(one)]).toEqual(["Add another way to confirm", needs]);
  });

  test("answers that are none are refused kindly", async () => {
    const one = visitor();
    await one.open("/account/sign-in");
    const { id } = await ask(one, "sign-in/passkey");
    const wrong = [
      "{",
      "null",
      "[]",
      '"text"',
      "{}",
      JSON.stringify({ id: "AA", type: "public-key", response: null }),
      JSON.stringify({ id: "AA", type: "public-key", response: { clientDataJSON: 1 } }),
      JSON.stringify({ id: "AA", type: "public-key", response: { clientDataJSON: "e30", userHandle: {} } }),
      JSON.stringify({
        id: "AA",
        type: "public-key",
        response: { clientDataJSON: "e30", transports: "usb" },
      }),
      JSON.stringify({ id: "AA", type: "public-key", response: { clientDataJSON: "e30" } }),
    ];
    for (const answer of wrong) {
      for (const signInId of [id, "", "x'; drop", "019b796d-d600-7b75-97b3-db45180a1f55"]) {
        await one.post("/account/sign-in/passkey", { id: signInId, answer });
        expect([answer, one.page.status, said(one)]).toEqual([answer, 200, failed]);
      }
    }
  });
});

describe("asking for a passkey", () => {
  test("W-13: is done by our own pages alone, with the seal of the own visit, and kept by nobody", async () => {
    const one = visitor();
    await one.open("/account/sign-in");
    const right = await ask(one, "sign-in/passkey");
    expect([right.status, right.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(right.options.allowCredentials).toEqual([]);
    expect(right.options.userVerification).toBe("required");
    for (const step of ["sign-in/passkey", "passkey", "enrol/passkey"]) {
      const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
      expect((await ask(one, step, {}, foreign)).status).toBe(403);
      expect((await ask(one, step, { form: "" })).status).toBe(403);
      expect((await ask(one, step, {}, { cookie: "" })).status).toBe(403);
    }
    // Of nobody's challenge and nobody's account.
    expect((await ask(one, "passkey")).status).toBe(409);
    expect((await ask(one, "enrol/passkey")).status).toBe(409);
  });

  test("a change is begun by whoever has confirmed it, and by nobody else", async () => {
    const device = software();
    const one = await enrolled("hal", device);
    await one.post("/account/codes-kept");
    expect((await ask(one, "enrol/passkey")).status).toBe(409);
    await one.post("/account/enrol/passkey", { id: "x", answer: "{}" });
    await one.open("/account");
    expect(heading(one)).toBe("Your account");
  });

  test("a network that asks without end waits, and the others do not", async () => {
    const one = visitor();
    await one.open("/account/sign-in");
    const from = { "x-forwarded-for": "2001:db8:ffff::1" };
    const statuses: number[] = [];
    for (let n = 0; n < 605; n += 55) {
      const some = Array.from({ length: 55 }, () => ask(one, "sign-in/passkey", {}, from));
      statuses.push(...(await Promise.all(some)).map(({ status }) => status));
      await clock.advance(1_000);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(600);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect((await ask(one, "sign-in/passkey")).status).toBe(200);
    await clock.suspend(300_000);
    expect((await ask(one, "sign-in/passkey", {}, from)).status).toBe(200);
  });

  test("at an address that no passkey works for, none is offered, and whoever has one is told", async () => {
    const device = software();
    await enrolled("ida", device);
    const one = new Visitor(server.url.replace("localhost", "127.0.0.1"));
    await one.open("/account/sign-in");
    expect(one.page.text).not.toContain("data-passkey");
    expect(one.page.text).toContain('autocomplete="username"');
    await one.post("/account/sign-in", { name: "ida", password });
    expect(heading(one)).toBe("Confirm that it is you");
    await one.post("/account/passkey", { id: "x", answer: "{}" });
    expect(said(one)).toBe(needs);
  });

  test("behind a proxy that speaks https, passkeys are of the public address and of no other", async () => {
    const publicUrl = "https://id.example.com";
    const behind = await testServer({ PUBLIC_URL: publicUrl, TRUSTED_PROXIES: "127.0.0.1,::1" });
    try {
      const base = `http://127.0.0.1:${behind.port}`;
      const { accounts: others, tenant } = behind.instance;
      await others.createSubscriber({ tenantId: tenant.id, name: "jan", password });
      const proxied = { "x-forwarded-proto": "https", "x-forwarded-host": "id.example.com" };
      const one = new Visitor(base);
      await one.open("/account/sign-in", proxied);
      await one.post("/account/sign-in", { name: "jan", password }, proxied);
      expect([...one.cookies.keys()]).toContain("__Host-countersign-account");
      for (const [from, title] of [
        ["https://evil.example.com", "Protect your account"],
        [publicUrl, "Your recovery codes"],
      ] as const) {
        const { id, options } = await ask(one, "enrol/passkey", {}, proxied, base);
        expect(options.rp.id).toBe("id.example.com");
        const made = createSoftwareAuthenticator({ origin: from }).create(options);
        await one.post("/account/enrol/passkey", { id, answer: JSON.stringify(made) }, proxied);
        expect(heading(one)).toBe(title);
      }
    } finally {
      await behind.remove();
    }
  });
});
