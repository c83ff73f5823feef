// A server on a loopback port whose carrier writes down what it was asked to send. Arguments: folder, ledger, API key.
import { fsyncSync, openSync, writeSync } from "node:fs";
import type { Provider } from "../../src/delivery/index.ts";
import { openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createApp } from "../../src/server/app.ts";

const [folder = "", ledgerPath = "", apiKey = ""] = process.argv.slice(2);
const ledger = openSync(ledgerPath, "a", 0o600);

/** Every tenth answer is lost on the way, so that there is something to send again. */
const lostOf = 10;
let sent = 0;

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
    sent += 1;
    writeSync(ledger, `${JSON.stringify({ reference, code })}\n`);
    fsyncSync(ledger);
    return Promise.resolve(
      sent % lostOf === 0
        ? { type: "unknown", detail: "the answer was lost" }
        : { type: "accepted", providerMessageId: `recorder-${process.pid}-${sent}` },
    );
  },
};

const instance = await openInstance({
  folder,
  apiKey: new Secret(apiKey),
  sandbox: false,
  providers: [carrier],
});
const app = createApp({ engine: instance.engine, parts: instance.parts });
await app.listen({ host: "127.0.0.1", port: 0 });
instance.engine.run();
const address = app.server.address();
if (address === null || typeof address === "string") throw new TypeError("the server has no port");
process.stdout.write(`${JSON.stringify({ port: address.port, tenantId: instance.tenant.id })}\n`);
