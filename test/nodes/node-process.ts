// A node whose carrier writes down what it was asked to send, and answers, or answers late, or never.
// Arguments: folder, database, ledger, API key, "answers", "late" or "silent".
import { openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { testSecret } from "../support/instance-values.ts";
import { openLedger, recorder } from "../support/recorder.ts";
import { serveAndTell } from "../support/serve-and-tell.ts";

const [folder = "", databaseUrl = "", ledgerPath = "", apiKey = "", manner = ""] = process.argv.slice(2);
const write = openLedger(ledgerPath);

/** Within the time-out of a call, and time enough for a test to stop the process. */
const lateMs = 4_000;

const carrier = recorder(({ reference, code }) => {
  write({ reference, code, by: process.pid });
  if (manner === "silent") return new Promise(() => {});
  const answer = { type: "accepted", providerMessageId: `${process.pid}-${reference}` } as const;
  return manner === "late" ? new Promise((resolve) => setTimeout(resolve, lateMs, answer)) : answer;
});

const instance = await openInstance({
  folder,
  databaseUrl: new Secret(databaseUrl),
  secrets: [testSecret],
  apiKey: new Secret(apiKey),
  sandbox: false,
  providers: [carrier],
});
await serveAndTell(instance);
