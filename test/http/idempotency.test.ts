import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { openInstance } from "../../src/instance/instance.ts";
import { scopes } from "../../src/tenants/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { type Answer, freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call, instance } = installation;

afterAll(() => installation.close());

let made = 0;
function freshKey(): string {
  made += 1;
  return `key-${made}`;
}

function startWith(idempotencyKey: string, to: string, further: object = {}): Promise<Answer> {
  const headers = { "idempotency-key": idempotencyKey };
  return call({ method: "POST", path: "/verifications", body: { to }, headers, ...further });
}

async function messagesTo(to: string): Promise<number> {
  await instance.engine.tick();
  return instance.sandbox?.phones.messages(to).length ?? 0;
}

async function verificationsTo(to: string): Promise<number> {
  return (await call({ path: `/verifications?to=${encodeURIComponent(to)}` })).json.items.length;
}

describe("a start with an Idempotency-Key", () => {
  test("W-4: sent 50 times at once, starts one verification and sends one message", async () => {
    const to = freshNumber();
    const key = freshKey();
    const answers = await Promise.all(Array.from({ length: 50 }, () => startWith(key, to)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    const replayed = answers.filter(({ headers }) => headers["idempotency-replayed"] === "true");
    expect(replayed).toHaveLength(49);
    expect(await messagesTo(to)).toBe(1);
    expect(await verificationsTo(to)).toBe(1);
  });

  test("W-4: the quoted form of the header is the same key as the bare one", async () => {
    const to = freshNumber();
    const key = freshKey();
    const first = await startWith(key, to);
    const second = await startWith(`"${key}"`, to);
    expect(second.json.id).toBe(first.json.id);
    expect(second.headers["idempotency-replayed"]).toBe("true");
  });

  test("W-4: refuses another body under the same key, and starts nothing", async () => {
    const key = freshKey();
    await startWith(key, freshNumber());
    const other = freshNumber();
    expect(await startWith(key, other)).toMatchObject({
      status: 422,
      json: { code: "idempotency_key_reused" },
    });
    expect(await messagesTo(other)).toBe(0);
  });

  test("W-4: answers a repeat with the state of now, not of then", async () => {
    const to = freshNumber();
    const key = freshKey();
    const { json } = await startWith(key, to);
    await call({ method: "DELETE", path: `/verifications/${json.id}` });
    expect((await startWith(key, to)).json).toMatchObject({ id: json.id, status: "canceled" });
  });

  test.each([["é"], ["a b"], [`${"x".repeat(256)}`], [""]])(
    "W-4: refuses the malformed key %j and starts nothing",
    async (key) => {
      const to = freshNumber();
      const sent = Buffer.from(key, "utf8").toString("latin1");
      expect(await startWith(sent, to)).toMatchObject({
        status: 422,
        json: { code: "idempotency_key_invalid" },
      });
      expect(await verificationsTo(to)).toBe(0);
    },
  );

  test("C-45: means nothing to another key of the tenant, and nothing to another tenant", async () => {
    const to = freshNumber();
    const key = freshKey();
    const second = await installation.makeKey({ scopes: ["verifications:write", "verifications:read"] });
    const tenant = await call({ method: "POST", path: "/tenants", body: { name: "Other" } });
    const foreign: string = tenant.json.key.key;
    const first = await startWith(key, to);
    await installation.clock.advance(31_000);
    const ofSecond = await startWith(key, to, { key: second.key });
    const ofForeign = await startWith(key, to, { key: foreign });
    expect([first.status, ofSecond.status, ofForeign.status]).toEqual([201, 201, 201]);
    expect(new Set([first.json.id, ofSecond.json.id, ofForeign.json.id]).size).toBe(3);
    for (const { headers } of [ofSecond, ofForeign]) expect(headers["idempotency-replayed"]).toBeUndefined();
  });

  test("W-4: is forgotten after a day", async () => {
    const to = freshNumber();
    const key = freshKey();
    const first = await startWith(key, to);
    await installation.clock.advance(86_400_001 + 3_600_000);
    instance.engine.run();
    await installation.clock.advance(1);
    const again = await startWith(key, to);
    expect(again.status).toBe(201);
    expect(again.json.id).not.toBe(first.json.id);
    await instance.engine.stop();
  });
});

describe("a start that would be refused by now", () => {
  test("W-4: gets the answer of its first time, when the service's settings changed or it is gone", async () => {
    const made = await call({ method: "POST", path: "/services", body: { name: "moving" } });
    const policy = async (change: object): Promise<unknown> =>
      call({ method: "PATCH", path: `/services/${made.json.id}`, body: { policy: change } });
    await policy({ allowWeakCodes: true, checksMax: 3 });
    const to = freshNumber();
    const key = freshKey();
    const body = { to, service: "moving", codeLength: 4 };
    const first = await startWith(key, to, { body });
    expect(first.status).toBe(201);
    await policy({ allowWeakCodes: false });
    const refused = await startWith(freshKey(), to, { body });
    expect(refused).toMatchObject({ status: 422, json: { code: "request_invalid" } });
    const second = await startWith(key, to, { body });
    expect(second).toMatchObject({ status: 201, json: { id: first.json.id, to } });
    expect(second.headers["idempotency-replayed"]).toBe("true");
    await call({ method: "PATCH", path: `/services/${made.json.id}`, body: { name: "moved" } });
    expect((await startWith(freshKey(), to, { body })).json.code).toBe("service_not_found");
    expect((await startWith(key, to, { body })).json.id).toBe(first.json.id);
    expect(await messagesTo(to)).toBe(1);
    const other = { ...body, codeLength: 5 };
    expect((await startWith(key, to, { body: other })).json.code).toBe("idempotency_key_reused");
  });

  test("W-4: gets it also where its country was closed in between", async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-replay-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const clock = createFakeClock();
    const idempotency = { id: "the-key", fingerprint: "the-body" };
    const startIn = async (countries: readonly string[], print = "the-body") => {
      const one = await openInstance({ folder, clock, numberPolicy: { countries } });
      const to = "+1 415 555 0123";
      const given = { ...idempotency, fingerprint: print };
      const result = await one.engine.start({ tenantId: one.tenant.id, to, idempotency: given });
      const fresh = await one.engine.start({ tenantId: one.tenant.id, to });
      await one.close();
      return { result, fresh };
    };
    const first = await startIn(["US"]);
    const second = await startIn(["DE"]);
    expect(second.fresh.outcome).toBe("numberNotAllowed");
    expect(second.result).toMatchObject({ outcome: "started", replayed: true });
    expect(second.result.verification?.id).toBe(first.result.verification?.id);
    expect(second.result.verification?.to).toBe("+14155550123");
    expect((await startIn(["DE"], "another body")).result.outcome).toBe("idempotencyKeyReused");
  });
});

describe("a check with an Idempotency-Key", () => {
  test("W-4: a wrong one sent 10 times counts one guess", async () => {
    const { id, code } = await installation.start();
    const wrong = code === "000000" ? "000001" : "000000";
    const key = freshKey();
    const check = (): Promise<Answer> =>
      call({
        method: "POST",
        path: `/verifications/${id}/check`,
        body: { code: wrong },
        headers: { "idempotency-key": key },
      });
    const answers = await Promise.all(Array.from({ length: 10 }, check));
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 422, json: { code: "code_mismatch", checksLeft: 4 } });
    const found = await call({ path: `/verifications/${id}` });
    expect(found.json.checks).toHaveLength(1);
    expect(found.json.checksLeft).toBe(4);
  });

  test("W-4: a right one sent again is approved again", async () => {
    const { id, code } = await installation.start();
    const headers = { "idempotency-key": freshKey() };
    const check = { method: "POST", path: `/verifications/${id}/check`, body: { code }, headers };
    expect((await call(check)).status).toBe(200);
    expect(await call(check)).toMatchObject({ status: 200, json: { status: "approved" } });
    expect((await call({ ...check, headers: {} })).json.code).toBe("verification_settled");
  });

  test("W-4: is a key of its own on every path", async () => {
    const first = await installation.start();
    const second = await installation.start();
    const headers = { "idempotency-key": freshKey() };
    for (const { id, code } of [first, second]) {
      const answer = await call({
        method: "POST",
        path: `/verifications/${id}/check`,
        body: { code },
        headers,
      });
      expect(answer.json).toMatchObject({ id, status: "approved" });
    }
  });
});

