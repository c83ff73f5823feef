import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasTerminals, type Process, startCountersign, startOnTerminal } from "./process.ts";

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
  test("without a terminal there are only JSON lines on standard output, and one line beside them with the first key, once", async () => {
    const server = kept(startCountersign(["serve", "--port", "0"], folder));
    await server.printed(/the server takes requests.*\n/, "serve");
    server.kill("SIGTERM");
    expect(await server.ended("serve")).toBe(0);
    const lines = server.stdout().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).event)).toContain("stopped");
    expect(server.stdout()).not.toMatch(/cs_/);
    expect(server.stderr()).toMatch(
      /^countersign: ready at http:\/\/localhost:\d+, data in \/.*\/data, first API key, shown this once: cs_[\w-]{43}\n$/,
    );

    const again = kept(startCountersign(["serve", "--port", "0"], folder));
    await again.printed(/the server takes requests.*\n/, "serve");
    again.kill("SIGINT");
    expect(await again.ended("serve")).toBe(0);
    expect(again.stderr()).toMatch(/^countersign: ready at http:\/\/localhost:\d+, data in \/.*\/data\n$/);
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

  test("COUNTERSIGN_LOG=debug shows where a failure came from, and nothing else does", async () => {
    const args = ["--url", "http://127.0.0.1:1", "--key", "x".repeat(40), "keys", "list"];
    const plain = kept(startCountersign(args, folder));
    expect(await plain.ended("plain")).toBe(5);
    expect(plain.stderr()).not.toMatch(/\n\s+at /);
    const debugged = kept(startCountersign(args, folder, { COUNTERSIGN_LOG: "debug" }));
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
    for (const name of ["Verification API", "Virtual phones", "OpenAPI", "Health", "Data folder"]) {
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
