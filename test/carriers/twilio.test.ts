import { describe, expect, test } from "vitest";
import { createTwilioProvider } from "../../src/providers/twilio/index.ts";
import { isSigned } from "../../src/providers/twilio/signature.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createTwilioStandin, standinAccounts } from "../../src/standins/index.ts";
import { signedForm } from "../../src/standins/twilio/wire.ts";
import { type CarrierCase, type CarrierRefusal, carrierConformance } from "../../src/testing/index.ts";
import { openLine } from "./line.ts";
import { commonRefusals } from "./refusals.ts";

const to = "+442079460018";
const { accountSid, authToken, number } = standinAccounts.twilio;

function open(what?: CarrierCase, from: string = number, channel?: "voice") {
  return openLine(
    {
      vendor: "twilio",
      to,
      ...(channel === undefined ? {} : { channel }),
      standin: createTwilioStandin,
      provider: (url, parts) =>
        createTwilioProvider(
          { accountSid, authToken: new Secret(authToken), from, voiceFrom: number, url },
          parts,
        ),
    },
    what,
  );
}

function coded(code: string, reason: string): CarrierRefusal {
  return { status: 400, code, means: { kind: "rejected", reason } };
}

carrierConformance({ describe, test }, "twilio", open, [
  ...commonRefusals,
  coded("21211", "number_refused"),
  coded("21408", "country_not_permitted"),
  coded("21610", "opted_out"),
  coded("21612", "not_routable"),
  coded("21614", "not_mobile"),
  coded("21635", "not_mobile"),
]);

carrierConformance({ describe, test }, "twilio, calls", (what) => open(what, number, "voice"), [
  ...commonRefusals,
  coded("13223", "number_refused"),
  coded("13224", "not_routable"),
  coded("13227", "country_not_permitted"),
  coded("21210", "sender_refused"),
  coded("21217", "number_refused"),
]);

const message = {
  reference: "019a0000-0000-7000-8000-000000000001.1",
  channel: "sms",
  to,
  text: "123456 is your Acme code.",
  code: "123456",
  locale: "en",
  brand: "Acme",
} as const;

describe("twilio", () => {
  test("W-10: the signature is the one that Twilio's own client makes", () => {
    const url = "https://x.example.com/hook?a=1";
    const form = new URLSearchParams({ To: "+1", From: "+2", Body: "a b" });
    expect(isSigned("tok", url, form, "MN7tXDGTpsqHXyq0ZeipsM0FIBo=")).toBe(true);
    expect(isSigned("tok", "https://x.example.com:443/hook?a=1", form, "MN7tXDGTpsqHXyq0ZeipsM0FIBo=")).toBe(
      true,
    );
    for (const other of ["https://y.example.com/hook?a=1", "https://x.example.com/hook?a=2"]) {
      expect(isSigned("tok", other, form, "MN7tXDGTpsqHXyq0ZeipsM0FIBo=")).toBe(false);
    }
    form.set("Body", "a c");
    expect(isSigned("tok", url, form, "MN7tXDGTpsqHXyq0ZeipsM0FIBo=")).toBe(false);
  });

  test("W-10: a callback of another account, or for another delivery than its address, is refused", async () => {
    const line = await open();
    const [one, other] = ["1", "2"].map((n) => line.callbackUrl(`019a0000-0000-7000-8000-000000000001.${n}`));
    const form = { MessageSid: "SM1", MessageStatus: "delivered", AccountSid: accountSid };
    const statusOf = async (url: string, signedFor: string, fields: Record<string, string>) => {
      const { headers, body } = signedForm(signedFor, fields);
      return (await fetch(url, { method: "POST", headers, body })).status;
    };
    expect(await statusOf(one ?? "", one ?? "", form)).toBe(200);
    expect(await statusOf(one ?? "", other ?? "", form)).toBe(403);
    expect(await statusOf(one ?? "", one ?? "", { ...form, AccountSid: `AC${"9".repeat(32)}` })).toBe(403);
    expect(line.joined).toHaveLength(1);
    await line.close();
  });

  test("a messaging service takes the place of a sender", async () => {
    const line = await open(undefined, `MG${"0".repeat(32)}`);
    expect(await line.provider.send(message, new AbortController().signal)).toMatchObject({
      type: "accepted",
    });
    await line.close();
  });

  test("inbound texts are answered with TwiML that says nothing", async () => {
    const line = await open();
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
    await fetch(`${line.url}/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers.json`, {
      method: "POST",
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ SmsUrl: `${line.publicUrl}/callbacks/twilio` }).toString(),
    });
    await line.standin.reply(to, number, "STOP");
    expect(line.inbound).toMatchObject([{ from: to, to: number, text: "STOP" }]);
    await line.close();
  });
});

describe("twilio, calls", () => {
  test("what is said is text, whatever a brand has in it", async () => {
    const line = await open(undefined, number, "voice");
    const text = "Hello. Your A<B & C>D code is: 1, 2, 3.";
    await line.provider.send({ ...message, channel: "voice", text }, new AbortController().signal);
    expect(await line.received()).toEqual([text]);
    await line.close();
  });

  test("the person declines: failed", async () => {
    const line = await open(undefined, number, "voice");
    await line.provider.send({ ...message, channel: "voice" }, new AbortController().signal);
    await line.until(() => line.joined.length === 1);
    const [call] = line.parts.phones.messages(to);
    line.parts.phones.take(to, call?.id ?? "", "decline");
    await line.until(() => line.joined.at(-1)?.status === "failed");
    await line.close();
  });
});
