import type {
  CancelOutcome,
  CheckOutcome,
  Outcome,
  SendOutcome,
  SettleOutcome,
} from "../verification/index.ts";
import { isFullRound, ringAlarms } from "./alarms.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { EngineParts } from "./parts.ts";
import { type DetailedView, get, type ListPage, type ListRequest, list } from "./read.ts";
import { applyReceipt, type Receipt } from "./receipts.ts";
import { type RecipientRequest, type UnlockResult, unlockRecipient } from "./recipients.ts";
import { toResult, type VerificationResult } from "./result.ts";
import { type StartRequest, type StartResult, start } from "./start.ts";
import type { Transacted } from "./transaction.ts";
import {
  type CheckRequest,
  cancel,
  check,
  next,
  resend,
  type SettleRequest,
  settle,
  type VerbRequest,
} from "./verbs.ts";

/** The verbs of Countersign. Refusals are outcomes; only faults of storage or secrets throw. */
export interface Engine {
  start(request: StartRequest): Promise<StartResult>;
  check(request: CheckRequest): Promise<VerificationResult<CheckOutcome>>;
  resend(request: VerbRequest): Promise<VerificationResult<SendOutcome>>;
  next(request: VerbRequest): Promise<VerificationResult<SendOutcome>>;
  cancel(request: VerbRequest): Promise<VerificationResult<CancelOutcome>>;
  settle(request: SettleRequest): Promise<VerificationResult<SettleOutcome>>;
  /** State, deliveries and checks; null where this caller may see none. */
  get(request: VerbRequest): Promise<DetailedView | null>;
  list(request: ListRequest): Promise<ListPage>;
  unlockRecipient(request: RecipientRequest): Promise<UnlockResult>;
  receipt(receipt: Receipt): Promise<void>;
  /** Starts the dispatcher and the jobs. */
  run(): void;
  /** One look at the outbox and the timers, now; resolves when what was due is done. For tests and tools. */
  tick(): Promise<void>;
  /** Stops taking up work and waits for what is under way; what is left stays in the outbox. */
  stop(): Promise<void>;
}

const pollMs = 250;
const purgeEveryMs = 3_600_000;
const purgePauseMs = 1_000;
const purgeRows = 500;
const settledKeptMs = 30 * 86_400_000;
const idempotencyKeptMs = 86_400_000;

export function createEngine(parts: EngineParts, owner: string): Engine {
  const dispatcher = createDispatcher(parts, owner);
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];

  /** After the commit: count it, wake the dispatcher, and answer. */
  async function finish<O extends Outcome>(
    verb: string,
    pending: Promise<Transacted<O>>,
  ): Promise<VerificationResult<O>> {
    const transacted = await pending;
    parts.meter.count("verbs", { verb, outcome: transacted.outcome.type });
    dispatcher.offer(transacted.deliveries);
    return toResult(parts, transacted);
  }

  async function loop(name: string, round: () => Promise<void>, everyMs: number): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await round();
      } catch (cause) {
        parts.log.error({ job: name, error: String(cause) }, "a job failed and will be tried again");
      }
      await parts.clock.sleep(everyMs, stopping.signal);
    }
  }

  const ring = async (): Promise<void> => {
    while (isFullRound(await ringAlarms(parts, dispatcher.offer))) {
      if (stopping.signal.aborted) return;
    }
  };

  return {
    async start(request) {
      const { result, transacted } = await start(parts, request);
      parts.meter.count("verbs", { verb: "start", outcome: result.outcome });
      if (transacted !== null) dispatcher.offer(transacted.deliveries);
      return result;
    },
    check: (request) => finish("check", check(parts, request)),
    resend: (request) => finish("resend", resend(parts, request)),
    next: (request) => finish("next", next(parts, request)),
    cancel: (request) => finish("cancel", cancel(parts, request)),
    settle: (request) => finish("settle", settle(parts, request)),
    get: (request) => get(parts, request),
    list: (request) => list(parts, request),
    unlockRecipient: (request) => unlockRecipient(parts, request),
    async receipt(receipt) {
      const update = await applyReceipt(parts, receipt);
      if (update !== null) dispatcher.offer(update.started);
    },
    run() {
      loops = [
        loop("deliveries", () => dispatcher.poll(), pollMs),
        loop("alarms", ring, pollMs),
        loop("purge", () => purgeAll(parts, stopping.signal), purgeEveryMs),
      ];
    },
    async tick() {
      await ring();
      await dispatcher.poll();
      await dispatcher.settled();
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      await dispatcher.settled();
    },
  };
}

/** Small batches with pauses, so that no request waits behind a purge (N-8). */
async function purgeAll(parts: EngineParts, signal: AbortSignal): Promise<void> {
  let more = true;
  while (more && !signal.aborted) {
    const now = parts.clock.now();
    const before = { settled: now - settledKeptMs, idempotency: now - idempotencyKeptMs };
    const counts = await parts.store.purge(before, purgeRows);
    more = Object.values(counts).some((count) => count >= purgeRows);
    if (more) await parts.clock.sleep(purgePauseMs, signal);
  }
}
