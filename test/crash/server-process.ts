// A server on a loopback port whose carrier writes down what it was asked to send. Arguments: folder, ledger, API key, and
// its master secrets, the current one first; without one it makes its own.
import { openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { openLedger, recorder, serveAndTell } from "../support/recorder.ts";

const [folder = "", ledgerPath = "", apiKey = "", ...secrets] = process.argv.slice(2);
const write = openLedger(ledgerPath);

/** Every tenth answer is lost on the way, so that there is something to send again. */
const lostOf = 10;
let sent = 0;

const carrier = recorder(({ reference, code }) => {
  sent += 1;
  write({ reference, code });
  return sent % lostOf === 0
    ? { type: "unknown", detail: "the answer was lost" }
    : { type: "accepted", providerMessageId: `recorder-${process.pid}-${sent}` };
});

const instance = await openInstance({
  folder,
  apiKey: new Secret(apiKey),
  sandbox: false,
  providers: [carrier],
  ...(secrets.length === 0 ? {} : { secrets: secrets.map((one) => new Secret(one)) }),
  // No request of these tests is under way for longer.
  rotationGraceMs: 1_000,
});
await serveAndTell(instance, { tenantId: instance.tenant.id });
