import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorTable } from "../../src/errors/codes.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { ask, sendRaw, startBody, type TestServer, testServer, withKey } from "./support.ts";

let server: TestServer;
let clock: FakeClock;
beforeAll(async () => {
  clock = createFakeClock();
  server = await testServer({ PUBLIC_URL: "https://verify.example.com" }, { clock });
});
afterAll(() => server.remove());
const at = (path: string): string => `${server.addresses[0]}${path}`;

describe("health", () => {
  test("live answers as long as the process does, ready as long as a durable write works", async () => {
    expect(JSON.parse((await ask(at("/health/live"))).text)).toEqual({ status: "live" });
    expect(JSON.parse((await ask(at("/health/ready"))).text)).toEqual({
      status: "ready",
      store: "embedded",
    });
  });

  test("the storage is probed once a second, and its failure is 503 with the reason", async () => {
    const other = await testServer({}, { clock });
    const ready = () => ask(`${other.addresses[0]}/health/ready`);
    expect((await ready()).status).toBe(200);
    await other.instance.store.close();
    expect((await ready()).status).toBe(200);
    await clock.advance(1_000);
    const failed = await ready();
    expect(failed.status).toBe(503);
    expect(JSON.parse(failed.text)).toMatchObject({ code: "storage_unavailable", reasons: ["storage"] });
    expect((await ask(`${other.addresses[0]}/health/live`)).status).toBe(200);
    await other.remove();
  });

  test("before the data is open every request is answered with 503 and the reason", async () => {
    const seen: { status: number; text: string }[] = [];
    const early = await testServer(
      {},
      {
        onListening: async (addresses) => {
          seen.push(await ask(`${addresses[0]}/health/ready`));
        },
      },
    );
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ status: 503 });
    expect(JSON.parse(seen[0]?.text ?? "")).toMatchObject({ code: "starting", status: 503 });
    expect((await ask(`${early.addresses[0]}/health/ready`)).status).toBe(200);
    await early.remove();
  });
});

describe("metrics", () => {
  test("count verbs, deliveries and requests by labels that no caller chooses", async () => {
    const body = startBody("+14155550199");
    await ask(at("/api/v1/verifications"), { method: "POST", headers: withKey(server.key), body });
    await server.instance.engine.tick();
    await ask(at("/api/v1/verifications/nobody-knows-this-id"), { headers: withKey(server.key) });
    await ask(at("/some/path/nobody/knows?with=secrets"));
    await ask(at("/health/live"), { method: "PROPFIND" });
    const { text, headers } = await ask(at("/metrics"));
    expect(headers["content-type"]).toMatch(/^text\/plain/);
    expect(text).toContain('countersign_verbs_total{verb="start",outcome="started"} 1');
    expect(text).toContain(
      'countersign_deliveries_total{provider="sandbox",channel="sms",answer="accepted"} 1',
    );
    expect(text).toMatch(
      /countersign_http_seconds_count\{method="POST",route="\/api\/v1\/verifications",status="201"\} 1/,
    );
    expect(text).toMatch(
      /countersign_http_seconds_count\{method="GET",route="\/api\/v1\/verifications\/:id",status="404"\} 1/,
    );
    expect(text).toMatch(/countersign_http_seconds_count\{method="GET",route="unmatched",status="404"\} 1/);
    expect(text).toMatch(
      /countersign_http_seconds_count\{method="other",route="unmatched",status="40[45]"\} 1/,
    );
    expect(text).toMatch(/countersign_event_loop_delay_seconds\{quantile="0\.99"\} \d/);
    expect(text).toMatch(/countersign_outbox_due 0/);
    expect(text).toMatch(/countersign_store_waiting \d/);
    expect(text).toMatch(/countersign_connections \d/);
    expect(text).not.toMatch(/nobody|14155550199|PROPFIND/);
  });

  test("from this machine no key is asked for; through a proxy or from elsewhere one is", async () => {
    expect((await ask(at("/metrics"))).status).toBe(200);
    for (const header of ["x-forwarded-for", "forwarded", "via"]) {
      expect((await ask(at("/metrics"), { headers: { [header]: "127.0.0.1" } })).status).toBe(401);
    }
    // A page whose name resolves to this machine, or a proxy that passes its clients' Host on and nothing else.
    for (const host of ["rebound.example", "verify.example.com"]) {
      expect((await ask(at("/metrics"), { headers: { host } })).status).toBe(401);
    }
    const withAKey = { ...withKey(server.key), "x-forwarded-for": "203.0.113.1" };
    expect((await ask(at("/metrics"), { headers: withAKey })).status).toBe(200);
  });
});

