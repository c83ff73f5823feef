import { request } from "node:http";
import { afterAll, describe, expect, test } from "vitest";
import { ask, startBody, testServer, withKey } from "../server/support.ts";

const server = await testServer();
const { url, key } = server;

afterAll(() => server.remove());

const json = { "content-type": "application/json" };

interface Watch {
  readonly status: number;
  text(): string;
  ids(): string[];
  /** Resolves when the stream has said this. */
  said(pattern: RegExp): Promise<string>;
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows the stream as a program does. */
function watch(base: string, headers: Record<string, string> = {}): Promise<Watch> {
  return new Promise((resolve, reject) => {
    const sent = request(`${base}/sandbox/api/stream`, { headers, agent: false }, (response) => {
      let text = "";
      const waiting = new Set<() => void>();
      const ended = new Promise<void>((done) => response.on("close", done));
      response.on("error", () => {});
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        for (const one of [...waiting]) one();
      });
      resolve({
        status: response.statusCode ?? 0,
        text: () => text,
        ids: () => [...text.matchAll(/^id: (.*)$/gm)].map((match) => match[1] ?? ""),
        said: (pattern) =>
          new Promise((found) => {
            const look = (): void => {
              const match = pattern.exec(text);
              if (match === null) return;
              waiting.delete(look);
              found(match[0]);
            };
            waiting.add(look);
            look();
          }),
        ended,
        close: () => void response.destroy(),
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function start(to: string, channel = "sms"): Promise<{ readonly id: string }> {
  const body = JSON.stringify({ to, channel });
  const answer = await ask(`${url}/api/v1/verifications`, { method: "POST", headers: withKey(key), body });
  return JSON.parse(answer.text);
}

describe("the stream of the virtual phones", () => {
  test("tells of each message as it arrives, and says first to look at everything", async () => {
    const watched = await watch(url);
    expect(watched.status).toBe(200);
    await watched.said(/event: reset/);
    await start("+14155550301");
    const said = await watched.said(/event: message\ndata: .*\n/);
    expect(JSON.parse(said.split("data: ")[1] ?? "")).toMatchObject({
      number: "+14155550301",
      channel: "sms",
      from: "Countersign",
      code: expect.stringMatching(/^\d{6}$/),
    });
    watched.close();
  });

  test("who comes back with the last id it saw gets what it missed, and nothing twice", async () => {
    const first = await watch(url);
    await first.said(/event: reset/);
    await start("+14155550302");
    await first.said(/"\+14155550302"/);
    const seen = first.ids().at(-1) ?? "";
    first.close();
    await first.ended;
    await start("+14155550303");
    await start("+14155550304");
    const again = await watch(url, { "last-event-id": seen });
    await again.said(/"\+14155550304"/);
    expect(again.text()).toContain('"+14155550303"');
    expect(again.text()).not.toContain('"+14155550302"');
    expect(again.text()).not.toContain("event: reset");
    again.close();
  });

  test.each(["x-1", "99", "", "lq0-99999999999999999999"])(
    "an id of an earlier run or of nobody (%s) gets a reset",
    async (id) => {
      const watched = await watch(url, { "last-event-id": id });
      await watched.said(/event: reset/);
      watched.close();
    },
  );

  test("a phone that is emptied takes its codes out of what can be resumed", async () => {
    const watched = await watch(url);
    await watched.said(/event: reset/);
    const before = watched.ids().at(-1) ?? "";
    await start("+14155550305");
    await watched.said(/"\+14155550305"/);
    await ask(`${url}/sandbox/api/phones/+14155550305/messages`, { method: "DELETE" });
    await watched.said(/event: cleared/);
    watched.close();
    const again = await watch(url, { "last-event-id": before });
    await again.said(/event: cleared/);
    expect(again.text()).not.toContain('"code"');
    again.close();
  });

  test("R-13: at most 32 streams; one more is refused, and has room when one is closed", async () => {
    const all = await Promise.all(Array.from({ length: 32 }, () => watch(url)));
    expect(all.map((one) => one.status)).toEqual(Array.from({ length: 32 }, () => 200));
    const refused = await ask(`${url}/sandbox/api/stream`);
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.text).code).toBe("rate_limited");
    all[0]?.close();
    await expect
      .poll(async () => {
        const one = await watch(url);
        one.close();
        return one.status;
      })
      .toBe(200);
    for (const one of all) one.close();
  });

  test("W-12: codes are for nobody else: no CORS, no caching, and the guard of the sandbox", async () => {
    const foreign = { origin: "https://evil.example" };
    expect((await ask(`${url}/sandbox/api/phones`, { headers: foreign })).status).toBe(403);
    const answer = await ask(`${url}/sandbox/api/phones`);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const rebound = await ask(`${url}/sandbox/api/stream`, { headers: { host: "evil.example" } });
    expect(rebound.status).toBe(421);
  });

  const elsewhere = [
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
    { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
  ];
  test.each(elsewhere)("W-13: a page of another site gets nothing (%o)", async (headers) => {
    const asked = [
      ["GET", "/stream"],
      ["GET", "/phones/+14155550301/messages"],
      ["DELETE", "/phones"],
    ] as const;
    for (const [method, path] of asked) {
      const { status, text } = await ask(`${url}/sandbox/api${path}`, { method, headers });
      expect([path, status, JSON.parse(text).code]).toEqual([path, 403, "cross_site_refused"]);
    }
  });

  test("W-13: without Sec-Fetch-Site a foreign Origin is refused too, and our own is not", async () => {
    const post = async (origin: string): Promise<number> => {
      const body = JSON.stringify({ text: "STOP" });
      const path = `${url}/sandbox/api/phones/+14155550306/replies`;
      return (await ask(path, { method: "POST", headers: { ...json, origin }, body })).status;
    };
    expect(await post("https://evil.example")).toBe(403);
    expect(await post("null")).toBe(403);
    expect(await post(new URL(url).origin)).toBe(201);
  });

  test("a graceful stop ends the streams and does not wait for them", async () => {
    const other = await testServer();
    const watched = await watch(other.url);
    await watched.said(/event: reset/);
    const stopping = other.close();
    await watched.ended;
    await stopping;
    expect(watched.text()).toContain("retry: 1000");
    await other.remove();
  }, 8_000);
});

async function statusOf(id: string): Promise<{ readonly channel: string; readonly deliveries: object[] }> {
  const answer = await ask(`${url}/api/v1/verifications/${id}`, { headers: withKey(key) });
  return JSON.parse(answer.text);
}

async function takeCall(number: string, act: string, id?: string): Promise<{ status: number; text: string }> {
  const listed = await ask(`${url}/sandbox/api/phones/${number}/calls`);
  const messageId = id ?? JSON.parse(listed.text).calls[0]?.messageId;
  const path = `${url}/sandbox/api/phones/${number}/calls/${messageId}`;
  return await ask(path, { method: "POST", headers: json, body: JSON.stringify({ act }) });
}

describe("calls", () => {
  test("D-12: an answered call rings no more, and the carrier reports it as delivered", async () => {
    const number = "+14155550311";
    const { id } = await start(number, "voice");
    const listed = await ask(`${url}/sandbox/api/phones/${number}/calls`);
    expect(JSON.parse(listed.text).calls).toMatchObject([{ state: "ringing" }]);
    const taken = await takeCall(number, "answer");
    expect(JSON.parse(taken.text)).toMatchObject({ state: "answered" });
    await expect.poll(async () => (await statusOf(id)).deliveries).toMatchObject([{ state: "delivered" }]);
    expect((await takeCall(number, "decline")).status).toBe(404);
  });

  test("D-10: a declined call has failed; without a further step nothing is left to try", async () => {
    const number = "+14155550312";
    const { id } = await start(number, "voice");
    expect((await takeCall(number, "decline")).status).toBe(200);
    await expect.poll(() => statusOf(id)).toMatchObject({ status: "undeliverable" });
  });

  test("a declined call of a step that has another after it goes on to that one", async () => {
    const number = "+14155550313";
    const body = JSON.stringify({
      to: number,
      workflow: [
        { channel: "voice", waitSeconds: 60 },
        { channel: "sms", waitSeconds: 60 },
      ],
    });
    const answer = await ask(`${url}/api/v1/verifications`, { method: "POST", headers: withKey(key), body });
    expect(answer.text).toContain('"channel":"voice"');
    expect((await takeCall(number, "decline")).status).toBe(200);
    await expect.poll(async () => (await statusOf(JSON.parse(answer.text).id)).channel).toBe("sms");
  });

  test("a call that nobody takes stays as it is: accepted", async () => {
    const { id } = await start("+14155550314", "voice");
    await expect.poll(async () => (await statusOf(id)).deliveries).toMatchObject([{ state: "accepted" }]);
  });

  test.each(["m999999", "x", "m1'"])("there is no call %s", async (id) => {
    expect((await takeCall("+14155550314", "answer", id)).status).toBe(404);
  });
});

describe("replies", () => {
  test("a text from the phone is kept, newest first, and told to who watches", async () => {
    const watched = await watch(url);
    await watched.said(/event: reset/);
    for (const text of ["STOP", "Start again 🙂"]) {
      const path = `${url}/sandbox/api/phones/+14155550321/replies`;
      const sent = await ask(path, { method: "POST", headers: json, body: JSON.stringify({ text }) });
      expect([sent.status, JSON.parse(sent.text).text]).toEqual([201, text]);
    }
    await watched.said(/event: reply\ndata: .*Start again/);
    watched.close();
    // Without its country it would be nobody's, and look like a phone that got nothing.
    for (const list of ["replies", "messages", "calls"]) {
      const unclear = await ask(`${url}/sandbox/api/phones/(415)%20555-0321/${list}`);
      expect([unclear.status, JSON.parse(unclear.text).detail], list).toEqual([
        422,
        "Write the number with + and the country's code, as in +14155550123.",
      ]);
    }
    const listed = await ask(`${url}/sandbox/api/phones/+1%20415%20555%200321/replies`);
    const texts = (JSON.parse(listed.text).replies as { text: string }[]).map((one) => one.text);
    expect(texts).toEqual(["Start again 🙂", "STOP"]);
    const messages = await ask(`${url}/sandbox/api/phones/+14155550321/messages`);
    expect(JSON.parse(messages.text)).toEqual({ messages: [] });
  });

  test.each([
    ["+14155550321", "", 422],
    ["+14155550321", "x".repeat(1_531), 422],
    ["nobody", "STOP", 422],
  ])("no reply from %s with such a text", async (number, text, status) => {
    const path = `${url}/sandbox/api/phones/${number}/replies`;
    const sent = await ask(path, { method: "POST", headers: json, body: JSON.stringify({ text }) });
    expect(sent.status).toBe(status);
  });
});

test("the messages of a phone have the fields that they always had", async () => {
  const body = startBody("+14155550331");
  await ask(`${url}/api/v1/verifications`, { method: "POST", headers: withKey(key), body });
  const { text } = await ask(`${url}/sandbox/api/phones/+14155550331/messages`);
  const [message] = JSON.parse(text).messages;
  expect(Object.keys(message)).toEqual(["id", "channel", "from", "text", "code", "receivedAt"]);
});
