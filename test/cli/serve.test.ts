import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasTerminals, type Process, startCountersign, startFromClone, startOnTerminal } from "./process.ts";

const timeout = 120_000;
const body = '{"to":"+14155550123"}';
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

function kept(one: Process): Process {
  running.push(one);
  return one;
}

interface Ready {
  readonly url: string;
  readonly port: number;
  readonly api: string;
  readonly firstKey: { readonly key: string } | null;
}

async function served(...args: string[]): Promise<{ server: Process; ready: Ready }> {
  const server = kept(startCountersign(["serve", "--json", "--port", "0", ...args], folder));
  await server.printed(/"event":"ready".*\n/, "serve");
  const line = server
    .stdout()
    .split("\n")
    .find((one) => one.includes('"event":"ready"'));
  return { server, ready: JSON.parse(line ?? "") as Ready };
}

/** A request whose head has arrived and whose body has not. */
function halfARequest({ port, firstKey }: Ready): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    const head = [
      "POST /api/v1/verifications HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${firstKey?.key}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      "Expect: 100-continue",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    // "100 Continue": the request is under way.
    socket.once("data", () => resolve(socket));
  });
}

describe("serve", { timeout }, () => {
  test("without a terminal there are only JSON lines on standard output, and beside them where everything is, with the first key once", async () => {
    const server = kept(startFromClone(["serve", "--port", "0"], folder));
    await server.printed(/the server takes requests.*\n/, "serve");
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(0);
    const lines = server.stdout().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).event)).toContain("stopped");
    expect(server.stdout()).not.toMatch(/cs_/);
    const said = server.stderr();
    const url = /^Countersign is ready at (http:\/\/localhost:\d+)\n/.exec(said)?.[1] ?? "nowhere";
    expect(said).toContain("in another terminal: npx countersign verify ");
    for (const path of ["/two-factor", "/account", "/sandbox", "/api/v1", "/api/docs", "/health/ready"])
      expect(said).toContain(`  ${url}${path}\n`);
    const key = /First API key {6}(cs_[\w-]{43}) {2}\(shown this once\)\n/.exec(said)?.[1] ?? "none";
    expect(said).toContain(`curl ${url}/api/v1/verifications -H 'Authorization: Bearer ${key}'`);
    expect(said).not.toContain("\u001b[");

    const again = kept(startCountersign(["serve", "--port", "0"], folder));
    await again.printed(/the server takes requests.*\n/, "serve");
    again.kill("SIGINT");
    expect(await again.ended("serve")).toBe(0);
    expect(again.stderr()).toMatch(/^Countersign is ready at http:\/\/localhost:\d+\n/);
    expect(again.stderr()).not.toMatch(/cs_/);
    expect(again.stderr()).toContain("Try it (`npx countersign keys create` makes a key):");
  });

  test("without a carrier and without phones it offers nothing that would be refused, and a refusal says what to set", async () => {
    const server = kept(startCountersign(["serve", "--port", "0", "--sandbox", "off"], folder));
    await server.printed(/the server takes requests.*\n/, "serve");
    await server.complained(/Ctrl-C stops\./, "serve");
    const said = server.stderr();
    expect(said).toContain("\nNothing can be sent yet. Set COUNTERSIGN_SANDBOX=on for virtual phones");
    expect(said).not.toMatch(/curl|countersign verify/);
    const [, api = ""] = /Verification API +(\S+)/.exec(said) ?? [];
    const [, key = ""] = /First API key +(\S+)/.exec(said) ?? [];
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const answer = await fetch(`${api}/verifications`, { method: "POST", headers, body });
    expect([answer.status, await answer.json()]).toEqual([
      422,
      expect.objectContaining({
        detail:
          "channel sms has no carrier, since none is configured: set COUNTERSIGN_SANDBOX=on for virtual phones, or the settings of a carrier.",
      }),
    ]);
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(0);
  });

  test("R-18: SIGTERM finishes the request that is under way, then ends with 0", async () => {
    const { server, ready } = await served();
    const socket = await halfARequest(ready);
    const answer = new Promise<string>((resolve) => {
      let text = "";
      socket.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      socket.on("close", () => resolve(text));
    });
    server.kill("SIGTERM");
    await server.printed(/"event":"stopping".*\n/, "stopping");
    socket.write(body);
    expect(await answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(await server.ended("serve")).toBe(0);
  });

  test("a second signal does not wait for a request that never ends", async () => {
    const { server, ready } = await served();
    const socket = await halfARequest(ready);
    socket.on("error", () => {});
    server.kill("SIGTERM");
    await server.printed(/"event":"stopping".*\n/, "stopping");
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(143);
    socket.destroy();
  });

  test("K-5: a command that only asks a server needs neither its master secret nor its settings", async () => {
    const secret = { COUNTERSIGN_SECRET: "xK3vQ9mT2bW7rY5pL8nD4cF6gH1jZ0sA" };
    const production = { COUNTERSIGN_ENV: "production", COUNTERSIGN_SANDBOX: "on" };
    const server = kept(
      startCountersign(["serve", "--json", "--port", "0"], folder, { ...production, ...secret }),
    );
    await server.printed(/"event":"ready".*\n/, "serve");
    const ready: Ready = JSON.parse(/^.*"event":"ready".*$/m.exec(server.stdout())?.[0] ?? "{}");
    const clients = [
      { args: ["keys", "list"], environment: production },
      { args: ["sandbox", "messages"], environment: { COUNTERSIGN_ENV: "production" } },
      {
        args: ["keys", "list"],
        environment: { ...production, COUNTERSIGN_SECRET_FILE: join(folder, "unreadable") },
      },
      { args: ["keys", "list"], environment: { ...production, DATABASE_URL: "postgres://elsewhere/x" } },
      {
        args: ["--url", ready.url, "keys", "list"],
        environment: { ...production, COUNTERSIGN_API_KEY: String(ready.firstKey?.key) },
      },
    ];
    for (const { args, environment } of clients) {
      const client = kept(startCountersign(args, folder, environment));
      expect(await client.ended(args.join(" ")), client.stderr()).toBe(0);
    }
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(0);
    // Nobody is there to ask: what opens the data itself needs all of it.
    const alone = kept(startCountersign(["keys", "list"], folder, production));
    expect(await alone.ended("alone")).toBe(3);
    expect(alone.stderr()).toContain("COUNTERSIGN_SECRET");
  });

  test("K-7: a key comes over standard input, so that no list of processes shows it", async () => {
    const { server, ready } = await served();
    const client = kept(startCountersign(["--url", ready.url, "--key-file", "-", "keys", "list"], folder));
    client.type(String(ready.firstKey?.key));
    client.endInput();
    expect(await client.ended("client"), client.stderr()).toBe(0);
    expect(client.stdout()).toContain("first");
    const help = kept(startCountersign(["--help"], folder));
    expect(await help.ended("help")).toBe(0);
    expect(help.stdout()).toMatch(/--key <key> .*list of\s+processes/);
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(0);
  });

  test("COUNTERSIGN_LOG=debug shows where a failure came from, and nothing else does", async () => {
    const args = ["--url", "http://127.0.0.1:1", "--key", "x".repeat(40), "keys", "list"];
    const plain = kept(startCountersign(args, folder));
    expect(await plain.ended("plain")).toBe(5);
    expect(plain.stderr()).not.toMatch(/\n\s+at /);
    const debugged = kept(startFromClone(args, folder, { COUNTERSIGN_LOG: "debug" }));
    expect(await debugged.ended("debugged")).toBe(5);
    expect(debugged.stderr()).toMatch(/\n\s+at .*http\.ts/);
  });
});

