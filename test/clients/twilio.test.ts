import { describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { load, needsClients, type Site, withSite } from "./vendors.ts";

const to = "+442079460018";
const { accountSid, authToken, number } = standinAccounts.twilio;

needsClients();

describe.each(["twilio", "twilio-5"])("Twilio's own client (%s) and its stand-in", (name) => {
  function clientOf(site: Site) {
    const client = load(name)(accountSid, authToken);
    client.api.baseUrl = site.url;
    return client;
  }

  function isValid({ program: { posted } }: Site): boolean {
    return posted.every(({ body, headers, url }) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      return load(name).validateRequest(authToken, headers["x-twilio-signature"], url, form);
    });
  }

  test("sends a text, reads errors, and verifies the callbacks and what is written back", async () => {
    await withSite("twilio", async (site) => {
      const client = clientOf(site);
      const statusCallback = `${site.program.url}/receipts?a=1`;
      const body = "Your code is 123456";
      const sent = await client.messages.create({ from: number, to, body, statusCallback });
      expect(sent).toMatchObject({ status: "queued", to });
      expect(await site.texts(to)).toEqual([body]);
      expect((await client.messages(sent.sid).fetch()).status).toBe("delivered");
      await expect(client.messages.create({ from: number, to: "12", body: "x" })).rejects.toMatchObject({
        status: 400,
        code: 21211,
      });
      const smsUrl = `${site.program.url}/inbound`;
      await client.incomingPhoneNumbers.create({ phoneNumber: number, smsUrl });
      await site.reply(to, "STOP & go");
      await expect.poll(() => site.program.posted.length).toBe(3);
      expect(isValid(site)).toBe(true);
    });
  });

  test("makes a call that says what its TwiML says", async () => {
    await withSite("twilio", async (site) => {
      const client = clientOf(site);
      const twiml = new (load(name).twiml.VoiceResponse)();
      twiml.say({ language: "en-US" }, "Your A&B code is 1, 2, 3");
      const statusCallback = `${site.program.url}/calls`;
      const statusCallbackEvent = ["initiated", "ringing", "answered", "completed"];
      const call = await client.calls.create({
        from: number,
        to,
        twiml: twiml.toString(),
        statusCallback,
        statusCallbackEvent,
      });
      expect(call).toMatchObject({ status: "queued", to });
      await site.answer(to);
      await expect.poll(() => site.program.posted.length).toBe(3);
      const statuses = site.program.posted.map((one) => new URLSearchParams(one.body).get("CallStatus"));
      expect(statuses).toEqual(["ringing", "in-progress", "completed"]);
      expect(await site.texts(to)).toEqual(["Your A&B code is 1, 2, 3"]);
      expect(isValid(site)).toBe(true);
    });
  });
});
