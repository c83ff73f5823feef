import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { openInstance } from "../../src/instance/instance.ts";
import { createApp } from "../../src/server/app.ts";
import { createFakeClock, fakeClockStart } from "../../src/testing/index.ts";
import { type Answer, freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call, clock, instance } = installation;

afterAll(() => installation.close());

describe("keys", () => {
  test("W-1: a new key shows its secret and every dialect's pair once, and its record never", async () => {
    const made = await installation.makeKey({ name: "checkout", scopes: ["keys:read"] });
    expect(made).toMatchObject({
      name: "checkout",
      scopes: ["keys:read"],
      key: expect.stringMatching(/^cs_[\w-]{43}$/),
      vonage: { apiKey: made.dialects.vonage.user, apiSecret: expect.any(String) },
      twilio: { accountSid: made.dialects.twilio.user, authToken: expect.any(String) },
      telnyx: { apiKey: expect.stringMatching(/^KEY/) },
      flowroute: { accessKey: made.dialects.flowroute.user, secretKey: expect.any(String) },
    });
    const { json } = await call({ path: `/keys/${made.id}` });
    for (const secret of ["key", "vonage", "twilio", "flowroute"]) expect(json).not.toHaveProperty(secret);
    // What verifies is no secret.
    expect(json).toMatchObject({ telnyx: { publicKey: made.telnyx.publicKey } });
    expect(Object.keys(json.telnyx)).toEqual(["publicKey"]);
  });

  test("W-1: what signs in a key's name is shown later to that key alone", async () => {
    const made = await installation.makeKey({ scopes: ["keys:read"] });
    const { signatureSecret } = made.vonage;
    expect(signatureSecret).toMatch(/^[0-9a-f]{48}$/);
    const own = await call({ path: `/keys/${made.id}`, key: made.key });
    expect(own.json.vonage).toEqual({ signatureSecret });
    const { json } = await call({ path: `/keys/${made.id}` });
    expect(JSON.stringify(json)).not.toContain(signatureSecret);
  });

  test("W-1: a rotated key works on for the overlap, and the new one at once", async () => {
    const old = await installation.makeKey({ scopes: ["keys:read"], allowedAddresses: ["127.0.0.0/8"] });
    const rotated = await call({
      method: "POST",
      path: `/keys/${old.id}/rotate`,
      body: { overlapSeconds: 60 },
    });
    expect(rotated.json).toMatchObject({ scopes: ["keys:read"], allowedAddresses: ["127.0.0.0/8"] });
    expect(rotated.json.key).not.toBe(old.key);
    expect(rotated.json.twilio.authToken).not.toBe(old.twilio.authToken);
    const status = async (key: string): Promise<number> => (await call({ path: "/keys", key })).status;
    expect([await status(old.key), await status(rotated.json.key)]).toEqual([200, 200]);
    await clock.advance(60_000);
    expect([await status(old.key), await status(rotated.json.key)]).toEqual([401, 200]);
  });

  test("W-1: without an overlap the old key is revoked at once; an earlier end stays earlier", async () => {
    const old = await installation.makeKey({ scopes: ["keys:read"] });
    await call({ method: "POST", path: `/keys/${old.id}/rotate`, body: { overlapSeconds: 0 } });
    expect((await call({ path: "/keys", key: old.key })).status).toBe(401);
    const expiresAt = new Date(clock.now() + 5_000).toISOString();
    const short = await installation.makeKey({ scopes: ["keys:read"], expiresAt });
    await call({ method: "POST", path: `/keys/${short.id}/rotate` });
    expect((await call({ path: `/keys/${short.id}` })).json.expiresAt).toBe(expiresAt);
  });

  test("W-1: one dialect can be revoked alone, once and for all", async () => {
    const { id, key } = await installation.makeKey({ scopes: ["keys:read"] });
    const path = `/keys/${id}/dialects/vonage`;
    const first = await call({ method: "DELETE", path });
    await clock.advance(1_000);
    const second = await call({ method: "DELETE", path });
    expect(first.json.dialects.vonage.revokedAt).toEqual(expect.any(String));
    expect(second.json.dialects).toEqual(first.json.dialects);
    expect(first.json.dialects.twilio.revokedAt).toBeNull();
    expect((await call({ path: "/keys", key })).status).toBe(200);
    expect((await call({ method: "DELETE", path: `/keys/${id}/dialects/constructor` })).status).toBe(404);
  });

  test.each([
    [{ allowedAddresses: ["10.0.0.0"] }, "allowedAddresses.0"],
    [{ allowedAddresses: ["10.0.0.0/8", "10.0.0.1/8"] }, "allowedAddresses.1"],
    [{ allowedAddresses: ["2001:db8::1/32"] }, "allowedAddresses.0"],
    [{ allowedAddresses: ["010.0.0.0/8"] }, "allowedAddresses.0"],
    [{ allowedAddresses: ["10.0.0.0/33"] }, "allowedAddresses.0"],
    [{ expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
    [{ expiresAt: "2030-12-31T23:59:60Z" }, "expiresAt"],
    [{ expiresAt: "tomorrow" }, "expiresAt"],
    [{ scopes: [] }, "scopes"],
    [{ scopes: ["everything"] }, "scopes.0"],
    [{ scopes: ["keys:read", "keys:read"] }, "scopes"],
    [{ name: "" }, "name"],
  ])("W-1: refuses %j and names the field", async (wrong, field) => {
    const body = { name: "wrong", scopes: ["keys:read"], ...wrong };
    const answer = await call({ method: "POST", path: "/keys", body });
    expect(answer).toMatchObject({ status: 422, json: { code: "request_invalid", field } });
  });

  test("W-1: the time of last use is shown, and written to the store at most once a minute", async () => {
    await clock.advance(61_000);
    const { id, key } = await installation.makeKey({ scopes: ["keys:read"] });
    expect((await call({ path: `/keys/${id}` })).json.lastUsedAt).toBeNull();
    await clock.advance(61_000);
    const usedAt = clock.now();
    await call({ path: "/keys", key });
    const stored = async (): Promise<number | undefined> =>
      (await instance.store.apiKeys(instance.tenant.id)).find((one) => one.id === id)?.lastUsedAt;
    await expect.poll(stored).toBe(usedAt);
    await clock.advance(30_000);
    await call({ path: "/keys", key });
    expect(await stored()).toBe(usedAt);
    const { json } = await call({ path: `/keys/${id}` });
    expect(Date.parse(json.lastUsedAt)).toBe(usedAt + 30_000);
    await clock.advance(31_000);
    await call({ path: "/keys", key });
    await expect.poll(stored).toBe(clock.now());
  });
});

describe("services", () => {
  test("show their whole policy in seconds, and a start follows it", async () => {
    const policy = {
      codeLength: 8,
      codeLifetimeSeconds: 120,
      workflow: [{ channel: "voice", waitSeconds: 90 }],
      resendWaitsSeconds: [10],
    };
    const body = { name: "payments", brand: "Example Bank", locale: "de", policy };
    const made = await call({ method: "POST", path: "/services", body });
    expect(made.json).toMatchObject({ ...body, policy: { ...policy, checksMax: 5, sendsMax: 5 } });
    expect((await call({ path: `/services/${made.json.id}` })).json).toEqual(made.json);
    const start = { to: freshNumber(), service: "payments" };
    const started = await call({ method: "POST", path: "/verifications", body: start });
    expect(started.json).toMatchObject({ channel: "voice", brand: "Example Bank", locale: "de", steps: 1 });
    const lasts = Date.parse(started.json.endsAt) - Date.parse(started.json.createdAt);
    expect(lasts).toBe(90_000);
  });

  test("change only what is given, and what is pending keeps what it started with", async () => {
    const made = await call({ method: "POST", path: "/services", body: { name: "changing" } });
    const { id } = await installation.start({ service: "changing" });
    const path = `/services/${made.json.id}`;
    const body = { brand: "New", policy: { checksMax: 2, cancelUntilStep: 1 } };
    await clock.advance(1_000);
    const changed = await call({ method: "PATCH", path, body });
    expect(changed.json).toMatchObject({ name: "changing", brand: "New", locale: "en" });
    expect(changed.json.policy).toEqual({ ...made.json.policy, checksMax: 2, cancelUntilStep: 1 });
    expect(changed.json.updatedAt > made.json.updatedAt).toBe(true);
    expect((await call({ path: `/verifications/${id}` })).json).toMatchObject({ checksLeft: 5 });
    const next = await installation.start({ service: "changing" });
    expect((await call({ path: `/verifications/${next.id}` })).json).toMatchObject({
      checksLeft: 2,
      brand: "New",
    });
    const back = await call({ method: "PATCH", path, body: { policy: { cancelUntilStep: null } } });
    expect(back.json.policy.cancelUntilStep).toBeNull();
  });

  test.each([
    [{ brand: "http://evil.example" }, "brand"],
    [{ brand: "\u202eevil" }, "brand"],
    [{ locale: "../en" }, "locale"],
    [{ name: "../x" }, "name"],
    [{ name: "__proto__" }, "name"],
    [{ policy: { codeLength: 4 } }, "policy.codeLength"],
    [{ policy: { codeLength: 4, allowWeakCodes: true } }, "policy.checksMax"],
    [{ policy: { codeLifetimeSeconds: 601 } }, "policy.codeLifetimeSeconds"],
    [{ policy: { codeLifetimeSeconds: "300" } }, "policy.codeLifetimeSeconds"],
    [{ policy: { checksMax: -1 } }, "policy.checksMax"],
    [{ policy: { checksMax: 1e99 } }, "policy.checksMax"],
    [{ policy: { resendWaitsSeconds: [-1] } }, "policy.resendWaitsSeconds.0"],
    [{ policy: { workflow: [] } }, "policy.workflow"],
    [{ policy: { workflow: [{ channel: "fax", waitSeconds: 60 }] } }, "policy.workflow.0.channel"],
    [
      { policy: { workflow: Array.from({ length: 2 }, () => ({ channel: "sms", waitSeconds: 2_000 })) } },
      "policy.workflow",
    ],
    [{ policy: { codeLifetimeMs: 1 } }, "policy.codeLifetimeMs"],
  ])("C-41: refuse %j on create and change, and name the field", async (wrong, field) => {
    const body = { name: "wrong", ...wrong };
    const created = await call({ method: "POST", path: "/services", body });
    expect(created).toMatchObject({ status: 422, json: { code: "request_invalid", field } });
    const [first] = await instance.store.services(instance.tenant.id);
    const changed = await call({ method: "PATCH", path: `/services/${first?.id}`, body: wrong });
    expect(changed).toMatchObject({ status: 422, json: { code: "request_invalid", field } });
  });

  test("of one name are made once, however many ask at once", async () => {
    const create = (): Promise<Answer> =>
      call({ method: "POST", path: "/services", body: { name: "wanted" } });
    const answers = await Promise.all(Array.from({ length: 20 }, create));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.code === "resource_conflict")).toHaveLength(19);
  });

  test("of different names are all made, however many ask at once; one may keep its own name", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `parallel-${index}`);
    const answers = await Promise.all(
      names.map((name) => call({ method: "POST", path: "/services", body: { name } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const path = `/services/${answers[0]?.json.id}`;
    expect((await call({ method: "PATCH", path, body: { name: names[0] } })).status).toBe(200);
    expect((await call({ method: "PATCH", path, body: { name: names[1] } })).status).toBe(409);
  });
});

test("a service that is made while the clock is set back does not become the one that a start gets by default", async () => {
  const early = createFakeClock();
  const own = await openInstallation({ clock: early });
  early.jumpTo(fakeClockStart - 86_400_000);
  const body = { name: "later", brand: "Later" };
  expect((await own.call({ method: "POST", path: "/services", body })).status).toBe(201);
  early.jumpTo(fakeClockStart + 3_000);
  const start = { method: "POST", path: "/verifications", body: { to: freshNumber() } };
  expect((await own.call(start)).json.brand).toBe("Countersign");
  await own.close();
});

describe("tenants", () => {
  test("W-2: a new one starts with a service and a key that works, and sees nothing of the first", async () => {
    await installation.start();
    const made = await call({ method: "POST", path: "/tenants", body: { name: "Shop", brand: "Shop" } });
    expect(made.json).toMatchObject({ name: "Shop", service: { name: "default", brand: "Shop" } });
    const { key } = made.json.key;
    expect(made.json.key.scopes).not.toEqual(expect.arrayContaining(["backup"]));
    const started = await call({ method: "POST", path: "/verifications", body: { to: freshNumber() }, key });
    expect(started.json).toMatchObject({ status: "pending", brand: "Shop" });
    const listed = await call({ path: "/verifications", key });
    expect(listed.json.items.map((one: { id: string }) => one.id)).toEqual([started.json.id]);
    expect((await call({ path: `/tenants/${made.json.id}` })).json.name).toBe("Shop");
    expect((await call({ path: `/tenants/${made.json.id}`, key })).status).toBe(403);
  });

  test("W-2: one that is made while the clock is set back does not become the installation's first", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-first-"));
    const early = createFakeClock();
    const opened = await openInstance({ folder, clock: early });
    const app = createApp({ engine: opened.engine, parts: opened.parts });
    const headers = { authorization: `Bearer ${opened.firstKey?.key}` };
    early.jumpTo(fakeClockStart - 86_400_000);
    const url = "/api/v1/tenants";
    const made = await app.inject({ method: "POST", url, headers, payload: { name: "Older" } });
    expect(made.statusCode).toBe(201);
    expect((await app.inject({ url, headers })).statusCode).toBe(200);
    await app.close();
    await opened.close();
    const again = await openInstance({ folder, clock: createFakeClock() });
    expect(again.tenant.id).toBe(opened.tenant.id);
    await again.close();
    rmSync(folder, { recursive: true });
  });
});

describe("a backup", () => {
  test("R-21: is a whole database with what is there now, and says that the master secret is not in it", async () => {
    const { id } = await installation.start();
    const made = await call({ method: "POST", path: "/backup", body: { name: "whole" } });
    expect(made.json).toMatchObject({
      path: join(installation.folder, "backups", "whole.db"),
      masterSecretIncluded: false,
    });
    const { size, mode } = statSync(made.json.path);
    expect([made.json.bytes, mode & 0o777]).toEqual([size, 0o600]);
    const database = new DatabaseSync(made.json.path, { readOnly: true });
    expect(database.prepare("select id from verifications where id = ?").get(id)).toEqual({ id });
    database.close();
  });

  test("has the time as its name by default, and leaves nothing half written", async () => {
    await clock.advance(1_000);
    const made = await call({ method: "POST", path: "/backup" });
    expect(made.json.path).toMatch(/countersign-2026-01-0\dT[\d-]+Z\.db$/);
    const names = readdirSync(join(installation.folder, "backups"));
    expect(names.filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("takes away what one that was killed left, and nothing of others under way or of other names", async () => {
    const folder = join(installation.folder, "backups");
    const [left, also] = ["old.db.req-abcDEF_-9012.partial.partial", "old.db.req-abcDEF_-9013.partial"];
    const kept = ["mine.db.partial", "req-1.partial.db"];
    for (const name of [left, also, ...kept]) writeFileSync(join(folder, name), "half");
    const names = ["side-by-side-1", "side-by-side-2", "side-by-side-3"];
    const made = await Promise.all(
      names.map((name) => call({ method: "POST", path: "/backup", body: { name } })),
    );
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const found = readdirSync(folder);
    expect(found).toEqual(expect.arrayContaining([...kept, ...names.map((name) => `${name}.db`)]));
    expect(found.filter((name) => name.endsWith(".partial"))).toEqual(["mine.db.partial"]);
  });

  test.each(["../x", "a/b", ".hidden", "x.db", "", "a\u0000b"])("refuses the name %j", async (name) => {
    const answer = await call({ method: "POST", path: "/backup", body: { name } });
    expect(answer).toMatchObject({ status: 422, json: { field: "name" } });
  });
});

describe("a number", () => {
  test("N-3: is described in every spelling, with what would be sent to it", async () => {
    for (const written of ["+14155550123", "+1 (415) 555-0123", "tel:+1-415-555-0123"]) {
      const { json } = await call({ path: `/numbers/${encodeURIComponent(written)}` });
      expect(json).toMatchObject({
        e164: "+14155550123",
        national: "(415) 555-0123",
        region: "US",
        type: "fixed_line_or_mobile",
        channels: { sms: { allowed: true, reason: null }, voice: { allowed: true } },
        metadata: { release: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      });
    }
  });

  test("N-4: that is never sent to says why", async () => {
    const { json } = await call({ path: "/numbers/%2B870773111632" });
    expect(json.channels.sms).toMatchObject({ allowed: false, reason: "range_denied" });
  });
});

describe("one verification", () => {
  test("shows its deliveries and checks, and never a code", async () => {
    const { id, code } = await installation.start({ metadata: { order: "7" }, subject: "user-1" });
    const wrong = code === "000000" ? "000001" : "000000";
    await call({ method: "POST", path: `/verifications/${id}/check`, body: { code: wrong } });
    const answer = await call({ path: `/verifications/${id}` });
    expect(answer.json).toMatchObject({
      metadata: { order: "7" },
      subject: "user-1",
      checks: [{ at: expect.any(String), right: false }],
      deliveries: [
        {
          id: `${id}.1`,
          channel: "sms",
          provider: "sandbox",
          state: expect.stringMatching(/^(accepted|delivered)$/),
          cause: "start",
          attempts: [{ answer: "accepted", reason: null, possibleDuplicate: false }],
        },
      ],
    });
    expect(JSON.stringify({ ...answer.json, id: "", deliveries: [], service: "" })).not.toContain(code);
  });

  test("A-17: that was started with a binding is found by nobody without it", async () => {
    const { id } = await installation.start({ binding: "browser-1" });
    const path = `/verifications/${id}`;
    expect((await call({ path })).status).toBe(404);
    expect((await call({ path, headers: { "countersign-binding": "browser-2" } })).status).toBe(404);
    expect((await call({ method: "DELETE", path })).status).toBe(404);
    const headers = { "countersign-binding": "browser-1" };
    expect((await call({ path, headers })).json.status).toBe("pending");
    expect((await call({ method: "DELETE", path, headers })).json.status).toBe("canceled");
  });

  test("A-17: no header that could not be a binding counts as none at all", async () => {
    const { id } = await installation.start();
    const headers = { "countersign-binding": "b".repeat(201) };
    expect((await call({ path: `/verifications/${id}`, headers })).status).toBe(404);
    expect((await call({ method: "DELETE", path: `/verifications/${id}`, headers })).status).toBe(404);
    expect((await call({ path: `/verifications/${id}` })).json.status).toBe("pending");
  });

  test.each(["\ud800", "\u0000", "日本", " b", "b "])(
    "A-17: %j is refused as a binding, since no header could repeat it",
    async (binding) => {
      const body = { to: "+14155550171", binding };
      const answer = await call({ method: "POST", path: "/verifications", body });
      expect([answer.status, answer.json.field]).toEqual([422, "binding"]);
    },
  );

  test("may be resent and moved on without a body", async () => {
    const { id } = await installation.start();
    await clock.advance(30_000);
    expect((await call({ method: "POST", path: `/verifications/${id}/resend` })).json.sends).toBe(2);
    await clock.advance(60_000);
    expect((await call({ method: "POST", path: `/verifications/${id}/next` })).json.step).toBe(1);
  });
});
