import { afterAll, describe, expect, test } from "vitest";
import { auditEntries, verifyAudit } from "../../src/audit/index.ts";
import { consoleTenantId } from "../../src/server/console/administrators.ts";
import type { Visitor } from "../pages/visitor.ts";
import { breakSeals } from "../support/broken-seals.ts";
import { type Admin, heading, openConsole, password, said } from "./admins.ts";

const site = await openConsole();
const { server, clock } = site;
const { store, parts } = server.instance;
afterAll(() => server.remove());

const first = await site.join("first");
const anyId = "01930000-0000-7000-8000-000000000000";

const pages = [
  ["", "Overview"],
  ["/verifications", "Verifications"],
  ["/people", "People"],
  ["/keys", "API keys"],
  ["/services", "Services"],
  ["/webhooks", "Webhooks"],
  ["/administrators", "Administrators"],
  ["/audit", "Audit log"],
] as const;
const forms = [
  "verifications",
  `verifications/${anyId}/cancel`,
  "people",
  ...["sign-out", "reset", "remove"].map((act) => `people/${anyId}/${act}`),
  "keys",
  `keys/${anyId}/revoke`,
  `webhooks/${anyId}/events/${anyId}/replay`,
  "administrators/invite",
  `administrators/${anyId}/remove`,
  "administrators/sign-out-others",
] as const;

/** What nobody means, in every field and address. */
const odd = [
  "",
  "x",
  "\u0000",
  "%",
  "🦊".repeat(50),
  "<script>alert(1)</script>",
  "../../etc",
  "9".repeat(5_000),
] as const;

/** Somebody with a right password and no authenticator shown. */
async function halfIn(): Promise<Visitor> {
  const one = site.visitor();
  await one.open("/console/sign-in");
  await one.post("/console/sign-in", { name: "first", password });
  expect(heading(one)).toBe("Confirm that it is you");
  return one;
}

/** The session of somebody whom another administrator removed. */
async function removed(): Promise<Visitor> {
  const { visitor } = await site.join("gone");
  await visitor.open("/console/keys");
  const { accounts } = server.instance;
  const all = await accounts.subscribers({ tenantId: consoleTenantId, limit: 50 });
  const id = all.find(({ name }) => name === "gone")?.id ?? "";
  await fresh(first);
  await first.visitor.open("/console/administrators");
  await first.visitor.post(`/console/administrators/${id}/remove`);
  expect(said(first.visitor)).toBe("gone is no administrator any more.");
  return visitor;
}

/** Signed in, with an authenticator shown just now. */
async function fresh(admin: Admin): Promise<void> {
  await site.signIn(admin, admin.visitor);
  expect(heading(admin.visitor)).toBe("Overview");
}

async function newest(): Promise<string | undefined> {
  return (await auditEntries(store, { limit: 1 }))[0]?.operation;
}

