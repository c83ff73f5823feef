import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createWebhookProvider, isWebhookSecret } from "../../src/providers/webhook/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createWebhookStandin, standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/webhook/index.ts";
import { type CarrierCase, type CarrierRefusal, carrierConformance } from "../../src/testing/index.ts";
import { openLine } from "./line.ts";
import { commonRefusals } from "./refusals.ts";

const to = "+442079460018";
const account = standinAccounts.webhook;

interface Asked {
  readonly secret?: string;
  readonly dropsRepetitions?: boolean;
  readonly channel?: "voice";
  readonly path?: string;
}

function open(
  what?: CarrierCase,
  { secret = account.secret, dropsRepetitions = true, channel, path = "/messages" }: Asked = {},
) {
  return openLine(
    {
      vendor: "webhook",
      to,
      ...(channel === undefined ? {} : { channel }),
      standin: createWebhookStandin,
      provider: (url, parts) =>
        createWebhookProvider(
          { url: `${url}${path}`, secret: new Secret(secret), channels: ["sms", "voice"], dropsRepetitions },
          parts,
        ),
    },
    what,
  );
}

function reason(code: string, means = code): CarrierRefusal {
  return { status: 422, code, means: { kind: "rejected", reason: means } };
}

const refusals: readonly CarrierRefusal[] = [
  ...commonRefusals,
  ...[301, 302, 303, 307, 308].map(
    (status): CarrierRefusal => ({ status, means: { kind: "rejected", reason: "redirect_refused" } }),
  ),
  { status: 410, means: { kind: "rejected", reason: "forbidden_by_carrier" } },
  reason("country_not_permitted"),
  reason("not_mobile"),
  reason("not_routable"),
  reason("number_refused"),
  reason("opted_out"),
  reason("sender_refused"),
  reason("taken_for_spam"),
  reason("your number +442079460018 is bad", "value_refused"),
];

carrierConformance({ describe, test }, "webhook", open, refusals);
carrierConformance(
  { describe, test },
  "webhook, a receiver that may send twice",
  (what) => open(what, { dropsRepetitions: false }),
  [],
);
carrierConformance({ describe, test }, "webhook, calls", (what) => open(what, { channel: "voice" }), []);

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

describe("webhook", () => {
  test("a receiver with another secret refuses", async () => {
    const line = await open(undefined, { secret: `whsec_${Buffer.alloc(24, 7).toString("base64")}` });
    expect(await line.provider.send(message, never)).toMatchObject({ reason: "credentials_refused" });
    await line.close();
  });

  test("W-11: a redirect is not followed, and no other address ever sees the message", async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? "");
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const line = await open();
    const provider = createWebhookProvider(
      {
        url: `http://127.0.0.1:${port}/hook`,
        secret: new Secret(account.secret),
        channels: ["sms"],
        dropsRepetitions: false,
      },
      { clock: line.clock, fetch: globalThis.fetch, callbackUrl: () => null },
    );
    expect(await provider.send(message, never)).toMatchObject({ reason: "redirect_refused" });
    expect(seen).toEqual(["/hook"]);
    await line.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test("an answer without a body, or without an id, is an acceptance under our own reference", async () => {
    const answers = [() => new Response(null, { status: 204 }), () => new Response("{}", { status: 200 })];
    for (const answer of answers) {
      const line = await open();
      const provider = createWebhookProvider(
        {
          url: "https://x.example.com",
          secret: new Secret(account.secret),
          channels: ["sms"],
          dropsRepetitions: false,
        },
        { clock: line.clock, fetch: async () => answer(), callbackUrl: () => null },
      );
      expect(await provider.send(message, never)).toEqual({
        type: "accepted",
        providerMessageId: message.reference,
      });
      await line.close();
    }
  });

  test("W-10: callbacks count for five minutes in both directions, over their bytes, and by each signature of a rotation", async () => {
    const line = await open();
    const url = line.callbackUrl(message.reference);
    const event = { type: "message.receipt", data: { status: "delivered" } };
    const statusAt = async (offsetMs: number, change = "", before = ""): Promise<number> => {
      const clock = { ...line.clock, now: () => line.clock.now() + offsetMs };
      const { headers, body } = signedPost({ clock, random: line.parts.random }, url, event);
      const signature = `${before}${headers["webhook-signature"]}`;
      const signed = { ...headers, "webhook-signature": signature };
      return (await fetch(url, { method: "POST", headers: signed, body: body + change })).status;
    };
    expect(await statusAt(0)).toBe(200);
    expect(await statusAt(0, "", "v1,AAAA ")).toBe(200);
    expect(await statusAt(-300_000)).toBe(200);
    expect(await statusAt(300_000)).toBe(200);
    expect(await statusAt(-301_000)).toBe(403);
    expect(await statusAt(301_000)).toBe(403);
    expect(await statusAt(0, " ")).toBe(403);
    expect(line.joined).toHaveLength(4);
    await line.close();
  });

  test("inbound texts and receipts also come to the account's address", async () => {
    const line = await open();
    const url = `${line.publicUrl}/callbacks/webhook`;
    const settings = signedPost(line.parts, url, { inboundUrl: url });
    const put = { method: "PUT", headers: settings.headers, body: settings.body };
    expect((await fetch(`${line.url}/settings`, put)).status).toBe(200);
    await line.standin.reply(to, account.number, "STOP");
    expect(line.inbound).toMatchObject([{ from: to, to: account.number, text: "STOP" }]);
    const data = { reference: message.reference, status: "failed" };
    const { headers, body } = signedPost(line.parts, url, { type: "message.receipt", data });
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
    expect(line.joined).toMatchObject([{ reference: message.reference, status: "failed" }]);
    await line.close();
  });

  test("a secret is whsec_ and 24 to 64 bytes", () => {
    const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString("base64")}`;
    expect([23, 24, 64, 65].map((bytes) => isWebhookSecret(secretOf(bytes)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isWebhookSecret(account.secret)).toBe(true);
    expect(isWebhookSecret("whsec_####")).toBe(false);
  });
});
