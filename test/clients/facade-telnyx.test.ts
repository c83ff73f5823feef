import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventSigner } from "../../src/secrets/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { type FacadeInstallation, freshNumber, openFacades } from "../facades/installation.ts";
import { wrongCode } from "../support/instance.ts";
import { openReceiver } from "../webhooks/receiver.ts";
import { loopback } from "../webhooks/webhooks.ts";
import { createResults } from "./table.ts";
import { errorText, type TelnyxClient, telnyxClients } from "./telnyx-clients.ts";
import { type Answer, clientsAbsent, load } from "./vonage-clients.ts";

const results = createResults(
  "Telnyx's clients against Countersign",
  "Each client installed from npm, each call over HTTP. A cell is what the client hands on: a word of the answer, or the HTTP status and the code of the error. Made by `npm run test:clients -- -u`.",
);
let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());
beforeEach((context) => {
  if (clientsAbsent !== null) context.skip(clientsAbsent);
});

interface Run {
  readonly client: TelnyxClient;
  readonly profile: string;
  /** Notes a word of an answer. */
  said(call: string, word: string, expected: string): void;
  /** Notes an error that the client throws. */
  refused(call: string, asked: Promise<Answer>, expected: string): Promise<void>;
}

async function verifies({ client, profile, said }: Run): Promise<void> {
  const to = `+${freshNumber()}`;
  const begun = await client.start("sms", { phone_number: to, verify_profile_id: profile });
  said("start by sms", begun.data.status, "pending");
  await at.settle();
  const code = at.received(to)[0]?.code ?? "";
  const body = { verify_profile_id: profile, code };
  const wrong = await client.verifyByNumber(to, { ...body, code: wrongCode(code) });
  said("verify by number, wrong code", wrong.data.response_code, "rejected");
  const right = await client.verifyByNumber(to, body);
  expect(right.data.phone_number).toBe(to);
  said("verify by number, right code", right.data.response_code, "accepted");
  said("verify by number, once more", (await client.verifyByNumber(to, body)).data.response_code, "rejected");
  said("retrieve", (await client.retrieve(begun.data.id)).data.status, "accepted");
  const list = await client.list(to);
  expect(list.meta.total_results).toBe(1);
  said("list by number", list.data[0].status, "accepted");
}

async function verifiesById({ client, profile, said }: Run): Promise<void> {
  const to = `+${freshNumber()}`;
  const begun = await client.start("call", {
    phone_number: to,
    verify_profile_id: profile,
    custom_code: null,
  });
  said("start by call", begun.data.type, "call");
  await at.settle();
  const code = at.received(to)[0]?.code ?? "";
  const { id } = begun.data;
  said("verify by id, nothing given", (await client.verify(id)).data.response_code, "rejected");
  said("verify by id, right code", (await client.verify(id, { code })).data.response_code, "accepted");
  const own = { phone_number: `+${freshNumber()}`, verify_profile_id: profile, custom_code: "ABC123" };
  const reported = await client.start("sms", own);
  const answer = await client.verify(reported.data.id, { status: "accepted" });
  said("verify by id, outcome reported", answer.data.response_code, "accepted");
  await at.pass(0);
  const late = `+${freshNumber()}`;
  const expiring = await client.start("sms", {
    phone_number: late,
    verify_profile_id: profile,
    timeout_secs: 60,
  });
  await at.settle();
  await at.pass(60);
  const body = { verify_profile_id: profile, code: at.received(late)[0]?.code ?? "" };
  said(
    "verify by number, too late",
    (await client.verifyByNumber(late, body)).data.response_code,
    "rejected",
  );
  said("retrieve, too late", (await client.retrieve(expiring.data.id)).data.status, "expired");
}

