import { afterAll, describe, expect, test } from "vitest";
import { auditEntries } from "../../src/audit/index.ts";
import { consoleTenantId } from "../../src/server/console/administrators.ts";
import { ask, testServer } from "../server/support.ts";
import { heading, openConsole, password, said, seedOn } from "./admins.ts";

const site = await openConsole();
const { server, clock } = site;
afterAll(() => server.remove());

const firstInvitation = server.invitation ?? "";

describe("W-15: a fresh start", () => {
  test("no login works without an invitation, whatever is tried", async () => {
    const one = site.visitor();
    for (const [name, secret] of [
      ["admin", "admin"],
      ["root", ""],
      ["countersign", "countersign"],
      ["admin", password],
    ] as const) {
      await one.open("/console/sign-in");
      await one.post("/console/sign-in", { name, password: secret });
      expect(heading(one)).toBe("Sign in");
      expect(said(one)).toMatch(/wrong|Enter/);
    }
    await one.open("/console");
    expect(heading(one)).toBe("Sign in");
  });

  test("an invitation that is garbage, missing or of somebody's invention makes nobody", async () => {
    const one = site.visitor();
    for (const given of ["", "x", "A".repeat(43), "../..", "%00", "\u0000", "a".repeat(4_000)]) {
      await one.open("/console/join");
      await one.post("/console/join", { invitation: given, name: "eve", password, again: password });
      expect([one.page.status, heading(one)]).toEqual([200, "Become an administrator"]);
      expect(said(one)).toMatch(/not valid|Enter the invitation/);
    }
    const { accounts } = server.instance;
    expect(await accounts.subscribers({ tenantId: consoleTenantId, limit: 10 })).toEqual([]);
  });

  test("the server says at its start how the first administrator comes in; its secret is stored nowhere", async () => {
    const secret = firstInvitation;
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    const records = await server.instance.store.scan("idempotency", null, 100);
    expect(JSON.stringify(records)).not.toContain(secret);
    expect(server.logged.text).not.toContain(secret);
  });

  test("it becomes one with a password and an authenticator; before that nothing opens", async () => {
    const one = site.visitor();
    await one.open("/console/join");
    expect(heading(one)).toBe("Become an administrator");
    const invitation = firstInvitation;
    await one.post("/console/join", { invitation, name: "ada", password: "short", again: "short" });
    expect(said(one)).toBe("The password needs at least 8 characters.");
    await one.post("/console/join", { name: "ada", password, again: "another one here" });
    expect(said(one)).toBe("The two passwords differ.");
    await one.post("/console/join", { name: "ada", password, again: password });
    expect(heading(one)).toBe("Protect your account");
    for (const path of ["/console", "/console/keys", "/console/audit", "/console/codes"]) {
      await one.open(path);
      expect([path, heading(one)]).toEqual([path, "Sign in"]);
    }
    await one.open("/console/enrol");
    await one.post("/console/enrol/app");
    const seed = seedOn(one);
    await one.post("/console/enrol/code", { code: "000000" });
    expect([heading(one), said(one)]).toEqual(["Set up the app", expect.stringContaining("not right")]);
    await one.post("/console/enrol/code", { code: site.code({ seed }) });
    expect(heading(one)).toBe("Keep your recovery codes");
    await one.open("/console/keys");
    expect(heading(one)).toBe("Keep your recovery codes");
    await one.post("/console/codes-kept");
    expect(heading(one)).toBe("Overview");
    await one.open("/console/codes");
    expect(heading(one)).toBe("Overview");
  });

  test("used once, it is worth nothing; a server that has administrators prints none", async () => {
    const one = site.visitor();
    await one.open("/console/join");
    await one.post("/console/join", {
      invitation: firstInvitation,
      name: "eve",
      password,
      again: password,
    });
    expect(said(one)).toContain("not valid");
    expect(server.logged.text).not.toContain(firstInvitation);
  });

  test("an invitation makes one administrator, however many use it at once", async () => {
    const invitation = await site.invitation();
    const browsers = Array.from({ length: 6 }, () => site.visitor());
    await Promise.all(browsers.map((one) => one.open("/console/join")));
    await Promise.all(
      browsers.map((one, n) =>
        one.post("/console/join", { invitation, name: `many-${n}`, password, again: password }),
      ),
    );
    const headings = browsers.map(heading).sort();
    expect(headings.filter((one) => one === "Protect your account")).toHaveLength(1);
  });

  test("after an hour it is over", async () => {
    const invitation = await site.invitation();
    clock.jumpTo(clock.now() + 3_600_000);
    const one = site.visitor();
    await one.open("/console/join");
    await one.post("/console/join", { invitation, name: "late", password, again: password });
    expect(said(one)).toContain("not valid");
  });

  test("a name that is taken leaves the invitation as it is", async () => {
    const one = site.visitor();
    await one.open("/console/join");
    const invitation = await site.invitation();
    await one.post("/console/join", { invitation, name: "Ada", password, again: password });
    expect(said(one)).toContain("already");
    await one.post("/console/join", { name: "bob", password, again: password });
    expect(heading(one)).toBe("Protect your account");
  });
});

