import { createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventSigner, Secret } from "../../src/secrets/index.ts";
import { type TestInstanceOptions, wrongCode } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { answering, openReceiver, type Received, type Receiver } from "../webhooks/receiver.ts";
import { loopback } from "../webhooks/webhooks.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { askTelnyx, type TelnyxAnswer } from "./telnyx-requests.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const stores: readonly (readonly [string, () => Promise<TestInstanceOptions>])[] = [
  ["SQLite", async () => ({})],
  ["PostgreSQL", async () => ({ databaseUrl: new Secret(await server.database()) })],
];

let at: FacadeInstallation;

const posted = async (): Promise<void> => {
  await at.parts.webhooks?.poll();
  await at.parts.webhooks?.settled();
};

// biome-ignore lint/suspicious/noExplicitAny: another vendor's wire
const bodyOf = ({ body }: Received): any => JSON.parse(body);
const typesOf = (receiver: Receiver): readonly string[] =>
  receiver.received.map((one) => bodyOf(one).data.event_type);

/** A profile of its own with these addresses. */
async function profileWith(fields: Readonly<Record<string, unknown>>): Promise<string> {
  const { status, body } = await askTelnyx(at, "POST", "/verify_profiles", { name: "Hooked", ...fields });
  expect(status).toBe(200);
  return body.data.id;
}

async function begin(profile: string): Promise<{ readonly id: string; readonly to: string }> {
  const to = `+${freshNumber()}`;
  const { body } = await askTelnyx(at, "POST", "/verifications/sms", {
    phone_number: to,
    verify_profile_id: profile,
  });
  await at.settle();
  return { id: body.data.id, to };
}

const delivered = (id: string): Promise<unknown> =>
  at.engine.receipt({ reference: `${id}.1`, status: "delivered", providerMessageId: null });

/** As a receiver verifies it that knows the public key alone. */
function isSigned({ headers, body }: Received, publicKey: string): boolean {
  const head = Buffer.from("302a300506032b6570032100", "hex");
  const key = createPublicKey({
    key: Buffer.concat([head, Buffer.from(publicKey, "base64")]),
    format: "der",
    type: "spki",
  });
  const signature = Buffer.from(String(headers["telnyx-signature-ed25519"]), "base64");
  return verify(null, Buffer.from(`${headers["telnyx-timestamp"]}|${body}`), key, signature);
}

