import { expect, test } from "vitest";
import type { OutgoingMessage, Provider } from "../../src/delivery/index.ts";
import type { CarrierParts } from "../../src/providers/http.ts";
import { createVonageProvider } from "../../src/providers/vonage/index.ts";
import { createWebhookProvider } from "../../src/providers/webhook/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { standinAccounts } from "../../src/standins/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";

const message: OutgoingMessage = {
  reference: "019a0000-0000-7000-8000-000000000001.1",
  channel: "sms",
  to: "+919876543210",
  text: "123456 is your OTP for Acme. -ACMEIN",
  code: null,
  locale: "en",
  brand: "Acme",
  from: "ACMEIN",
  registration: { entityId: "1101456789012345678", templateId: "1107456789012345678" },
};

/** What one carrier is sent for the message. */
async function bodyOf(create: (parts: CarrierParts) => Provider): Promise<string> {
  const bodies: string[] = [];
  const fetch: typeof globalThis.fetch = (_url, init) => {
    bodies.push(String(init?.body));
    return Promise.resolve(new Response("{}", { status: 200 }));
  };
  const provider = create({ clock: createFakeClock(), fetch, callbackUrl: () => null });
  await provider.send(message, new AbortController().signal);
  return bodies[0] ?? "";
}

const { vonage, webhook } = standinAccounts;
const account = {
  ...vonage,
  apiSecret: new Secret(vonage.apiSecret),
  from: "ACMEIN",
  application: null,
  voiceFrom: null,
  signatureSecret: null,
  signature: "sha256",
  smsUrl: "https://x",
  url: "https://x",
} as const;

test("what was registered goes along to Vonage, by both of its APIs", async () => {
  const form = new URLSearchParams(
    await bodyOf((parts) => createVonageProvider({ ...account, api: "sms" }, parts)),
  );
  expect(Object.fromEntries(form)).toMatchObject({
    from: "ACMEIN",
    "entity-id": message.registration?.entityId,
    "content-id": message.registration?.templateId,
  });
  const body = await bodyOf((parts) => createVonageProvider({ ...account, api: "messages" }, parts));
  expect(JSON.parse(body)).toMatchObject({
    from: "ACMEIN",
    sms: { entity_id: message.registration?.entityId, content_id: message.registration?.templateId },
  });
});

test("a carrier of one's own is told the sender and what was registered, and nothing where there is none", async () => {
  const settings = {
    url: "https://x",
    secret: new Secret(webhook.secret),
    channels: ["sms"],
    dropsRepetitions: false,
  } as const;
  const { data } = JSON.parse(await bodyOf((parts) => createWebhookProvider(settings, parts)));
  expect(data).toMatchObject({ from: "ACMEIN", registration: message.registration });
});
