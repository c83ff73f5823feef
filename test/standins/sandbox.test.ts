import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import type { OutgoingMessage } from "../../src/delivery/index.ts";
import { type RunningSandbox, startSandbox } from "../../src/server/index.ts";
import { standinAccounts } from "../../src/standins/index.ts";
import { ask } from "../server/support.ts";
import { standinVendors } from "./accounts.ts";
import { openProgram, type Program } from "./program.ts";

const reference = "019a0000-0000-7000-8000-000000000001.1";
const never = new AbortController().signal;

describe("the sandbox by itself", () => {
  let sandbox: RunningSandbox;
  let program: Program;

  beforeAll(async () => {
    sandbox = await startSandbox(["127.0.0.1", "::1"], 0);
    program = await openProgram();
  });

  afterAll(async () => {
    await program.close();
    await sandbox.close();
  });

  async function json(path: string, method = "GET", body?: unknown) {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await ask(`${sandbox.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: answer.text === "" ? null : JSON.parse(answer.text) };
  }

  describe.each(standinVendors)("$name", ({ name, number, provider: open, inboundTo }) => {
    const at = () => `${sandbox.url}/sandbox/${name}`;
    const address = (one: string) => `${program.url}/${name}/${one}`;
    const posted = (one: string) => program.posted.filter(({ url }) => url === address(one));
    const provider = () =>
      open(at(), {
        clock: systemClock(),
        fetch: globalThis.fetch,
        callbackUrl: (one) => address(one),
      });
    const message = (to: string, channel: "sms" | "voice"): OutgoingMessage => ({
      reference,
      channel,
      to,
      text: "123456 is your Acme code.",
      code: "123456",
      locale: "en",
      brand: "Acme",
    });
    const to = `+4420794600${10 + standinVendors.findIndex((one) => one.name === name)}`;
    const phone = `/sandbox/api/phones/${encodeURIComponent(to)}`;

    test("a text arrives on its virtual phone, and the receipts as the vendor signs them", async () => {
      expect(await provider().send(message(to, "sms"), never)).toMatchObject({ type: "accepted" });
      const { messages } = (await json(`${phone}/messages`)).body;
      expect(messages).toMatchObject([{ channel: "sms", text: "123456 is your Acme code.", code: "123456" }]);
      await expect.poll(() => posted(reference).length).toBe(2);
      for (const one of posted(reference)) {
        const reading = await provider().readCallback?.(one, never);
        expect(reading).toMatchObject({ type: "read", receipts: [{ reference }] });
      }
    });

    test("what is written on the phone arrives as the vendor's inbound callback", async () => {
      const { path, ...setup } = inboundTo(address("inbound"));
      expect((await ask(`${at()}${path}`, setup)).status).toBeLessThan(300);
      // To whom it heard from last: the account's number.
      expect((await json(`${phone}/replies`, "POST", { text: "STOP" })).body.to).toBe(number);
      await expect.poll(() => posted("inbound").length).toBe(1);
      const [request] = posted("inbound");
      if (request === undefined) throw new Error("nothing was posted");
      expect(await provider().readCallback?.(request, never)).toMatchObject({
        inbound: [{ from: to, to: number, text: "STOP" }],
      });
      await json(`${phone}/replies`, "POST", { text: "for somebody else", to: "+12065550999" });
      await json(`${phone}/replies`, "POST", { text: "YES", to: number });
      await expect.poll(() => posted("inbound").length).toBe(2);
      expect(posted("inbound").at(-1)?.body).toContain("YES");
    });

    test("the next message meets the fault of the wire that was set, and no other", async () => {
      const faults = `/sandbox/api/standins/${name}/faults`;
      expect((await json(faults, "POST", { type: "refuse", status: 429, retryAfter: "7" })).status).toBe(201);
      expect((await json(faults, "POST", { type: "garbage" })).status).toBe(201);
      expect((await json(faults)).body.faults).toHaveLength(2);
      const other = message(`+44207946009${to.at(-1)}`, "sms");
      const fresh = (n: number) => ({ ...other, reference: `019a0000-0000-7000-8000-000000000009.${n}` });
      expect(await provider().send(fresh(1), never)).toMatchObject({
        reason: "rate_limited",
        retryAfterMs: 7_000,
      });
      expect(await provider().send(fresh(2), never)).toMatchObject({ type: "unknown" });
      expect(await provider().send(fresh(3), never)).toMatchObject({ type: "accepted" });
      await json(faults, "POST", { type: "cut" });
      expect((await json(faults, "DELETE")).status).toBe(204);
      expect((await json(faults)).body.faults).toEqual([]);
    });

    test("a call rings on the phone, and says its text to whoever answers", async () => {
      if (!provider().channels.includes("voice")) return expect(name).toBe("flowroute");
      const caller = `+44207946007${to.at(-1)}`;
      const calls = `/sandbox/api/phones/${encodeURIComponent(caller)}`;
      const said = { ...message(caller, "voice"), reference: "019a0000-0000-7000-8000-000000000007.1" };
      expect(await provider().send(said, never)).toMatchObject({ type: "accepted" });
      const [call] = (await json(`${calls}/calls`)).body.calls;
      expect(call.state).toBe("ringing");
      await json(`${calls}/calls/${call.messageId}`, "POST", { act: "answer" });
      // The program reads its callbacks, which for some carriers is what makes them speak.
      const statuses: string[] = [];
      let read = 0;
      await expect
        .poll(async () => {
          for (; read < posted(said.reference).length; read += 1) {
            const one = posted(said.reference)[read];
            const reading = one && (await provider().readCallback?.(one, never));
            if (reading?.type === "read") statuses.push(...reading.receipts.map(({ status }) => status));
          }
          return statuses.at(-1);
        })
        .toBe("delivered");
      expect((await json(`${calls}/messages`)).body.messages[0].text).toBe(said.text);
    });
  });

  test("it says which accounts there are, and shows the phones", async () => {
    const { standins } = (await json("/sandbox/api/standins")).body;
    expect(standins.map((one: { vendor: string }) => one.vendor)).toEqual(Object.keys(standinAccounts));
    expect(standins[1]).toMatchObject({
      url: `${sandbox.url}/sandbox/telnyx`,
      account: standinAccounts.telnyx,
    });
    expect((await ask(`${sandbox.url}/`)).headers.location).toBe("/sandbox");
    expect((await ask(`${sandbox.url}/sandbox`)).text).toContain("Virtual phones");
  });

  test("only by names of this machine, and nothing but the sandbox is there", async () => {
    const headers = { host: "phones.example.com" };
    expect((await ask(`${sandbox.url}/sandbox/api/standins`, { headers })).status).toBe(421);
    expect((await ask(`${sandbox.url}/sandbox/telnyx/v2/messages/x`, { headers })).status).toBe(421);
    for (const path of ["/api/v1/verifications", "/two-factor", "/health/ready"]) {
      expect((await ask(`${sandbox.url}${path}`)).status).toBe(404);
    }
    for (const wrong of [{ type: "explode" }, { type: "slow" }, { type: "refuse", status: 99 }]) {
      expect((await json("/sandbox/api/standins/telnyx/faults", "POST", wrong)).status).toBe(422);
    }
    expect((await json("/sandbox/api/standins/acme/faults")).status).toBe(404);
  });
});