describe.each(stores)("on %s", (_name, open) => {
  beforeAll(async () => {
    at = await openFacades({ webhooks: loopback, ...(await open()) });
  });
  afterAll(() => at.close());

  describe("webhooks of a verify profile", () => {
    test("D-16: tell what became of a message, in the vendor's form, signed with the key that the tenant is shown", async () => {
      const receiver = await openReceiver();
      const profile = await profileWith({ webhook_url: receiver.url });
      const { id, to } = await begin(profile);
      await delivered(id);
      await posted();
      expect([...typesOf(receiver)].sort()).toEqual(["verify.delivered", "verify.sent"]);
      const publicKey = at.key.telnyx.publicKey ?? "";
      expect(publicKey).toBe(eventSigner(at.parts.keyring, at.tenantId).publicKey);
      for (const one of receiver.received) {
        expect(one.headers["content-type"]).toMatch(/^application\/json/);
        expect(isSigned(one, publicKey)).toBe(true);
        expect(isSigned({ ...one, body: one.body.replace("pending", "accepted") }, publicKey)).toBe(false);
      }
      const sent = receiver.received.map(bodyOf).find((one) => one.data.event_type === "verify.sent");
      const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
      expect(sent).toEqual({
        data: {
          event_type: "verify.sent",
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          occurred_at: expect.stringMatching(/Z$/),
          record_type: "event",
          payload: {
            id,
            type: "sms",
            status: "pending",
            delivery_status: "sent",
            failed_attempts: 0,
            phone_number: to,
            profile_id: profile,
            custom_code: null,
            extension: null,
            mccmnc: null,
            timeout_secs: 300,
            record_type: "verification",
            created_at: date,
            updated_at: date,
          },
        },
        meta: { attempt: 1, delivered_to: receiver.url },
      });
    });

    test("C-13: no code is in any of them, not even the caller's own", async () => {
      const receiver = await openReceiver();
      const profile = await profileWith({ webhook_url: receiver.url });
      const to = `+${freshNumber()}`;
      const own = { phone_number: to, verify_profile_id: profile, custom_code: "QXZ987" };
      const { body } = await askTelnyx(at, "POST", "/verifications/sms", own);
      await at.settle();
      await delivered(body.data.id);
      await posted();
      expect(receiver.received).toHaveLength(2);
      expect(JSON.stringify(receiver.received)).not.toContain("QXZ987");
    });

    test("D-16: what is not received is posted again, by turns to both addresses, with the event's first id", async () => {
      const [first, second] = [await openReceiver(), await openReceiver()];
      first.behave(answering(503));
      second.behave(answering(500));
      const profile = await profileWith({ webhook_url: first.url, webhook_failover_url: second.url });
      const { id } = await begin(profile);
      await posted();
      expect([first.received.length, second.received.length]).toEqual([1, 0]);
      at.clock.jumpTo(at.clock.now() + 6_000);
      await posted();
      const places = () => [...first.received, ...second.received].map(bodyOf);
      expect(places().map(({ meta }) => meta.attempt)).toHaveLength(2);
      first.behave(answering(204));
      second.behave(answering(204));
      at.clock.jumpTo(at.clock.now() + 400_000);
      await posted();
      expect(places()).toHaveLength(3);
      expect(new Set(places().map(({ data }) => data.id)).size).toBe(1);
      expect(places().map(({ meta }) => meta.attempt)).toEqual(expect.arrayContaining([1, 2, 3]));
      for (const { meta, data } of places()) {
        expect([first.url, second.url]).toContain(meta.delivered_to);
        expect(data.payload.id).toBe(id);
      }
      expect(second.received.length).toBeGreaterThan(0);
      at.clock.jumpTo(at.clock.now() + 400_000);
      await posted();
      expect(places()).toHaveLength(3);
    });

    test("A-17: what a page or our own API started with the same service is not told there", async () => {
      const receiver = await openReceiver();
      const profile = await profileWith({ webhook_url: receiver.url });
      const to = `+${freshNumber()}`;
      await at.engine.start({ tenantId: at.tenantId, to, service: profile });
      await at.engine.start({ tenantId: at.tenantId, to, service: profile, binding: "browser-1" });
      await at.settle();
      await posted();
      expect(receiver.received).toEqual([]);
      await begin(profile);
      await posted();
      expect(typesOf(receiver)).toEqual(["verify.sent"]);
    });

    test("W-2: another account's profile and webhooks are its own, and so is its key pair", async () => {
      const receiver = await openReceiver();
      const key = await at.makeKey({ tenant: "hooked elsewhere" });
      const other = { ...at, key };
      const made = await askTelnyx(other, "POST", "/verify_profiles", {
        name: "x",
        webhook_url: receiver.url,
      });
      await begin(await profileWith({}));
      await posted();
      expect(receiver.received).toEqual([]);
      const to = `+${freshNumber()}`;
      const body = { phone_number: to, verify_profile_id: made.body.data.id };
      await askTelnyx(other, "POST", "/verifications/sms", body);
      await at.settle();
      await posted();
      const [one] = receiver.received;
      if (one === undefined) throw new Error("one post was expected");
      expect(isSigned(one, at.key.telnyx.publicKey ?? "")).toBe(false);
    });

    test("a change of the address holds from then on, taking it back ends them, and so does deleting the profile", async () => {
      const [old, now] = [await openReceiver(), await openReceiver()];
      const profile = await profileWith({ webhook_url: old.url });
      const patch = (body: unknown): Promise<TelnyxAnswer> =>
        askTelnyx(at, "PATCH", `/verify_profiles/${profile}`, body);
      expect((await patch({ webhook_url: now.url })).body.data.webhook_url).toBe(now.url);
      await begin(profile);
      await posted();
      expect([old.received.length, now.received.length]).toEqual([0, 1]);
      expect((await patch({ webhook_url: null })).body.data.webhook_url).toBe("");
      await begin(profile);
      await posted();
      expect(now.received).toHaveLength(1);
      await patch({ webhook_url: now.url });
      await askTelnyx(at, "DELETE", `/verify_profiles/${profile}`);
      expect(await at.store.get({ table: "endpoint", id: profile } as never)).toBeUndefined();
    });

    test("a failure is told with what is known of it, and how many wrong codes there were by then", async () => {
      const receiver = await openReceiver();
      const profile = await profileWith({ webhook_url: receiver.url });
      const { id, to } = await begin(profile);
      const code = at.received(to)[0]?.code ?? "";
      await askTelnyx(at, "POST", `/verifications/${id}/actions/verify`, { code: wrongCode(code) });
      await at.engine.receipt({ reference: `${id}.1`, status: "failed", providerMessageId: null });
      await posted();
      const failed = receiver.received.map(bodyOf).find((one) => one.data.event_type === "verify.failed");
      expect(failed.data.payload).toMatchObject({ delivery_status: "delivery_failed", failed_attempts: 1 });
    });

    test("what an erasure took is not told any more", async () => {
      const receiver = await openReceiver();
      receiver.behave(answering(503));
      const profile = await profileWith({ webhook_url: receiver.url });
      const { to } = await begin(profile);
      await posted();
      expect(bodyOf(receiver.received[0] as Received).data.payload.phone_number).toBe(to);
      await at.engine.eraseRecipient({ tenantId: at.tenantId, to });
      receiver.behave(answering(204));
      at.clock.jumpTo(at.clock.now() + 6_000);
      await posted();
      const later = receiver.received.slice(1).map(({ body }) => body);
      expect(later.join()).not.toContain(to);
    });
  });

  describe("W-11: addresses of a profile", () => {
    test.each([
      ["plain http", "http://93.184.216.34/"],
      ["the cloud's own service", "https://169.254.169.254/latest"],
      ["a private address", "https://10.0.0.1/"],
      ["no address", "hooks"],
      ["another scheme", "file:///etc/passwd"],
    ])("%s is refused with the vendor's code and the field", async (_what, url) => {
      for (const field of ["webhook_url", "webhook_failover_url"]) {
        const { status, body } = await askTelnyx(at, "POST", "/verify_profiles", { name: "x", [field]: url });
        expect(status).toBe(400);
        expect(body.errors[0]).toMatchObject({ code: "10003", source: { pointer: `/${field}` } });
      }
    });
  });

  test("W-9: our own API shows them with their events, and leaves their changes to the profile", async () => {
    const receiver = await openReceiver();
    const profile = await profileWith({ webhook_url: receiver.url });
    await begin(profile);
    await posted();
    const own = async (method: string, path: string, body?: unknown) => {
      const http = await fetch(`${at.url}/api/v1/webhooks/${profile}${path}`, {
        method,
        headers: { authorization: `Bearer ${at.key.key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: http.status, body: (await http.json()) as Record<string, unknown> };
    };
    expect((await own("GET", "")).body).toMatchObject({
      dialect: "telnyx",
      url: receiver.url,
      enabled: true,
    });
    expect((await own("GET", "/events")).body).toMatchObject({ items: [{ state: "received" }] });
    for (const refused of [
      await own("PATCH", "", { url: "https://hooks.example.com/" }),
      await own("POST", "/rotate"),
      await own("POST", "/test"),
      await own("DELETE", ""),
    ]) {
      expect(refused).toMatchObject({ status: 409, body: { code: "resource_conflict" } });
    }
    expect((await own("PATCH", "", { enabled: false })).body).toMatchObject({ enabled: false });
    await begin(profile);
    await posted();
    expect(receiver.received).toHaveLength(1);
  });
});