describe("the sandbox", () => {
  test.each([
    "localhost",
    "localhost:3000",
    "127.0.0.1:3000",
    "[::1]:3000",
    "phones.localhost",
    "verify.example.com",
  ])("answers to the host %s", async (host) => {
    expect((await ask(at("/sandbox/api/phones"), { headers: { host } })).status).toBe(200);
  });

  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.7:3000",
    "verify.example.com:444",
    "evil.example/localhost",
  ])("DNS rebinding: does not answer to the host %o", async (host) => {
    const answer = await ask(at("/sandbox/api/phones"), { headers: { host } });
    expect(answer.status).toBe(421);
    expect(JSON.parse(answer.text)).toMatchObject({ code: "host_not_allowed" });
  });

  test.each([
    "Host: \r\n",
    "Host: localhost\r\nHost: evil.example\r\n",
    "Host: evil.example\r\nHost: localhost\r\n",
  ])("DNS rebinding: an empty host and two hosts are none (%o)", async (hosts) => {
    const request = `GET /sandbox/api/phones HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`;
    expect(await sendRaw(server.port, request)).toMatch(/^HTTP\/1\.1 4(21|00) /);
  });

  test("a receipt that comes after the stop is noted and ends nothing", async () => {
    const other = await testServer({}, { clock });
    other.instance.sandbox?.faults.set({ prefix: "+1", type: "lateReceipt", delayMs: 5_000 });
    const body = startBody("+14155550166");
    await ask(`${other.addresses[0]}/api/v1/verifications`, {
      method: "POST",
      headers: withKey(other.key),
      body,
    });
    await other.instance.engine.tick();
    await other.close();
    await clock.advance(5_000);
    expect(other.logged.lines().some((line) => line["event"] === "receipt")).toBe(true);
    await other.remove();
  });

  test("C-48: is not there when it is off", async () => {
    const other = await testServer({ COUNTERSIGN_SANDBOX: "off" });
    expect((await ask(`${other.addresses[0]}/sandbox/api/phones`)).status).toBe(404);
    await other.remove();
  });
});

describe("every answer", () => {
  test.each<[string, string]>([
    ["GET", "/health/live"],
    ["GET", "/nowhere"],
    ["POST", "/api/v1/verifications"],
    ["GET", "/sandbox/api/phones"],
    ["GET", "/metrics"],
    ["TRACE", "/health/live"],
  ])("W-3: %s %s carries the security headers", async (method, path) => {
    const { headers } = await ask(at(path), { method });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("server");
  });
});

describe("the pages of the errors", () => {
  test("the type of a problem leads to a page, as Markdown or for a browser", async () => {
    const { type } = JSON.parse((await ask(at("/nowhere"))).text);
    const page = await ask(at(type));
    expect(page.headers["content-type"]).toBe("text/markdown; charset=utf-8");
    expect(page.text).toMatch(/^# not_found/);
    const html = await ask(at(type), { headers: { accept: "text/html,*/*" } });
    expect(html.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(html.headers["content-security-policy"]).toMatch(/default-src 'none'/);
    expect(html.text).toContain("<title>not_found · Countersign</title>");
  });

  test("every code has one, and no other file can be read", async () => {
    const headers = { accept: "text/html" };
    const { text: index } = await ask(at("/errors"), { headers });
    for (const code of Object.keys(errorTable)) expect(index).toContain(`href="/errors/${code}"`);
    expect((await ask(at("/errors/forbidden"), { headers })).text).toContain('href="/errors"');
    expect((await ask(at("/errors"))).text).toContain("[forbidden](forbidden.md)");
    for (const code of Object.keys(errorTable)) expect((await ask(at(`/errors/${code}`))).status).toBe(200);
    const others = ["README", "constructor", "..%2f..%2fpackage.json", "..%2fREADME", "not_found.md"];
    for (const other of others) expect((await ask(at(`/errors/${other}`))).status).toBe(404);
    expect(readdirSync(join(import.meta.dirname, "../../docs/errors"))).toContain("README.md");
  });
});
