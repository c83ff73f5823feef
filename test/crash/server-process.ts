// A server on a loopback port whose carrier writes down what it was asked to send. Arguments: folder, ledger, API key, the
// address of a database or nothing, how many people have apps under its last master secret before it serves, and its
// master secrets, the current one first; without one it makes its own.
import { type InstanceOptions, openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { openLedger, recorder } from "../support/recorder.ts";
import { serveAndTell } from "../support/serve-and-tell.ts";
import { enrolApp } from "./enrolled-app.ts";

const [folder = "", ledgerPath = "", apiKey = "", databaseUrl = "", count = "0", ...secrets] =
  process.argv.slice(2);
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

const options: InstanceOptions = {
  folder,
  apiKey: new Secret(apiKey),
  sandbox: false,
  providers: [carrier],
  ...(databaseUrl === "" ? {} : { databaseUrl: new Secret(databaseUrl) }),
  // No request of these tests is under way for longer.
  rotationGraceMs: 1_000,
};
const people = await enrolBefore(Number(count));
const instance = await openInstance({
  ...options,
  ...(secrets.length === 0 ? {} : { secrets: secrets.map((one) => new Secret(one)) }),
});
await serveAndTell(instance, { tenantId: instance.tenant.id, people });

/** Here and not over HTTP: another process for it would take longer than all that is proved. */
async function enrolBefore(many: number): Promise<readonly object[]> {
  if (many === 0) return [];
  const former = await openInstance({ ...options, secrets: [new Secret(secrets.at(-1) ?? "")] });
  const enrolled: object[] = [];
  for (let n = 0; n < many; n++) enrolled.push(await enrolApp(former, `person-${n}`));
  await former.close();
  return enrolled;
}
