// A node whose carrier writes down what it was asked to send, and answers, or answers late, or never.
// Arguments: folder, database, ledger, API key, "answers", "late" or "silent".
import { fsyncSync, openSync, writeSync } from "node:fs";
import type { Provider } from "../../src/delivery/index.ts";
import { openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createApp } from "../../src/server/app.ts";
import { testSecret } from "../support/instance-values.ts";

const [folder = "", databaseUrl = "", ledgerPath = "", apiKey = "", manner = ""] = process.argv.slice(2);
const ledger = openSync(ledgerPath, "a", 0o600);

/** Within the time-out of a call, and time enough for a test to stop the process. */
const lateMs = 4_000;

const carrier: Provider = {
  id: "recorder",
  channels: ["sms", "voice"],
  capabilities: {
    idempotencyKey: false,
    clientReference: true,
    lookupByReference: false,
    lookupByRecipientAndTime: false,
    receipts: false,
    managedCode: false,
    keyPress: false,
  },
  send({ reference, code }) {
    writeSync(ledger, `${JSON.stringify({ reference, code, by: process.pid })}\n`);
    fsyncSync(ledger);
    if (manner === "silent") return new Promise(() => {});
    const answer = { type: "accepted", providerMessageId: `${process.pid}-${reference}` } as const;
    if (manner === "late") return new Promise((resolve) => setTimeout(resolve, lateMs, answer));
    return Promise.resolve(answer);
  },
};

const instance = await openInstance({
  folder,
  databaseUrl: new Secret(databaseUrl),
  secrets: [testSecret],
  apiKey: new Secret(apiKey),
  sandbox: false,
  providers: [carrier],
});
const app = createApp({ engine: instance.engine, parts: instance.parts });
await app.listen({ host: "127.0.0.1", port: 0 });
instance.engine.run();
const address = app.server.address();
if (address === null || typeof address === "string") throw new TypeError("the node has no port");
process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
