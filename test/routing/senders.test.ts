import { expect, test } from "vitest";
import type { SenderRule } from "../../src/delivery/index.ts";
import { openTestInstance } from "../support/instance.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";

const german = "+4915112345678";
const american = "+12065550177";
const indian = "+919812345678";

async function open(senders: readonly SenderRule[], accountSenders: Readonly<Record<string, string>> = {}) {
  const a = scriptedProvider("a");
  const b = scriptedProvider("b");
  const one = await openTestInstance({ sandbox: false, providers: [a, b], senders, accountSenders });
  return { one, a, b };
}

test("each country has its sender, the most precise place before the others", async () => {
  const { one, a } = await open([
    { to: ["*"], carrier: "a", from: "+447700900100" },
    { to: ["DE"], carrier: "a", from: "Acme" },
    { to: ["+4916"], carrier: "a", from: "AcmeMobil" },
    { to: ["US"], carrier: "b", from: "+12065550100" },
  ]);
  for (const to of [german, "+4916012345678", american, "+33612345678"]) await one.start({ to });
  expect(a.received.map((message) => message.from)).toEqual([
    "Acme",
    "AcmeMobil",
    "+447700900100",
    "+447700900100",
  ]);
});

test("without a rule it is whoever the account says, and a call has none of these senders", async () => {
  const { one, a } = await open([{ to: ["DE"], carrier: "b", from: "Acme" }]);
  await one.start({ to: german });
  await one.start({ to: american, channel: "voice" });
  expect(a.received.map((message) => message.from)).toEqual([undefined, undefined]);
});

test("a name is not used where names are not delivered: a number is, or another carrier", async () => {
  const { one, a, b } = await open([{ to: ["*"], carrier: "a", from: "Acme" }], {
    a: "Acme",
    b: "+12065550100",
  });
  await one.start({ to: american });
  await one.start({ to: german });
  expect(a.received.map((message) => message.to)).toEqual([german]);
  expect(b.received.map((message) => message.to)).toEqual([american]);

  const numbered = await open(
    [
      { to: ["*"], carrier: "a", from: "+12065550100" },
      { to: ["+1206"], carrier: "a", from: "Acme" },
    ],
    { a: "Acme" },
  );
  await numbered.one.start({ to: american });
  expect(numbered.a.received[0]?.from).toBe("+12065550100");
});

test("where every carrier would send under a name, a start is refused by the name of the channel", async () => {
  const { one } = await open([], { a: "Acme", b: "Acme" });
  expect(await one.tryStart({ to: american })).toMatchObject({ outcome: "requestInvalid", field: "channel" });
  expect((await one.tryStart({ to: german })).outcome).toBe("started");
});

test("India: the registered words to the letter, whatever the language and the autofill, with their ids", async () => {
  const registration = { entityId: "1101456789012345678", templateId: "1107161234567890123" };
  const text = "{code} is your OTP for {brand}. Do not share it. -ACMEIN";
  const { one, a } = await open([{ to: ["IN"], carrier: "a", from: "ACMEIN", registration, text }]);
  await one.start({ to: indian, locale: "hi", brand: "Acme" });
  const [message] = a.received;
  expect(message?.text).toBe(`${message?.code} is your OTP for Acme. Do not share it. -ACMEIN`);
  expect(message).toMatchObject({ from: "ACMEIN", registration });
});
