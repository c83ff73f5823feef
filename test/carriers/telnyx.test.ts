import { describe, expect, test } from "vitest";
import { createTelnyxProvider } from "../../src/providers/telnyx/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createTelnyxStandin, standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/telnyx/signature.ts";
import {
  type CarrierCase,
  type CarrierRefusal,
  carrierConformance,
  createFakeClock,
} from "../../src/testing/index.ts";
import { openLine } from "./line.ts";
import { commonRefusals } from "./refusals.ts";

const to = "+442079460018";
const account = standinAccounts.telnyx;

const calls = { connectionId: account.connectionId, from: account.number, voice: null };

function open(what?: CarrierCase, from: string = account.number, channel?: "voice") {
  return openLine(
    {
      vendor: "telnyx",
      to,
      ...(channel === undefined ? {} : { channel }),
      standin: createTelnyxStandin,
      provider: (url, parts) =>
        createTelnyxProvider({ ...account, apiKey: new Secret(account.apiKey), from, calls, url }, parts),
    },
    what,
  );
}

function coded(code: string, reason: string): CarrierRefusal {
  return { status: 400, code, means: { kind: "rejected", reason } };
}

carrierConformance({ describe, test }, "telnyx", open, [
  ...commonRefusals,
  coded("10002", "number_refused"),
  coded("10016", "number_refused"),
  coded("40001", "not_routable"),
  coded("40003", "taken_for_spam"),
  coded("40004", "rejected_by_destination"),
  coded("40012", "number_refused"),
  coded("40013", "sender_refused"),
]);

