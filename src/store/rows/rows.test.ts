import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Delivery,
  defaultPolicy,
  type PendingVerification,
  type Recipient,
  type SettledVerification,
} from "../../verification/index.ts";
import { rowId, type TableName, type Tables } from "../port.ts";
import { decodeRow, encodeRow } from "./index.ts";

const id = fc.uuid({ version: 7 });
const time = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
const times = fc.array(time, { maxLength: 3 });
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const count = fc.nat({ max: 9 });
const nullable = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
/** With fields that are there or not. */
const some = <T extends object, O extends object>(
  all: fc.Arbitrary<T>,
  maybe: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<T & Partial<O>> =>
  fc
    .tuple(all, fc.record(maybe, { requiredKeys: [] }) as fc.Arbitrary<Partial<O>>)
    .map(([one, other]) => ({ ...one, ...other }));

const identity = some(
  fc.record({
    id,
    tenantId: id,
    serviceId: id,
    recipientId: text,
    previousId: nullable(id),
    purpose: fc.oneof(fc.constant("verify"), text),
    subject: nullable(text),
    binding: nullable(text),
    payment: nullable(fc.record({ amount: text, payee: text })),
    brand: fc.oneof(fc.constant("Countersign"), text),
    locale: fc.constantFrom("en", "de", "pt-BR"),
    clientRef: nullable(text),
    metadata: nullable(fc.dictionary(text, text)),
    policy: fc.constantFrom(defaultPolicy, { ...defaultPolicy, codeLength: 8, workflow: [] }),
    createdAt: time,
    endsAt: time,
    step: count,
    sends: count,
    checks: fc.array(fc.record({ at: time, right: fc.boolean() }), { maxLength: 3 }),
  }),
  {
    autofill: fc.record({ platform: fc.constant("web" as const), host: text }),
    surface: fc.constant("anonymous" as const),
    destination: fc.constantFrom({ region: "DE" }, { region: "DE", prefix: "+4915" }),
  },
);
const pending: fc.Arbitrary<PendingVerification> = fc
  .tuple(
    identity,
    fc.record({
      status: fc.constant("pending" as const),
      generation: count,
      codeKeyId: text,
      suppliedCode: nullable(text),
      codeExpiresAt: time,
      nextStepAt: nullable(time),
    }),
  )
  .map(([one, other]) => ({ ...one, ...other }));
const settled: fc.Arbitrary<SettledVerification> = fc
  .tuple(
    identity,
    fc.record({
      status: fc.constantFrom("approved", "canceled", "expired", "exhausted", "undeliverable"),
      settledAt: time,
      settledByTenant: fc.boolean(),
    }),
  )
  .map(([one, other]) => ({ ...one, ...other }));
const recipient: fc.Arbitrary<Recipient> = some(
  fc.record({
    id: text,
    tenantId: id,
    sealedAddress: text,
    newestId: nullable(id),
    pending: fc.array(
      fc.record({
        id,
        serviceId: id,
        purpose: text,
        subject: nullable(text),
        binding: nullable(text),
        endsAt: time,
      }),
    ),
    wrongAt: times,
    sentAt: times,
    askedSends: count,
    lastAskedAt: fc.oneof(fc.constant(0), time),
    provenAt: nullable(time),
    known: fc.array(fc.record({ id: text, provenAt: time, wrongAt: times })),
    lastSeenAt: time,
  }),
  { textedAt: time, calledAt: times },
);
const delivery: fc.Arbitrary<Delivery> = some(
  fc.record({
    verificationId: id,
    sequence: fc.integer({ min: 1, max: 99 }),
    recipientId: text,
    tenantId: id,
    step: count,
    generation: count,
    channel: fc.constantFrom("sms", "voice"),
    cause: fc.constantFrom("start", "resend", "next", "automatic"),
    state: fc.constantFrom("queued", "sending", "unknown", "accepted", "delivered", "failed"),
    createdAt: time,
    dueAt: time,
    deadline: time,
    leaseOwner: nullable(text),
    leaseEpoch: count,
    attempts: fc.array(
      some(
        fc.record({
          provider: text,
          at: time,
          answer: fc.constantFrom("none", "accepted", "rejected", "notSent", "unknown"),
          providerMessageId: nullable(text),
          reason: nullable(text),
          possibleDuplicate: fc.boolean(),
        }),
        { cost: count },
      ),
      { maxLength: 3 },
    ),
  }),
  {
    encoding: fc.constantFrom("gsm7", "ucs2"),
    segments: count,
    destination: fc.constantFrom({ region: "DE" }, { region: "DE", prefix: "+4915" }),
  },
);

function there<T extends TableName>(table: T, row: Tables[T]): Tables[T] {
  const { tenantId, recipientId } = row as { tenantId?: string; recipientId?: string };
  return decodeRow(table, {
    id: rowId(table, row),
    tenantId: tenantId ?? null,
    recipientId: recipientId ?? null,
    doc: encodeRow(table, row),
  });
}

describe("rows as lists", () => {
  test.each([
    ["verification", pending],
    ["verification", settled],
    ["recipient", recipient],
    ["delivery", delivery],
  ] as const)("a %s comes back as it was", (table, rows) => {
    fc.assert(
      fc.property(rows as fc.Arbitrary<Tables[TableName]>, (row) => {
        // Rows of fast-check have no prototype.
        expect(there(table, row as never)).toStrictEqual(structuredClone(row));
      }),
      { numRuns: 300 },
    );
  });

  // What is stored is read for years: a place that moves would give old rows another meaning.
  test("every place is where the first release put it", () => {
    const [at, ends] = [1_767_268_800_000, 1_767_269_100_000];
    const kept: readonly [TableName, string, object][] = [
      [
        "verification",
        `[null,${at},${ends},"s",0,[[${at}]],1,2,"login","Acme","de",${ends},${at},"k",2,"sealed","p","u","b","c",{"a":"b"},{"amount":"EUR 1","payee":"x"},{"platform":"web","host":"h"},"anonymous"]`,
        { status: "pending", step: 1, sends: 2, generation: 2, nextStepAt: at, surface: "anonymous" },
      ],
      [
        "verification",
        `["approved",${at},${ends},"s",[0,{"codeLength":8}],[[${at},true]],null,null,null,null,null,${ends},true]`,
        { settledAt: ends, settledByTenant: true, checks: [{ at, right: true }], brand: "Countersign" },
      ],
      [
        "recipient",
        `["sealed",${at},"v",[${at}],1,${at},${at},[["v",${ends},"s",null,"u"]],${at},[${at}],[["x",${at}]],[${at}]]`,
        { askedSends: 1, textedAt: at, provenAt: at, known: [{ id: "x", provenAt: at, wrongAt: [] }] },
      ],
      [
        "delivery",
        `["unknown","t",${at},${at},${ends},1,"n",[["acme",${at},null,"m"]],1,"gsm7",1,2,"voice","next",{"price":1}]`,
        { state: "unknown", leaseOwner: "n", segments: 1, channel: "voice", cause: "next", generation: 2 },
      ],
      [
        "challenge",
        `["approved","t","s",${at},${ends},"manage","b",[["password",${at}]],${at},["totp",${at},"app"],["v","sim"]]`,
        {
          purpose: "manage",
          earlier: [{ kind: "password", authenticatorId: null, at }],
          proof: { kind: "totp", authenticatorId: "app", at },
          sent: { verificationId: "v", authenticatorId: "sim" },
        },
      ],
      [
        "challenge",
        `[null,"t","s",${at},${ends},"recover","b",null,null,null,null,null,{"wrong":2,"email":{"verificationId":"v","authenticatorId":"mail"}}]`,
        {
          purpose: "recover",
          recovery: { wrong: 2, email: { verificationId: "v", authenticatorId: "mail" } },
        },
      ],
      [
        "challenge",
        `[null,"t","s",${at},${ends},null,"b",null,null,null,null,null,null,["c",${at}]]`,
        { purpose: "login", sent: null, passkey: { challenge: "c", askedAt: at, binding: null } },
      ],
      [
        "session",
        `["ended","t","s","d",${at},${ends},[["sms",${at},"sim"]],"c",${at}]`,
        { state: "ended", digest: "d", challengeId: "c", endedAt: at },
      ],
    ];
    for (const [table, doc, expected] of kept) {
      const row = decodeRow(table, { id: "v.1", tenantId: "t", recipientId: "r", doc });
      expect(row).toMatchObject(expected);
      expect(encodeRow(table, row)).toBe(doc);
    }
  });

  test("what is as usual takes no room", () => {
    const row = decodeRow("recipient", { id: "r", tenantId: "t", doc: '["sealed",5]' });
    expect(row).toMatchObject({ pending: [], wrongAt: [], sentAt: [], known: [], newestId: null });
    expect(encodeRow("recipient", { ...row, pending: [], wrongAt: [] })).toBe('["sealed",5]');
  });

  test("a list that lacks what has no usual value is refused by its name", () => {
    const stored = { id: "r", tenantId: "t", doc: "[]" };
    expect(() => decodeRow("recipient", stored)).toThrow("a row lacks its sealedAddress");
  });
});
