import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "../facades/installation.ts";
import { wrongCode } from "../support/instance.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";
import { openReceiver } from "../webhooks/receiver.ts";
import { loopback } from "../webhooks/webhooks.ts";
import { createResults } from "./table.ts";
import { type Answer, clientsAbsent, type VonageClient, vonageClients } from "./vonage-clients.ts";

const results = createResults(
  "Vonage's clients against Countersign",
  "Each client installed from npm, each call over HTTP. A cell is the `status` that the client hands on. Made by `npm run test:clients -- -u`.",
);
let at: FacadeInstallation;
let limited: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades({ webhooks: loopback });
  // In one country only, by a carrier whose money of the day is spent by the first text.
  limited = await openFacades({
    sandbox: false,
    providers: [scriptedProvider("paid")],
    numberPolicy: { countries: ["US"] },
    guard: { prices: { "*/sms": microsPerUnit }, moneyPerDay: microsPerUnit / 2, velocity: [] },
  });
});
afterAll(async () => {
  await at.close();
  await limited.close();
});
beforeEach((context) => {
  if (clientsAbsent !== null) context.skip(clientsAbsent);
});

interface Run {
  readonly client: VonageClient;
  note(call: string, answer: Answer, expected: string): void;
}

async function begin(
  { client }: Run,
  more: Record<string, unknown> = {},
): Promise<{ id: string; number: string; code: string }> {
  const number = freshNumber();
  const answer = await client.start({ number, brand: "Acme", ...more });
  expect(answer.status).toBe("0");
  await at.settle();
  return { id: answer.request_id, number, code: at.received(number)[0]?.code ?? "" };
}

async function verifyAndSearch(run: Run): Promise<void> {
  const { client, note } = run;
  const { id, number, code } = await begin(run);
  note("start", { status: "0" }, "0");
  const again = await client.start({ number, brand: "Acme" });
  expect(again.request_id).toBe(id);
  note("start while one runs", again, "10");
  note("check, wrong code", await client.check(id, wrongCode(code)), "16");
  const [one] = [await client.search([id])];
  note("search, running", one, "IN PROGRESS");
  expect(one.checks[0]).toMatchObject({ code: "", status: "INVALID" });
  note("check, right code", await client.check(id, code), "0");
  note("check, once more", await client.check(id, code), "6");
  note("search, verified", await client.search([id]), "SUCCESS");
  note("search, unknown", await client.search(["0".repeat(32)]), "101");
  if (client.searchesOne === undefined) {
    const other = await begin(run);
    const { verification_requests: list } = await client.search([id, other.id]);
    expect(list.map((each: Answer) => each.request_id)).toEqual([id, other.id]);
    note("search of two", list[1], "IN PROGRESS");
  }
}

async function refusals(run: Run): Promise<void> {
  const { client, note } = run;
  const { id, code } = await begin(run);
  for (const nth of [1, 2]) await client.check(id, wrongCode(code, nth));
  note("check, third wrong code", await client.check(id, wrongCode(code, 3)), "17");
  note("start, no number", await client.start({ number: "12", brand: "Acme" }), "3");
  note("start, never sent to", await client.start({ number: "18005551234", brand: "Acme" }), "7");
  const four = { number: freshNumber(), brand: "Acme", code_length: 4 };
  note("start, code_length 4", await client.start(four), "3");
  const short = { number: freshNumber(), brand: "Acme", pin_code: "1234" };
  note("start, pin_code of 4", await client.start(short), "20");
  note("check, unknown", await client.check("0".repeat(32), "123456"), "6");
  note("cancel, unknown", await client.control("0".repeat(32), "cancel"), "6");
  note("start, brand too long", await client.start({ number: freshNumber(), brand: "A".repeat(19) }), "3");
  const locked = freshNumber();
  for (const _ of "1234") {
    const { request_id } = await client.start({ number: locked, brand: "Acme", workflow_id: 6 });
    await at.settle();
    const right = at.received(locked)[0]?.code ?? "";
    for (const nth of [1, 2, 3]) await client.check(request_id, wrongCode(right, nth));
    await at.pass(300);
  }
  note("start, too many wrong codes", await client.start({ number: locked, brand: "Acme" }), "1");
}

