import assert from "node:assert/strict";
import type { OutgoingMessage, Provider } from "../delivery/index.ts";
import type { ProviderAnswer } from "../verification/index.ts";
import type { TestKit } from "./store-conformance.ts";

/**
 * What the carrier behind the provider does with the next message: takes it, refuses it for good, refuses it for now,
 * never answers, takes it and loses the answer, takes it and sends a receipt.
 */
export type ProviderCase = "accepted" | "rejected" | "notSent" | "silent" | "lost" | "receipt";

/** A provider before a carrier that is about to do what was asked for, and what the carrier knows. */
export interface OpenedProvider {
  readonly provider: Provider;
  /** A number that the carrier knows. */
  readonly to: string;
  /** Texts that arrived, in any order. */
  received(): readonly string[] | Promise<readonly string[]>;
  /** Receipts so far, by the reference that the message was sent with; asked only of providers that have them. */
  receipts?(): Promise<readonly { readonly reference: string; readonly status: string }[]>;
  /** With `notSent`: what the carrier asks to wait; absent where it cannot. */
  readonly retryAfterMs?: number;
  close?(): Promise<void>;
}

export type OpenProvider = (what: ProviderCase) => Promise<OpenedProvider>;

const code = "907351";
const reference = "019a0000-0000-7000-8000-000000000001.1";
/** A carrier on this machine takes milliseconds; what hangs must fail its test by name, not by the runner's limit. */
const patienceMs = 2_000;

/**
 * What every `Provider` keeps, as tests of your own runner (D-3, D-5, D-6):
 *
 *     import { describe, test } from "vitest";
 *     providerConformance({ describe, test }, "acme", async (what) => openAcmeBeforeFake(what));
 *
 * `open` stands the provider before a scripted carrier; the suite calls it with each case.
 */
export function providerConformance(kit: TestKit, name: string, open: OpenProvider): void {
  const check = (
    title: string,
    what: ProviderCase,
    body: (opened: OpenedProvider) => Promise<void>,
  ): void => {
    kit.test(title, async () => {
      const opened = await open(what);
      try {
        await quietly(() => body(opened));
      } finally {
        await opened.close?.();
      }
    });
  };
  kit.describe(`provider conformance: ${name}`, () => {
    answerChecks(check);
    unknownChecks(check);
    receiptChecks(check);
  });
}

type Check = (title: string, what: ProviderCase, body: (opened: OpenedProvider) => Promise<void>) => void;

function answerChecks(check: Check): void {
  check(
    "D-5: accepted: the message arrived, and the answer has the carrier's id",
    "accepted",
    async (opened) => {
      const given = await send(opened);
      assert.equal(given.type, "accepted");
      assert.ok(given.type === "accepted" && given.providerMessageId !== "");
      assert.deepEqual(await opened.received(), [messageFor(opened).text]);
    },
  );

  check("D-5: rejected: a reason of ours, and nothing arrived", "rejected", async (opened) => {
    const given = await send(opened);
    assert.ok(given.type === "refused" && given.kind === "rejected", `answered ${JSON.stringify(given)}`);
    assert.match(given.reason, /^[a-z][a-z0-9_]*$/);
    assert.deepEqual(await opened.received(), []);
  });

  check(
    "D-5: not sent: nothing arrived, and what the carrier asks to wait is told",
    "notSent",
    async (opened) => {
      const given = await send(opened);
      assert.ok(given.type === "refused" && given.kind === "notSent", `answered ${JSON.stringify(given)}`);
      assert.match(given.reason, /^[a-z][a-z0-9_]*$/);
      assert.equal(given.retryAfterMs, opened.retryAfterMs);
      assert.deepEqual(await opened.received(), []);
    },
  );
}

function unknownChecks(check: Check): void {
  for (const what of ["silent", "lost"] as const) {
    check(`D-5: ${what}: unknown, as soon as the caller gives up`, what, async (opened) => {
      const patience = new AbortController();
      let isAnswered = false;
      const given = send(opened, patience.signal).finally(() => {
        isAnswered = true;
      });
      await new Promise<void>((resolve) => setImmediate(resolve));
      assert.equal(isAnswered, false, "it answered before the carrier did");
      patience.abort("out of time");
      assert.equal((await given).type, "unknown");
    });
  }

  check("D-5: a caller that gave up before the call gets an answer too", "silent", async (opened) => {
    const given = await send(opened, AbortSignal.abort("out of time"));
    assert.notEqual(given.type, "accepted");
  });

  check("D-6: what it promises about lost answers is true", "lost", async (opened) => {
    const { idempotencyKey, lookupByReference } = opened.provider.capabilities;
    assert.equal(typeof opened.provider.lookup, lookupByReference ? "function" : "undefined");
    const lost = new AbortController();
    const first = send(opened, lost.signal);
    await new Promise<void>((resolve) => setImmediate(resolve));
    lost.abort("out of time");
    await first;
    const { signal } = new AbortController();
    if (opened.provider.lookup !== undefined) {
      assert.equal((await opened.provider.lookup(reference, signal)).type, "found");
      assert.equal((await opened.provider.lookup(`${reference}1`, signal)).type, "absent");
    }
    if (!idempotencyKey) return;
    assert.equal((await send(opened)).type, "accepted");
    assert.equal((await opened.received()).length, 1, "the same reference made a second message");
  });
}

function receiptChecks(check: Check): void {
  check("D-3: a receipt comes back with the reference of its message", "receipt", async (opened) => {
    assert.equal((await send(opened)).type, "accepted");
    if (!opened.provider.capabilities.receipts) return;
    assert.ok(opened.receipts !== undefined, "a provider with receipts is opened with a way to see them");
    const receipts = await opened.receipts();
    assert.ok(receipts.length > 0, "no receipt came");
    for (const one of receipts) {
      assert.equal(one.reference, reference);
      assert.ok(["sent", "delivered", "failed"].includes(one.status), `${one.status} is not a status`);
    }
  });
}

function messageFor({ provider, to }: OpenedProvider): OutgoingMessage {
  return {
    reference,
    channel: provider.channels[0] ?? "sms",
    to,
    text: `${code} is your Acme code.`,
    code,
    locale: "en",
    brand: "Acme",
  };
}

/** Sends, and holds every answer to what all answers keep: no throw, no code, no number (D-5, K-7). */
async function send(opened: OpenedProvider, signal?: AbortSignal): Promise<ProviderAnswer> {
  const patience = AbortSignal.timeout(patienceMs);
  let given: ProviderAnswer;
  try {
    given = await opened.provider.send(messageFor(opened), signal ?? patience);
  } catch (cause) {
    return assert.fail(`it threw instead of answering: ${String(cause)}`);
  }
  const told = JSON.stringify(given);
  assert.ok(!told.includes(code), "the answer tells the code");
  assert.ok(!told.includes(opened.to.slice(1)), "the answer tells the number");
  return given;
}

/** Whatever is printed meanwhile must not tell the code. */
async function quietly(body: () => Promise<void>): Promise<void> {
  const streams = [process.stdout, process.stderr];
  const printed: string[] = [];
  const originals = streams.map((stream) => stream.write);
  for (const [index, stream] of streams.entries()) {
    const original = originals[index];
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      printed.push(String(chunk));
      return Reflect.apply(original ?? (() => true), stream, [chunk, ...rest]) as boolean;
    }) as typeof stream.write;
  }
  try {
    await body();
  } finally {
    for (const [index, stream] of streams.entries()) {
      const original = originals[index];
      if (original !== undefined) stream.write = original;
    }
  }
  assert.ok(!printed.join("").includes(code), "it printed the code");
}
