import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { regions } from "../../src/numbers/index.ts";
import { threeLettersOf } from "../../src/server/facades/vonage/country-codes.ts";
import { key } from "../../src/store/index.ts";
import { answering, openReceiver } from "../webhooks/receiver.ts";
import { loopback } from "../webhooks/webhooks.ts";
import { type FacadeInstallation, openFacades } from "./installation.ts";
import { ask } from "./vonage-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades({ webhooks: loopback });
});
afterAll(() => at.close());

const basic = {
  status: 0,
  status_message: "Success",
  request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  international_format_number: "442079460018",
  national_format_number: "020 7946 0018",
  country_code: "GB",
  country_code_iso3: "GBR",
  country_name: "United Kingdom",
  country_prefix: "44",
};
const posted = async (): Promise<void> => {
  await at.parts.webhooks?.poll();
  await at.parts.webhooks?.settled();
};

const carrier = { network_code: null, name: null, country: "GB", network_type: "landline" };
const standard = {
  ...basic,
  request_price: "0.00000000",
  refund_price: "0.00000000",
  remaining_balance: "0.00000000",
  current_carrier: carrier,
  original_carrier: carrier,
  ported: "unknown",
  caller_identity: { caller_type: "unknown", caller_name: "unknown" },
  caller_type: "unknown",
  caller_name: "unknown",
};

const advanced = {
  ...standard,
  lookup_outcome: 1,
  lookup_outcome_message: "Partial success - some fields populated",
  valid_number: "inferred",
  reachable: "unknown",
  roaming: "unknown",
  ip_warnings: "unknown",
};

describe("Number Insight", () => {
  test.each([
    ["basic", basic],
    ["standard", standard],
    ["advanced", advanced],
  ])("%s tells what numbering plans know, and says unknown of the rest", async (level, expected) => {
    for (const shape of ["query", "form", "json"] as const) {
      const { http, body } = await ask(
        at,
        `/ni/${level}/json`,
        { number: "442079460018", cnam: true },
        shape,
      );
      expect(http.status).toBe(200);
      expect(http.headers.get("content-type")).toBe("application/json");
      expect(body).toEqual(expected);
    }
    const national = await ask(at, `/ni/${level}/json`, { number: "020 7946 0018", country: "GB" });
    expect(national.body).toEqual(expected);
  });

  test("what is no number, no key or no facility has a status that is a number", async () => {
    const wrong = await ask(at, "/ni/basic/json", { number: "145645562<b>" });
    expect(wrong.body).toMatchObject({
      status: 3,
      status_message: "Invalid request :: Not valid number format detected [ 145645562 ]",
    });
    const key = { ...at.key, vonage: { ...at.key.vonage, apiSecret: "wrong" } };
    expect(
      (await ask({ url: at.url, key }, "/ni/basic/json", { number: "442079460018" })).body,
    ).toMatchObject({
      status: 4,
    });
    const limited = { url: at.url, key: await at.makeKey({ scopes: ["verifications:write"] }) };
    expect((await ask(limited, "/ni/basic/json", { number: "442079460018" })).body).toMatchObject({
      status: 19,
    });
  });

  test("every region that numbers have has its three letters", () => {
    const codes = [...regions].map(threeLettersOf);
    expect(codes.filter((one) => !/^[A-Z]{3}$/.test(one))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("Number Insight that answers later", () => {
  const async = "/ni/advanced/async/json";

  test.each(["query", "form", "json"] as const)(
    "acknowledges a %s at once and posts the result to the callback",
    async (shape) => {
      const receiver = await openReceiver();
      const callback = `${receiver.url}?order=7`;
      const { http, body } = await ask(at, async, { number: "442079460018", callback }, shape);
      expect(http.status).toBe(200);
      expect(body).toEqual({
        request_id: basic.request_id,
        number: "442079460018",
        remaining_balance: "0.00000000",
        request_price: "0.00000000",
        status: 0,
      });
      await posted();
      expect(receiver.received.map((one) => JSON.parse(one.body))).toEqual([
        { ...advanced, request_id: body.request_id },
      ]);
      expect(receiver.received[0]?.headers["content-type"]).toBe("application/json");
    },
  );

  test("D-16: a result that is not received is posted again, and what is kept of it until then is sealed", async () => {
    const receiver = await openReceiver();
    receiver.behave(answering(503));
    await ask(at, async, { number: "442079460018", callback: `${receiver.url}?secret=s3cret` });
    await posted();
    const [waiting] = await at.store.events({ endpointId: at.tenantId, state: "waiting", limit: 1 });
    expect(waiting).toMatchObject({ state: "waiting", posts: [{ status: 503 }] });
    for (const secret of ["442079460018", "s3cret"]) expect(JSON.stringify(waiting)).not.toContain(secret);
    receiver.behave(answering(200));
    at.clock.jumpTo(at.clock.now() + 6_000);
    await posted();
    expect(receiver.received).toHaveLength(2);
    const done = await at.store.get(key("event", waiting?.id ?? ""));
    expect(done).toMatchObject({ state: "received", data: {} });
  });

  test("one address that is gone or fails for days keeps no other back", async () => {
    const [gone, alive] = [await openReceiver(), await openReceiver()];
    gone.behave(answering(410));
    await ask(at, async, { number: "442079460018", callback: gone.url });
    await posted();
    await ask(at, async, { number: "442079460018", callback: alive.url });
    await posted();
    expect([gone.received.length, alive.received.length]).toEqual([1, 1]);
    const endpoint = (await at.store.endpoints(at.tenantId)).find(({ id }) => id === at.tenantId);
    expect(endpoint).toMatchObject({ dialect: "callbacks", disabled: null, failingSince: null });
  });

  test("what cannot be looked up, or told, is said at once and posted nowhere", async () => {
    const receiver = await openReceiver();
    const wrong = async (parameters: Record<string, unknown>) => (await ask(at, async, parameters)).body;
    expect(await wrong({ number: "12", callback: receiver.url })).toMatchObject({ status: 3 });
    expect(await wrong({ number: "442079460018" })).toMatchObject({
      status: 3,
      status_message: "Invalid request :: Missing callback",
    });
    await posted();
    expect(receiver.received).toEqual([]);
  });

  test.each([
    ["http://93.184.216.34/"],
    ["https://169.254.169.254/latest/meta-data"],
    ["https://10.0.0.1/"],
    ["https://user:password@hooks.example.com/"],
    ["file:///etc/passwd"],
    ["x"],
  ])("W-11: nothing is posted to %s", async (callback) => {
    const { body } = await ask(at, async, { number: "442079460018", callback });
    expect(body).toMatchObject({ status: 3, status_message: "Invalid request :: Not valid callback" });
  });
});
