import { createHmac, createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { key } from "../../src/store/index.ts";
import { answering, openReceiver, type Received } from "../webhooks/receiver.ts";
import { loopback } from "../webhooks/webhooks.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { askTelnyx } from "./telnyx-requests.ts";
import { ask } from "./vonage-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades({ webhooks: loopback });
});
afterAll(() => at.close());

const posted = async (): Promise<void> => {
  await at.parts.webhooks?.poll();
  await at.parts.webhooks?.settled();
};

// biome-ignore lint/suspicious/noExplicitAny: another vendor's wire
const bodyOf = ({ body }: Received): any => JSON.parse(body);

const told = (reference: string, status: "delivered" | "failed"): Promise<void> =>
  at.engine.receipt({ reference: `${reference}.1`, status, providerMessageId: null });

/** The id of a message as we know it. */
const ourId = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

const sms = async (more: object) => {
  const parameters = { from: "14155550100", to: freshNumber(), text: "hello", ...more };
  const { body } = await ask(at, "/sms/json", parameters, "json");
  return (body["messages"] as readonly Readonly<Record<string, string>>[])[0] ?? {};
};

describe("Vonage's receipts", () => {
  test("tell what became of a message, signed with the secret of the key that sent it", async () => {
    const receiver = await openReceiver();
    const sent = await sms({ callback: `${receiver.url}?order=7`, "client-ref": "r-1" });
    await at.settle();
    await told(ourId(sent["message-id"] ?? ""), "delivered");
    await posted();
    const bodies = receiver.received.map(bodyOf);
    expect(bodies.map(({ status }) => status).sort()).toEqual(["accepted", "delivered"]);
    for (const body of bodies) {
      expect(body).toMatchObject({
        msisdn: sent["to"],
        to: "14155550100",
        messageId: sent["message-id"],
        "err-code": "0",
        "api-key": at.key.vonage.apiKey,
        "client-ref": "r-1",
        scts: expect.stringMatching(/^\d{10}$/),
        "message-timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      });
      const { sig, ...fields } = body;
      const text = Object.keys(fields)
        .sort()
        .map((name) => `&${name}=${fields[name]}`)
        .join("");
      expect(sig).toBe(createHmac("sha256", at.signatureSecret).update(text).digest("hex"));
    }
  });

  test("are not sent to whom did not ask, and not where the operator's network begins", async () => {
    const receiver = await openReceiver();
    await sms({});
    await sms({ callback: receiver.url, "status-report-req": "0" });
    const refused = await sms({ callback: "http://10.0.0.1/" });
    expect(refused).toMatchObject({ status: "23", "error-text": expect.stringContaining("NETWORKS") });
    await at.settle();
    await posted();
    expect(receiver.received).toHaveLength(0);
  });

  test("D-16: are tried again, and one address that fails keeps no other one waiting", async () => {
    const [bad, good] = [await openReceiver(), await openReceiver()];
    bad.behave(answering(500));
    await sms({ callback: bad.url });
    await sms({ callback: good.url });
    await at.settle();
    await posted();
    expect([bad.received.length, good.received.length]).toEqual([1, 1]);
    bad.behave(answering(204));
    await at.clock.advance(6_000);
    await posted();
    expect(bad.received.map((one) => bodyOf(one).status)).toEqual(["accepted", "accepted"]);
    const endpoint = await at.store.get(key("endpoint", `${at.tenantId}.receipts`));
    expect(endpoint).toMatchObject({ disabled: null, failingSince: null });
  });
});

test("Telnyx's receipts are messages in its envelope, signed with the tenant's key", async () => {
  const receiver = await openReceiver();
  const to = `+${freshNumber()}`;
  const sent = await askTelnyx(at, "POST", "/messages", { to, text: "hello", webhook_url: receiver.url });
  expect(sent.body.data.webhook_url).toBe(receiver.url);
  await at.settle();
  await told(sent.body.data.id, "failed");
  await posted();
  const bodies = receiver.received.map(bodyOf);
  const seen = bodies.map(({ data }) => [data.event_type, data.payload.to[0].status]);
  expect(seen.sort()).toEqual([
    ["message.finalized", "delivery_failed"],
    ["message.sent", "sent"],
  ]);
  expect(bodies[0].data).toMatchObject({
    record_type: "event",
    payload: { id: sent.body.data.id, to: [{ phone_number: to }], text: "hello" },
  });
  const head = Buffer.from("302a300506032b6570032100", "hex");
  const der = Buffer.concat([head, Buffer.from(at.key.telnyx.publicKey ?? "", "base64")]);
  const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
  for (const { headers, body } of receiver.received) {
    const signature = Buffer.from(String(headers["telnyx-signature-ed25519"]), "base64");
    const text = Buffer.from(`${headers["telnyx-timestamp"]}|${body}`);
    expect(verify(null, text, publicKey, signature)).toBe(true);
  }
  const wrong = { to, text: "hello", webhook_url: "ftp://a.example" };
  const refused = await askTelnyx(at, "POST", "/messages", wrong);
  expect(refused.body.errors[0]).toMatchObject({ code: "10003", source: { pointer: "/webhook_url" } });
});

test("Flowroute's receipts come in two levels", async () => {
  const receiver = await openReceiver();
  const { accessKey, secretKey } = at.key.flowroute;
  const send = (dlr_callback: string) =>
    fetch(`${at.url}/v2.1/messages`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString("base64")}` },
      body: JSON.stringify({ to: freshNumber(), body: "hello", dlr_callback }),
    });
  const { data } = (await (await send(receiver.url)).json()) as { data: { id: string } };
  await at.settle();
  await told(ourId(data.id.slice(5)), "delivered");
  await posted();
  const bodies = receiver.received.map(bodyOf);
  const seen = bodies.map((one) => [one.data.attributes.level, one.data.attributes.status]);
  expect(seen.sort()).toEqual([
    [1, "smsc submit"],
    [2, "delivered"],
  ]);
  expect(bodies[0].data).toMatchObject({ id: data.id, type: "delivery_receipt" });
  expect((await send("http://169.254.169.254/latest")).status).toBe(422);
});

test("N-8: neither the address nor the number is in the database in the clear, and what is erased is not told", async () => {
  const receiver = await openReceiver();
  receiver.behave(answering(500));
  const to = freshNumber();
  const sent = await sms({ to, callback: `${receiver.url}?secret=hunter2` });
  await at.settle();
  await posted();
  const rows = [
    await at.store.get(key("message", ourId(sent["message-id"] ?? ""))),
    await at.store.scan("event", null, 500),
    await at.store.scan("endpoint", null, 50),
  ];
  expect(JSON.stringify(rows)).not.toContain("hunter2");
  expect(JSON.stringify(rows)).not.toContain(to);
  await at.engine.eraseRecipient({ tenantId: at.tenantId, to: `+${to}` });
  const before = receiver.received.length;
  await at.clock.advance(6_000);
  await posted();
  expect(receiver.received).toHaveLength(before);
});
