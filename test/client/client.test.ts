import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { type ClientOptions, CountersignFault, createClient } from "../../src/client/index.ts";
import { freshNumber, openInstallation } from "../http/installation.ts";

const installation = await openInstallation();
afterAll(() => installation.close());
const { instance, clock } = installation;
const url = `http://127.0.0.1:${installation.port}`;
const client = createClient({ url: `${url}/`, key: installation.firstKey });

/** A server in front of the real one, which a script makes fail; it notes what was asked. */
async function unreliable(
  script: readonly ("drop" | "lose" | "hang" | 503 | 429)[],
  options: Partial<ClientOptions> = {},
): Promise<{ client: ReturnType<typeof createClient>; keys: (string | undefined)[]; waits: number[] }> {
  const keys: (string | undefined)[] = [];
  const waits: number[] = [];
  const server = createServer((request, response) => {
    const act = script[keys.length];
    keys.push(request.headers["idempotency-key"] as string | undefined);
    if (act === "drop") return void request.socket.destroy();
    if (act === "hang") return;
    if (act === 503 || act === 429) {
      const code = act === 503 ? "storage_unavailable" : "rate_limited";
      response.writeHead(act, { "retry-after": act === 503 ? "1" : "60" });
      return void response.end(JSON.stringify({ code, retryable: true, detail: "later" }));
    }
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { method = "GET" } = request;
      const headers = new Headers(request.headers as Record<string, string>);
      for (const hop of ["connection", "host", "content-length", "transfer-encoding"]) headers.delete(hop);
      const answer = await fetch(url + request.url, { method, headers, ...(body === "" ? {} : { body }) });
      const text = await answer.text();
      if (act === "lose") return void request.socket.destroy();
      response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  return { client: createClient({ url: at, key: installation.firstKey, wait, ...options }), keys, waits };
}

async function begin(binding?: string): Promise<{ id: string; to: string; code: string }> {
  const to = freshNumber();
  const started = await client.start({ to, ...(binding === undefined ? {} : { binding }) });
  if (started.outcome !== "started") throw new Error(started.outcome);
  await instance.engine.tick();
  return { id: started.verification.id, to, code: instance.sandbox?.phones.messages(to)[0]?.code ?? "" };
}

const wrong = (code: string): string => (code === "000000" ? "000001" : "000000");

describe("the verbs over HTTP", () => {
  test("start, wrong code, right code, list and get", async () => {
    const { id, to, code } = await begin("mine");
    const mine = { id, to, binding: "mine" };
    expect(await client.check({ ...mine, code: wrong(code) })).toMatchObject({
      outcome: "codeMismatch",
      checksLeft: 4,
    });
    expect(await client.check({ ...mine, code: "12" })).toMatchObject({ outcome: "codeMalformed" });
    expect(await client.check({ id, to, code })).toMatchObject({ outcome: "notFound" });
    expect(await client.check({ ...mine, code })).toMatchObject({
      outcome: "approved",
      verification: { id, to, status: "approved" },
    });
    expect(await client.check({ ...mine, code })).toMatchObject({ outcome: "settled", status: "approved" });
    expect(await client.get({ id, binding: "mine" })).toMatchObject({ id, checks: [{}, { right: true }] });
    expect(await client.get({ id })).toBeNull();
    const listed = await client.list({ status: "approved", limit: 1 });
    expect(listed).toMatchObject({ outcome: "listed", list: { items: [{ id }] } });
    expect(await client.list({ cursor: "forged" })).toMatchObject({ outcome: "cursorInvalid" });
  });

  test("resend, next, cancel and settle", async () => {
    const { id } = await begin();
    expect(await client.resend({ id })).toMatchObject({ outcome: "resendTooSoon" });
    await clock.advance(30_000);
    expect(await client.resend({ id })).toMatchObject({ outcome: "sent" });
    await clock.advance(60_000);
    await instance.engine.tick();
    expect(await client.next({ id })).toMatchObject({ outcome: expect.stringMatching(/sent|noFurtherStep/) });
    expect(await client.cancel({ id })).toMatchObject({ outcome: "canceled", verification: { id } });
    expect(await client.cancel({ id })).toMatchObject({ outcome: "canceled" });
    const other = await begin();
    expect(await client.settle({ id: other.id, status: "approved" })).toMatchObject({ outcome: "approved" });
  });

  test("a page, its ticket, and what is known of a number", async () => {
    const returnUrl = "https://app.example.com/back";
    const key = installation.firstKey;
    const body = { name: "pages", page: { returnUrls: [returnUrl] } };
    await installation.call({ method: "POST", path: "/services", body, key });
    const made = await client.page({ service: "pages", returnUrl, purpose: "login", state: "s" });
    expect(made).toMatchObject({
      outcome: "made",
      page: { url: expect.stringContaining("/two-factor?link=") },
    });
    expect(await client.page({ service: "pages", returnUrl: `${returnUrl}/` })).toMatchObject({
      outcome: "requestInvalid",
      field: "returnUrl",
    });
    const premium = { service: "pages", returnUrl, to: "+19005551234" };
    expect(await client.page(premium)).toMatchObject({ outcome: "numberNotAllowed", reason: "type_denied" });
    expect(await client.redeem("x".repeat(54))).toMatchObject({ outcome: "ticketInvalid" });
    const { id, to, code } = await begin("page:mine");
    await client.check({ id, to, code, binding: "page:mine" });
    const { tenant, engine } = instance;
    const ticket = await engine.issueTicket({ tenantId: tenant.id, id, binding: "page:mine" });
    expect(await client.redeem(ticket ?? "")).toMatchObject({
      outcome: "redeemed",
      proof: { verificationId: id, to, subject: null },
    });
    expect(await client.describe("+1 (415) 555-0123")).toMatchObject({
      outcome: "described",
      number: { e164: "+14155550123", region: "US", channels: { sms: { allowed: true } } },
    });
    for (const number of ["", "..", "12", "constructor"]) {
      expect(await client.describe(number), number).toMatchObject({ outcome: "numberInvalid" });
    }
    expect(await client.unlock(to)).toEqual({ outcome: "unlocked" });
    expect(await client.optIn(to)).toEqual({ outcome: "optedIn" });
    expect(await client.erase(to)).toMatchObject({ outcome: "erased", erased: { verifications: 1 } });
    expect(await client.get({ id, binding: "page:mine" })).toBeNull();
  });

  test("what people bring as number or id is a refusal, whatever is in it", async () => {
    expect(await client.start({ to: "12" })).toMatchObject({
      outcome: "numberInvalid",
      reason: "region_missing",
    });
    expect(await client.start({ to: freshNumber(), subject: "" })).toMatchObject({
      outcome: "requestInvalid",
      field: "subject",
    });
    for (const id of ["", "..", ".", "a/b", "%", "?x", "constructor"]) {
      expect(await client.get({ id }), id).toBeNull();
      expect(await client.check({ id, to: "+1", code: "1" }), id).toMatchObject({ outcome: "notFound" });
    }
  });
});

describe("retries, time-outs and faults", () => {
  test("W-4: an answer that is lost is asked for again with the same key: one message, one guess", async () => {
    const { client: shaky, keys } = await unreliable(["lose", "drop"]);
    const to = freshNumber();
    expect(await shaky.start({ to })).toMatchObject({ outcome: "started" });
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys)).toEqual(new Set([keys[0]]));
    await instance.engine.tick();
    expect(instance.sandbox?.phones.messages(to)).toHaveLength(1);
    const { id, code, to: second } = await begin();
    const { client: lossy } = await unreliable(["lose", "lose"]);
    const missed = await lossy.check({ id, to: second, code: wrong(code) });
    expect(missed).toMatchObject({ outcome: "codeMismatch", checksLeft: 4 });
    expect((await client.get({ id }))?.checksLeft).toBe(4);
  });

  test("after the last retry a fault says what happened, without the key", async () => {
    const { client: dead, keys, waits } = await unreliable(["drop", "drop", "drop", "drop"]);
    const fault = await dead.start({ to: freshNumber() }).catch((cause) => cause);
    expect(fault).toBeInstanceOf(CountersignFault);
    expect(fault).toMatchObject({ code: "unreachable", status: null });
    expect(fault.message).toMatch(/^the server at http:\/\/127\.0\.0\.1:\d+ cannot be reached$/);
    expect(JSON.stringify(fault) + fault.stack).not.toContain(installation.firstKey);
    expect([keys.length, waits]).toEqual([3, [200, 400]]);
  });

  test("Retry-After is kept to, and a long one is not waited for", async () => {
    const { client: busy, waits } = await unreliable([503]);
    expect(await busy.list()).toMatchObject({ outcome: "listed" });
    expect(waits).toEqual([1_000]);
    const { client: limited, keys } = await unreliable([429]);
    await expect(limited.list()).rejects.toMatchObject({ code: "rate_limited", status: 429 });
    expect(keys).toHaveLength(1);
  });

  test("a server that never answers is a fault after the time-out; a signal ends a call at once", async () => {
    const { client: slow } = await unreliable(["hang"], { timeoutMs: 50, retriesMax: 0 });
    await expect(slow.list()).rejects.toMatchObject({ code: "timed_out" });
    const { client: waiting, keys } = await unreliable(["hang"]);
    const controller = new AbortController();
    const pending = waiting.list({}, { signal: controller.signal });
    controller.abort("enough");
    await expect(pending).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect(keys.length).toBeLessThanOrEqual(1);
  });

  test("a wrong key, a mistake in a call and an address of something else are faults, at once", async () => {
    const other = createClient({ url, key: "not-a-key-of-this-server" });
    await expect(other.list()).rejects.toMatchObject({ code: "unauthorized", status: 401 });
    const binding = "ümlaut";
    const asked = { id: crypto.randomUUID(), to: "+14155550123", code: "123456", binding };
    await expect(client.check(asked)).rejects.toMatchObject({ code: "request_invalid" });
    const html = createClient({ url, key: "k".repeat(20), fetch: async () => new Response("<html>") });
    await expect(html.list()).rejects.toMatchObject({ code: "unreadable", status: 200 });
    const twice = createClient({ url: `${url}/api/v1/`, key: installation.firstKey });
    await expect(twice.list()).rejects.toThrow("give the url without /api/v1");
    expect(() => createClient({ url: "verify.example", key: "k" })).toThrow(
      'createClient: url: "verify.example" was given, allowed is an address',
    );
    expect(() => createClient({ url, key: "" })).toThrow("createClient: key: it is missing");
    expect(() => createClient({ url, key: "k", retriesMax: -1 })).toThrow("retriesMax:");
  });
});
