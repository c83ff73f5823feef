import { Agent } from "node:http";
import { describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { load, needsClients, withSite } from "./vendors.ts";

const to = "+442079460018";
const { telnyx } = standinAccounts;

needsClients();

describe("Telnyx's own clients and its stand-in", () => {
  test("telnyx 7 sends a text, is refused with a wrong key, and verifies what is posted", async () => {
    const { default: Telnyx } = load("telnyx");
    await withSite("telnyx", async (site) => {
      const { program } = site;
      const baseURL = `${site.url}/v2`;
      const client = new Telnyx({ apiKey: telnyx.apiKey, baseURL, publicKey: telnyx.publicKey });
      const text = "Your code is 123456";
      const webhook_url = `${program.url}/receipts`;
      const sent = await client.messages.send({ from: telnyx.number, to, text, webhook_url });
      expect(sent.data).toMatchObject({ record_type: "message", to: [{ status: "queued" }] });
      expect(await site.texts(to)).toEqual([text]);
      const read = await client.messages.retrieve(sent.data.id);
      expect(read.data.id).toBe(sent.data.id);
      const wrong = new Telnyx({ apiKey: "KEYwrong", baseURL, maxRetries: 0 });
      await expect(wrong.messages.send({ from: telnyx.number, to, text })).rejects.toMatchObject({
        status: 401,
      });
      await expect.poll(() => program.posted.length).toBe(2);
      const events = program.posted.map(({ body, headers }) => client.webhooks.unwrap(body, { headers }));
      expect(await Promise.all(events)).toMatchObject([
        { data: { event_type: "message.sent" } },
        { data: { event_type: "message.finalized", payload: { to: [{ status: "delivered" }] } } },
      ]);
    });
  });

  test("telnyx 7 makes a call, speaks when it is answered, and hangs up", async () => {
    const { default: Telnyx } = load("telnyx");
    await withSite("telnyx", async (site) => {
      const client = new Telnyx({
        apiKey: telnyx.apiKey,
        baseURL: `${site.url}/v2`,
        publicKey: telnyx.publicKey,
      });
      const { data } = await client.calls.dial({
        connection_id: telnyx.connectionId,
        to,
        from: telnyx.number,
        webhook_url: `${site.program.url}/calls`,
      });
      const seen = async () =>
        await Promise.all(
          site.program.posted.map(
            async ({ body, headers }) => (await client.webhooks.unwrap(body, { headers })).data.event_type,
          ),
        );
      const becomes = (events: readonly string[]) => expect.poll(seen).toEqual(events);
      await becomes(["call.initiated"]);
      await site.answer(to);
      await becomes(["call.initiated", "call.answered"]);
      const say = { payload: "1, 2, 3", voice: "female", language: "en-US" };
      expect((await client.calls.actions.speak(data.call_control_id, say)).data).toEqual({ result: "ok" });
      const spoken = ["call.initiated", "call.answered", "call.speak.started", "call.speak.ended"];
      await becomes(spoken);
      expect(await site.texts(to)).toEqual(["1, 2, 3"]);
      await client.calls.actions.hangup(data.call_control_id, {});
      await becomes([...spoken, "call.hangup"]);
      await expect(client.calls.actions.speak(data.call_control_id, say)).rejects.toMatchObject({
        status: 422,
      });
    });
  });

  test("telnyx 2, which takes no path, sends a text and reads an error", async () => {
    const create = load("telnyx-2");
    await withSite("telnyx", async (site) => {
      const client = create(telnyx.apiKey);
      client.setHost("127.0.0.1", site.port, "http");
      // Its own takes the options of the https agent, which Node 24 refuses for http.
      client.setHttpAgent(new Agent());
      const sent = await client.messages.create({ from: telnyx.number, to, text: "Your code is 123456" });
      expect(sent.data).toMatchObject({ record_type: "message", to: [{ status: "queued" }] });
      expect(await site.texts(to)).toEqual(["Your code is 123456"]);
      const failed = client.messages.create({ from: telnyx.number, to: "12", text: "x" });
      await expect(failed).rejects.toMatchObject({ raw: { errors: [{ code: "10016" }] } });
    });
  });
});
