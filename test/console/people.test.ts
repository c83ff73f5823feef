import { afterAll, describe, expect, test } from "vitest";
import { auditEntries } from "../../src/audit/index.ts";
import { key } from "../../src/store/index.ts";
import { breakSeals } from "../support/broken-seals.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { heading, openConsole, type Person, password, said, somebody } from "./admins.ts";

const site = await openConsole({ COUNTERSIGN_ACCOUNT_URL: "https://id.example.com/account" });
const { server, clock, call } = site;
const { store, accounts, sandbox, engine } = server.instance;
afterAll(() => server.remove());

const admin = await site.join("helper");
const { visitor } = admin;
const tenantId = server.instance.tenant.id;

async function fresh(): Promise<void> {
  await site.signIn(admin, visitor);
  expect(heading(visitor)).toBe("Overview");
}

async function newest() {
  const [entry] = await auditEntries(store, { limit: 1 });
  return entry;
}

/** Links of resets that reached the phone. */
async function linksOn(number: string): Promise<readonly string[]> {
  await engine.tick();
  const texts = sandbox?.phones.messages(number).map(({ text }) => text) ?? [];
  return texts.flatMap((text) => /\/reset\?reset=(csr_[\w-]+)/.exec(text)?.[1] ?? []);
}

describe("finding somebody", () => {
  test("by their name, whatever its case, with what they enrolled; masked, and why they cannot get in", async () => {
    const one = await somebody(site, "Grace");
    await fresh();
    for (let wrong = 0; wrong < 5; wrong++) {
      await call("POST", "/sessions", { name: "Grace", password: "not the right one" });
    }
    await visitor.open("/console/people");
    expect(visitor.page.text).toMatch(/>grace<\/a><\/td><td[^>]*>locked until <time datetime="[^"]+">/);
    await visitor.post("/console/people", { name: " gRACE " });
    expect(heading(visitor)).toBe("grace");
    expect(visitor.page.text).toContain("Passwords, where they never signed in");
    expect(visitor.page.text).toContain(`•${one.number.slice(-4)}`);
    expect(visitor.page.text).not.toContain(one.number);
    clock.jumpTo(clock.now() + 30_001);
    await visitor.open(`/console/people/${one.id}`);
    expect(visitor.page.text).toContain("Nothing is locked.");
    await visitor.post("/console/people", { name: "grac" });
    expect([heading(visitor), said(visitor)]).toEqual(["People", expect.stringContaining("Nobody")]);
    expect((await visitor.open(`/console/people/${tenantId}`)).status).toBe(404);
  });

  test("names are shown as they are written, page by page", async () => {
    await accounts.createSubscriber({ tenantId, name: "<img src=x>" });
    // Of one millisecond, any may be on the first page.
    clock.jumpTo(clock.now() + 1);
    for (let n = 0; n < 60; n++) await accounts.createSubscriber({ tenantId, name: `paged-${n}` });
    await fresh();
    const names = () => [...visitor.page.text.matchAll(/>(paged-\d+)<\/a>/g)].map((one) => one[1]);
    await visitor.open("/console/people");
    expect(visitor.page.text).toContain("&#60;img src&#61;x&#62;");
    expect(visitor.page.text).not.toContain("<img");
    const seen = names();
    expect(seen.length).toBeLessThan(50);
    const next = /href="(\/console\/people\?[^"]+)"/.exec(visitor.page.text)?.[1] ?? "";
    await visitor.open(next.replaceAll("&#61;", "=").replaceAll("&amp;", "&"));
    const all = Array.from({ length: 60 }, (_, n) => `paged-${n}`);
    expect([...seen, ...names()].toSorted()).toEqual(all.toSorted());
  });
});

