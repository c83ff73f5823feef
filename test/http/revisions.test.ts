import { afterAll, describe, expect, test } from "vitest";
import { openInstallation } from "./installation.ts";

const one = await openInstallation();
afterAll(() => one.close());

const kinds = [
  ["service", "/services", { name: "payments" }, { brand: "First" }, { brand: "Second" }],
  ["webhook", "/webhooks", { url: "https://a.example/" }, { description: "1" }, { description: "2" }],
] as const;

describe.each(kinds)("W-16: two administrators and one %s", (_kind, folder, made, first, second) => {
  const change = (path: string, body: object, revision: string) =>
    one.call({ method: "PATCH", path, body, headers: { "if-match": revision } });

  test("the second change of the same state is refused", async () => {
    const { json } = await one.call({ method: "POST", path: folder, body: made });
    const path = `${folder}/${json.id}`;
    const seen = await one.call({ path });
    expect(seen.headers["etag"]).toBe(`"${json.revision}"`);
    const both = [change(path, first, `"${json.revision}"`), change(path, second, `"${json.revision}"`)];
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const [done, refused] = answers[0]?.status === 200 ? answers : [answers[1], answers[0]];
    expect(refused?.json.code).toBe("precondition_failed");
    expect((await one.call({ path })).json).toEqual(done?.json);
    expect(done?.headers["etag"]).toBe(`"${done?.json.revision}"`);
    const listed = await one.call({ path: folder });
    expect(listed.json.items).toContainEqual(done?.json);
  });

  test("without a condition the last one wins, as with any of several revisions, a weak one, or `*`", async () => {
    const { json } = await one.call({ method: "POST", path: folder, body: { ...made, ...more(folder) } });
    const path = `${folder}/${json.id}`;
    expect((await one.call({ method: "PATCH", path, body: first })).status).toBe(200);
    const now = (await one.call({ path })).json.revision;
    expect((await change(path, second, `"${json.revision}", W/"${now}"`)).status).toBe(200);
    expect((await change(path, first, "*")).status).toBe(200);
    expect((await change(path, second, json.revision)).status).toBe(412);
    expect((await one.call({ path })).json).toMatchObject(first);
  });
});

test("of ten who give a webhook a new secret on one condition, within one millisecond, one does", async () => {
  const { json } = await one.call({ method: "POST", path: "/webhooks", body: { url: "https://c.example/" } });
  const headers = { "if-match": `"${json.revision}"` };
  const rotate = () => one.call({ method: "POST", path: `/webhooks/${json.id}/rotate`, headers });
  const answers = await Promise.all(Array.from({ length: 10 }, rotate));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
});

test("a webhook is neither removed nor given a secret on a condition that does not hold, and its failures are no change", async () => {
  const { json } = await one.call({ method: "POST", path: "/webhooks", body: { url: "https://b.example/" } });
  const path = `/webhooks/${json.id}`;
  const stale = { "if-match": '"another"' };
  const answers = [
    await one.call({ method: "DELETE", path, headers: stale }),
    await one.call({ method: "POST", path: `${path}/rotate`, headers: stale }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([412, 412]);
  const { store } = one.instance;
  const key = { table: "endpoint", id: json.id as string } as const;
  await store.update([key], (rows, now) => {
    const row = rows.get(key);
    return {
      writes: row === undefined ? [] : [{ ...key, row: { ...row, failingSince: now } }],
      result: undefined,
    };
  });
  const failing = await one.call({ path });
  expect(failing.json.failingSince).not.toBeNull();
  const headers = { "if-match": `"${json.revision}"` };
  expect((await one.call({ method: "DELETE", path, headers })).status).toBe(200);
});

function more(folder: string): object {
  return folder === "/services" ? { name: "another" } : {};
}
