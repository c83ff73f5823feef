import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createVonageProvider, type VonageSettings } from "../../src/providers/vonage/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createVonageStandin, standinAccounts } from "../../src/standins/index.ts";
import { signedForm, signedWebhook } from "../../src/standins/vonage/signature.ts";
import { type CarrierCase, type CarrierRefusal, carrierConformance } from "../../src/testing/index.ts";
import { openLine } from "./line.ts";
import { commonRefusals } from "./refusals.ts";

const to = "+442079460018";
const account = standinAccounts.vonage;
const application = { id: account.applicationId, privateKey: new Secret(account.privateKey) };
const secretOfSignatures = new Secret(account.signatureSecret);

interface Asked extends Partial<Omit<VonageSettings, "url" | "smsUrl">> {
  readonly channel?: "voice";
}

function open(what?: CarrierCase, { channel, ...asked }: Asked = {}) {
  return openLine(
    {
      vendor: "vonage",
      to,
      ...(channel === undefined ? {} : { channel }),
      standin: createVonageStandin,
      provider: (url, parts) =>
        createVonageProvider(
          {
            apiKey: account.apiKey,
            apiSecret: new Secret(account.apiSecret),
            from: account.number,
            api: "sms",
            application: null,
            voiceFrom: null,
            signatureSecret: secretOfSignatures,
            signature: "sha256",
            ...asked,
            smsUrl: url,
            url,
          },
          parts,
        ),
    },
    what,
  );
}

/** Refusals of the SMS API come with a 200. */
function status(code: string, reason: string): CarrierRefusal {
  return { status: 200, code, means: { kind: "rejected", reason } };
}

carrierConformance({ describe, test }, "vonage, SMS API", open, [
  ...commonRefusals,
  { status: 200, code: "1", means: { kind: "notSent", reason: "rate_limited" } },
  { status: 200, code: "10", means: { kind: "notSent", reason: "rate_limited" } },
  { status: 200, code: "5", means: null },
  status("2", "request_refused"),
  status("3", "value_refused"),
  status("4", "credentials_refused"),
  status("6", "not_routable"),
  status("7", "number_refused"),
  status("8", "forbidden_by_carrier"),
  status("9", "account_out_of_credit"),
  status("11", "forbidden_by_carrier"),
  status("12", "value_refused"),
  status("14", "credentials_refused"),
  status("15", "sender_refused"),
  status("22", "not_routable"),
  status("23", "value_refused"),
  status("29", "forbidden_by_carrier"),
  status("32", "credentials_refused"),
  status("33", "number_refused"),
]);

function problem(code: string, reason: string): CarrierRefusal {
  return { status: 422, code, means: { kind: "rejected", reason } };
}

const messagesRefusals: readonly CarrierRefusal[] = [
  ...commonRefusals,
  problem("110", "number_refused"),
  problem("1120", "sender_refused"),
  problem("1140", "request_refused"),
  problem("1150", "value_refused"),
];

carrierConformance(
  { describe, test },
  "vonage, Messages API with the account's key",
  (what) => open(what, { api: "messages" }),
  messagesRefusals,
);

carrierConformance(
  { describe, test },
  "vonage, Messages API with an application",
  (what) => open(what, { api: "messages", application }),
  messagesRefusals,
);

carrierConformance(
  { describe, test },
  "vonage, calls",
  (what) => open(what, { application, voiceFrom: account.number, channel: "voice" }),
  commonRefusals,
);

const never = new AbortController().signal;
const message = {
  reference: "019a0000-0000-7000-8000-000000000001.1",
  channel: "sms",
  to,
  text: "123456 is your Acme code.",
  code: "123456",
  locale: "en",
  brand: "Acme",
} as const;

