import assert from "node:assert/strict";
import type { JoinedReceipt, OutgoingMessage } from "../delivery/index.ts";
import type { WireFault } from "../standins/index.ts";
import type { ProviderAnswer } from "../verification/index.ts";
import { type OpenedProvider, type ProviderCase, providerConformance } from "./provider-conformance.ts";
import type { TestKit } from "./store-conformance.ts";

/** What the carrier's wire does with the next message, beside what every carrier may do with it. */
export type CarrierCase = ProviderCase | WireFault;

/** A provider before a scripted server that speaks its carrier's wire, on a clock that the suite turns. */
export interface OpenedCarrier extends OpenedProvider {
  /** What came through the callbacks, in order. */
  readonly joined: readonly JoinedReceipt[];
  /** The statuses that the carrier's callbacks were answered with. */
  readonly callbackStatuses: readonly number[];
  advance(ms: number): Promise<void>;
  /** Resolves when it is so; rejects after a bound. */
  until(isSo: () => boolean): Promise<void>;
}

export type OpenCarrier = (what: CarrierCase) => Promise<OpenedCarrier>;

/** One row of a carrier's table of refusals. */
export interface CarrierRefusal {
  readonly status: number;
  readonly code?: string;
  readonly retryAfter?: string;
  /** Null: nobody knows whether it was sent. */
  readonly means: {
    readonly kind: "rejected" | "notSent";
    readonly reason: string;
    readonly retryAfterMs?: number;
  } | null;
}

const code = "907351";
const reference = "019a0000-0000-7000-8000-000000000002.3";
const timeoutMs = 5_000;

/**
 * What a provider over HTTP keeps beside `providerConformance`, which it includes: every refusal of its table, an
 * answer that is late, cut short or garbage, receipts that are early, lost or forged (D-3, D-5, W-10).
 */
export function carrierConformance(
  kit: TestKit,
  name: string,
  open: OpenCarrier,
  refusals: readonly CarrierRefusal[],
): void {
  providerConformance(kit, name, open);
  const check = (title: string, what: CarrierCase, body: (opened: OpenedCarrier) => Promise<void>): void => {
    kit.test(title, async () => {
      const opened = await open(what);
      try {
        await body(opened);
      } finally {
        await opened.close?.();
      }
    });
  };
  kit.describe(`carrier conformance: ${name}`, () => {
    for (const refusal of refusals) refusalCheck(check, refusal);
    answerChecks(check);
    receiptChecks(check);
  });
}

type Check = (title: string, what: CarrierCase, body: (opened: OpenedCarrier) => Promise<void>) => void;

function refusalCheck(check: Check, { means, ...wire }: CarrierRefusal): void {
  const named = [wire.status, wire.code, wire.retryAfter && `Retry-After ${wire.retryAfter}`]
    .filter((one) => one !== undefined)
    .join(" ");
  const meaning = means === null ? "unknown" : `${means.kind}, ${means.reason}`;
  check(`D-5: ${named}: ${meaning}`, { type: "refuse", ...wire }, async (opened) => {
    const given = await send(opened);
    if (means === null) assert.equal(given.type, "unknown");
    else assert.deepEqual(given, { type: "refused", ...means });
    assert.deepEqual(await opened.received(), []);
  });
}

function answerChecks(check: Check): void {
  for (const type of ["cut", "garbage"] as const) {
    check(
      `D-5: an answer that is ${type} is unknown, for the message may have left`,
      { type },
      async (opened) => {
        assert.equal((await send(opened)).type, "unknown");
        assert.equal((await opened.received()).length, 1);
      },
    );
  }

  check(
    "D-5: an answer that takes longer than 5 s is unknown, when they are over",
    { type: "slow", delayMs: timeoutMs + 1_000 },
    async (opened) => {
      const pending = send(opened);
      let isAnswered = false;
      void pending.finally(() => {
        isAnswered = true;
      });
      let arrived = 0;
      await opened.until(() => {
        void Promise.resolve(opened.received()).then((all) => {
          arrived = all.length;
        });
        return arrived === 1;
      });
      await opened.advance(timeoutMs - 1);
      assert.equal(isAnswered, false, "it gave up too early");
      await opened.advance(1);
      assert.equal((await pending).type, "unknown");
    },
  );
}

function receiptChecks(check: Check): void {
  check(
    "W-10: receipts that come before the answer are not lost",
    { type: "receiptFirst" },
    async (opened) => {
      assert.equal((await send(opened)).type, "accepted");
      if (!opened.provider.capabilities.receipts) return;
      await opened.until(() => opened.joined.length >= 2);
      assert.ok(opened.joined.every((one) => one.reference === reference));
      assert.equal(opened.joined.at(-1)?.status, "delivered");
    },
  );

  check("D-3: receipts that never come change nothing", { type: "receiptLost" }, async (opened) => {
    assert.equal((await send(opened)).type, "accepted");
    await opened.advance(60_000);
    assert.deepEqual(opened.joined, []);
  });

  check("W-10: forged receipts are refused and have no effect", { type: "receiptForged" }, async (opened) => {
    assert.equal((await send(opened)).type, "accepted");
    if (!opened.provider.capabilities.receipts) return;
    await opened.until(() => opened.callbackStatuses.length >= 1);
    assert.ok(
      opened.callbackStatuses.every((one) => one === 401 || one === 403),
      `answered ${opened.callbackStatuses.join(", ")}`,
    );
    assert.deepEqual(opened.joined, []);
  });
}

async function send({ provider, to }: OpenedCarrier): Promise<ProviderAnswer> {
  const message: OutgoingMessage = {
    reference,
    channel: provider.channels[0] ?? "sms",
    to,
    text: `${code} is your Acme code.`,
    code,
    locale: "en",
    brand: "Acme",
  };
  return await provider.send(message, new AbortController().signal);
}
