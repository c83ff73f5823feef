import { describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { load, needsClients, type Site, withSite } from "./vendors.ts";

const to = "+442079460018";
const digits = to.slice(1);
const account = standinAccounts.vonage;
const { apiKey, apiSecret, applicationId, privateKey, signatureSecret } = account;
const from = account.number.slice(1);
const text = "Your code is 123456";

needsClients();

describe("Vonage's own clients and its stand-in", () => {
  function sdk(site: Site, more: object = {}) {
    const { Vonage } = load("@vonage/server-sdk");
    const hosts = { apiHost: site.url, restHost: site.url };
    return new Vonage({ apiKey, apiSecret, applicationId, privateKey, ...more }, hosts);
  }

  test("@vonage/server-sdk 3 sends by the SMS API, with a receipt whose signature it verifies", async () => {
    await withSite("vonage", async (site) => {
      const callback = `${site.program.url}/receipts`;
      const sent = await sdk(site).sms.send({ to: digits, from, text, callback, clientRef: "ref-1" });
      expect(sent.messages).toMatchObject([{ status: "0", to: digits }]);
      expect(await site.texts(to)).toEqual([text]);
      await expect(sdk(site, { apiSecret: "wrong" }).sms.send({ to: digits, from, text })).rejects.toThrow();
      await expect.poll(() => site.program.posted.length).toBe(2);
      const { AlgorithmTypes } = load("@vonage/auth");
      for (const { body } of site.program.posted) {
        const fields = Object.fromEntries(new URLSearchParams(body));
        expect(fields["client-ref"]).toBe("ref-1");
        expect(sigOf(fields)).toBe(fields["sig"]);
        const isSigned = (secret: string) =>
          sdk(site).sms.verifySignature(fields["sig"], fields, secret, AlgorithmTypes.sha256hmac);
        expect(isSigned(signatureSecret)).toBe(true);
        expect(isSigned("another secret")).toBe(false);
      }
    });
  });

  test("@vonage/server-sdk 3 sends by the Messages API, as an application, and verifies the webhooks", async () => {
    const { SMS } = load("@vonage/messages");
    const { verifySignature } = load("@vonage/jwt");
    await withSite("vonage", async (site) => {
      const webhookUrl = `${site.program.url}/status`;
      const message = new SMS({ to: digits, from, text, webhookUrl, webhookVersion: "v1" });
      const sent = await sdk(site).messages.send(message);
      expect(sent.messageUUID).toMatch(/^[0-9a-f-]{36}$/);
      expect(await site.texts(to)).toEqual([text]);
      await expect.poll(() => site.program.posted.length).toBe(2);
      for (const { headers } of site.program.posted) {
        const jwt = headers["authorization"]?.split(" ")[1];
        expect(verifySignature(jwt, signatureSecret)).toBe(true);
        expect(verifySignature(jwt, "another secret")).toBe(false);
      }
    });
  });

  test("@vonage/server-sdk 3 makes a call that talks", async () => {
    const { Talk } = load("@vonage/voice");
    await withSite("vonage", async (site) => {
      const call = await sdk(site).voice.createOutboundCall({
        to: [{ type: "phone", number: digits }],
        from: { type: "phone", number: from },
        ncco: [new Talk("<speak>Your code is <break time='1s'/> 1, 2, 3</speak>").serializeToNCCO()],
        eventUrl: [`${site.program.url}/events`],
      });
      expect(call).toMatchObject({ status: "started", direction: "outbound" });
      await site.answer(to);
      await expect.poll(() => site.program.posted.length).toBe(4);
      const statuses = site.program.posted.map((one) => JSON.parse(one.body).status);
      expect(statuses).toEqual(["started", "ringing", "answered", "completed"]);
      expect(await site.texts(to)).toEqual(["Your code is 1, 2, 3"]);
    });
  });

  test("nexmo 2.9.1, which takes no path, sends with its secret, and signed", async () => {
    const Nexmo = load("nexmo");
    await withSite("vonage", async (site) => {
      const send = (credentials: object) =>
        new Promise<{ messages: readonly object[] }>((resolve, reject) => {
          const options = { apiHost: "127.0.0.1", restHost: "127.0.0.1", port: site.port };
          const nexmo = new Nexmo({ apiKey, ...credentials }, options);
          nexmo.message.sendSms(from, digits, text, {}, (error: unknown, answer: { messages: object[] }) => {
            if (error === null || error === undefined) resolve(answer);
            else reject(error);
          });
        });
      expect((await send({ apiSecret })).messages).toMatchObject([{ status: "0" }]);
      const signed = { apiSecret: "", signatureSecret, signatureMethod: "sha256" };
      expect((await send(signed)).messages).toMatchObject([{ status: "0" }]);
      expect((await send({ apiSecret: "wrong" })).messages).toMatchObject([
        { status: "4", "error-text": "Bad Credentials" },
      ]);
      expect(await site.texts(to)).toEqual([text, text]);
    });
  });

  test("nexmo 2.9.1 makes a call", async () => {
    const Nexmo = load("nexmo");
    await withSite("vonage", async (site) => {
      const options = { apiHost: "127.0.0.1", restHost: "127.0.0.1", port: site.port };
      const nexmo = new Nexmo(
        { apiKey, apiSecret, applicationId, privateKey: Buffer.from(privateKey) },
        options,
      );
      const call = await new Promise((resolve, reject) => {
        const given = {
          to: [{ type: "phone", number: digits }],
          from: { type: "phone", number: from },
          ncco: [{ action: "talk", text: "1, 2, 3" }],
        };
        nexmo.calls.create(given, (error: unknown, answer: unknown) =>
          error === null || error === undefined ? resolve(answer) : reject(error),
        );
      });
      expect(call).toMatchObject({ status: "started" });
      expect(await site.texts(to)).toEqual(["1, 2, 3"]);
    });
  });
});

/** As the vendor's older client computes it. */
function sigOf(fields: Readonly<Record<string, string>>): string {
  const { sig: _, ...rest } = fields;
  return load("nexmo").generateSignature("sha256", signatureSecret, rest);
}
