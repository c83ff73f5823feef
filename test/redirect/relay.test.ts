import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { ask, type TestServer, testServer } from "../server/support.ts";

const root = join(import.meta.dirname, "../..");
const { flowroute, telnyx } = standinAccounts;

/** As a program of years ago sends a text: the vendor's host, its own credentials, and nothing of ours. */
const programs: Readonly<Record<string, string>> = {
  flowroute: `
    const https = require("https");
    const body = JSON.stringify({ to: process.argv[1], from: process.env.SENDER, content: process.argv[2] });
    const request = https.request({
      method: "POST", host: "api.flowroute.com", path: "/v2/messages", auth: process.env.CREDENTIALS,
      headers: { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) },
    }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => console.log(answer.statusCode, text));
    });
    request.end(body);`,
  vonage: `
    const https = require("https");
    const query = new URLSearchParams({
      from: process.env.SENDER, to: process.argv[1], text: process.argv[2],
      api_key: process.env.CREDENTIALS.split(":")[0], api_secret: process.env.CREDENTIALS.split(":")[1],
    });
    https.request({ method: "POST", host: "rest.nexmo.com", path: "/sms/json?" + query }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => console.log(answer.statusCode, text));
    }).end();`,
  telnyx: `
    fetch("https://api.telnyx.com/v2/messages", {
      method: "POST",
      headers: { authorization: "Bearer " + process.env.CREDENTIALS, "content-type": "application/json" },
      body: JSON.stringify({ from: process.env.SENDER, to: "+" + process.argv[1], text: process.argv[2] }),
    }).then(async (answer) => console.log(answer.status, await answer.text()));`,
};

/** Two carriers' stand-ins, each a server of its own, and ours before them. */
describe("a program that is not touched, under the preload", () => {
  let first: TestServer;
  let second: TestServer;
  let server: TestServer;

  beforeAll(async () => {
    [first, second] = await Promise.all([testServer(), testServer()]);
    server = await testServer({
      COUNTERSIGN_COUNTRIES: "US",
      COUNTERSIGN_MONEY_PER_DAY: "50",
      COUNTERSIGN_CARRIERS: "flowroute,telnyx",
      COUNTERSIGN_FLOWROUTE_ACCESS_KEY: flowroute.accessKey,
      COUNTERSIGN_FLOWROUTE_SECRET_KEY: flowroute.secretKey,
      COUNTERSIGN_FLOWROUTE_FROM: flowroute.number,
      COUNTERSIGN_FLOWROUTE_URL: `${first.url}/sandbox/flowroute`,
      COUNTERSIGN_TELNYX_API_KEY: telnyx.apiKey,
      COUNTERSIGN_TELNYX_PUBLIC_KEY: telnyx.publicKey,
      COUNTERSIGN_TELNYX_FROM: telnyx.number,
      COUNTERSIGN_TELNYX_URL: `${second.url}/sandbox/telnyx`,
    });
  });
  afterAll(async () => {
    for (const one of [server, first, second]) await one.remove().catch(() => {});
  });

  function run(vendor: string, to: string, text: string): Promise<string> {
    const key = server.firstKey;
    if (key === null) throw new Error("the server has no key");
    const credentials: Readonly<Record<string, string>> = {
      flowroute: `${key.flowroute.accessKey}:${key.flowroute.secretKey}`,
      vonage: `${key.vonage.apiKey}:${key.vonage.apiSecret}`,
      telnyx: key.telnyx.apiKey,
    };
    const env = {
      PATH: process.env["PATH"],
      NODE_NO_WARNINGS: "1",
      COUNTERSIGN_REDIRECT: server.url,
      CREDENTIALS: credentials[vendor],
      SENDER: flowroute.number.slice(vendor === "telnyx" ? 0 : 1),
    };
    const given = ["-r", join(root, "bin/redirect.cjs"), "-e", programs[vendor] ?? "", to, text];
    return new Promise((resolve) => {
      execFile(process.execPath, given, { env, timeout: 20_000 }, (_error, stdout, stderr) =>
        resolve(stdout === "" ? stderr : stdout),
      );
    });
  }

  async function textsOn(carrier: TestServer, to: string): Promise<readonly string[]> {
    const path = `/sandbox/api/phones/${encodeURIComponent(`+${to}`)}/messages`;
    const { messages } = JSON.parse((await ask(`${carrier.url}${path}`)).text);
    return messages.map((one: { readonly text: string }) => one.text);
  }

  const accepted: Readonly<Record<string, RegExp>> = {
    flowroute: /^200 .*mdr1-/,
    vonage: /^200 .*"status":"0"/,
    telnyx: /^200 .*"status":"queued"/,
  };

  test.each(Object.keys(programs))("%s: its text goes out once, as it was given", async (vendor) => {
    const to = `1206555${String(1_000 + 111 * Object.keys(programs).indexOf(vendor))}`;
    expect(await run(vendor, to, `by ${vendor}`)).toMatch(accepted[vendor] ?? /never/);
    // Whose rate has no room at this moment leaves it to the other one.
    const arrived = async () => [...(await textsOn(first, to)), ...(await textsOn(second, to))];
    await expect.poll(arrived).toEqual([`by ${vendor}`]);
  });

  test("D-10: and by the second one within seconds where the first is gone, by whichever vendor's API", async () => {
    await first.close();
    for (const [index, vendor] of Object.keys(programs).entries()) {
      const to = `1212555${String(2_000 + 111 * index)}`;
      expect(await run(vendor, to, `again by ${vendor}`)).toMatch(accepted[vendor] ?? /never/);
      await expect.poll(() => textsOn(second, to)).toEqual([`again by ${vendor}`]);
    }
  });
});