describe("vonage", () => {
  test("D-5: a text of two parts is accepted by its first id; in other alphabets it asks for unicode", async () => {
    const line = await open();
    const text = `${"Код ".repeat(30)}123456`;
    expect(await line.provider.send({ ...message, text }, never)).toMatchObject({ type: "accepted" });
    expect(await line.received()).toEqual([text]);
    await line.close();
  });

  test("a wrong secret, a wrong application's key and a foreign sender are refused", async () => {
    const reasonOf = async (asked: Asked, channel: "sms" | "voice" = "sms") => {
      const line = await open(undefined, asked);
      const given = await line.provider.send({ ...message, channel }, never);
      await line.close();
      return given.type === "refused" ? given.reason : given.type;
    };
    const apiSecret = new Secret("wrong");
    expect(await reasonOf({ apiSecret })).toBe("credentials_refused");
    expect(await reasonOf({ apiSecret, api: "messages" })).toBe("credentials_refused");
    const other = { id: "5a4d0b0c-0000-4000-a000-000000000000", privateKey: application.privateKey };
    expect(await reasonOf({ application: other, voiceFrom: account.number }, "voice")).toBe(
      "credentials_refused",
    );
    expect(await reasonOf({ from: "+12065550999" })).toBe("sender_refused");
    expect(await reasonOf({ from: "+12065550999", api: "messages" })).toBe("sender_refused");
  });

  test("without an application, or a number for calls, there are none", async () => {
    for (const asked of [{ application }, { voiceFrom: account.number }]) {
      const line = await open(undefined, asked);
      expect(line.provider.channels).toEqual(["sms"]);
      await line.close();
    }
  });

  test("the person declines the call: failed", async () => {
    const line = await open(undefined, { application, voiceFrom: account.number });
    await line.provider.send({ ...message, channel: "voice" }, never);
    await line.until(() => line.joined.length === 2);
    const [call] = line.parts.phones.messages(to);
    line.parts.phones.take(to, call?.id ?? "", "decline");
    await line.until(() => line.joined.at(-1)?.status === "failed");
    await line.close();
  });
});

const receipt = { messageId: "0A0000000123ABCD1", msisdn: to.slice(1), to: "Acme", status: "delivered" };

