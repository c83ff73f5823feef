import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createTelnyxProvider } from "../../src/providers/telnyx/index.ts";
import { createTwilioProvider } from "../../src/providers/twilio/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createTelnyxStandin, createTwilioStandin, standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/telnyx/signature.ts";
import { signedForm } from "../../src/standins/twilio/wire.ts";
import { type Line, openLine } from "../carriers/line.ts";

const folder = join(import.meta.dirname, "../../clients-test");
const load = createRequire(join(folder, "package.json"));
const isInstalled = existsSync(join(folder, "node_modules", "twilio"));
const to = "+442079460018";
const { telnyx, twilio } = standinAccounts;

beforeEach((context) => {
  if (!isInstalled)
    context.skip("the vendors' clients are not installed: npm run test:clients installs them");
});

async function withLine(vendor: "telnyx" | "twilio", body: (line: Line) => Promise<void>): Promise<void> {
  const line = await openLine(
    vendor === "telnyx"
      ? {
          vendor,
          to,
          standin: createTelnyxStandin,
          provider: (url, parts) =>
            createTelnyxProvider(
              { ...telnyx, apiKey: new Secret(telnyx.apiKey), from: telnyx.number, calls: null, url },
              parts,
            ),
        }
      : {
          vendor,
          to,
          standin: createTwilioStandin,
          provider: (url, parts) =>
            createTwilioProvider(
              {
                ...twilio,
                authToken: new Secret(twilio.authToken),
                from: twilio.number,
                voiceFrom: null,
                url,
              },
              parts,
            ),
        },
  );
  try {
    await body(line);
  } finally {
    await line.close();
  }
}

describe("Telnyx's own clients and its stand-in", () => {
  test("telnyx 7 sends a text, is refused with a wrong key, and verifies the webhooks", async () => {
    const { default: Telnyx } = load("telnyx");
    await withLine("telnyx", async (line) => {
      const baseURL = `${line.url}/v2`;
      const client = new Telnyx({ apiKey: telnyx.apiKey, baseURL, publicKey: telnyx.publicKey });
      const sent = await client.messages.send({ from: telnyx.number, to, text: "Your code is 123456" });
      expect(sent.data).toMatchObject({ record_type: "message", to: [{ status: "queued" }] });
      expect(await line.received()).toEqual(["Your code is 123456"]);
      const wrong = new Telnyx({ apiKey: "KEYwrong", baseURL, maxRetries: 0 });
      await expect(wrong.messages.send({ from: telnyx.number, to, text: "x" })).rejects.toMatchObject({
        status: 401,
      });
      // The client compares with the clock of the machine, which tests may read.
      const clock = { ...line.clock, now: () => Date.now() };
      const { body, headers } = signedPost({ clock }, baseURL, { data: { event_type: "message.sent" } });
      expect(await client.webhooks.unwrap(body, { headers })).toMatchObject({
        data: { event_type: "message.sent" },
      });
    });
  });
});

describe("Twilio's own clients and its stand-in", () => {
  test.each(["twilio", "twilio-5"])(
    "%s sends a text, reads errors, and verifies the callbacks",
    async (name) => {
      const createClient = load(name);
      await withLine("twilio", async (line) => {
        const client = createClient(twilio.accountSid, twilio.authToken);
        client.api.baseUrl = line.url;
        const sent = await client.messages.create({ from: twilio.number, to, body: "Your code is 123456" });
        expect(sent).toMatchObject({ status: "queued", to });
        expect(await line.received()).toEqual(["Your code is 123456"]);
        await expect(
          client.messages.create({ from: twilio.number, to: "12", body: "x" }),
        ).rejects.toMatchObject({
          status: 400,
          code: 21211,
        });
        const form = { MessageSid: "SM1", MessageStatus: "sent", AccountSid: twilio.accountSid };
        const url = "https://x.example.com/hook";
        const signature = signedForm(url, form).headers["x-twilio-signature"];
        expect(createClient.validateRequest(twilio.authToken, signature, url, form)).toBe(true);
      });
    },
  );
});
