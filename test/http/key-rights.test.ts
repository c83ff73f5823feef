import { afterAll, describe, expect, test } from "vitest";
import { scopes } from "../../src/tenants/index.ts";
import { openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call, clock } = installation;

afterAll(() => installation.close());

const hourMs = 3_600_000;
const inMs = (ms: number): string => new Date(clock.now() + ms).toISOString();

describe("what a key makes has no right that the key lacks", () => {
  test("W-1: a key cannot grant, or by rotation gain, a scope that it does not hold", async () => {
    const weak = await installation.makeKey({ scopes: ["keys:write", "keys:read"] });
    const strong = await installation.makeKey({ scopes });
    const attempts = [
      { path: "/keys", body: { name: "more", scopes: ["keys:read", "verifications:write"] } },
      { path: `/keys/${strong.id}/rotate`, body: {} },
    ];
    for (const attempt of attempts) {
      const answer = await call({ method: "POST", ...attempt, key: weak.key });
      expect(answer).toMatchObject({ status: 403, json: { scope: "verifications:write" } });
    }
    const equal = { name: "equal", scopes: ["keys:read"] };
    expect((await call({ method: "POST", path: "/keys", body: equal, key: weak.key })).status).toBe(201);
  });

  test("W-1: a key that ends cannot make one without an end, or with a later one", async () => {
    const expiresAt = inMs(hourMs);
    const short = await installation.makeKey({ scopes: ["keys:write", "keys:read"], expiresAt });
    for (const later of [{}, { expiresAt: inMs(hourMs + 1) }]) {
      const body = { name: "longer", scopes: ["keys:read"], ...later };
      const answer = await call({ method: "POST", path: "/keys", body, key: short.key });
      expect(answer).toMatchObject({ status: 403, json: { code: "forbidden", field: "expiresAt" } });
      expect(answer.json.detail).toContain("give `expiresAt` up to then");
      expect(answer.json.detail).toContain(expiresAt);
    }
    const body = { name: "equal", scopes: ["keys:read"], expiresAt };
    expect((await call({ method: "POST", path: "/keys", body, key: short.key })).status).toBe(201);
  });

  test("W-1: a key that ends cannot gain time by rotation: neither its own nor another's", async () => {
    const expiresAt = inMs(hourMs);
    const short = await installation.makeKey({ scopes: ["keys:write", "keys:read"], expiresAt });
    const endless = await installation.makeKey({ scopes: ["keys:read"] });
    const path = `/keys/${endless.id}/rotate`;
    const answer = await call({ method: "POST", path, key: short.key });
    expect(answer).toMatchObject({ status: 403, json: { field: "expiresAt" } });
    expect((await call({ path: "/keys", key: endless.key })).status).toBe(200);
    const own = await call({ method: "POST", path: `/keys/${short.id}/rotate`, key: short.key });
    expect(own).toMatchObject({ status: 201, json: { expiresAt } });
  });

  test("W-1: a key that is being replaced cannot make one that outlasts the overlap", async () => {
    const old = await installation.makeKey({ scopes: ["keys:write"] });
    await call({ method: "POST", path: `/keys/${old.id}/rotate`, body: { overlapSeconds: 60 } });
    const body = { name: "escape", scopes: ["keys:write"] };
    const answer = await call({ method: "POST", path: "/keys", body, key: old.key });
    expect(answer).toMatchObject({ status: 403, json: { field: "expiresAt" } });
  });

  test("W-1: a key for some addresses makes keys for those and their parts only", async () => {
    const allowedAddresses = ["127.0.0.0/8", "2001:db8::/32"];
    const { key } = await installation.makeKey({ scopes: ["keys:write", "keys:read"], allowedAddresses });
    const make = (ranges: unknown): Promise<{ status: number; json: { field?: string } }> => {
      const body = {
        name: "near",
        scopes: ["keys:read"],
        ...(ranges === null ? {} : { allowedAddresses: ranges }),
      };
      return call({ method: "POST", path: "/keys", body, key });
    };
    for (const wider of [null, [], ["0.0.0.0/0"], ["126.0.0.0/7"], ["127.0.0.0/8", "10.0.0.0/8"], ["::/0"]])
      expect(await make(wider)).toMatchObject({ status: 403, json: { field: "allowedAddresses" } });
    for (const within of [["127.0.0.0/8"], ["127.0.0.1/32", "2001:db8:1::/48"]])
      expect((await make(within)).status).toBe(201);
  });

  test("W-1: the first key of a tenant ends with the key that made it, and works from where that did", async () => {
    const rights = { expiresAt: inMs(hourMs), allowedAddresses: ["127.0.0.0/8"] };
    const maker = await installation.makeKey({ scopes, ...rights });
    const made = await call({ method: "POST", path: "/tenants", body: { name: "Next" }, key: maker.key });
    expect(made).toMatchObject({ status: 201, json: { key: rights } });
  });
});
