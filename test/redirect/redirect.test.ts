import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const preload = join(root, "bin/redirect.cjs");

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly body: string;
}

const seen: Seen[] = [];
let server: Server;
let target: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, host: headers.host ?? "", body });
      response.setHeader("content-type", "application/json");
      response.end('{"status":"0"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program under the preload, on Node 24 or whatever binary is given. */
function run(program: string, environment: Record<string, string>, binary = process.execPath): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env["PATH"], ...environment }, timeout: 20_000 };
    execFile(binary, ["-r", preload, "-e", program], options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

const all = (): Record<string, string> => ({ COUNTERSIGN_REDIRECT: target });
const end = "(r) => { r.resume(); r.on('end', () => console.log(r.statusCode)); }";

/** Programs in the ways in which clients of every age ask. */
const programs: readonly (readonly [string, string, Partial<Seen>])[] = [
  [
    "https.request with options, as nexmo",
    `require('https').request({ host: 'api.nexmo.com', port: 443, path: '/verify/json?x=1', method: 'GET', headers: { Host: 'api.nexmo.com' } }, ${end}).end()`,
    { method: "GET", url: "/verify/json?x=1" },
  ],
  [
    "https.get with an address",
    `require('https').get('https://rest.nexmo.com/sms/json?y=2', ${end})`,
    { method: "GET", url: "/sms/json?y=2" },
  ],
  [
    "https.request with an agent of its own and a body",
    `const https = require('https'); const r = https.request({ hostname: 'api.twilio.com', agent: new https.Agent({ keepAlive: false }), path: '/2010-04-01', method: 'POST', headers: { 'content-length': 2 } }, ${end}); r.end('hi')`,
    { method: "POST", url: "/2010-04-01", body: "hi" },
  ],
  [
    "http.get with an object of an address",
    `const { URL } = require('url'); require('http').get(new URL('http://api.telnyx.com/v2/verify_profiles'), ${end})`,
    { url: "/v2/verify_profiles" },
  ],
];

const newer: typeof programs = [
  [
    "an address with options",
    `require('https').request('https://api.flowroute.com/v2/messages', { method: 'POST' }, ${end}).end('x')`,
    { method: "POST", url: "/v2/messages", body: "x" },
  ],
  [
    "fetch with an address",
    "fetch('https://verify.twilio.com/v2/Services', { method: 'POST', body: 'a=b' }).then((r) => console.log(r.status))",
    { method: "POST", url: "/v2/Services", body: "a=b" },
  ],
  [
    "fetch with a request",
    "fetch(new Request('https://api.telnyx.com/v2/x', { method: 'POST', body: 'q' })).then((r) => console.log(r.status))",
    { method: "POST", url: "/v2/x", body: "q" },
  ],
  [
    "the dispatcher of the platform",
    `const d = globalThis[Symbol.for('undici.globalDispatcher.1')]; d.dispatch({ origin: 'https://api.nexmo.com', path: '/ni/basic/json', method: 'GET' }, { onConnect() {}, onHeaders(s) { console.log(s); return true }, onData() { return true }, onComplete() {}, onError(e) { console.error(e) } })`,
    { url: "/ni/basic/json" },
  ],
  [
    "a named import of an ES module",
    `import('node:https').then(({ get }) => get('https://api.nexmo.com/verify/search/json', ${end}))`,
    { url: "/verify/search/json" },
  ],
];

describe("countersign/redirect", () => {
  test.each([...programs, ...newer])("%s comes to us", async (_how, program, expected) => {
    seen.length = 0;
    const ran = await run(program, all());
    expect(ran.stderr).toContain("countersign/redirect: api.nexmo.com -> ");
    expect({ ...ran, stderr: "" }).toEqual({ exitCode: 0, stdout: "200\n", stderr: "" });
    expect(seen).toEqual([expect.objectContaining({ ...expected, host: target.replace("http://", "") })]);
  });

  test("says on one line what it redirects, and a vendor alone is only that vendor", async () => {
    const ran = await run("", { COUNTERSIGN_REDIRECT_VONAGE: `${target}/below/` });
    const below = `${target}/below`;
    expect(ran.stderr).toBe(`countersign/redirect: api.nexmo.com -> ${below}, rest.nexmo.com -> ${below}\n`);
    seen.length = 0;
    const asked = await run(`require('https').get('https://api.nexmo.com/verify/json', ${end})`, {
      COUNTERSIGN_REDIRECT_VONAGE: `${target}/below/`,
    });
    expect(asked.stdout).toBe("200\n");
    expect(seen[0]?.url).toBe("/below/verify/json");
  });

  test("without a target, or with one that is no address, the program does not start", async () => {
    const none = await run("console.log('started')", {});
    expect(none).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining("set COUNTERSIGN_REDIRECT to the address"),
    });
    expect(none.exitCode).not.toBe(0);
    for (const wrong of ["localhost:3000", "ftp://x", "x"]) {
      const ran = await run("console.log('started')", { COUNTERSIGN_REDIRECT_TELNYX: wrong });
      expect(ran.stdout).toBe("");
      expect(ran.stderr).toContain("COUNTERSIGN_REDIRECT_TELNYX must be an http or https address");
    }
  });

  test("leaves every other host alone", async () => {
    seen.length = 0;
    const other = `const http = require('http'); http.createServer((q, s) => s.end('own')).listen(0, '127.0.0.1', function () { const self = this; http.get({ host: '127.0.0.1', port: this.address().port, path: '/' }, (r) => { r.on('data', (d) => console.log(String(d))); r.on('end', () => self.close()); }); })`;
    expect((await run(other, all())).stdout).toBe("own\n");
    expect(seen).toEqual([]);
  });
});

describe("on Node 8", () => {
  const binary = join(root, "clients-test/node_modules/node-8/bin/node");
  beforeEach((context) => {
    if (!existsSync(binary)) context.skip("there is no Node 8 here: npm run test:clients installs one");
  });
  test.each(programs)("%s comes to us", async (_how, program, expected) => {
    seen.length = 0;
    const ran = await run(program, all(), binary);
    expect({ ...ran, stderr: "" }).toEqual({ exitCode: 0, stdout: "200\n", stderr: "" });
    expect(seen).toEqual([expect.objectContaining(expected)]);
  });
});
