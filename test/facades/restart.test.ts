import { expect, test } from "vitest";
import { createApp } from "../../src/server/app.ts";
import { facadeRoutes } from "../../src/server/facades/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { answering, openReceiver } from "../webhooks/receiver.ts";
import { openWebhookInstance } from "../webhooks/webhooks.ts";

test("D-16: a verify profile's webhook and an insight that were not received before a restart are posted after it", async () => {
  const receiver = await openReceiver();
  receiver.behave(answering(503));
  const first = await openWebhookInstance();
  const { engine, parts, firstKey } = first;
  const register = (app: ReturnType<typeof createApp>) =>
    void app.register(facadeRoutes(["vonage", "telnyx"]));
  const app = createApp({ engine, parts, register });
  const headers = { authorization: `Bearer ${firstKey?.telnyx.apiKey}` };
  const [service] = await first.store.services(first.tenantId);
  const patched = await app.inject({
    method: "PATCH",
    url: `/v2/verify_profiles/${service?.id}`,
    headers,
    payload: Buffer.from(JSON.stringify({ webhook_url: receiver.url })),
  });
  expect(patched.statusCode).toBe(200);
  const start = { phone_number: "+14155550123", verify_profile_id: service?.id };
  const begun = await app.inject({
    method: "POST",
    url: "/v2/verifications/sms",
    headers,
    payload: Buffer.from(JSON.stringify(start)),
  });
  const { apiKey: api_key = "", apiSecret: api_secret = "" } = firstKey?.vonage ?? {};
  const query = new URLSearchParams({ api_key, api_secret, number: "442079460018", callback: receiver.url });
  const later = await app.inject({ method: "GET", url: `/ni/advanced/async/json?${query}` });
  await engine.tick();
  await first.posted();
  expect(receiver.received).toHaveLength(2);
  await app.close();
  await first.close();

  receiver.behave(answering(204));
  const clock = createFakeClock(first.clock.now() + 6_000);
  const second = await openWebhookInstance({ folder: first.folder, clock });
  await second.posted();
  const bodies = receiver.received.slice(2).map(({ body }) => JSON.parse(body));
  expect(bodies).toHaveLength(2);
  const webhook = bodies.find((one) => "data" in one);
  expect(webhook).toMatchObject({
    data: { event_type: "verify.sent", payload: { id: begun.json().data.id, phone_number: "+14155550123" } },
    meta: { attempt: 2 },
  });
  expect(bodies.find((one) => "lookup_outcome" in one)).toMatchObject({
    request_id: later.json().request_id,
  });
});
