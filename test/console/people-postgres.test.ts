import { afterAll, expect, test } from "vitest";
import { auditEntries, verifyAudit } from "../../src/audit/index.ts";
import { startPostgres } from "../support/postgres.ts";
import { heading, openConsole, said, somebody } from "./admins.ts";

const postgres = await startPostgres();
const site = await openConsole({
  DATABASE_URL: await postgres.database(),
  COUNTERSIGN_SECRET: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
  COUNTERSIGN_ACCOUNT_URL: "https://id.example.com/account",
});
const { server, call } = site;
const { store, accounts, parts, tenant } = server.instance;
afterAll(async () => {
  await server.remove();
  await postgres.stop();
});

const { visitor } = await site.join("helper", server.invitation ?? "");

const removedBefore = "There is nobody of this id, or not any more: nothing was done.";

/** Another window of the same browser. */
function again() {
  const other = site.visitor();
  other.cookies = new Map(visitor.cookies);
  other.page = visitor.page;
  return other;
}

async function removalsOf(target: string): Promise<readonly string[]> {
  const entries = await auditEntries(store, { limit: 50 });
  return entries.flatMap((one) =>
    one.target === target && one.operation === "deleteSubscriber" ? one.outcome : [],
  );
}

test("on PostgreSQL: found, locked, signed out; removed by two at once, with one entry", async () => {
  const { id, number } = await somebody(site, "grace");
  for (let n = 0; n < 5; n++) await call("POST", "/sessions", { name: "grace", password: "a wrong one" });
  await visitor.open("/console/people");
  expect(visitor.page.text).toMatch(/>grace<\/a><\/td><td[^>]*>locked until <time/);
  await visitor.post("/console/people", { name: "GRACE" });
  expect(heading(visitor)).toBe("grace");
  expect(visitor.page.text).not.toContain(number);
  await visitor.post(`/console/people/${id}/sign-out`);
  expect(said(visitor)).toBe("They are signed out everywhere.");
  const windows = [again(), again(), again()];
  await Promise.all(windows.map((one) => one.post(`/console/people/${id}/remove`, { sure: "on" })));
  expect(windows.map(said).toSorted()).toEqual([
    ...Array(2).fill(removedBefore),
    expect.stringContaining("They are removed."),
  ]);
  expect(await removalsOf(id)).toEqual(["done"]);
});

test("whom somebody else removed meanwhile, for them nothing is done, and the list says why", async () => {
  const { id } = await somebody(site, "ida");
  await visitor.open(`/console/people/${id}`);
  await accounts.removeSubscriber({ tenantId: tenant.id, subscriberId: id });
  for (const act of ["sign-out", "reset", "remove"]) {
    const window = again();
    await window.post(`/console/people/${id}/${act}`, { sure: "on" });
    expect([act, heading(window), said(window)]).toEqual([act, "People", removedBefore]);
  }
});

test("people of another tenant, and the administrators themselves, are nobody here", async () => {
  const other = (await call("POST", "/tenants", { name: "Shop", brand: "Shop" })).json.id;
  const theirs = await accounts.createSubscriber({ tenantId: other, name: "lin" });
  if (theirs.outcome !== "created") throw new Error(theirs.outcome);
  const own = (await auditEntries(store, { limit: 50 })).map(({ actor }) => actor);
  const helper = own.find((one) => one.kind === "administrator");
  await visitor.open("/console/people");
  expect(visitor.page.text).not.toContain(">lin<");
  for (const id of [theirs.subscriber.id, helper?.id]) {
    expect((await again().open(`/console/people/${id}`)).status).toBe(404);
    for (const act of ["sign-out", "reset", "remove"]) {
      const window = again();
      await window.post(`/console/people/${id}/${act}`, { sure: "on" });
      expect([act, said(window)]).toEqual([act, removedBefore]);
    }
  }
  expect(await accounts.subscriber({ tenantId: other, subscriberId: theirs.subscriber.id })).not.toBeNull();
});

test("a database that is away: a page says so, nobody is half removed, and the log is whole", async () => {
  const { id, number } = await somebody(site, "kay");
  await visitor.open(`/console/people/${id}`);
  const form = again();
  await postgres.kill();
  await form.post(`/console/people/${id}/remove`, { sure: "on" });
  expect([form.page.status, heading(form)]).toEqual([503, "This did not work"]);
  await postgres.restart();
  const whose = async () => {
    await visitor.open(`/console/people/${id}`);
    return heading(visitor);
  };
  await expect.poll(whose, { timeout: 20_000 }).toBe("kay");
  expect(visitor.page.text).toContain(`•${number.slice(-4)}`);
  await visitor.post(`/console/people/${id}/remove`, { sure: "on" });
  expect(await removalsOf(id)).toEqual(["done"]);
  const log = await auditEntries(store, { limit: 50 });
  expect(JSON.stringify(log)).not.toMatch(/"kay|\+1\d{10}|csr_/);
  expect(await verifyAudit(parts)).toMatchObject({ outcome: "intact" });
});
