import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongCode } from "../support/instance.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "./installation.ts";
import { callerOf } from "./vonage-caller.ts";
import { ask, type Shape } from "./vonage-requests.ts";

let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());

const { call, start, check, control, search, newest } = callerOf(() => at);

const unable = "The Vonage platform was unable to process this message for the following reason: ";

describe("a request and its check", () => {
  test.each(["query", "form", "json"] as const)(
    "start, check, control and search take a %s",
    async (shape: Shape) => {
      const number = freshNumber();
      const begun = await ask(at, "/verify/json", { number, brand: "Acme", workflow_id: 6 }, shape);
      expect(begun.body).toEqual({ request_id: expect.any(String), status: "0" });
      await at.settle();
      const request_id = begun.body.request_id;
      const code = newest(number);
      const found = await ask(at, "/verify/search/json", { request_id }, shape);
      expect(found.body).toMatchObject({ request_id, status: "IN PROGRESS", number });
      const early = await ask(at, "/verify/control/json", { request_id, cmd: "cancel" }, shape);
      expect(early.body).toMatchObject({ status: "19" });
      const right = await ask(at, "/verify/check/json", { request_id, code }, shape);
      expect(right.body).toEqual({
        request_id,
        status: "0",
        event_id: expect.stringMatching(/^[0-9A-F]{16}$/),
        price: "0.00000000",
        currency: "EUR",
        estimated_price_messages_sent: "0.00000000",
      });
      const again = await ask(at, "/verify/check/json", { request_id, code }, shape);
      expect(again.body).toEqual({
        request_id,
        status: "6",
        error_text: `${unable}Request '${request_id}' was not found or it has been verified already.`,
      });
    },
  );

  test("A-1: a request without a length of the code gets six digits, and one with 4 is refused", async () => {
    expect((await start()).code).toMatch(/^\d{6}$/);
    expect((await start({ code_length: 6 })).code).toMatch(/^\d{6}$/);
    const refused = await call("/verify/json", { number: freshNumber(), brand: "Acme", code_length: 4 });
    expect(refused).toEqual({ status: "3", error_text: "Invalid value for param: code_length" });
  });

  test("A-1: a service that accepts weak codes gives back the vendor's four digits", async () => {
    const own = await openFacades();
    await own.setService({ policy: { codeLength: 4, allowWeakCodes: true, checksMax: 3 } });
    for (const parameters of [{}, { code_length: 4 }]) {
      const number = freshNumber();
      const { body } = await ask(own, "/verify/json", { number, brand: "Acme", ...parameters });
      expect(body.status).toBe("0");
      await own.settle();
      expect(own.received(number)[0]?.code).toMatch(/^\d{4}$/);
    }
    const number = freshNumber();
    await ask(own, "/verify/json", { number, brand: "Acme", pin_code: "Ab12" });
    await own.settle();
    expect(own.received(number)[0]?.code).toBe("Ab12");
    await own.close();
  });

  test("A-6: the first two wrong codes answer 16, the third 17, and then even the right one is refused", async () => {
    const { id, code } = await start();
    for (const nth of [1, 2]) {
      expect(await check(id, wrongCode(code, nth))).toEqual({
        request_id: id,
        status: "16",
        error_text: "The code provided does not match the expected value",
      });
    }
    const third = {
      request_id: id,
      status: "17",
      error_text: "The wrong code was provided too many times. Request terminated",
    };
    expect(await check(id, wrongCode(code, 3))).toEqual(third);
    expect(await check(id, code)).toEqual(third);
    expect(await search(id)).toMatchObject({ status: "FAILED" });
  });

  test("A-9: a number that was verified through this API has no reserve of guesses for whoever asks next", async () => {
    const { id, number, code } = await start();
    expect((await check(id, code)).status).toBe("0");
    for (const guesses of [3, 3, 3, 1]) {
      await at.pass(241);
      const begun = await call("/verify/json", { number, brand: "Acme" });
      expect(begun.status).toBe("0");
      await at.settle();
      for (let nth = 1; nth <= guesses; nth++) {
        await check(String(begun.request_id), wrongCode(newest(number), nth));
      }
    }
    await at.pass(605);
    expect(await call("/verify/json", { number, brand: "Acme" })).toEqual({
      status: "1",
      error_text: "Throttled",
    });
  });

  test("A-8: a new code gives no further attempts, as the vendor's does", async () => {
    const { id, number, code } = await start({ workflow_id: 4, pin_expiry: 120, next_event_wait: 120 });
    expect((await check(id, wrongCode(code))).status).toBe("16");
    expect((await check(id, wrongCode(code, 2))).status).toBe("16");
    await at.pass(120);
    const renewed = newest(number);
    expect(renewed).not.toBe(code);
    expect((await check(id, wrongCode(renewed))).status).toBe("17");
  });

  test("a code that is past its time is a wrong one, while the request goes on", async () => {
    const { id, code } = await start({ workflow_id: 4, pin_expiry: 60, next_event_wait: 300 });
    // No multiple of the wait: the life becomes the wait.
    await at.pass(250);
    expect((await check(id, code)).status).toBe("0");
    const second = await start({ workflow_id: 2, next_event_wait: 900 });
    await at.pass(300);
    expect((await check(second.id, second.code)).status).toBe("16");
    await at.pass(2_400);
    expect((await check(second.id, second.code)).status).toBe("6");
    expect(await search(second.id)).toMatchObject({ status: "EXPIRED" });
  });

  test("a payment shows payee and amount, and is checked with the code alone", async () => {
    const number = freshNumber();
    const body = await call("/verify/psd2/json", { number, payee: "Acme", amount: "48.5", workflow_id: 6 });
    expect(body.status).toBe("0");
    await at.settle();
    const text = at.sandbox?.phones.messages(`+${number}`)[0]?.text ?? "";
    expect(text).toContain("Acme");
    expect(text).toContain("48.50");
    expect((await check(String(body.request_id), newest(number))).status).toBe("0");
  });

  test("a code of the caller's is sent as it is; a short one needs a service that accepts weak codes", async () => {
    const { id, code } = await start({ pin_code: "AKFG3424" });
    expect(code).toBe("AKFG3424");
    expect((await check(id, "akfg3424")).status).toBe("16");
    expect((await check(id, "AKFG3424")).status).toBe("0");
    expect(await call("/verify/json", { number: freshNumber(), brand: "Acme", pin_code: "1234" })).toEqual({
      status: "20",
      error_text: "This account does not support the parameter: pin_code.",
    });
  });
});