carrierConformance(
  { describe, test },
  "telnyx, calls",
  (what) => open(what, account.number, "voice"),
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

describe("telnyx", () => {
  test("a sender that is not the account's is refused; a name goes with the messaging profile", async () => {
    const foreign = await open(undefined, "+12065550999");
    expect(await foreign.provider.send(message, never)).toMatchObject({ reason: "sender_refused" });
    await foreign.close();
    const named = await open(undefined, "Acme");
    expect(await named.provider.send(message, never)).toMatchObject({ type: "accepted" });
    await named.close();
  });

  test("W-10: signatures hold for five minutes in both directions, and for the bytes that were signed", async () => {
    const line = await open();
    const event = { data: { event_type: "message.sent", payload: { id: "x", to: [{ status: "sent" }] } } };
    const url = line.callbackUrl("019a0000-0000-7000-8000-000000000001.1");
    const statusAt = async (offsetMs: number, change = ""): Promise<number> => {
      const clock = { ...line.clock, now: () => line.clock.now() + offsetMs };
      const signed = signedPost({ clock }, url, event);
      const { headers } = signed;
      return (await fetch(url, { method: "POST", headers, body: signed.body + change })).status;
    };
    expect(await statusAt(0)).toBe(200);
    expect(await statusAt(-300_000)).toBe(200);
    expect(await statusAt(300_000)).toBe(200);
    expect(await statusAt(-301_000)).toBe(403);
    expect(await statusAt(301_000)).toBe(403);
    expect(await statusAt(0, " ")).toBe(403);
    expect(line.joined).toHaveLength(3);
    await line.close();
  });

  test("W-10: a receipt to the account's address joins by the carrier's id, also before the send returned", async () => {
    const line = await open();
    const url = `${line.publicUrl}/callbacks/telnyx`;
    const postReceipt = async (id: string): Promise<void> => {
      const payload = { id, to: [{ status: "delivered" }] };
      const signed = signedPost(line, url, { data: { event_type: "message.finalized", payload } });
      expect((await fetch(url, { method: "POST", headers: signed.headers, body: signed.body })).status).toBe(
        200,
      );
    };
    await postReceipt("not-ours");
    expect(line.joined).toEqual([]);
    const answer = await line.provider.send(message, never);
    if (answer.type !== "accepted") throw new Error(answer.type);
    await line.until(() => line.joined.length === 1);
    await postReceipt(answer.providerMessageId);
    expect(line.joined.at(-1)).toMatchObject({ reference: message.reference, status: "delivered" });
    await line.close();
  });

  test("inbound texts come with the account's webhook", async () => {
    const line = await open();
    await fetch(`${line.url}/v2/messaging_profiles/${account.messagingProfileId}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${account.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ webhook_url: `${line.publicUrl}/callbacks/telnyx` }),
    });
    await line.standin.reply(to, account.number, "STOP");
    expect(line.inbound).toMatchObject([{ from: to, to: account.number, text: "STOP" }]);
    await line.close();
  });
});

describe("telnyx, calls", () => {
  const spoken = { ...message, channel: "voice", text: "Your Acme code is: 1, 2, 3." } as const;

  async function ringing(send = spoken) {
    const line = await open(undefined, account.number, "voice");
    expect(await line.provider.send(send, never)).toMatchObject({ type: "accepted" });
    await line.until(() => line.joined.length === 1);
    const [call] = line.parts.phones.messages(to);
    return { line, id: call?.id ?? "" };
  }

  test("nothing is said before somebody answers; then the text, once, and the call ends", async () => {
    const { line, id } = await ringing();
    const said = () => line.parts.phones.messages(to).map((one) => one.text);
    expect(said()).toEqual([""]);
    line.parts.phones.take(to, id, "answer");
    await line.until(() => line.joined.length === 2);
    expect(said()).toEqual([spoken.text]);
    expect(line.joined.map((one) => one.status)).toEqual(["sent", "delivered"]);
    expect(line.joined.every((one) => one.reference === message.reference)).toBe(true);
    await line.close();
  });

  test("the person declines: failed, and nothing was said", async () => {
    const { line, id } = await ringing();
    line.parts.phones.take(to, id, "decline");
    await line.until(() => line.joined.length === 2);
    expect(line.joined.at(-1)?.status).toBe("failed");
    expect(line.parts.phones.messages(to).map((one) => one.text)).toEqual([""]);
    await line.close();
  });

  test("the mailbox takes what nobody takes, and is told the text", async () => {
    const { line } = await ringing();
    await line.advance(25_000);
    await line.until(() => line.joined.at(-1)?.status === "delivered");
    expect(line.parts.phones.messages(to).map((one) => one.text)).toEqual([spoken.text]);
    await line.close();
  });

  test("W-10: an answered event that comes twice says the text once; one without our state says nothing", async () => {
    const { line, id } = await ringing();
    const bodies: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, options) => {
      bodies.push(`${String(url)} ${String(options?.body)}`);
      return new Response('{"data":{"result":"ok"}}');
    };
    const provider = createTelnyxProvider(
      { ...account, apiKey: new Secret(account.apiKey), from: account.number, calls, url: "https://x" },
      { clock: line.clock, fetch, callbackUrl: line.callbackUrl },
    );
    const state = Buffer.from(JSON.stringify({ text: "Code: 1, 2.", locale: "de" })).toString("base64");
    const read = (client_state: string | null) => {
      const payload = { call_control_id: "v3:x", client_state };
      const signed = signedPost(line, "https://x", {
        data: { id: "e1", event_type: "call.answered", payload },
      });
      const { headers, body } = signed;
      const request = { method: "POST", url: "https://x", reference: message.reference, headers, body };
      return provider.readCallback?.(request, never);
    };
    await read(null);
    await read("not base64 of ours");
    expect(bodies).toEqual([]);
    await read(state);
    await read(state);
    const wanted = {
      payload: "Code: 1, 2.",
      payload_type: "text",
      voice: "female",
      language: "de-DE",
      command_id: "e1",
    };
    expect(bodies).toEqual(
      Array(2).fill(`https://x/v2/calls/v3%3Ax/actions/speak ${JSON.stringify(wanted)}`),
    );
    line.parts.phones.take(to, id, "answer");
    await line.close();
  });

  test("a carrier that does not take the command to speak: the call is ended and has failed", async () => {
    const { line } = await ringing();
    const actions: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      actions.push(String(url).replace(/.*\//, ""));
      return new Response("{}", { status: 500 });
    };
    const provider = createTelnyxProvider(
      { ...account, apiKey: new Secret(account.apiKey), from: account.number, calls, url: "https://x" },
      { clock: line.clock, fetch, callbackUrl: line.callbackUrl },
    );
    const client_state = Buffer.from(JSON.stringify({ text: "1, 2", locale: "en" })).toString("base64");
    const payload = { call_control_id: "v3:x", client_state };
    const event = { data: { id: "e1", event_type: "call.answered", payload } };
    const { headers, body } = signedPost(line, "https://x", event);
    const request = { method: "POST", url: "https://x", reference: message.reference, headers, body };
    expect(await provider.readCallback?.(request, never)).toMatchObject({ receipts: [{ status: "failed" }] });
    expect(actions).toEqual(["speak", "speak", "hangup"]);
    await line.close();
  });

  test("without a way for callbacks there are no calls, for they would stay silent", () => {
    const provider = createTelnyxProvider(
      { ...account, apiKey: new Secret(account.apiKey), from: account.number, calls, url: "https://x" },
      { clock: createFakeClock(), fetch: globalThis.fetch, callbackUrl: () => null },
    );
    expect(provider.channels).toEqual(["sms"]);
  });
});