describe("W-10: vonage's two signatures", () => {
  test("sig: for five minutes in both directions, over every field, as form, JSON or query", async () => {
    const line = await open();
    const url = line.callbackUrl(message.reference);
    const signed = (offsetMs: number, change: Record<string, string> = {}) => {
      const clock = { ...line.clock, now: () => line.clock.now() + offsetMs };
      const { body } = signedForm({ clock, random: line.parts.random }, url, receipt);
      return { ...Object.fromEntries(new URLSearchParams(body)), ...change } as Record<string, string>;
    };
    const asForm = async (fields: Record<string, string>) =>
      (await fetch(url, { method: "POST", body: new URLSearchParams(fields) })).status;
    expect(await asForm(signed(0))).toBe(200);
    expect(await asForm(signed(-300_000))).toBe(200);
    expect(await asForm(signed(300_000))).toBe(200);
    expect(await asForm(signed(-301_000))).toBe(403);
    expect(await asForm(signed(301_000))).toBe(403);
    expect(await asForm(signed(0, { status: "failed" }))).toBe(403);
    const { sig, ...rest } = signed(0);
    expect(await asForm(rest)).toBe(403);
    expect(await asForm({ ...rest, sig: sig?.toUpperCase() ?? "" })).toBe(200);
    const headers = { "content-type": "application/json" };
    const json = { method: "POST", headers, body: JSON.stringify(signed(0)) };
    expect((await fetch(url, json)).status).toBe(200);
    expect((await fetch(`${url}?${new URLSearchParams(signed(0))}`)).status).toBe(200);
    expect(line.joined).toHaveLength(6);
    await line.close();
  });

  test.each(["md5hash", "md5", "sha1", "sha256", "sha512"] as const)(
    "sig by %s, with the vendor's rule for what stands between the fields",
    async (method) => {
      const line = await open(undefined, { signature: method });
      const url = line.callbackUrl(message.reference);
      const timestamp = String(Math.floor(line.clock.now() / 1_000));
      const fields = { ...receipt, to: "A&B=C", timestamp };
      const base = `&messageId=${receipt.messageId}&msisdn=${receipt.msisdn}&status=delivered&timestamp=${timestamp}&to=A_B_C`;
      const sig =
        method === "md5hash"
          ? createHash("md5")
              .update(base + account.signatureSecret)
              .digest("hex")
          : createHmac(method, account.signatureSecret).update(base).digest("hex");
      const post = async (given: string) =>
        (await fetch(url, { method: "POST", body: new URLSearchParams({ ...fields, sig: given }) })).status;
      expect(await post(sig)).toBe(200);
      expect(await post(sig.replace(/^./, (one) => (one === "0" ? "1" : "0")))).toBe(403);
      await line.close();
    },
  );

  test("JWT: over the bytes of the body, for this account, by HS256 alone", async () => {
    const line = await open(undefined, { api: "messages" });
    const url = line.callbackUrl(message.reference);
    const event = { message_uuid: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", status: "delivered" };
    const statusOf = async (authorization: string, body: string) =>
      (await fetch(url, { method: "POST", headers: { authorization }, body })).status;
    const at = (offsetMs: number) => {
      const clock = { ...line.clock, now: () => line.clock.now() + offsetMs };
      return signedWebhook({ clock, random: line.parts.random }, url, event);
    };
    const { headers, body } = at(0);
    const authorization = headers["authorization"] ?? "";
    expect(await statusOf(authorization, body)).toBe(200);
    expect(await statusOf(authorization, `${body} `)).toBe(403);
    expect(await statusOf("", body)).toBe(403);
    expect(await statusOf(at(-301_000).headers["authorization"] ?? "", body)).toBe(403);
    expect(await statusOf(at(301_000).headers["authorization"] ?? "", body)).toBe(403);
    const claims = authorization.split(".")[1];
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    expect(await statusOf(`Bearer ${none}.${claims}.`, body)).toBe(403);
    expect(line.joined).toHaveLength(1);
    await line.close();
  });

  test("D-3: a signed receipt to the account's address joins by the reference that it repeats", async () => {
    const line = await open();
    const url = `${line.publicUrl}/callbacks/vonage`;
    const fields = { ...receipt, "client-ref": message.reference };
    const { headers, body } = signedForm(line.parts, url, fields);
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
    expect(line.joined).toMatchObject([{ reference: message.reference, status: "delivered" }]);
    await line.close();
  });

  test("without a signature secret only an address made for one message is believed", async () => {
    const line = await open(undefined, { signatureSecret: null });
    const post = async (url: string) =>
      (await fetch(url, { method: "POST", body: new URLSearchParams(receipt) })).status;
    expect(await post(`${line.publicUrl}/callbacks/vonage`)).toBe(403);
    expect(await post(line.callbackUrl(message.reference))).toBe(200);
    expect(line.joined).toHaveLength(1);
    await line.close();
  });
});

describe("texts to a number at vonage", () => {
  test("come by the account's address and by the application's, signed in the way of each", async () => {
    const line = await open();
    const url = `${line.publicUrl}/callbacks/vonage`;
    const authorization = `Basic ${Buffer.from(`${account.apiKey}:${account.apiSecret}`).toString("base64")}`;
    await fetch(`${line.url}/account/settings`, {
      method: "POST",
      headers: { authorization },
      body: new URLSearchParams({ moCallBackUrl: url }),
    });
    await line.standin.reply(to, account.number, "STOP now");
    expect(line.inbound).toMatchObject([{ from: to, to: account.number, text: "STOP now" }]);
    const capabilities = { messages: { webhooks: { inbound_url: { address: url, http_method: "POST" } } } };
    await fetch(`${line.url}/v2/applications/${account.applicationId}`, {
      method: "PUT",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ name: "sandbox", capabilities }),
    });
    await line.standin.reply(to, account.number, "YES");
    expect(line.inbound.map((one) => one.text)).toEqual(["STOP now", "YES", "YES"]);
    expect(line.callbackStatuses.every((one) => one === 200)).toBe(true);
    await line.close();
  });
});
