import { describe, expect, test } from "vitest";
import { createTelnyxProvider } from "../../src/providers/telnyx/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createTelnyxStandin, standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/telnyx/signature.ts";
import { type CarrierCase, type CarrierRefusal, carrierConformance } from "../../src/testing/index.ts";
import { openLine } from "./line.ts";
import { commonRefusals } from "./refusals.ts";

const to = "+442079460018";
const account = standinAccounts.telnyx;

function open(what?: CarrierCase, from: string = account.number) {
  return openLine(
    {
      vendor: "telnyx",
      to,
      standin: createTelnyxStandin,
      provider: (url, parts) =>
        createTelnyxProvider({ ...account, apiKey: new Secret(account.apiKey), from, url }, parts),
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
