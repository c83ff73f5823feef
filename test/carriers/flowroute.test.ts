import { describe, expect, test } from "vitest";
import { createFlowrouteProvider, flowrouteVersions } from "../../src/providers/flowroute/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createFlowrouteStandin, standinAccounts } from "../../src/standins/index.ts";
import { type CarrierCase, type CarrierRefusal, carrierConformance } from "../../src/testing/index.ts";
import { openLine } from "./line.ts";

const to = "+12065550177";
const { accessKey, secretKey, number } = standinAccounts.flowroute;

function open(version: (typeof flowrouteVersions)[number], what?: CarrierCase, from: string = number) {
  return openLine(
    {
      vendor: "flowroute",
      to,
      standin: createFlowrouteStandin,
      provider: (url, parts) =>
        createFlowrouteProvider({ accessKey, secretKey: new Secret(secretKey), from, version, url }, parts),
    },
    what,
  );
}

const refusals: readonly CarrierRefusal[] = [
  { status: 400, means: { kind: "rejected", reason: "request_refused" } },
  { status: 401, means: { kind: "rejected", reason: "credentials_refused" } },
  { status: 403, means: { kind: "rejected", reason: "sender_refused" } },
  { status: 404, means: { kind: "rejected", reason: "request_refused" } },
  { status: 405, means: { kind: "rejected", reason: "request_refused" } },
  { status: 415, means: { kind: "rejected", reason: "request_refused" } },
  { status: 422, means: { kind: "rejected", reason: "value_refused" } },
  { status: 429, means: { kind: "notSent", reason: "rate_limited" } },
  { status: 429, retryAfter: "3", means: { kind: "notSent", reason: "rate_limited", retryAfterMs: 3_000 } },
  { status: 500, means: null },
  { status: 502, means: null },
  { status: 503, means: null },
  {
    status: 503,
    retryAfter: "9",
    means: { kind: "notSent", reason: "carrier_unavailable", retryAfterMs: 9_000 },
  },
  { status: 504, means: null },
];

for (const version of flowrouteVersions) {
  carrierConformance({ describe, test }, `flowroute ${version}`, (what) => open(version, what), refusals);
}

const never = new AbortController().signal;
const message = {
  reference: "019a0000-0000-7000-8000-000000000001.1",
  channel: "sms",
  to,
  text: "123456 is your “Acme” code. It’s valid for 5 minutes.",
  code: "123456",
  locale: "en",
  brand: "Acme",
} as const;

describe("flowroute", () => {
  test("typographic quotes, which it documents as errors, are sent as plain ones", async () => {
    const line = await open("v2.1");
    await line.provider.send(message, never);
    expect(await line.received()).toEqual(['123456 is your "Acme" code. It\'s valid for 5 minutes.']);
    await line.close();
  });

  test("D-5: a number outside North America is refused by us for v2 and v2.1, for v2 answers 500, as in an outage", async () => {
    for (const version of ["v2", "v2.1"] as const) {
      const line = await open(version);
      const answer = await line.provider.send({ ...message, to: "+442079460018" }, never);
      expect(answer).toEqual({ type: "refused", kind: "rejected", reason: "number_not_supported" });
      await line.close();
    }
  });

  test("D-5: a sender that is no number of the account: 403, rejected", async () => {
    const line = await open("v2.2", undefined, "+12065550999");
    const answer = await line.provider.send(message, never);
    expect(answer).toEqual({ type: "refused", kind: "rejected", reason: "sender_refused" });
    await line.close();
  });

  test("D-5: nobody listens: not sent", async () => {
    const line = await open("v2.2");
    await line.close();
    const answer = await line.provider.send(message, never);
    expect(answer).toEqual({ type: "refused", kind: "notSent", reason: "carrier_unreachable" });
  });

  test("D-8: the sixth message in one second is refused with 429, which is not sent", async () => {
    const line = await open("v2.1");
    const answers = await Promise.all(Array.from({ length: 6 }, () => line.provider.send(message, never)));
    expect(answers.filter((one) => one.type === "accepted")).toHaveLength(5);
    expect(answers.find((one) => one.type === "refused")).toMatchObject({ kind: "notSent" });
    expect(line.provider.ratePerSecond).toBe(5);
    await line.close();
  });

  test("inbound texts come through the address made for them, and through no other", async () => {
    const line = await open("v2.1");
    const authorization = `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString("base64")}`;
    const put = (callback_url: string) =>
      fetch(`${line.url}/v2.1/messages/sms_callback`, {
        method: "PUT",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ callback_url }),
      });
    expect((await put(line.callbackUrl("inbound"))).status).toBe(204);
    await line.standin.reply(to, number, "STOP");
    expect(line.inbound).toMatchObject([{ from: to, to: number, text: "STOP" }]);
    await put(`${line.publicUrl}/callbacks/flowroute`);
    void line.standin.reply(to, number, "again");
    await line.until(() => line.callbackStatuses.length === 2);
    expect(line.callbackStatuses).toEqual([200, 403]);
    expect(line.inbound).toHaveLength(1);
    await line.close();
  });
});