describe("W-15: a sign-in", () => {
  test("takes password and authenticator; a session that waits for it opens nothing", async () => {
    const admin = await site.join("carol");
    const one = site.visitor();
    await one.open("/console/sign-in");
    await one.post("/console/sign-in", { name: "carol", password });
    expect(heading(one)).toBe("Confirm that it is you");
    for (const path of ["", "/keys", "/verifications", "/administrators", "/audit", "/codes"]) {
      await one.open(`/console${path}`);
      expect(heading(one)).toBe("Sign in");
    }
    await one.open("/console/challenge");
    await one.post("/console/challenge", { type: "totp", code: "123456" });
    expect(said(one)).toContain("not right");
    await one.post("/console/challenge", { type: "totp", code: site.code(admin) });
    expect(heading(one)).toBe("Overview");
    expect((await auditEntries(server.instance.store, { limit: 1 }))[0]).toMatchObject({
      actor: { kind: "administrator", name: "carol" },
      operation: "signIn",
    });
    expect((await server.instance.store.tenants()).map(({ id }) => id)).not.toContain(consoleTenantId);
  });

  test("a recovery code stands in for the app, once", async () => {
    const admin = await site.join("dora");
    const [code = ""] = admin.codes;
    for (const [expected, at] of [
      ["Overview", 0],
      ["Confirm that it is you", 1],
    ] as const) {
      const one = site.visitor();
      await one.open("/console/sign-in");
      await one.post("/console/sign-in", { name: "dora", password });
      await one.post("/console/challenge", { type: "recoveryCodes", code });
      expect([at, heading(one)]).toEqual([at, expected]);
    }
  });

  test("its cookie is for this site alone, and holds nothing that can be read", async () => {
    const { visitor } = await site.join("emil");
    const set = visitor.page.headers.getSetCookie().find((one) => one.startsWith("countersign-console="));
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    expect(set).toMatch(/Path=\//);
    const headers = { host: "verify.example.com" };
    // Beside virtual phones, by names of this machine alone.
    expect((await ask(`${server.url}/console`, { headers })).status).toBe(421);
    const real = await testServer({ COUNTERSIGN_SANDBOX: "off", COUNTERSIGN_CONSOLE: "on" });
    const elsewhere = await ask(`${real.url}/console`, { headers });
    await real.remove();
    expect(String(elsewhere.headers["set-cookie"])).toMatch(/^__Host-countersign-console=.*; Secure/);
  });

  test("after 15 minutes without a request, and after 8 hours whatever happens, it is over", async () => {
    const admin = await site.join("fay");
    clock.jumpTo(clock.now() + 14 * 60_000);
    await admin.visitor.open("/console");
    expect(heading(admin.visitor)).toBe("Overview");
    clock.jumpTo(clock.now() + 15 * 60_000);
    await admin.visitor.open("/console");
    expect([heading(admin.visitor), said(admin.visitor)]).toEqual([
      "Sign in",
      "You were signed out because nothing happened for 15 minutes.",
    ]);
    const again = await site.signIn(admin);
    for (let minutes = 0; minutes < 8 * 60; minutes += 10) {
      expect(heading(again)).toBe("Overview");
      clock.jumpTo(clock.now() + 10 * 60_000);
      await again.open("/console");
    }
    expect(heading(again)).toBe("Sign in");
  });

  test("a link of another site, which comes without the cookie, replaces none", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const answer = await fetch(`${server.url}/console/keys`, { headers, redirect: "manual" });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
    expect(answer.headers.get("refresh")).toBe("0; url=/console/keys");
  });

  test("the log has the name as it was made, whatever was typed", async () => {
    const admin = await site.join("ivy");
    const one = site.visitor();
    await one.open("/console/sign-in");
    await one.post("/console/sign-in", { name: `${"ivy".padEnd(128)}\n41 ada createKey`, password });
    expect(said(one)).toContain("wrong");
    await one.post("/console/sign-in", { name: " IVY ", password });
    await one.post("/console/challenge", { type: "totp", code: site.code(admin) });
    const [entry] = await auditEntries(server.instance.store, { limit: 1 });
    expect(entry?.actor.name).toBe("ivy");
  });

  test("whoever joined and enrolled nothing within the hour is not let on by a password", async () => {
    const one = site.visitor();
    await one.open("/console/join");
    const invitation = await site.invitation();
    await one.post("/console/join", { invitation, name: "jo", password, again: password });
    expect(heading(one)).toBe("Protect your account");
    clock.jumpTo(clock.now() + 3_600_000);
    const later = site.visitor();
    await later.open("/console/sign-in");
    await later.post("/console/sign-in", { name: "jo", password });
    expect([heading(later), said(later)]).toEqual([
      "Sign in",
      expect.stringContaining("not protected in time"),
    ]);
  });

  test("signing out ends the session also for who copied the cookie", async () => {
    const { visitor } = await site.join("gus");
    const thief = site.visitor();
    thief.cookies = new Map(visitor.cookies);
    await thief.open("/console");
    expect(heading(thief)).toBe("Overview");
    await visitor.post("/console/sign-out");
    await thief.open("/console");
    expect(heading(thief)).toBe("Sign in");
  });

  test("wrong passwords are held back, for a name and for a network", async () => {
    const admin = await site.join("hal");
    const one = site.visitor();
    for (let n = 0; n < 6; n++) {
      await one.open("/console/sign-in");
      await one.post("/console/sign-in", { name: "hal", password: "not this one" });
    }
    expect(said(one)).toContain("Too many tries");
    await one.post("/console/sign-in", { name: admin.name, password });
    expect(said(one)).toContain("Too many tries");
  });
});

describe("W-15: where there is none", () => {
  test.each([
    { COUNTERSIGN_CONSOLE: "off" },
    { HOST: "0.0.0.0", COUNTERSIGN_SANDBOX: "on" },
    { PUBLIC_URL: "https://verify.example.com" },
  ])("%o: no page, no invitation", async (settings) => {
    const off = await testServer(settings as Record<string, string>);
    try {
      expect(off.invitation).toBeNull();
      const answer = await fetch(`http://127.0.0.1:${off.port}/console/sign-in`);
      expect(answer.status).toBe(404);
    } finally {
      await off.remove();
    }
  });
});