describe("administration with an Idempotency-Key", () => {
  const requests = [
    ["/keys", { name: "once", scopes: ["keys:read"] }, "key"],
    ["/services", { name: "once" }, undefined],
    ["/tenants", { name: "Once" }, undefined],
    ["/backup", { name: "once" }, undefined],
  ] as const;

  test.each(requests)("W-4: POST %s sent 50 times at once makes one", async (path, body, secret) => {
    const { store, tenant } = instance;
    const rows = async (): Promise<number> =>
      (await store.apiKeys(tenant.id)).length +
      (await store.services(tenant.id)).length +
      (await store.tenants()).length;
    const before = await rows();
    const headers = { "idempotency-key": freshKey() };
    const send = (): Promise<Answer> => call({ method: "POST", path, body, headers });
    const answers = [...(await Promise.all(Array.from({ length: 50 }, send))), await send()];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ json }) => json.id ?? json.path)).size).toBe(1);
    expect(answers.at(-1)?.headers["idempotency-replayed"]).toBe("true");
    expect(await rows()).toBe(before + (path === "/backup" ? 0 : 1));
    if (secret !== undefined)
      expect(answers.filter(({ json }) => json[secret] !== undefined)).toHaveLength(1);
    const other = await call({ method: "POST", path, body: { ...body, name: "other" }, headers });
    expect(other.json.code).toBe("idempotency_key_reused");
  });

  test("W-4: a key is made once, also when its repeat comes after its end", async () => {
    const expiresAt = new Date(installation.clock.now() + 60_000).toISOString();
    const headers = { "idempotency-key": freshKey() };
    const create = {
      method: "POST",
      path: "/keys",
      body: { name: "brief", scopes: ["keys:read"], expiresAt },
    };
    const first = await call({ ...create, headers });
    await installation.clock.advance(60_001);
    expect(await call(create)).toMatchObject({ status: 422, json: { field: "expiresAt" } });
    expect(await call({ ...create, headers })).toMatchObject({ status: 201, json: { id: first.json.id } });
  });

  test("W-4: a repeated rotation answers with the same new key, without its secrets", async () => {
    const old = await installation.makeKey({ scopes });
    const headers = { "idempotency-key": freshKey() };
    const rotate = { method: "POST", path: `/keys/${old.id}/rotate`, headers };
    const first = await call(rotate);
    const second = await call(rotate);
    expect(second.json.id).toBe(first.json.id);
    expect(first.json.twilio.authToken).toBeTypeOf("string");
    for (const name of ["key", "vonage", "twilio", "telnyx", "flowroute"])
      expect(second.json).not.toHaveProperty(name);
  });

  test("W-4: a refused request leaves no record, so that it may be repeated when its cause is gone", async () => {
    const headers = { "idempotency-key": freshKey() };
    const create = { method: "POST", path: "/services", body: { name: "later" }, headers };
    const first = await call({ method: "POST", path: "/services", body: { name: "later" } });
    expect((await call(create)).json.code).toBe("resource_conflict");
    await call({ method: "PATCH", path: `/services/${first.json.id}`, body: { name: "earlier" } });
    expect((await call(create)).status).toBe(201);
  });
});
