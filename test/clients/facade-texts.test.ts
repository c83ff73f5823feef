import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FacadeInstallation, freshNumber, openFacades } from "../facades/installation.ts";
import { createResults } from "./table.ts";
import { type Sent, type Text, textClients, type Vendor } from "./text-clients.ts";
import { clientsAbsent } from "./vonage-clients.ts";

const results = createResults(
  "Texts of one's own, client by client",
  "Each client installed from npm, each call over HTTP. A cell is what the client hands on: Vonage's `status` of each part, Telnyx's status of the message, or HTTP status and code. Made by `npm run test:clients -- -u`.",
);
let at: FacadeInstallation;

beforeAll(async () => {
  at = await openFacades();
});
afterAll(() => at.close());
beforeEach((context) => {
  if (clientsAbsent !== null) context.skip(clientsAbsent);
});

/** What each vendor says of the same. */
const words = {
  sent: { vonage: "0", telnyx: "queued", flowroute: "200" },
  long: { vonage: "0 0 0", telnyx: "queued", flowroute: "200" },
  noNumber: { vonage: "3", telnyx: "400 10002", flowroute: "500" },
  denied: { vonage: "7", telnyx: "400 10015", flowroute: "403" },
  tooLong: { vonage: "12", telnyx: "400 10015", flowroute: "422" },
  noScope: { vonage: "11", telnyx: "403 10010", flowroute: "403" },
  wrongSecret: { vonage: "4", telnyx: "401 10009", flowroute: "401" },
  found: { vonage: "-", telnyx: "sent", flowroute: "outbound" },
} as const satisfies Readonly<Record<string, Readonly<Record<Vendor, string>>>>;

describe.each(textClients)("%s", (name, vendor, open) => {
  const plus = vendor === "telnyx" ? "+" : "";
  const text = (more: Partial<Text> = {}): Text => ({
    from: `${plus}14155550100`,
    to: `${plus}${freshNumber()}`,
    text: "Your table is free – come in",
    ...more,
  });
  const expectSaid = (call: string, { said }: Sent, what: keyof typeof words): void => {
    expect(said, call).toBe(words[what][vendor]);
    results.note(name, call, said);
  };

  test("sends a text, which arrives as it was given, and asks what became of it", async () => {
    const client = open(at, at.key);
    const one = text();
    const sent = await client.send(one);
    expectSaid("send", sent, "sent");
    await at.settle();
    expect(at.received(one.to)).toMatchObject([{ text: one.text, code: "" }]);
    if (client.look !== undefined) {
      const found = await client.look(sent.ids[0] ?? "");
      expect(found).toBe(words.found[vendor]);
      results.note(name, "look it up", found);
    }
    const long = text({ text: "x".repeat(400) });
    const parts = await client.send(long);
    expectSaid("send three segments", parts, "long");
    expect(new Set(parts.ids).size).toBe(parts.ids.length);
  });

  test("hands on each error, and nothing is sent", async () => {
    const client = open(at, at.key);
    expectSaid("to no number", await client.send(text({ to: `${plus}12` })), "noNumber");
    expectSaid("to a satellite phone", await client.send(text({ to: `${plus}881612345678` })), "denied");
    const tooLong = text({ text: "x".repeat(1_001) });
    expectSaid("a text that is too long", await client.send(tooLong), "tooLong");
    const limited = await at.makeKey({ scopes: ["messages:read"] });
    const unscoped = text();
    expectSaid("with a key that may not send", await open(at, limited).send(unscoped), "noScope");
    const { key } = at;
    const wrong = {
      ...key,
      vonage: { ...key.vonage, apiSecret: "wrong" },
      telnyx: { apiKey: "KEYwrong" },
      flowroute: { ...key.flowroute, secretKey: "wrong" },
    };
    expectSaid("with a wrong secret", await open(at, wrong).send(unscoped), "wrongSecret");
    await at.settle();
    expect([...at.received(tooLong.to), ...at.received(unscoped.to)]).toEqual([]);
  });
});

test("the documentation shows what came of every call", async () => {
  await expect(results.text).toMatchFileSnapshot(
    join(import.meta.dirname, "../../docs/migrate/sms-clients.md"),
  );
});
