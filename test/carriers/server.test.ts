import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { ask, startBody, type TestServer, testServer, withKey } from "../server/support.ts";

const to = "+12065550177";
const { accessKey, secretKey, number } = standinAccounts.flowroute;
const { telnyx } = standinAccounts;

/** A server of the sandbox plays the carrier, another one uses it as it would use the real one. */
describe("a server with a real carrier, before a stand-in of another server", () => {
  let carrier: TestServer;
  let server: TestServer;
  let callbackOf: (path: string) => string;

  beforeAll(async () => {
    carrier = await testServer();
    // The port must be known before the start, since carriers are told the public address.
    const probe = await testServer();
    const { port } = probe;
    await probe.remove();
    server = await testServer({
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      COUNTERSIGN_COUNTRIES: "US",
      COUNTERSIGN_MONEY_PER_DAY: "50",
      COUNTERSIGN_FLOWROUTE_ACCESS_KEY: accessKey,
      COUNTERSIGN_FLOWROUTE_SECRET_KEY: secretKey,
      COUNTERSIGN_FLOWROUTE_FROM: number,
      COUNTERSIGN_FLOWROUTE_URL: `${carrier.url}/sandbox/flowroute`,
      COUNTERSIGN_TELNYX_API_KEY: telnyx.apiKey,
      COUNTERSIGN_TELNYX_PUBLIC_KEY: telnyx.publicKey,
      COUNTERSIGN_TELNYX_FROM: telnyx.number,
      COUNTERSIGN_TELNYX_CONNECTION_ID: telnyx.connectionId,
      COUNTERSIGN_TELNYX_VOICE_FROM: telnyx.number,
      COUNTERSIGN_TELNYX_URL: `${carrier.url}/sandbox/telnyx`,
    });
    callbackOf = (path) => `http://127.0.0.1:${port}/callbacks/${path}`;
  });

  afterAll(async () => {
    await server.remove();
    await carrier.remove();
  });

  async function json(url: string, key: string, body?: string) {
    const method = body === undefined ? "GET" : "POST";
    const answer = await ask(url, { method, headers: withKey(key), ...(body === undefined ? {} : { body }) });
    return { status: answer.status, body: JSON.parse(answer.text) };
  }

  test("D-3: the code arrives on the phone, the receipt comes back, the code is approved", async () => {
    const started = await json(`${server.url}/api/v1/verifications`, server.key, startBody(to));
    expect(started.status).toBe(201);
    const { id } = started.body;
    const phone = `${carrier.url}/sandbox/api/phones/${encodeURIComponent(to)}/messages`;
    await expect.poll(async () => JSON.parse((await ask(phone)).text).messages.length).toBe(1);
    const read = async () => (await json(`${server.url}/api/v1/verifications/${id}`, server.key)).body;
    await expect.poll(async () => (await read()).deliveries[0].state).toBe("delivered");
    expect((await read()).deliveries[0].provider).toBe("flowroute");
    const [{ code }] = JSON.parse((await ask(phone)).text).messages;
    const checked = await json(
      `${server.url}/api/v1/verifications/${id}/check`,
      server.key,
      JSON.stringify({ code }),
    );
    expect(checked.status).toBe(200);
  });

  test("D-3: a call rings, says the code to whoever answers, and the code is approved", async () => {
    // One that was verified before, by the test above: nobody else is called before a text (F-11).
    const called = to;
    const body = JSON.stringify({ to: called, channel: "voice" });
    const started = await json(`${server.url}/api/v1/verifications`, server.key, body);
    expect(started).toMatchObject({ status: 201 });
    const { id } = started.body;
    const phone = `${carrier.url}/sandbox/api/phones/${encodeURIComponent(called)}`;
    const calls = async () => JSON.parse((await ask(`${phone}/calls`)).text).calls;
    await expect.poll(async () => (await calls())[0]?.state).toBe("ringing");
    const [{ messageId }] = await calls();
    const headers = { "content-type": "application/json" };
    await ask(`${phone}/calls/${messageId}`, { method: "POST", headers, body: '{"act":"answer"}' });
    const messages = async () => JSON.parse((await ask(`${phone}/messages`)).text).messages;
    await expect.poll(async () => (await messages())[0].code).toMatch(/^\d{6}$/);
    const read = async () => (await json(`${server.url}/api/v1/verifications/${id}`, server.key)).body;
    await expect.poll(async () => (await read()).deliveries[0].state).toBe("delivered");
    expect((await read()).deliveries[0]).toMatchObject({ channel: "voice", provider: "telnyx" });
    const [{ code }] = await messages();
    const checked = await json(
      `${server.url}/api/v1/verifications/${id}/check`,
      server.key,
      JSON.stringify({ code }),
    );
    expect(checked.status).toBe(200);
  });

  test("N-7: no phones and no stand-ins beside a real carrier", async () => {
    for (const path of ["/sandbox/api/phones", "/sandbox/flowroute/v2/messages/x"]) {
      expect((await ask(`${server.url}${path}`)).status).toBe(404);
    }
  });

  test("W-10: what was not proven is refused, and unknown carriers do not exist", async () => {
    const post = async (path: string) =>
      (await ask(callbackOf(path), { method: "POST", body: "{}", headers: {} })).status;
    expect(await post("flowroute")).toBe(403);
    expect(await post("flowroute/inbound.AAAAAAAAAAAAAAAA")).toBe(403);
    expect(await post("sandbox")).toBe(404);
  });

  test("K-7: neither credentials nor number nor code are in the log", () => {
    for (const secret of [
      secretKey,
      telnyx.apiKey,
      to.slice(1),
      Buffer.from(`${accessKey}:${secretKey}`).toString("base64"),
    ]) {
      expect(server.logged.text).not.toContain(secret);
    }
  });
});
