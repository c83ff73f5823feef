import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FacadeInstallation, freshNumber, openFacades } from "../facades/installation.ts";
import { clientsAbsent } from "./vonage-clients.ts";

const root = join(import.meta.dirname, "../..");
const clients = join(root, "clients-test/node_modules");
const node8 = join(clients, "node-8/bin/node");
let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());
beforeEach((context) => {
  if (clientsAbsent !== null) context.skip(clientsAbsent);
});

/** A program as tutorials have it: no option for the host, and nothing of ours in its code. */
function program(client: string): string {
  const { apiKey, apiSecret } = at.key.vonage;
  return `
    const Client = require(${JSON.stringify(join(clients, client))});
    const client = new Client({ apiKey: '${apiKey}', apiSecret: '${apiSecret}' });
    client.verify.request({ number: '${freshNumber()}', brand: 'Acme' }, (error, answer) => {
      console.log(error ? String(error) : answer.status);
    });`;
}

function run(binary: string, client: string): Promise<string> {
  const preload = join(root, "bin/redirect.cjs");
  const env = { PATH: process.env["PATH"], COUNTERSIGN_REDIRECT: at.url, NODE_NO_WARNINGS: "1" };
  return new Promise((resolve) => {
    execFile(
      binary,
      ["-r", preload, "-e", program(client)],
      { env, timeout: 20_000 },
      (_error, stdout, stderr) => resolve(stdout === "" ? stderr : stdout),
    );
  });
}

test.each(["nexmo-2.4", "nexmo-2.8", "nexmo", "vonage-2"])(
  "%s comes here under the preload, without a change",
  async (client) => {
    expect(await run(process.execPath, client)).toBe("0\n");
  },
);

describe("on Node 8", () => {
  beforeEach((context) => {
    if (!existsSync(node8)) context.skip("there is no Node 8 for this machine");
  });
  test.each(["nexmo-2.4", "nexmo-2.8"])("%s does so too", async (client) => {
    expect(await run(node8, client)).toBe("0\n");
  });
});
