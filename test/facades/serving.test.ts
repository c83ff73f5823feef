import { afterEach, describe, expect, test } from "vitest";
import { createFakeClock } from "../../src/testing/index.ts";
import { type TestServer, testServer } from "../server/support.ts";

let server: TestServer | null = null;

afterEach(async () => {
  await server?.remove();
  server = null;
});

async function open(environment: Record<string, string> = {}): Promise<TestServer> {
  // Limits are counted by this clock, which stands still.
  server = await testServer(environment, { clock: createFakeClock() });
  return server;
}

describe("facades of a server", () => {
  test("K-7: what clients put into addresses is in no line of the log, nor are number and code", async () => {
    const { port, firstKey, logged, instance } = await open();
    const { apiKey, apiSecret } = firstKey?.vonage ?? { apiKey: "", apiSecret: "" };
    const number = "14155550177";
    const credentials = `api_key=${apiKey}&api_secret=${apiSecret}`;
    const url = `http://127.0.0.1:${port}/verify/json?${credentials}&number=${number}&brand=Acme`;
    expect(await (await fetch(url)).json()).toMatchObject({ status: "0" });
    await instance.engine.tick();
    const code = instance.sandbox?.phones.messages(`+${number}`)[0]?.code ?? "";
    const check = `http://127.0.0.1:${port}/verify/check/json?${credentials}&request_id=1&code=${code}`;
    await (await fetch(check)).text();
    expect(logged.lines().map((line) => line["route"])).toContain("/verify/json");
    expect(code).toMatch(/^\d{6}$/);
    for (const secret of [apiSecret, number, code]) expect(logged.text).not.toContain(secret);
  });

  test("are those that COUNTERSIGN_FACADES names", async () => {
    const { port } = await open({ COUNTERSIGN_FACADES: "telnyx" });
    const status = async (path: string): Promise<number> => {
      const http = await fetch(`http://127.0.0.1:${port}${path}`);
      await http.text();
      return http.status;
    };
    expect(await status("/verify/json")).toBe(404);
    expect(await status("/v2/verify_profiles")).toBe(401);
  });

  test("a key that asks too often is throttled in each vendor's words", async () => {
    const { port, firstKey } = await open({ COUNTERSIGN_KEY_REQUESTS_PER_SECOND: "1" });
    const base = `http://127.0.0.1:${port}`;
    const { apiKey, apiSecret } = firstKey?.vonage ?? { apiKey: "", apiSecret: "" };
    const search = `${base}/verify/search/json?api_key=${apiKey}&api_secret=${apiSecret}&request_id=1`;
    const answers: unknown[] = [];
    for (const _ of "1234") answers.push(await (await fetch(search)).json());
    expect(answers).toContainEqual({ status: "1", error_text: "Throttled" });
    const authorization = `Bearer ${firstKey?.telnyx.apiKey}`;
    const telnyx = await fetch(`${base}/v2/verify_profiles`, { headers: { authorization } });
    expect(telnyx.status).toBe(429);
    expect(telnyx.headers.get("retry-after")).toBe("1");
    expect(await telnyx.json()).toMatchObject({ errors: [{ code: "10011" }] });
  });

  test("an address that guesses secrets is told to wait, and a right one still passes", async () => {
    const { port, firstKey } = await open({ COUNTERSIGN_ADDRESS_FAILURES_PER_MINUTE: "3" });
    const base = `http://127.0.0.1:${port}/ni/basic/json?number=442079460018`;
    const { apiKey, apiSecret } = firstKey?.vonage ?? { apiKey: "", apiSecret: "" };
    const statuses: unknown[] = [];
    for (const _ of "12345") {
      const answer = await (await fetch(`${base}&api_key=${apiKey}&api_secret=wrong`)).json();
      statuses.push((answer as { status: number }).status);
    }
    expect(statuses).toEqual([4, 4, 4, 1, 1]);
    const right = await (await fetch(`${base}&api_key=${apiKey}&api_secret=${apiSecret}`)).json();
    expect(right).toMatchObject({ status: 0 });
  });
});
