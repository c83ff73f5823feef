import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock, systemRandom } from "../../src/clock/index.ts";
import { standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/webhook/index.ts";
import { type Answer, ask, type TestServer, testServer, withKey } from "../server/support.ts";
import { openTestInstance, type TestInstanceOptions } from "../support/instance.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";

const parts = { clock: systemClock(), random: systemRandom() };
const { webhook } = standinAccounts;

describe("C-43, C-44: a person who answers STOP, before a stand-in", () => {
  let carrier: TestServer;
  let server: TestServer;

  beforeAll(async () => {
    carrier = await testServer();
    const probe = await testServer();
    const { port } = probe;
    await probe.remove();
    server = await testServer({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      COUNTERSIGN_COUNTRIES: "US",
      COUNTERSIGN_MONEY_PER_DAY: "50",
      COUNTERSIGN_CARRIER_WEBHOOK_URL: `${carrier.url}/sandbox/webhook/messages`,
      COUNTERSIGN_CARRIER_WEBHOOK_SECRET: webhook.secret,
      COUNTERSIGN_CARRIER_WEBHOOK_CHANNELS: "sms,voice",
      COUNTERSIGN_FACADES: "all",
    });
    const inboundUrl = `http://127.0.0.1:${port}/callbacks/webhook`;
    const { url, ...sent } = signedPost(parts, `${carrier.url}/sandbox/webhook/settings`, { inboundUrl });
    expect((await ask(url, { method: "PUT", ...sent })).status).toBe(200);
  });
  afterAll(async () => {
    await server.remove();
    await carrier.remove();
  });

  const post = async (path: string, body: object): Promise<Answer & { json: Record<string, unknown> }> => {
    const answer = await ask(`${server.url}/api/v1${path}`, {
      method: "POST",
      headers: withKey(server.key),
      body: JSON.stringify(body),
    });
    return { ...answer, json: JSON.parse(answer.text) };
  };
  const start = async (to: string, more: object = {}) => {
    const { status, json } = await post("/verifications", { to, ...more });
    return `${status} ${json["reason"] ?? json["code"] ?? json["status"]}`;
  };
  const says = async (from: string, text: string) => {
    const body = JSON.stringify({ text, to: webhook.number });
    const headers = { "content-type": "application/json" };
    const path = `/sandbox/api/phones/${encodeURIComponent(from)}/replies`;
    expect((await ask(`${carrier.url}${path}`, { method: "POST", headers, body })).status).toBe(201);
  };
  const text = async (to: string) => {
    const { status, json } = await post("/messages", { to, text: "hello" });
    return `${status} ${json["reason"] ?? json["state"]}`;
  };
  const becomes = (to: string, said: string) => expect.poll(() => text(to)).toBe(said);

  test("gets no further text, is told why, may be called, and gets texts again after START", async () => {
    const to = "+12065550146";
    expect(await text(to)).toBe("201 queued");
    await says(to, " Stop. ");
    await becomes(to, "422 recipient_opted_out");
    expect((await post("/verifications", { to, channel: "sms" })).json).toMatchObject({
      code: "number_not_allowed",
      reason: "recipient_opted_out",
      detail: expect.stringContaining("START"),
    });
    const looked = await ask(`${server.url}/api/v1/numbers/${encodeURIComponent(to)}`, {
      headers: withKey(server.key),
    });
    expect(looked.text).toContain("recipient_opted_out");
    expect(await start(to, { channel: "voice" })).toBe("201 pending");
    await says(to, "HELP");
    await says(to, "what is this?");
    await expect.poll(() => server.logged.text.match(/nothing waits for one/g)?.length).toBe(1);
    expect(await text(to)).toBe("422 recipient_opted_out");
    await says(to, "START");
    await becomes(to, "201 queued");
  });

  test("an operator may open it, and only with a key of the first tenant", async () => {
    const to = "+12065550147";
    await says(to, "STOP");
    await becomes(to, "422 recipient_opted_out");
    const path = `${server.url}/api/v1/numbers/${encodeURIComponent(to)}/opt-out`;
    const open = (key: string) =>
      ask(path, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
    const tenant = await post("/tenants", { name: "other" });
    const { key } = tenant.json["key"] as { readonly key: string };
    expect((await open(key)).status).toBe(403);
    expect(await text(to)).toBe("422 recipient_opted_out");
    expect((await open(server.key)).status).toBe(204);
    expect(await start(to)).toBe("201 pending");
  });

  test("a forged STOP stops nobody", async () => {
    const to = "+12065550148";
    const data = { id: "m1", from: to, to: webhook.number, text: "STOP" };
    const event = { type: "message.received", data };
    const { url, ...sent } = signedPost(parts, `${server.url}/callbacks/webhook`, event, true);
    expect((await ask(url, { method: "POST", ...sent })).status).toBe(403);
    expect(await start(to)).toBe("201 pending");
  });

  test("N-8: the number is neither in the row nor in the log", async () => {
    expect(server.logged.text).toContain("a person answered a text of ours");
    expect(server.logged.text).not.toContain("2065550146");
  });
});

const to = "+12065550150";
const stop = { id: "m1", from: to, to: "+12065550101", text: "STOP" };
const guarded = (folder?: string): TestInstanceOptions => ({
  sandbox: false,
  providers: [scriptedProvider("one"), scriptedProvider("two")],
  guard: { prices: {}, moneyPerDay: 1_000_000, velocity: [] },
  ...(folder === undefined ? {} : { folder }),
});

test("C-44: STOP to one carrier's sender holds for all of them, for every tenant, and after a restart", async () => {
  const first = await openTestInstance(guarded());
  expect(await first.engine.inbound("one", stop)).toEqual({ word: "stop", changed: true });
  expect(await first.engine.inbound("one", stop)).toEqual({ word: "stop", changed: false });
  const refused = { outcome: "numberNotAllowed", reason: "recipient_opted_out" };
  expect(await first.tryStart({ to })).toMatchObject(refused);
  await first.close();
  const second = await openTestInstance(guarded(first.folder));
  expect(await second.tryStart({ to })).toMatchObject(refused);
  const anotherTenant = await second.engine.sendMessage({ tenantId: second.tenantId, to, text: "hello" });
  expect(anotherTenant).toMatchObject({ type: "numberNotAllowed", reason: "recipient_opted_out" });
});

test("a text that is on its way when STOP comes still leaves; its automatic next one does not", async () => {
  const one = await openTestInstance(guarded());
  const workflow = [
    { channel: "sms", waitMs: 60_000 },
    { channel: "sms", waitMs: 60_000 },
  ] as const;
  await one.start({ to, policy: { workflow } });
  await one.engine.inbound("one", stop);
  await one.clock.advance(60_000);
  await one.engine.tick();
  const [verification] = await one.store.verifications({ tenantId: one.tenantId, limit: 1 });
  const deliveries = await one.store.deliveriesOf(verification?.id ?? "");
  expect(deliveries.map(({ state, guard }) => [state, guard?.reasons[0]?.reason])).toEqual([
    ["accepted", undefined],
    ["failed", "recipient_opted_out"],
  ]);
});
