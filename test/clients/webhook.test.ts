import { expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { createWebhookProvider } from "../../src/providers/webhook/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { standinAccounts } from "../../src/standins/index.ts";
import { openProgram } from "../standins/program.ts";
import { load, needsClients } from "./vendors.ts";

const { secret } = standinAccounts.webhook;

needsClients();

test("standardwebhooks verifies what we post to a carrier of one's own, and signs receipts that we believe", async () => {
  const { Webhook } = load("standardwebhooks");
  const webhook = new Webhook(secret);
  const program = await openProgram();
  const reference = "019a0000-0000-7000-8000-000000000001.1";
  const provider = createWebhookProvider(
    {
      url: `${program.url}/messages`,
      secret: new Secret(secret),
      channels: ["sms"],
      dropsRepetitions: false,
    },
    { clock: systemClock(), fetch: globalThis.fetch, callbackUrl: () => "https://verify.example.com/x" },
  );
  const message = {
    reference,
    channel: "sms",
    to: "+442079460018",
    text: "123456 is your Acme code.",
  } as const;
  await provider.send(
    { ...message, code: "123456", locale: "en", brand: "Acme" },
    new AbortController().signal,
  );
  const [posted] = program.posted;
  if (posted === undefined) throw new Error("nothing was posted");
  expect(webhook.verify(posted.body, posted.headers)).toEqual({
    type: "message.send",
    data: { ...message, locale: "en", brand: "Acme", receiptUrl: "https://verify.example.com/x" },
  });
  expect(() => webhook.verify(`${posted.body} `, posted.headers)).toThrow();

  const body = JSON.stringify({ type: "message.receipt", data: { status: "delivered" } });
  const at = new Date();
  const headers = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": webhook.sign("msg_1", at, body),
  };
  const request = { method: "POST", url: "https://verify.example.com/x", reference, headers };
  const read = (text: string) =>
    provider.readCallback?.({ ...request, body: text }, AbortSignal.timeout(1_000));
  expect(await read(body)).toMatchObject({ receipts: [{ reference, status: "delivered" }] });
  expect(await read(`${body} `)).toMatchObject({ type: "refused", reason: "signature_wrong" });
  await program.close();
});
