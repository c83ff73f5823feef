import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongCode } from "../support/instance.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { callerOf, type Values } from "./vonage-caller.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const { call, start, check, search } = callerOf(() => at);

describe("workflows", () => {
  const expected: readonly (readonly [string, Values, readonly (readonly [number, string])[], number])[] = [
    [
      "1",
      {},
      [
        [0, "sms"],
        [125, "voice"],
        [305, "voice"],
      ],
      605,
    ],
    [
      "2",
      {},
      [
        [0, "sms"],
        [125, "sms"],
        [305, "voice"],
      ],
      605,
    ],
    [
      "3",
      {},
      [
        [0, "voice"],
        [150, "voice"],
      ],
      300,
    ],
    [
      "4",
      {},
      [
        [0, "sms"],
        [120, "sms"],
      ],
      300,
    ],
    [
      "5",
      {},
      [
        [0, "sms"],
        [120, "voice"],
      ],
      300,
    ],
    ["6", {}, [[0, "sms"]], 300],
    ["7", {}, [[0, "voice"]], 300],
    ["6", { pin_expiry: 90 }, [[0, "sms"]], 90],
    ["7", { pin_expiry: 3600 }, [[0, "voice"]], 600],
    [
      "1",
      { next_event_wait: 60 },
      [
        [0, "sms"],
        [60, "voice"],
        [120, "voice"],
      ],
      180,
    ],
  ];
  test.each(expected)(
    "%s with %o has its events at their times, and ends",
    async (workflow_id, more, events, end) => {
      const { id, number } = await start({ workflow_id, ...more });
      let passed = 0;
      for (const [index, [seconds, channel]] of events.entries()) {
        if (index > 0) {
          await at.pass(seconds - passed - 1);
          expect(at.received(number)).toHaveLength(index);
          await at.pass(1);
          passed = seconds;
        }
        expect(at.received(number)).toHaveLength(index + 1);
        expect(at.received(number)[0]?.channel).toBe(channel);
      }
      await at.pass(end - passed - 1);
      expect(await search(id)).toMatchObject({ status: "IN PROGRESS" });
      await at.pass(1);
      expect(await search(id)).toMatchObject({ status: "EXPIRED" });
    },
  );

  const codes: readonly (readonly [string, string, readonly number[]])[] = [
    ["360", "120", [0, 0, 0]],
    ["240", "120", [0, 0, 1]],
    ["120", "120", [0, 1, 2]],
    ["90", "120", [0, 1, 2]],
    ["200", "120", [0, 1, 2]],
    // clamped to 600 after the rule, which alone would have given one code for all three events.
    ["1800", "450", [0, 0, 1]],
  ];
  test.each(codes)(
    "a life of %s and a wait of %s seconds give the codes %o",
    async (pin_expiry, next_event_wait, which) => {
      const { number } = await start({ pin_expiry, next_event_wait });
      await at.pass(Number(next_event_wait));
      await at.pass(Number(next_event_wait));
      const seen = at
        .received(number)
        .map((one) => one.code)
        .reverse();
      const different = [...new Set(seen)];
      expect(seen.map((code) => different.indexOf(code))).toEqual(which);
    },
  );

  test.each([
    ["workflow_id", "0"],
    ["workflow_id", "8"],
    ["workflow_id", "constructor"],
    ["pin_expiry", "59"],
    ["pin_expiry", "3601"],
    ["pin_expiry", "1e3"],
    ["next_event_wait", "59"],
    ["next_event_wait", "901"],
    ["lg", "not a language"],
    ["sender_id", "much too long for one"],
    ["brand", "a brand of more than eighteen"],
    ["code_length", "5"],
  ])("a %s of %s is refused by name", async (name, value) => {
    const body = await call("/verify/json", { number: freshNumber(), brand: "Acme", [name]: value });
    expect(body).toEqual({ status: "3", error_text: `Invalid value for param: ${name}` });
  });

  test("a text is in the language that is asked for, else in that of the number", async () => {
    const german = await start({ lg: "de-de" });
    expect(at.sandbox?.phones.messages(`+${german.number}`)[0]?.text).toMatch(/Ihr|Code/);
    await call("/verify/json", { number: "4915123456789", brand: "Acme" });
    await at.settle();
    const byNumber = at.sandbox?.phones.messages("+4915123456789")[0];
    const text = at.sandbox?.phones.messages(`+${german.number}`)[0]?.text ?? "";
    expect(byNumber?.text.replace(/\d{6}/, "")).toBe(text.replace(/\d{6}/, ""));
  });
});

describe("search", () => {
  test("C-13: tells dates, events and checks of a request, and none of the codes", async () => {
    const { id, number, code } = await start({ workflow_id: 4, sender_id: "Acme" });
    await check(id, wrongCode(code));
    await at.pass(120);
    await check(id, code);
    const day = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const event = { type: "sms", id: expect.any(String) };
    expect(await search(id)).toEqual({
      request_id: id,
      account_id: at.key.vonage.apiKey,
      status: "SUCCESS",
      number,
      price: "0.00000000",
      currency: "EUR",
      estimated_price_messages_sent: "0.00000000",
      sender_id: "Acme",
      date_submitted: day,
      date_finalized: day,
      first_event_date: day,
      last_event_date: day,
      checks: [
        { date_received: day, code: "", status: "INVALID", ip_address: "" },
        { date_received: day, code: "", status: "VALID", ip_address: "" },
      ],
      events: [event, event],
    });
  });

  test("of several ids answers a list of those that are known, of 11 it is refused, of none it misses one", async () => {
    const one = await start();
    const two = await start();
    const unknown = "0".repeat(32);
    const many = await call("/verify/search/json", { request_ids: [one.id, two.id, unknown] });
    expect(many).toEqual({
      verification_requests: [
        expect.objectContaining({ request_id: one.id }),
        expect.objectContaining({ request_id: two.id }),
      ],
    });
    const eleven = Array.from({ length: 11 }, (_, index) => String(index).padStart(32, "0"));
    expect(await call("/verify/search/json", { request_ids: eleven })).toMatchObject({ status: "3" });
    expect(await search(unknown)).toEqual({ status: "101", error_text: "No response found" });
    expect(await call("/verify/search/json", {})).toEqual({ status: "2", error_text: "Missing request_id" });
  });
});
