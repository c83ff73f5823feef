import { afterAll, describe, expect, test } from "vitest";
import { type AuditEntry, auditEntries, auditEntryId, verifyAudit } from "../../src/audit/index.ts";
import { key } from "../../src/store/index.ts";
import { temporaryFolder, testServer } from "../server/support.ts";
import { freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call, instance } = installation;
const { store } = instance;

afterAll(() => installation.close());

async function newest(): Promise<AuditEntry | undefined> {
  return (await auditEntries(store, { limit: 1 }))[0];
}

describe("W-15: the audit log", () => {
  test("a key that is made, and one that is revoked, are in it with who did it and from where", async () => {
    const made = await installation.makeKey({ scopes: ["keys:write"] });
    const first = await newest();
    const [firstKey] = (await store.apiKeys(instance.tenant.id)).filter(({ name }) => name === "first");
    expect(first).toMatchObject({
      actor: { kind: "key", id: firstKey?.id },
      operation: "createKey",
      tenantId: instance.tenant.id,
      target: made.id,
      outcome: "done",
      address: expect.stringMatching(/127\.0\.0\.1|::1/),
    });
    await call({ method: "DELETE", path: `/keys/${made.id}` });
    expect(await newest()).toMatchObject({ operation: "revokeKey", target: made.id });
    expect(JSON.stringify(await auditEntries(store, { limit: 100 }))).not.toContain(made.key);
  });

  test("what is refused, and what is repeated, is no act", async () => {
    const weak = await installation.makeKey({ scopes: ["keys:write"] });
    const before = await newest();
    const refused = await call({
      method: "POST",
      path: "/keys",
      key: weak.key,
      body: { name: "more", scopes: ["verifications:read"] },
    });
    expect(refused.status).toBe(403);
    expect(await newest()).toEqual(before);
    const headers = { "idempotency-key": "audit-1" };
    const body = { name: "once", scopes: ["keys:read"] };
    for (const replayed of [undefined, "true"]) {
      const answer = await call({ method: "POST", path: "/keys", headers, body });
      expect([answer.status, answer.headers["idempotency-replayed"]]).toEqual([201, replayed]);
    }
    expect((await newest())?.sequence).toBe((before?.sequence ?? 0) + 1);
  });

  test("daily work of programs is not in it", async () => {
    const before = await newest();
    await installation.start();
    await call({ path: "/keys" });
    expect(await newest()).toEqual(before);
  });

  test("a number that is erased is in it, masked", async () => {
    const number = freshNumber();
    await call({ method: "DELETE", path: `/numbers/${encodeURIComponent(number)}` });
    expect(await newest()).toMatchObject({
      operation: "eraseNumber",
      target: expect.stringMatching(/^\+1•+\d{4}$/),
    });
  });

  test("N-8: a person who is erased is in it by their id, and it takes the scope that erasing a number takes", async () => {
    const number = freshNumber();
    const { json: made } = await call({ method: "POST", path: "/subscribers", body: { name: "ada" } });
    const path = `/subscribers/${made.id}`;
    const phone = { method: "POST", path: `${path}/authenticators`, body: { type: "phone", number } };
    const { json: enrolled } = await call(phone);
    await instance.engine.tick();
    const code = instance.sandbox?.phones.messages(number)[0]?.code;
    const confirm = `${path}/authenticators/${enrolled.authenticator.id}/confirm`;
    expect((await call({ method: "POST", path: confirm, body: { code } })).status).toBe(200);
    const before = await newest();
    const weak = await installation.makeKey({ scopes: ["subscribers:write"] });
    const erase = { method: "DELETE", path: `${path}?erase=true` };
    expect(await call({ ...erase, key: weak.key })).toMatchObject({
      status: 403,
      json: { code: "forbidden", scope: "verifications:settle" },
    });
    for (const query of ["erase=1", "erase", "erase=TRUE", "erased=true", "erase=true&erase=false"]) {
      const answer = await call({ method: "DELETE", path: `${path}?${query}` });
      expect([query, answer.status, answer.json?.code]).toEqual([query, 422, "request_invalid"]);
    }
    const sent = async () =>
      (await call({ path: `/verifications?to=${encodeURIComponent(number)}` })).json.items;
    expect(await sent()).toHaveLength(1);
    expect((await call(erase)).status).toBe(204);
    expect(await sent()).toEqual([]);
    expect(await newest()).toMatchObject({
      sequence: (before?.sequence ?? 0) + 2,
      operation: "eraseSubscriber",
      target: made.id,
      outcome: "done",
    });
    expect((await call(erase)).status).toBe(404);
    expect((await newest())?.sequence).toBe((before?.sequence ?? 0) + 2);
  });

  test("acts at once from many callers make one chain, which shows what was changed in it", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => installation.makeKey({ name: `k${n}`, scopes: ["keys:read"] })),
    );
    expect((await verifyAudit(instance.parts)).outcome).toBe("intact");
    const id = auditEntryId(2);
    const row = (await store.get(key("audit", id))) as AuditEntry;
    const put = (changed: AuditEntry): Promise<void> =>
      store.update([key("audit", id)], () => ({
        writes: [{ table: "audit", id, row: changed }],
        result: undefined,
      }));
    await put({ ...row, actor: { kind: "key", id: "somebody else" } });
    expect(await verifyAudit(instance.parts)).toEqual({ outcome: "broken", sequence: 2, why: "changed" });
    await put(row);
    expect((await verifyAudit(instance.parts)).outcome).toBe("intact");
  });

  test("no key reads it: only this machine does", async () => {
    const server = await testServer({ COUNTERSIGN_DATA: `${temporaryFolder()}/data` });
    try {
      const headers = { authorization: `Bearer ${server.key}` };
      for (const path of ["/machine/audit", "/machine/audit/chain"]) {
        const answer = await fetch(server.url + path, { headers });
        expect([path, answer.status]).toEqual([path, 404]);
      }
    } finally {
      await server.remove();
    }
  });
});
