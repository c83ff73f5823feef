import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, freshNumber, openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { call } = installation;
let otherTenantKey = "";

beforeAll(async () => {
  const tenant = await call({ method: "POST", path: "/tenants", body: { name: "Other" } });
  otherTenantKey = tenant.json.key.key;
});

afterAll(() => installation.close());

async function startMany(count: number, body: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const started = await call({
      method: "POST",
      path: "/verifications",
      body: { to: freshNumber(), ...body },
    });
    ids.push(started.json.id);
    await installation.clock.advance(1);
  }
  return ids;
}

function page(path: string, query: Readonly<Record<string, string>>, key?: string): Promise<Answer> {
  return call({ path: `${path}?${new URLSearchParams(query)}`, ...(key === undefined ? {} : { key }) });
}

describe("lists", () => {
  test("W-16: while rows are inserted, no row of before comes twice or is lost", async () => {
    const known = await startMany(25);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = cursor === null ? { limit: "4" } : { limit: "4", cursor };
      const { json } = await page("/verifications", query);
      seen.push(...json.items.map((one: { id: string }) => one.id));
      cursor = json.nextCursor;
      await startMany(3);
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...known].reverse());
  });

  test("W-16: give at most `limit` items, 20 by default, newest first", async () => {
    await startMany(22);
    const { json } = await page("/verifications", {});
    expect(json.items).toHaveLength(20);
    const times = json.items.map((one: { createdAt: string }) => one.createdAt);
    expect(times).toEqual([...times].sort().reverse());
    expect((await page("/verifications", { limit: "100" })).json.items.length).toBeGreaterThan(20);
  });

  test.each(["/verifications", "/keys", "/services", "/tenants"])(
    "C-41: %s refuses every limit that is not a whole number from 1 to 100",
    async (path) => {
      for (const limit of ["0", "-1", "101", "1e9", "1e1", "1.5", "", " 1", "0x10", "01", "NaN", "１"]) {
        expect(await page(path, { limit }), limit).toMatchObject({
          status: 422,
          json: { code: "request_invalid", field: "limit" },
        });
      }
      expect((await call({ path: `${path}?limit=1&limit=2` })).status).toBe(422);
      expect((await call({ path: `${path}?offset=3` })).json).toMatchObject({ field: "offset" });
    },
  );

  test("W-16: filter by number in any spelling, and mask the number in the answer", async () => {
    const to = freshNumber();
    const [id = ""] = await startMany(1, { to });
    for (const written of [to, to.replace("+1415555", "+1 (415) 555-")]) {
      const { json } = await page("/verifications", { to: written });
      expect(json.items.map((one: { id: string }) => one.id)).toEqual([id]);
      expect(json.items[0].to).toBe(`+1••••••${to.slice(-4)}`);
    }
    // A plus sign that nobody encoded is a space.
    expect((await call({ path: `/verifications?to=${to}` })).json.items).toHaveLength(1);
    expect((await page("/verifications", { to: "+1 23" })).json.code).toBe("number_invalid");
    expect((await call({ path: `/verifications/${id}` })).json.to).toBe(to);
  });

  test("W-16: filter by status", async () => {
    const [id = ""] = await startMany(1);
    await call({ method: "DELETE", path: `/verifications/${id}` });
    const { json } = await page("/verifications", { status: "canceled" });
    expect(json.items.map((one: { id: string }) => one.id)).toEqual([id]);
    expect((await page("/verifications", { status: "constructor" })).json.field).toBe("status");
  });

  test("W-16: what has expired is listed as such at once, in whole pages, before any job wrote it down", async () => {
    const ids = await startMany(5, { channel: "sms" });
    const to = freshNumber();
    const [last = ""] = await startMany(1, { channel: "sms", to });
    const listed = async (query: Readonly<Record<string, string>>): Promise<Answer["json"]> =>
      (await page("/verifications", query)).json;
    const idsOf = (json: Answer["json"]): string[] => json.items.map((one: { id: string }) => one.id);
    await installation.clock.advance(300_000 - 2);
    const { json } = await call({ path: `/verifications/${last}` });
    expect(json.status).toBe("pending");
    expect(idsOf(await listed({ status: "expired", limit: "2" }))).toEqual([ids[4], ids[3]]);
    expect(idsOf(await listed({ status: "pending" }))).toEqual([last]);
    expect(idsOf(await listed({ status: "expired", to }))).toEqual([]);
    await installation.clock.advance(1);
    const first = await listed({ status: "expired", limit: "2" });
    expect(idsOf(first)).toEqual([last, ids[4]]);
    expect(idsOf(await listed({ status: "expired", limit: "2", cursor: first.nextCursor }))).toEqual([
      ids[3],
      ids[2],
    ]);
    expect(idsOf(await listed({ status: "pending" }))).toEqual([]);
    expect(idsOf(await listed({ status: "expired", to }))).toEqual([last]);
  });

  test("W-16: a cursor belongs to its list, its filter and its tenant, and cannot be made up (C-41)", async () => {
    await startMany(3);
    const { json } = await page("/verifications", { limit: "2" });
    const cursor: string = json.nextCursor;
    const [id = "", signature = ""] = cursor.split(".");
    const flipped = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    const lastItem: string = json.items[0].id;
    const refused = [
      page("/verifications", { cursor: `${id}.${flipped}` }),
      page("/verifications", { cursor: `${lastItem}.${signature}` }),
      page("/verifications", { cursor: id }),
      page("/verifications", { cursor: `${cursor}.` }),
      page("/verifications", { cursor: "" }),
      page("/verifications", { cursor: "__proto__.constructor" }),
      page("/verifications", { cursor, status: "pending" }),
      page("/verifications", { cursor, to: freshNumber() }),
      page("/verifications", { cursor }, otherTenantKey),
      page("/keys", { cursor }),
      page("/services", { cursor }),
      page("/tenants", { cursor }),
    ];
    for (const answer of await Promise.all(refused))
      expect(answer).toMatchObject({ status: 422, json: { code: "cursor_invalid" } });
    expect((await page("/verifications", { cursor })).status).toBe(200);
  });

  test.each([
    ["/keys", { scopes: ["keys:read"] }],
    ["/services", {}],
    ["/tenants", {}],
  ])("W-16: %s pages through everything once, newest first", async (path, body) => {
    for (let index = 0; index < 7; index++) {
      const made = await call({ method: "POST", path, body: { name: `n${index}`, ...body } });
      expect(made.status).toBe(201);
      await installation.clock.advance(1);
    }
    const whole = (await page(path, { limit: "100" })).json;
    expect(whole.nextCursor).toBeNull();
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { json }: Answer = await page(path, cursor === "" ? { limit: "3" } : { limit: "3", cursor });
      expect(json.items.length).toBeLessThanOrEqual(3);
      seen.push(...json.items.map((one: { id: string }) => one.id));
      cursor = json.nextCursor;
    }
    expect(seen).toEqual(whole.items.map((one: { id: string }) => one.id));
    expect(seen.length).toBeGreaterThanOrEqual(8);
  });
});