describe("a number", () => {
  test.each([
    ["with a plus sign", (n: string) => ({ number: `+${n}` })],
    ["with two zeros", (n: string) => ({ number: `00${n}` })],
    [
      "with spaces and dashes",
      (n: string) => ({ number: `+1 ${n.slice(1, 4)}-${n.slice(4, 7)} ${n.slice(7)}` }),
    ],
    ["in national form with its country", (n: string) => ({ number: n.slice(1), country: "us" })],
    ["in international form with its country", (n: string) => ({ number: n, country: "US" })],
    ["as a number of JSON", (n: string) => ({ number: Number(n) })],
  ])("%s is the same number", async (_form, written) => {
    const number = freshNumber();
    const { body } = await ask(at, "/verify/json", { ...written(number), brand: "Acme" }, "json");
    expect(body.status).toBe("0");
    await at.settle();
    expect(at.received(number)).toHaveLength(1);
  });

  test("that is none is refused in the vendor's words", async () => {
    for (const number of ["12", "0", "+", "not a number", "1".repeat(60)]) {
      expect(await call("/verify/json", { number, brand: "Acme" })).toEqual({
        status: "3",
        error_text: "Invalid value for number",
      });
    }
    expect(await call("/verify/json", { number: "1234567", brand: "Acme", country: "ZZ" })).toEqual({
      status: "3",
      error_text: "Invalid value for param: country",
    });
  });

  test("of a kind that is never sent to is blocked, and one of no allowed country is not supported", async () => {
    expect(await call("/verify/json", { number: "18005551234", brand: "Acme" })).toEqual({
      status: "7",
      error_text: "The number you are trying to verify is blacklisted for verification.",
    });
    const own = await openFacades({ numberPolicy: { countries: ["DE"] } });
    const { body } = await ask(own, "/verify/json", { number: freshNumber(), brand: "Acme" });
    expect(body).toEqual({
      status: "15",
      error_text: "The destination number is not in a supported network",
    });
    await own.close();
  });

  test("D-9, E.13: that is being verified answers 10 with the request that runs", async () => {
    const { id, number } = await start();
    expect(await call("/verify/json", { number, brand: "Acme" })).toEqual({
      request_id: id,
      status: "10",
      error_text: "Concurrent verifications to the same number are not allowed",
    });
  });

  test("A-17: that is being verified on a page is verified beside it, and neither learns of the other", async () => {
    const number = freshNumber();
    const other = await at.start({ to: `+${number}`, binding: "browser" });
    await at.pass(31);
    const body = await call("/verify/json", { number, brand: "Acme" });
    expect(body.status).toBe("0");
    const asHex = other.id.replaceAll("-", "");
    expect(body.request_id).not.toBe(asHex);
    expect(await search(asHex)).toMatchObject({ status: "101" });
    expect(await control(asHex, "cancel")).toMatchObject({ status: "6" });
  });

  test("D-12: may be verified again right after a cancel", async () => {
    const { id, number } = await start();
    await at.pass(31);
    expect((await control(id, "cancel")).status).toBe("0");
    expect(await call("/verify/json", { number, brand: "Acme" })).toMatchObject({ status: "0" });
  });
});

