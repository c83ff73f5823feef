import { afterAll, beforeAll, expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/scripted-provider.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { askTelnyx } from "./telnyx-requests.ts";
import { callerOf } from "./vonage-caller.ts";

let at: FacadeInstallation;
let carrier: ScriptedProvider;

/** A carrier that costs a tenth a text, with room for three a day: a tenth of the cap is kept for others. */
beforeAll(async () => {
  carrier = scriptedProvider("paid");
  at = await openFacades({
    sandbox: false,
    providers: [carrier],
    numberPolicy: { countries: ["US"] },
    guard: { prices: { "*/sms": microsPerUnit / 10 }, moneyPerDay: 0.34 * microsPerUnit, velocity: [] },
  });
});
afterAll(() => at.close());

const { call, check, search } = callerOf(() => at);
const codeFor = (number: string): string =>
  carrier.received.findLast(({ to }) => to === `+${number}`)?.code ?? "";

test("what messages cost is in the answers, and what is over or nowhere allowed has the vendor's status", async () => {
  const number = freshNumber();
  const begun = await call("/verify/json", { number, brand: "Acme", workflow_id: 4 });
  await at.settle();
  const id = String(begun.request_id);
  const spent = { price: "0.00000000", currency: "EUR", estimated_price_messages_sent: "0.10000000" };
  expect(await search(id)).toMatchObject(spent);
  expect(await call("/verify/control/json", { request_id: id, cmd: "trigger_next_event" })).toMatchObject({
    status: "0",
  });
  await at.settle();
  const twice = { ...spent, estimated_price_messages_sent: "0.20000000" };
  expect(await search(id)).toMatchObject(twice);
  expect(await check(id, codeFor(number))).toMatchObject({ status: "0", ...twice });
  const abroad = { number: "447911123456", brand: "Acme", workflow_id: 6 };
  expect(await call("/verify/json", abroad)).toEqual({
    status: "15",
    error_text: "The destination number is not in a supported network",
  });
  const last = { number: freshNumber(), brand: "Acme", workflow_id: 6 };
  expect(await call("/verify/json", last)).toMatchObject({ status: "0" });
  await at.settle();
  const over = { number: freshNumber(), brand: "Acme", workflow_id: 6 };
  expect(await call("/verify/json", over)).toEqual({ status: "9", error_text: "Partner quota exceeded" });
});

test("the same is said to Telnyx's clients, which are told not to repeat it", async () => {
  const profile = (await askTelnyx(at, "GET", "/verify_profiles")).body.data[0].id;
  const body = (phone_number: string) => ({ phone_number, verify_profile_id: profile });
  const abroad = await askTelnyx(at, "POST", "/verifications/sms", body("+447911123456"));
  expect([abroad.status, abroad.body.errors[0].code]).toEqual([400, "10015"]);
  expect(abroad.body.errors[0].source).toEqual({ pointer: "/phone_number" });
  const over = await askTelnyx(at, "POST", "/verifications/sms", body(`+${freshNumber()}`));
  expect([over.status, over.body.errors[0].code]).toEqual([429, "10011"]);
  expect(over.http.headers.get("x-should-retry")).toBe("false");
});

test("F-5: the limit of a key counts what it asks of every API, and is no way round by another vendor's", async () => {
  const limited = await openFacades({
    sandbox: false,
    providers: [scriptedProvider("counted")],
    numberPolicy: { countries: ["US"] },
    guard: { moneyPerDay: 100 * microsPerUnit, velocity: [{ counter: "key", window: "1h", max: 3 }] },
  });
  try {
    const vonage = callerOf(() => limited);
    const ask = { number: freshNumber(), brand: "Acme", workflow_id: 4 };
    const begun = await vonage.call("/verify/json", ask);
    expect(begun).toMatchObject({ status: "0" });
    const next = { request_id: String(begun.request_id), cmd: "trigger_next_event" };
    expect(await vonage.call("/verify/control/json", next)).toMatchObject({ status: "0" });
    const profile = (await askTelnyx(limited, "GET", "/verify_profiles")).body.data[0].id;
    const body = () => ({ phone_number: `+${freshNumber()}`, verify_profile_id: profile });
    expect((await askTelnyx(limited, "POST", "/verifications/sms", body())).status).toBe(200);
    expect((await askTelnyx(limited, "POST", "/verifications/sms", body())).status).toBe(429);
    const over = { number: freshNumber(), brand: "Acme", workflow_id: 6 };
    expect(await vonage.call("/verify/json", over)).not.toMatchObject({ status: "0" });
  } finally {
    await limited.close();
  }
});