async function control(run: Run): Promise<void> {
  const { client, note } = run;
  const first = await begin(run);
  await at.pass(29);
  note("cancel at 29 s", await client.control(first.id, "cancel"), "19");
  await at.pass(2);
  note("cancel at 31 s", await client.control(first.id, "cancel"), "0");
  note("cancel, once more", await client.control(first.id, "cancel"), "0");
  const restarted = await client.start({ number: first.number, brand: "Acme", workflow_id: 4 });
  note("start right after a cancel", restarted, "0");
  await at.settle();
  if (client.cancelsInstead === true) {
    const sent = await client.control(restarted.request_id, "trigger_next_event");
    note("trigger", sent, "19");
    expect(sent.error_text ?? sent.errorText).toContain("can't be cancelled");
    return;
  }
  note("trigger", await client.control(restarted.request_id, "trigger_next_event"), "0");
  await at.settle();
  expect(at.received(first.number)).toHaveLength(3);
  note("trigger past the end", await client.control(restarted.request_id, "trigger_next_event"), "19");
  note("cancel after event 2", await client.control(restarted.request_id, "cancel"), "19");
}

async function payment({ client, note }: Run): Promise<void> {
  const number = freshNumber();
  const answer = await client.psd2({ number, payee: "Acme", amount: 48, workflow_id: 6 });
  note("psd2", answer, "0");
  await at.settle();
  const code = at.received(number)[0]?.code ?? "";
  note("psd2, check", await client.check(answer.request_id, code), "0");
}

async function insight({ client, note }: Run): Promise<void> {
  if (client.insight === undefined) return;
  for (const level of ["basic", "standard", "advanced"] as const) {
    const answer = await client.insight(level, "442079460018");
    expect(answer.country_code_iso3 ?? answer.countryCodeIso3).toBe("GBR");
    note(`insight ${level}`, answer, "0");
  }
  if (client.insightLater === undefined) return;
  const receiver = await openReceiver();
  note("insight later", await client.insightLater("442079460018", receiver.url), "0");
  await at.parts.webhooks?.poll();
  await at.parts.webhooks?.settled();
  expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
    { status: 0, international_format_number: "442079460018", lookup_outcome: 1 },
  ]);
}

describe.each(vonageClients)("%s", (name, open) => {
  const run = (): Run => ({
    client: open(at, at.key.vonage),
    note(call, answer, expected) {
      expect(String(answer.status), call).toBe(expected);
      results.note(name, call, String(answer.status));
    },
  });

  test("starts, checks and searches", () => verifyAndSearch(run()));
  test("hands on each error", () => refusals(run()));
  test("cancels and triggers by the vendor's times", () => control(run()));
  test("verifies a payment", () => payment(run()));
  test("looks numbers up", () => insight(run()));
  test("is told that its secret is wrong", async () => {
    const client = open(at, { ...at.key.vonage, apiSecret: "wrong" });
    const answer = await client.start({ number: freshNumber(), brand: "Acme" });
    expect(answer.status).toBe("4");
    results.note(name, "start, wrong secret", "4");
  });
  test("hands on what an account, a country and the money of a day refuse", async () => {
    const { note } = run();
    const reader = await at.makeKey({ scopes: ["verifications:read"] });
    const asked = { number: freshNumber(), brand: "Acme", workflow_id: 6 };
    note("start, without the scope", await open(at, reader.vonage).start(asked), "8");
    const client = open(limited, limited.key.vonage);
    note("start, country not allowed", await client.start({ ...asked, number: "447911123456" }), "15");
    note("start, money spent", await client.start(asked), "9");
  });
});

describe("signed requests", () => {
  const signing = vonageClients.filter(([name]) => /nexmo|sdk 2/.test(name));
  const methods = ["md5hash", "md5", "sha1", "sha256", "sha512"];
  test.each(signing)("%s signs by every method", async (name, open) => {
    // Its client reads the clock of the machine, which the other tests leave behind.
    const at = await openFacades({ clock: createFakeClock(Date.now()) });
    for (const signatureMethod of methods) {
      const { apiKey, apiSecret } = at.key.vonage;
      const { signatureSecret } = at;
      const client = open(at, { apiKey, apiSecret, signatureSecret, signatureMethod });
      const answer = await client.start({ number: `+${freshNumber()}`, brand: "Acme Corp" });
      expect(answer.status, signatureMethod).toBe("0");
      const wrong = open(at, { apiKey, apiSecret, signatureSecret: "wrong", signatureMethod });
      expect((await wrong.start({ number: freshNumber(), brand: "Acme" })).status).toBe("4");
    }
    await at.close();
    results.note(name, "start, signed", "0");
  });
});

test("the documentation shows what came of every call", async () => {
  await expect(results.text).toMatchFileSnapshot(
    join(import.meta.dirname, "../../docs/migrate/vonage-clients.md"),
  );
});