describe("cancel and trigger", () => {
  test("a cancel is refused at 29 seconds and taken at 31", async () => {
    const { id } = await start();
    await at.pass(29);
    expect(await control(id, "cancel")).toEqual({
      status: "19",
      error_text: `Verification request ['${id}'] can't be cancelled within the first 30 seconds.`,
    });
    await at.pass(2);
    expect(await control(id, "cancel")).toEqual({ status: "0", command: "cancel" });
    expect(await search(id)).toMatchObject({ status: "CANCELLED" });
  });

  test("a cancel after the second event is too late", async () => {
    const { id } = await start();
    await at.pass(125);
    expect(await control(id, "cancel")).toEqual({
      status: "19",
      error_text: `Verification request  ['${id}'] can't be cancelled now. Too many attempts to re-deliver have already been made.`,
    });
  });

  test("a service may allow a cancel at once", async () => {
    const own = await openFacades();
    await own.setService({ policy: { cancelFromMs: 0, cancelUntilStep: null } });
    const { body } = await ask(own, "/verify/json", { number: freshNumber(), brand: "Acme" });
    const canceled = await ask(own, "/verify/control/json", { request_id: body.request_id, cmd: "cancel" });
    expect(canceled.body).toEqual({ status: "0", command: "cancel" });
    await own.close();
  });

  test("the next event is triggered at once, and past the last there is none", async () => {
    const { id, number } = await start({ workflow_id: 5 });
    expect(await control(id, "trigger_next_event")).toEqual({ status: "0", command: "trigger_next_event" });
    await at.settle();
    expect(at.received(number).map((one) => one.channel)).toEqual(["voice", "sms"]);
    expect(await control(id, "trigger_next_event")).toEqual({
      status: "19",
      error_text: `No more events are left to execute for the request ['${id}']`,
    });
  });

  test("what is over can be neither canceled nor triggered", async () => {
    const { id, code } = await start();
    await check(id, code);
    for (const cmd of ["cancel", "trigger_next_event"]) {
      expect(await control(id, cmd)).toEqual({
        status: "6",
        error_text: `The requestId '${id}' does not exist or its no longer active.`,
      });
    }
    expect(await control(id, "explode")).toEqual({ status: "3", error_text: "Invalid value for param: cmd" });
  });
});