describe("W-15: the route matrix", () => {
  test("every page opens to who is in, with the headers of W-12", async () => {
    await fresh(first);
    for (const [path, title] of pages) {
      const { status, headers } = await first.visitor.open(`/console${path}`);
      expect([path, status, heading(first.visitor)]).toEqual([path, 200, title]);
      expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });

  test.each([
    ["nobody", async () => site.visitor()],
    ["half a session", halfIn],
    ["a session of somebody who was removed", removed],
  ] as const)("to %s no page opens and no form does anything", async (_who, come) => {
    const one = await come();
    const before = (await auditEntries(store, { limit: 1 }))[0];
    const keysBefore = await store.apiKeys(server.instance.tenant.id);
    const cookies = new Map(one.cookies);
    const { form = "" } = one.hidden();
    for (const [path] of pages) {
      one.cookies = new Map(cookies);
      await one.open(`/console${path}`);
      expect([path, heading(one)]).toEqual([path, "Sign in"]);
    }
    for (const path of forms) {
      one.cookies = new Map(cookies);
      await one.post(`/console/${path}`, { form, name: "x", "scope:keys:read": "on" });
      expect([path, heading(one)]).toEqual([path, expect.stringMatching(/^(Sign in|Once more)$/)]);
    }
    expect((await auditEntries(store, { limit: 1 }))[0]).toEqual(before);
    expect(await store.apiKeys(server.instance.tenant.id)).toEqual(keysBefore);
  });

  test("W-13: a form of another site, or without the page's seal, does nothing", async () => {
    await fresh(first);
    await first.visitor.open("/console/keys");
    const keysBefore = await store.apiKeys(server.instance.tenant.id);
    const fields = { name: "evil", "scope:keys:read": "on" };
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
      { "sec-fetch-site": "none" },
    ]) {
      const { status } = await first.visitor.post("/console/keys", fields, headers);
      expect(status).toBe(403);
      await first.visitor.open("/console/keys");
    }
    const { status } = await first.visitor.post("/console/keys", { ...fields, form: "x".repeat(24) });
    expect(status).toBe(403);
    expect(await store.apiKeys(server.instance.tenant.id)).toEqual(keysBefore);
  });

  test("an API key, whatever its scopes, opens nothing of it and makes no administrator", async () => {
    const headers = { authorization: `Bearer ${server.key}`, "content-type": "application/json" };
    const answer = await fetch(`${server.url}/console/keys`, { headers, redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/console/sign-in"]);
    const invited = await fetch(`${server.url}/machine/invitations`, { method: "POST", headers, body: "{}" });
    expect(invited.status).toBe(404);
    // The tenant of administrators has no row, so that no key can be of it.
    expect((await site.call("GET", `/tenants/${consoleTenantId}`)).status).toBe(404);
    const { json } = await site.call("GET", "/subscribers");
    expect(JSON.stringify(json)).not.toContain("first");
  });
});

describe("what is dangerous", () => {
  test("asks for an authenticator that was shown within ten minutes", async () => {
    await fresh(first);
    const { visitor } = first;
    clock.jumpTo(clock.now() + 11 * 60_000);
    await visitor.open("/console/keys");
    const fields = { name: "shop", "scope:verifications:write": "on" };
    await visitor.post("/console/keys", fields);
    expect(heading(visitor)).toBe("Confirm that it is you");
    await visitor.post("/console/confirm", { type: "totp", code: "000000" });
    expect(said(visitor)).toContain("not right");
    await visitor.post("/console/confirm", { type: "totp", code: site.code(first) });
    expect([heading(visitor), said(visitor)]).toEqual(["API keys", "Confirmed. You can do it now."]);
    await visitor.post("/console/keys", fields);
    expect(heading(visitor)).toBe("The key shop");
  });

  test("a key is shown once, works, is in the log under the administrator's name, and is revoked", async () => {
    await fresh(first);
    const { visitor } = first;
    await visitor.open("/console/keys");
    const { form = "", once = "" } = visitor.hidden();
    const fields = { form, once, name: "till", "scope:verifications:read": "on" };
    await visitor.post("/console/keys", fields);
    const key = /cs_[\w-]{43}/.exec(visitor.page.text)?.[0] ?? "";
    const headers = { authorization: `Bearer ${key}` };
    const status = async (): Promise<number> =>
      (await fetch(`${server.url}/api/v1/verifications`, { headers })).status;
    expect(await status()).toBe(200);
    const [entry] = await auditEntries(store, { limit: 1 });
    expect(entry).toMatchObject({
      actor: { kind: "administrator", name: "first" },
      operation: "createKey",
      address: expect.stringMatching(/^2001:db8:/),
    });
    // The same form again, as a reload sends it.
    await visitor.post("/console/keys", fields);
    expect(said(visitor)).toContain("was made already");
    expect(visitor.page.text).not.toContain(key);
    await visitor.post(`/console/keys/${entry?.target}/revoke`);
    expect(said(visitor)).toBe("The key is revoked.");
    clock.jumpTo(clock.now() + 2_001);
    expect([await status(), await newest()]).toEqual([401, "revokeKey"]);
  });

  test("an administrator invites another one; the last one cannot be removed", async () => {
    await fresh(first);
    const { visitor } = first;
    await visitor.open("/console/administrators");
    await visitor.post("/console/administrators/invite");
    const secret = /class="secret">([\w-]{43})</.exec(visitor.page.text)?.[1] ?? "";
    expect(await newest()).toBe("inviteAdministrator");
    await visitor.open("/console/administrators");
    await visitor.post("/console/administrators/invite");
    const unused = /class="secret">([\w-]{43})</.exec(visitor.page.text)?.[1] ?? "";
    const second = await site.join("second", secret);
    expect(heading(second.visitor)).toBe("Overview");
    const { accounts } = server.instance;
    const all = await accounts.subscribers({ tenantId: consoleTenantId, limit: 50 });
    // K-3: a name that cannot be read takes neither the page away nor the means to remove its owner.
    const broken = all.find(({ name }) => name === "first")?.id ?? "";
    await breakSeals(store, "subscriber", broken);
    for (const one of all) {
      if (one.name === "second") continue;
      const name = one.id === broken ? "(cannot be read)" : one.name;
      await second.visitor.open("/console/administrators");
      expect(second.visitor.page.text).toContain(name);
      await second.visitor.post(`/console/administrators/${one.id}/remove`);
      expect(said(second.visitor)).toBe(`${name} is no administrator any more.`);
    }
    // What somebody invited who was removed since is no way back.
    const back = site.visitor();
    await back.open("/console/join");
    await back.post("/console/join", { invitation: unused, name: "back", password, again: password });
    expect(said(back)).toContain("not valid");
    const [left] = await accounts.subscribers({ tenantId: consoleTenantId, limit: 50 });
    await second.visitor.open("/console/administrators");
    await second.visitor.post(`/console/administrators/${left?.id}/remove`);
    expect(said(second.visitor)).toBe("The last administrator cannot be removed.");
    await visitor.open("/console");
    expect(heading(visitor)).toBe("Sign in");
  });
});

test("W-15: two administrators who remove each other at once are not both gone", async () => {
  const two = await openConsole();
  try {
    const one = await two.join("one");
    const other = await two.join("other");
    const { accounts } = two.server.instance;
    const all = await accounts.subscribers({ tenantId: consoleTenantId, limit: 50 });
    const idOf = (name: string): string => all.find((admin) => admin.name === name)?.id ?? "";
    await one.visitor.open("/console/administrators");
    await other.visitor.open("/console/administrators");
    await Promise.all([
      one.visitor.post(`/console/administrators/${idOf("other")}/remove`),
      other.visitor.post(`/console/administrators/${idOf("one")}/remove`),
    ]);
    expect(await accounts.subscribers({ tenantId: consoleTenantId, limit: 50 })).toHaveLength(1);
  } finally {
    await two.server.remove();
  }
});

describe("what is seen", () => {
  let admin: Admin;

  test("verifications: masked, by status and by number, with deliveries and checks, and never a code", async () => {
    admin = await site.join("reader");
    const { visitor } = admin;
    const number = site.freshNumber();
    const started = await site.call("POST", "/verifications", { to: number });
    const code = await site.codeFor(number);
    await site.call("POST", `/verifications/${started.json.id}/check`, {
      code: code === "000000" ? "1" : "000000",
    });
    await visitor.open("/console/verifications?status=pending");
    expect(visitor.page.text).toContain(started.json.id);
    await visitor.open("/console/verifications?status=approved");
    expect(visitor.page.text).not.toContain(started.json.id);
    await visitor.post("/console/verifications", { to: number });
    expect(visitor.page.text).toContain(started.json.id);
    await visitor.open(`/console/verifications/${started.json.id}`);
    expect(visitor.page.text).toContain("wrong");
    for (const secret of [number, code]) expect(visitor.page.text).not.toContain(secret);
    await visitor.post(`/console/verifications/${started.json.id}/cancel`);
    expect(said(visitor)).toBe("The verification is canceled.");
    expect((await site.call("GET", `/verifications/${started.json.id}`)).json.status).toBe("canceled");
    expect(await newest()).toBe("cancelVerification");
  });

  test("one that was started with a binding is shown, and can be canceled by its caller alone", async () => {
    const { visitor } = admin;
    const started = await site.call("POST", "/verifications", {
      to: site.freshNumber(),
      binding: "browser-1",
    });
    await visitor.open(`/console/verifications/${started.json.id}`);
    expect(visitor.page.text).toContain("started with a binding");
    await visitor.post(`/console/verifications/${started.json.id}/cancel`);
    expect(said(visitor)).not.toBe("");
    expect((await store.get({ table: "verification", id: started.json.id }))?.status).toBe("pending");
  });

  test("bad input in every form and address is answered clearly, and never with a 500", async () => {
    const { visitor } = admin;
    await site.signIn(admin, visitor);
    for (const value of odd) {
      const shown = encodeURIComponent(value.slice(0, 300));
      for (const path of [
        `verifications?status=${shown}&cursor=${shown}`,
        `verifications/${shown}`,
        `people?cursor=${shown}`,
        `people/${shown}`,
        `audit?before=${shown}`,
        `nothing/${shown}`,
      ]) {
        const { status, text } = await visitor.open(`/console/${path}`);
        expect([path, [200, 400, 403, 404, 414].includes(status)]).toEqual([path, true]);
        expect(text).not.toContain("<script>alert");
      }
      for (const path of [
        ...forms,
        `people/${shown}/reset`,
        `keys/${shown}/revoke`,
        `administrators/${shown}/remove`,
      ]) {
        await visitor.open("/console/keys");
        if (heading(visitor) === "Sign in") await site.signIn(admin, visitor);
        const fields = { to: value, name: value, status: value, once: value, "scope:keys:read": value };
        const { status } = await visitor.post(`/console/${path}`, fields);
        expect([path, status < 500]).toEqual([path, true]);
      }
      for (const path of [
        "sign-in",
        "join",
        "challenge",
        "confirm",
        "enrol/app",
        "enrol/code",
        "enrol/passkey",
      ]) {
        const one = site.visitor();
        await one.open("/console/sign-in");
        const fields = {
          name: value,
          password: value,
          again: value,
          invitation: value,
          code: value,
          answer: value,
        };
        const { status } = await one.post(`/console/${path}`, fields);
        expect([path, status < 500]).toEqual([path, true]);
      }
    }
  });

  test("the log shows who did what, and is whole after all of this", async () => {
    const { visitor } = admin;
    await visitor.open("/console/audit");
    expect(visitor.page.text).toContain("cancelVerification");
    expect((await verifyAudit(parts)).outcome).toBe("intact");
  });
});

test("W-15: nobody joins without an entry of the audit log, and the invitation stays", async () => {
  const headKey = { table: "audit", id: "head" } as const;
  const head = (await store.get(headKey)) as never;
  const write = async (row: never | null) => {
    await store.update([headKey], () => ({ writes: [{ ...headKey, row }], result: undefined }));
  };
  const invitation = await site.invitation();
  const kept = await store.get(headKey);
  await write(null);
  const one = site.visitor();
  await one.open("/console/join");
  const asked = { invitation, name: "unseen", password, again: password };
  await one.post("/console/join", asked);
  expect(one.page.status).toBe(503);
  const { accounts } = server.instance;
  expect(await accounts.subscriber({ tenantId: consoleTenantId, name: "unseen" })).toBeNull();
  await write((kept ?? head) as never);
  await one.open("/console/join");
  await one.post("/console/join", asked);
  expect(heading(one)).toBe("Protect your account");
  const [last] = await auditEntries(store, { limit: 1 });
  expect(last).toMatchObject({ operation: "joinAdministrators", actor: { name: "unseen" } });
});

test("W-16: keys are shown page by page, so that a hundred new ones hide no old one", async () => {
  const { visitor } = await site.join("pager");
  const names = () => [...visitor.page.text.matchAll(/<td[^>]*>(k\d+)<\/td>/g)].length;
  for (let n = 0; n < 101; n++) {
    await site.call("POST", "/keys", { name: `k${n}`, scopes: ["numbers:read"] });
  }
  await visitor.open("/console/keys");
  expect(names()).toBe(100);
  const next = /href="(\/console\/keys\?[^"]+)"/.exec(visitor.page.text)?.[1] ?? "";
  await visitor.open(next.replaceAll("&#61;", "=").replaceAll("&amp;", "&"));
  expect(names()).toBe(1);
});
