import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { type Process, startCountersign } from "./process.ts";

let folder: string;
let running: Process[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "cs-")));
  running = [];
});

afterEach(async () => {
  for (const one of running) one.kill("SIGKILL");
  await Promise.all(running.map((one) => one.ended("clean-up")));
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Process {
  const one = startCountersign(args, folder, environment);
  running.push(one);
  return one;
}

async function readyLine(server: Process): Promise<Record<string, unknown> & { readonly url: string }> {
  await server.printed(/"event":"ready".*\n/, "ready");
  const line = server
    .stdout()
    .split("\n")
    .find((one) => one.includes('"event":"ready"'));
  return JSON.parse(line ?? "");
}

const { telnyx } = standinAccounts;

describe("carriers at the command line", () => {
  test("sandbox serve: a program's texts arrive on virtual phones, nothing is written, and a signal ends it", async () => {
    const server = start(["sandbox", "serve", "--json", "--port", "0"]);
    const { url, standins } = await readyLine(server);
    expect(standins).toContainEqual({ vendor: "telnyx", url: `${url}/sandbox/telnyx`, account: telnyx });
    const sent = await fetch(`${url}/sandbox/telnyx/v2/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${telnyx.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ from: telnyx.number, to: "+12065550177", text: "Your code is 123456" }),
    });
    expect(sent.status).toBe(200);
    const arrived = await fetch(`${url}/sandbox/api/phones/%2B12065550177/messages`);
    expect(((await arrived.json()) as { messages: unknown }).messages).toMatchObject([
      { from: telnyx.number, code: "123456" },
    ]);
    server.kill("SIGTERM");
    expect(await server.ended("sandbox serve")).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("sandbox serve says where the phones and the stand-ins are, with their accounts; a wrong port has a remedy", async () => {
    const server = start(["sandbox", "serve", "--port", "0"]);
    await server.printed(/Ctrl-C stops/, "sandbox serve");
    const said = server.stdout();
    const url = /phones are at (http:\/\/localhost:\d+)\/sandbox/.exec(said)?.[1] ?? "nowhere";
    for (const vendor of Object.keys(standinAccounts)) expect(said).toContain(`${url}/sandbox/${vendor}`);
    expect(said).toContain(`apiKey: ${telnyx.apiKey}`);
    expect(said).not.toContain("PRIVATE KEY");
    const wrong = start(["sandbox", "serve", "--port", "x"]);
    expect(await wrong.ended("wrong port")).not.toBe(0);
    expect(wrong.stderr()).toContain("such as --port 3001");
  });

  test("serve with carriers says which addresses their consoles are told", async () => {
    const server = start(["serve", "--json", "--port", "0"], {
      PUBLIC_URL: "https://verify.example.com",
      COUNTERSIGN_COUNTRIES: "US",
      COUNTERSIGN_MONEY_PER_DAY: "5",
      COUNTERSIGN_TELNYX_API_KEY: telnyx.apiKey,
      COUNTERSIGN_TELNYX_PUBLIC_KEY: telnyx.publicKey,
      COUNTERSIGN_TELNYX_FROM: telnyx.number,
      COUNTERSIGN_FLOWROUTE_ACCESS_KEY: "10000001",
      COUNTERSIGN_FLOWROUTE_SECRET_KEY: "a-secret-of-flowroute",
      COUNTERSIGN_FLOWROUTE_FROM: "+12065550100",
    });
    const { callbacks } = await readyLine(server);
    const address = (name: string) =>
      expect.stringMatching(`^https://verify.example.com/callbacks/${name}/inbound\\.[\\w-]{16}$`);
    expect(callbacks).toEqual({ flowroute: address("flowroute"), telnyx: address("telnyx") });
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(0);
    expect(`${server.stdout()}${server.stderr()}`).not.toContain("a-secret-of-flowroute");
  });
});
