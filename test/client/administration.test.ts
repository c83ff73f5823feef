import { afterAll, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { createClient, type Key, type NewKey, type Service } from "../../src/client/index.ts";
import { freshNumber, openInstallation } from "../http/installation.ts";

const installation = await openInstallation();
afterAll(() => installation.close());
const { instance, clock } = installation;
// Lists are newest first, and of one instant nobody is.
beforeEach(() => clock.advance(1_000));
const url = `http://127.0.0.1:${installation.port}`;
const client = createClient({ url, key: installation.firstKey });

/** What people and programs may hand over as an id. */
const noIds = ["", "..", ".", "a/b", "%", "?x", "constructor", "00000000-0000-7000-8000-000000000000"];

describe("keys", () => {
  test("W-1: made, used, listed, rotated and revoked; the secret is in the first answer alone", async () => {
    const made = await client.keys.create({ name: "checkout", scopes: ["verifications:write"] });
    if (made.outcome !== "created") throw new Error(made.outcome);
    const { id, key = "" } = made.key;
    expect(key).toMatch(/^cs_/);
    const other = createClient({ url, key });
    expect((await other.start({ to: freshNumber() })).outcome).toBe("started");
    await expect(other.keys.list()).rejects.toMatchObject({ code: "forbidden", status: 403 });
    const found = await client.keys.get(id);
    expect(found).toMatchObject({ id, name: "checkout", revokedAt: null });
    expect(JSON.stringify(found)).not.toContain(key);
    const listed = await client.keys.list({ limit: 1 });
    expect(listed).toMatchObject({
      outcome: "listed",
      list: { items: [{ id }], nextCursor: expect.anything() },
    });
    const rotated = await client.keys.rotate(id, { overlapSeconds: 0 });
    if (rotated.outcome !== "rotated") throw new Error(rotated.outcome);
    await clock.advance(5_000);
    await expect(other.list()).rejects.toMatchObject({ code: "unauthorized" });
    expect(await client.keys.rotate(id)).toMatchObject({ outcome: "resourceConflict" });
    expect(await client.keys.revokeDialect(rotated.key.id, "vonage")).toMatchObject({
      outcome: "revoked",
      key: { dialects: { vonage: { revokedAt: expect.any(String) } } },
    });
    expect(await client.keys.revoke(rotated.key.id)).toMatchObject({
      outcome: "revoked",
      key: { revokedAt: expect.any(String) },
    });
  });

  test("W-4: a creation whose answer was lost makes one key, and cannot show its secret again", async () => {
    const more = { idempotencyKey: "make-the-key-once" };
    const request = { name: "once", scopes: ["keys:read"] } as const satisfies NewKey;
    const first = await client.keys.create(request, more);
    const again = await client.keys.create(request, more);
    if (first.outcome !== "created" || again.outcome !== "created") throw new Error("not made");
    expect(again.key.id).toBe(first.key.id);
    expect(again.key).not.toHaveProperty("key");
    const reused = client.keys.create({ ...request, name: "other" }, more);
    await expect(reused).rejects.toMatchObject({ code: "idempotency_key_reused", status: 422 });
  });

  test("what is wrong in a request is a refusal that names its field", async () => {
    expect(await client.keys.create({ name: "", scopes: ["keys:read"] })).toMatchObject({
      outcome: "requestInvalid",
      field: "name",
    });
    expect(await client.keys.list({ cursor: "forged" })).toMatchObject({ outcome: "cursorInvalid" });
  });

  test("an id of nothing is null or `notFound`, whatever is in it", async () => {
    const { keys, services, tenants, messages, deliveries, webhooks } = client;
    for (const id of noIds) {
      for (const group of [keys, services, tenants, messages, deliveries, webhooks]) {
        expect(await group.get(id), id).toBeNull();
      }
      expect(await keys.revoke(id), id).toMatchObject({ outcome: "notFound" });
      expect(await webhooks.events(id), id).toMatchObject({ outcome: "notFound" });
      expect(await webhooks.event(id, id), id).toBeNull();
    }
  });
});

describe("services and tenants", () => {
  test("a service is made, found, changed, and its name is its own", async () => {
    const { services } = client;
    const made = await services.create({ name: "payments", brand: "Bank", policy: { checksMax: 3 } });
    if (made.outcome !== "created") throw new Error(made.outcome);
    expect(made.service.policy.checksMax).toBe(3);
    expect(await services.create({ name: "payments" })).toMatchObject({ outcome: "resourceConflict" });
    expect(await services.update(made.service.id, { policy: { codeLength: 4 } })).toMatchObject({
      outcome: "requestInvalid",
      field: "policy.codeLength",
    });
    expect(await services.update(made.service.id, { brand: "Bank 2" })).toMatchObject({
      outcome: "updated",
      service: { name: "payments", brand: "Bank 2", policy: { checksMax: 3 } },
    });
    const { revision } = made.service;
    expect(await services.update(made.service.id, { brand: "Bank 3" }, { revision })).toMatchObject({
      outcome: "preconditionFailed",
    });
    expect(await services.get(made.service.id)).toMatchObject({ brand: "Bank 2" });
    expect(await services.list()).toMatchObject({
      outcome: "listed",
      list: { items: [{ name: "payments" }, {}] },
    });
  });

  test("W-2: a tenant starts with a key of its own, which sees nothing of the others", async () => {
    const made = await client.tenants.create({ name: "Example Ltd" });
    if (made.outcome !== "created") throw new Error(made.outcome);
    const { tenant } = made;
    const theirs = createClient({ url, key: tenant.key.key ?? "" });
    const own = await client.services.list();
    if (own.outcome !== "listed") throw new Error(own.outcome);
    expect(await theirs.services.get(own.list.items[0]?.id ?? "")).toBeNull();
    expect(await theirs.services.get(tenant.service.id)).toMatchObject({ name: "default" });
    await expect(theirs.tenants.list()).rejects.toMatchObject({ code: "forbidden" });
    expect(await client.tenants.get(tenant.id)).toMatchObject({ name: "Example Ltd" });
    expect(await client.tenants.list()).toMatchObject({ list: { items: [{ id: tenant.id }, {}] } });
  });

  test("a backup is made under its name, once", async () => {
    expect(await client.backup({ name: "before-upgrade" })).toMatchObject({
      outcome: "made",
      backup: { path: expect.stringContaining("before-upgrade"), masterSecretIncluded: false },
    });
    expect(await client.backup({ name: "before-upgrade" })).toMatchObject({ outcome: "resourceConflict" });
    expect(await client.backup({ name: "../../etc/passwd" })).toMatchObject({ outcome: "requestInvalid" });
  });
});

describe("messages, deliveries and webhooks", () => {
  test("a text is sent, shown and listed; the delivery of a code needs its binding", async () => {
    const to = freshNumber();
    const sent = await client.messages.send({ to, text: "Your table is free." });
    if (sent.outcome !== "accepted") throw new Error(sent.outcome);
    await instance.engine.tick();
    expect(await client.messages.get(sent.message.id)).toMatchObject({ to, state: "accepted" });
    expect(await client.messages.list({ to })).toMatchObject({ list: { items: [{ id: sent.message.id }] } });
    expect(await client.messages.send({ to: "12", text: "x" })).toMatchObject({ outcome: "numberInvalid" });
    const started = await client.start({ to: freshNumber(), binding: "mine" });
    await instance.engine.tick();
    const verification = "verification" in started ? started.verification.id : "";
    expect(await client.deliveries.list({ verification })).toMatchObject({
      list: { items: [{ verification }] },
    });
    expect(await client.deliveries.get(`${verification}.1`)).toBeNull();
    expect(await client.deliveries.get(`${verification}.1`, { binding: "mine" })).toMatchObject({
      state: "accepted",
    });
    const { carriers } = await client.carriers();
    expect(carriers).toContainEqual(expect.objectContaining({ carrier: "sandbox", standing: "well" }));
    expect(await client.route(to)).toMatchObject({ outcome: "explained", route: { carriers: [{}] } });
    expect(await client.route("12")).toMatchObject({ outcome: "numberInvalid" });
  });

  test("W-9, W-11: a webhook is made, tested, replayed, disabled, rotated and removed", async () => {
    const { webhooks } = client;
    expect(await webhooks.create({ url: "https://127.0.0.1/hooks" })).toMatchObject({
      outcome: "requestInvalid",
      field: "url",
    });
    const made = await webhooks.create({ url: "https://shop.example/hooks", events: ["verification.*"] });
    if (made.outcome !== "created") throw new Error(made.outcome);
    const { id, secret = "" } = made.webhook;
    expect(secret).toMatch(/^whsec_/);
    const tested = await webhooks.test(id);
    if (tested.outcome !== "tested") throw new Error(tested.outcome);
    // No test reaches the network: the receiver's name is unknown.
    expect(tested.event).toMatchObject({ type: "endpoint.test", posts: [{ status: null }] });
    expect(await webhooks.event(id, tested.event.id)).toMatchObject({ payload: { type: "endpoint.test" } });
    expect(await webhooks.events(id, { limit: 5 })).toMatchObject({
      list: { items: [{ id: tested.event.id }] },
    });
    expect(await webhooks.replay(id, tested.event.id)).toMatchObject({ outcome: "replayed" });
    expect(await webhooks.replayAll(id)).toMatchObject({ outcome: "replayed", events: { nextCursor: null } });
    const rotated = await webhooks.rotate(id);
    expect(rotated).toMatchObject({
      outcome: "rotated",
      webhook: { secret: expect.stringMatching(/^whsec_/) },
    });
    expect(JSON.stringify(rotated)).not.toContain(secret);
    expect(await webhooks.update(id, { enabled: false })).toMatchObject({
      outcome: "updated",
      webhook: { enabled: false },
    });
    expect(await webhooks.test(id)).toMatchObject({ outcome: "webhookDisabled" });
    expect(await webhooks.list()).toMatchObject({ list: { items: [{ id }] } });
    expect(await webhooks.remove(id)).toMatchObject({ outcome: "removed", webhook: { id } });
    expect(await webhooks.remove(id)).toMatchObject({ outcome: "notFound" });
    expect(await webhooks.get(id)).toBeNull();
  });
});

test("wrong calls of the administration do not compile", () => {
  const wrong = async (): Promise<void> => {
    // @ts-expect-error a scope that does not exist
    await client.keys.create({ name: "x", scopes: ["everything"] });
    // @ts-expect-error a key without scopes
    await client.keys.create({ name: "x" });
    // @ts-expect-error a vendor that has no dialect
    await client.keys.revokeDialect("", "sinch");
    // @ts-expect-error a setting that does not exist
    await client.services.update("", { policy: { checkMax: 3 } });
    const made = await client.keys.create({ name: "x", scopes: ["keys:read"] });
    // @ts-expect-error a refusal has no key
    void made.key;
  };
  expectTypeOf(wrong).not.toBeNever();
  expectTypeOf<Awaited<ReturnType<typeof client.services.get>>>().toEqualTypeOf<Service | null>();
  expectTypeOf<keyof Key>().toExtend<string>();
});