describe.skipIf(!hasTerminals)("on a terminal (needs script of util-linux)", { timeout }, () => {
  test("serve says where everything is, with a curl command that works as it stands", async () => {
    const server = kept(startOnTerminal(["serve", "--port", "0"], folder, { NO_COLOR: "1" }));
    await server.printed(/Ctrl-C stops\./, "serve");
    const text = server.stdout();
    expect(text).not.toContain("\u001b[");
    for (const name of [
      "Verification page",
      "Virtual phones",
      "API reference",
      "Verification API",
      "Health",
      "Data folder",
    ]) {
      expect(text).toContain(name);
    }
    const command = /curl (\S+) -H '(\S+): ([^']+)' \\\s+-H '(\S+): ([^']+)' -d '([^']+)'/.exec(text) ?? [];
    const [, url = "", name = "", value = "", secondName = "", secondValue = "", sent = ""] = command;
    const headers = { [name]: value, [secondName]: secondValue };
    const answer = await fetch(url, { method: "POST", headers, body: sent });
    expect(answer.status).toBe(201);
    server.type("\u0003");
    expect(await server.ended("serve")).toBe(0);
    expect(server.stdout()).toContain("SIGINT: finishing what is under way.");
  });

  test("verify asks in colour, takes the code, and Ctrl-C leaves the verification pending", async () => {
    const first = kept(startOnTerminal(["verify", "+14155550123"], folder));
    await first.printed(/text from Countersign: \d{6} [\s\S]*cancel\): /, "verify");
    const code = /Countersign: (\d{6}) /.exec(first.stdout())?.[1] ?? "";
    first.type(code);
    expect(await first.ended("verify")).toBe(0);
    expect(first.stdout()).toContain("\u001b[32mApproved");

    const second = kept(startOnTerminal(["verify", "+14155550124"], folder));
    await second.printed(/cancel\): /, "verify");
    second.type("\u0003");
    expect(await second.ended("verify")).toBe(130);
    expect(second.stdout()).toContain("The verification is still pending.");
  });
});