async function isRefused({ client, profile, refused }: Run): Promise<void> {
  const body = (): Record<string, unknown> => ({
    phone_number: `+${freshNumber()}`,
    verify_profile_id: profile,
  });
  await refused("start by flashcall", client.start("flashcall", body()), "400 10015");
  const whatsapp = client.start("whatsapp", body());
  if ((await whatsapp.catch(() => "refused")) !== null) {
    await refused("start by WhatsApp", whatsapp, "400 10015");
  }
  const to = { ...body(), phone_number: "+12" };
  await refused("start, no number", client.start("sms", to), "400 10002");
  const national = { ...body(), phone_number: "4155550123" };
  await refused("start, national form", client.start("sms", national), "400 10016");
  const unknown = "12ade33a-21c0-473b-b055-b3c836e1c292";
  const profiled = { ...body(), verify_profile_id: unknown };
  await refused("start, unknown profile", client.start("sms", profiled), "400 10005");
  await refused("retrieve, unknown", client.retrieve(unknown), "400 10005");
  const nobody = { verify_profile_id: profile };
  await refused("start, number missing", client.start("sms", nobody), "400 10004");
  const misnamed = { ...body(), verify_profile_id: "shop" };
  await refused("start, profile is no id", client.start("sms", misnamed), "400 10006");
  const tollFree = { ...body(), phone_number: "+18005551234" };
  await refused("start, never sent to", client.start("sms", tollFree), "400 10015");
  const shortCode = { ...body(), custom_code: "1234" };
  await refused("start, own code of four", client.start("sms", shortCode), "400 10015");
  const long = { ...body(), timeout_secs: 5 };
  await refused("start, too short a life", client.start("sms", long), "400 10015");
  const locked = await lock(client, profile);
  await refused("start, too many wrong codes", client.start("sms", locked), "429 10011");
  const check = client.verifyByNumber(String(locked["phone_number"]), {
    verify_profile_id: profile,
    code: "000000",
  });
  expect((await check).data.response_code).toBe("rejected");
  const soon = body();
  await client.start("sms", soon);
  await refused("start by call, too soon", client.start("call", soon), "429 10011");
}

/** What starts a verification of a number that has had its ten wrong codes of an hour. */
async function lock(client: TelnyxClient, profile: string): Promise<Record<string, unknown>> {
  const start = { phone_number: `+${freshNumber()}`, verify_profile_id: profile };
  for (const _ of "12") {
    const { data } = await client.start("sms", start);
    await at.settle();
    const code = at.received(start.phone_number)[0]?.code ?? "";
    for (let nth = 1; nth <= 5; nth++) await client.verify(data.id, { code: wrongCode(code, nth) });
    await at.pass(60);
  }
  return start;
}

async function profiles({ client, said, refused }: Run): Promise<void> {
  const created = await client.createProfile({ name: "Made", sms: { app_name: "Shop", code_length: 7 } });
  said("create a profile", created.data.record_type, "verification_profile");
  const { id } = created.data;
  expect((await client.retrieveProfile(id)).data.sms.code_length).toBe(7);
  const updated = await client.updateProfile(id, { sms: { app_name: "Boutique" } });
  said("update a profile", updated.data.sms.app_name, "Boutique");
  const list = await client.profiles();
  expect(list.data.some((one: Answer) => one.id === id)).toBe(true);
  said("list profiles", list.data[0].record_type, "verification_profile");
  said("list templates", (await client.templates()).data[0].id, "0abb5b4f-459f-445a-bfcd-488998b7572d");
  expect((await client.deleteProfile(id)).data.id).toBe(id);
  await refused("retrieve a deleted profile", client.retrieveProfile(id), "400 10005");
  const weak = { name: "Weak", sms: { code_length: 5 } };
  await refused("create a profile, five digits", client.createProfile(weak), "400 10015");
  const inside = { name: "Inside", webhook_url: "https://169.254.169.254/" };
  await refused("create a profile, private webhook", client.createProfile(inside), "400 10003");
}