describe("helping somebody", () => {
  test("signed out everywhere: their session is over, and the log says who did it; a key's is daily work", async () => {
    const { id } = (await call("POST", "/subscribers", { name: "ida", password })).json;
    const pending = (await call("POST", "/sessions", { name: "ida", password })).json.pending.bearer;
    const app = (await call("POST", `/subscribers/${id}/authenticators`, { type: "totp" })).json;
    const code = codeOfApp(app.seed, clock.now());
    const path = `/subscribers/${id}/authenticators/${app.authenticator.id}/confirm`;
    const { json } = await call("POST", path, { code, session: pending });
    const isIn = async () =>
      (await accounts.checkSession({ tenantId, session: json.session.bearer })).outcome === "active";
    expect(await isIn()).toBe(true);
    await fresh();
    await visitor.open(`/console/people/${id}`);
    expect(visitor.page.text).not.toContain(app.seed);
    await visitor.post(`/console/people/${id}/sign-out`);
    expect(said(visitor)).toBe("They are signed out everywhere.");
    expect(await isIn()).toBe(false);
    const entry = await newest();
    expect(entry).toMatchObject({
      actor: { kind: "administrator", name: "helper" },
      operation: "endSessions",
      target: id,
      outcome: "done",
    });
    expect((await call("DELETE", `/subscribers/${id}/sessions`)).status).toBe(204);
    expect(await newest()).toEqual(entry);
  });

  test("neither a sign-out nor a removal is done without its entry of the audit log", async () => {
    const { id } = await somebody(site, "max");
    await fresh();
    const before = await store.get(key("subscriber", id));
    const headKey = key("audit", "head");
    const head = (await store.get(headKey)) ?? null;
    const write = async (row: typeof head) => {
      await store.update([headKey], () => ({ writes: [{ ...headKey, row }], result: undefined }));
    };
    await write(null);
    for (const act of ["sign-out", "remove"]) {
      await visitor.open(`/console/people/${id}`);
      await visitor.post(`/console/people/${id}/${act}`, { sure: "on" });
      expect([act, said(visitor)]).toEqual([act, expect.not.stringContaining("They are")]);
    }
    await write(head);
    expect(await store.get(key("subscriber", id))).toEqual(before);
  });

  test("P-7: a way back in goes to their phone and nowhere else, once for a form that is sent twice", async () => {
    const one = await somebody(site, "joan");
    await fresh();
    clock.jumpTo(clock.now() + 11 * 60_000);
    await visitor.open(`/console/people/${one.id}`);
    await visitor.post(`/console/people/${one.id}/reset`);
    expect(heading(visitor)).toBe("Confirm that it is you");
    await visitor.post("/console/confirm", { type: "totp", code: site.code(admin) });
    expect([heading(visitor), said(visitor)]).toEqual(["joan", "Confirmed. You can do it now."]);
    const fields = visitor.hidden();
    await visitor.post(`/console/people/${one.id}/reset`, fields);
    expect(said(visitor)).toMatch(/^A link is on its way by text to .*•.*, good once, until [\d: -]+ UTC/);
    const links = await linksOn(one.number);
    expect(links).toHaveLength(1);
    expect(visitor.page.text).not.toContain("csr_");
    expect(await newest()).toMatchObject({ operation: "startReset", target: one.id, outcome: "done" });
    await visitor.post(`/console/people/${one.id}/reset`, fields);
    expect(await newest()).toMatchObject({ operation: "startReset", outcome: "repeated" });
    expect(await linksOn(one.number)).toEqual(links);
  });

  test("whoever proved no address is offered no link, and gets none", async () => {
    const { id } = (await call("POST", "/subscribers", { name: "bare" })).json;
    await fresh();
    await visitor.open(`/console/people/${id}`);
    expect(visitor.page.text).not.toContain("Send the link");
    await visitor.post(`/console/people/${id}/reset`);
    expect(said(visitor)).toContain("no address to write to");
  });

  test("removed after a tick, also with a name that cannot be read; erased where that is ticked as well", async () => {
    const [one, other] = [await somebody(site, "kay"), await somebody(site, "lin")];
    await breakSeals(store, "subscriber", one.id);
    const sentTo = async ({ number }: Person): Promise<number> =>
      (await call("GET", `/verifications?to=${encodeURIComponent(number)}`)).json.items.length;
    await fresh();
    await visitor.open(`/console/people/${one.id}`);
    expect(heading(visitor)).toBe("(cannot be read)");
    await visitor.post(`/console/people/${one.id}/remove`);
    expect(said(visitor)).toContain("Nobody was removed");
    await visitor.post(`/console/people/${one.id}/remove`, { sure: "on" });
    expect([heading(visitor), said(visitor)]).toEqual([
      "People",
      expect.stringContaining("They are removed."),
    ]);
    expect(await newest()).toMatchObject({ operation: "deleteSubscriber", target: one.id, outcome: "done" });
    await visitor.open(`/console/people/${other.id}`);
    await visitor.post(`/console/people/${other.id}/remove`, { sure: "on", erase: "on" });
    expect(said(visitor)).toContain("what was sent to them is erased");
    expect(await newest()).toMatchObject({ operation: "eraseSubscriber", target: other.id, outcome: "done" });
    expect([await sentTo(one), await sentTo(other)]).toEqual([1, 0]);
    for (const { id } of [one, other]) expect((await call("GET", `/subscribers/${id}`)).status).toBe(404);
  });
});
