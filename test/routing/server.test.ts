import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standinAccounts } from "../../src/standins/index.ts";
import { ask, startBody, type TestServer, testServer, withKey } from "../server/support.ts";
import { generous } from "../support/limits.ts";

const to = "+12065550177";
const { flowroute, telnyx } = standinAccounts;
const routes = {
  routes: [{ to: "US", channel: "sms", carriers: ["telnyx", "flowroute"] }],
  senders: [{ to: "US", carrier: "flowroute", from: "+12065550100" }],
};

/** A server of the sandbox plays Flowroute; where Telnyx should be nobody listens. */
describe("a server with two carriers, of which the first is down", () => {
  let carrier: TestServer;
  let server: TestServer;

  beforeAll(async () => {
    carrier = await testServer();
    const gone = await testServer();
    await gone.remove();
    server = await testServer({
      COUNTERSIGN_COUNTRIES: "US",
      COUNTERSIGN_MONEY_PER_DAY: "50",
      COUNTERSIGN_PRICES: "*/sms=0.01,US/sms/flowroute=0.004",
      COUNTERSIGN_ROUTES: JSON.stringify(routes),
      COUNTERSIGN_TELNYX_API_KEY: telnyx.apiKey,
      COUNTERSIGN_TELNYX_PUBLIC_KEY: telnyx.publicKey,
      COUNTERSIGN_TELNYX_FROM: telnyx.number,
      COUNTERSIGN_TELNYX_URL: `http://127.0.0.1:${gone.port}`,
      COUNTERSIGN_FLOWROUTE_ACCESS_KEY: flowroute.accessKey,
      COUNTERSIGN_FLOWROUTE_SECRET_KEY: flowroute.secretKey,
      COUNTERSIGN_FLOWROUTE_FROM: "+12065550199",
      COUNTERSIGN_FLOWROUTE_URL: `${carrier.url}/sandbox/flowroute`,
    });
  });

  afterAll(async () => {
    await server.remove();
    await carrier.remove();
  });

  async function json(path: string, body?: string) {
    const method = body === undefined ? "GET" : "POST";
    const sent = { method, headers: withKey(server.key), ...(body === undefined ? {} : { body }) };
    const answer = await ask(`${server.url}/api/v1${path}`, sent);
    return { status: answer.status, body: JSON.parse(answer.text) };
  }

  const arrived = async (number: string) =>
    JSON.parse((await ask(`${carrier.url}/sandbox/api/phones/${encodeURIComponent(number)}/messages`)).text)
      .messages;

  test("R-11: the second takes over at once, with its own sender and at its own price", async () => {
    const began = performance.now();
    const { body } = await json("/verifications", startBody(to));
    await expect.poll(async () => (await arrived(to)).length).toBe(1);
    expect(performance.now() - began).toBeLessThan(generous(10_000));
    const [message] = await arrived(to);
    // The stand-in refuses every sender but its account's own: the route's was used.
    await expect
      .poll(async () => (await json(`/verifications/${body.id}`)).body.deliveries[0].state)
      .toBe("accepted");
    const read = (await json(`/verifications/${body.id}`)).body;
    expect(read.deliveries[0].attempts.map((one: { provider: string; answer: string }) => one)).toMatchObject(
      [
        { provider: "telnyx", answer: "notSent", reason: "carrier_unreachable" },
        { provider: "flowroute", answer: "accepted" },
      ],
    );
    expect([read.cost, read.deliveries[0].cost]).toEqual(["0.004", "0.004"]);
    const checked = await json(`/verifications/${body.id}/check`, JSON.stringify({ code: message.code }));
    expect(checked.status).toBe(200);
    const { carriers } = (await json("/carriers")).body;
    const row = carriers.find((one: { carrier: string }) => one.carrier === "flowroute");
    expect(row.totals).toEqual([
      {
        region: "US",
        accepted: 1,
        delivered: 0,
        approved: 1,
        cost: "0.004",
        costPerDelivery: "0.004",
        costPerApproval: "0.004",
      },
    ]);
  });

  test("the route explains who is asked, and why", async () => {
    for (const number of ["+12065550178", "+12065550179"]) {
      await json("/verifications", startBody(number));
      await expect.poll(async () => (await arrived(number)).length).toBe(1);
    }
    const path = `/numbers/${encodeURIComponent(to)}/route`;
    const { body } = await json(path);
    expect(body).toMatchObject({
      place: "US",
      carriers: [
        { carrier: "flowroute", tier: 2, share: 1, standing: "well", from: "+12065550100", price: "0.004" },
        { carrier: "telnyx", tier: 1, standing: "open", from: null, price: "0.01", ratePerSecond: null },
      ],
    });
    expect(body.carriers[1].why).toMatch(/^takes no messages since .*Z; tried again at .*Z$/);
    expect((await json(`${path}?channel=voice`)).body).toEqual({ place: "*", carriers: [] });
    expect((await json(`${path}?channel=fax`)).status).toBe(422);
    const metrics = (await ask(`${server.url}/metrics`, { headers: withKey(server.key) })).text;
    expect(metrics).toMatch(
      /countersign_delivery_cost_micros_total\{provider="flowroute",channel="sms",region="US"\} 12000/,
    );
    expect(metrics).toContain(
      'countersign_carrier_changes_total{carrier="telnyx",channel="sms",change="open"} 1',
    );
  });
});