describe.each(telnyxClients)("%s", (name, open) => {
  const run = async (): Promise<Run> => {
    const client = open(at, at.key.telnyx.apiKey);
    const { data } = await client.profiles();
    return {
      client,
      profile: data[0].id,
      said(call, word, expected) {
        expect(word, call).toBe(expected);
        results.note(name, call, word);
      },
      async refused(call, asked, expected) {
        const error = await asked.then(
          (answer) => ({ status: 200, answer }),
          (cause: unknown) => cause,
        );
        expect(errorText(error), call).toBe(expected);
        results.note(name, call, expected);
      },
    };
  };

  test("verifies by number", async () => verifies(await run()));
  test("verifies by id, by call and with a code of its own", async () => verifiesById(await run()));
  test("hands on each error", async () => isRefused(await run()));
  test("D-13: takes a webhook by its own verifier, and refuses one that was changed or is another account's", async () => {
    // Its clients read the clock of the machine, which the other tests leave behind.
    const at = await openFacades({ clock: createFakeClock(Date.now()), webhooks: loopback });
    const client = open(at, at.key.telnyx.apiKey);
    const { said } = await run();
    const receiver = await openReceiver();
    const made = await client.createProfile({ name: "Hooked", webhook_url: receiver.url });
    const begun = await client.start("sms", {
      phone_number: `+${freshNumber()}`,
      verify_profile_id: made.data.id,
    });
    await at.settle();
    await at.parts.webhooks?.poll();
    await at.parts.webhooks?.settled();
    const [one] = receiver.received;
    if (one === undefined) throw new Error("one post was expected");
    const publicKey = at.key.telnyx.publicKey ?? "";
    const event = await client.webhook(one.body, one.headers, publicKey);
    expect(event.data.payload.id).toBe(begun.data.id);
    said("webhook, by the client's verifier", event.data.event_type, "verify.sent");
    const changed = one.body.replace("pending", "accepted");
    await expect(client.webhook(changed, one.headers, publicKey)).rejects.toThrow(/signature/i);
    const other = eventSigner(at.parts.keyring, "another tenant").publicKey;
    await expect(client.webhook(one.body, one.headers, other)).rejects.toThrow(/signature/i);
    // Five minutes either way are too long ago, or to come.
    at.clock.jumpTo(at.clock.now() + 400_000);
    await client.start("sms", { phone_number: `+${freshNumber()}`, verify_profile_id: made.data.id });
    await at.settle();
    await at.parts.webhooks?.poll();
    await at.parts.webhooks?.settled();
    const late = receiver.received[1];
    if (late === undefined) throw new Error("a second post was expected");
    const taken = client.webhook(late.body, late.headers, publicKey);
    if (name.includes(" 7")) await expect(taken).rejects.toThrow(/timestamp/i);
    await at.close();
  });
  test("keeps profiles and templates", async () => profiles(await run()));
  test("looks numbers up", async () => {
    const { client, said, refused } = await run();
    const { data } = await client.lookUp("+442079460018");
    said("look a number up", data.carrier.type, "fixed line");
    await refused("look up no number", client.lookUp("+12"), "422 10002");
  });
  test("is told that its key is wrong", async () => {
    const { refused } = await run();
    await refused("list profiles, wrong key", open(at, "KEYwrong").profiles(), "401 10009");
    const reader = await at.makeKey({ scopes: ["verifications:read"] });
    const limited = open(at, reader.telnyx.apiKey).profiles();
    await refused("list profiles, without the scope", limited, "403 10010");
  });
});

test("D-9: the newest client, which repeats a 429 by itself, is told not to, and a start that is repeated sends once", async () => {
  const { default: Telnyx } = load("telnyx");
  const client = new Telnyx({ apiKey: at.key.telnyx.apiKey, baseURL: `${at.url}/v2` });
  const [profile] = (await client.verifyProfiles.list()).data;
  const body = { phone_number: `+${freshNumber()}`, verify_profile_id: profile.id };
  const [one, two] = await Promise.all([
    client.verifications.triggerSMS(body),
    client.verifications.triggerSMS(body),
  ]);
  expect(one.data.id).toBe(two.data.id);
  await at.settle();
  expect(at.received(body.phone_number)).toHaveLength(1);
  await expect(client.verifications.triggerCall(body)).rejects.toMatchObject({ status: 429 });
});

test("the documentation shows what came of every call", async () => {
  await expect(results.text).toMatchFileSnapshot(
    join(import.meta.dirname, "../../docs/migrate/telnyx-clients.md"),
  );
});
