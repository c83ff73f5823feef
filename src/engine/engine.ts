import {
  createBacklog,
  createPacer,
  createRouter,
  type Demotion,
  type InboundMessage,
  type OnCarrierChange,
  type Router,
} from "../delivery/index.ts";
import type { GuardDecision } from "../guard/index.ts";
import type { E164, PhoneChannel, PhoneNumber } from "../numbers/index.ts";
import { deliveryId, key } from "../store/index.ts";
import type {
  CancelOutcome,
  CheckOutcome,
  Outcome,
  SealedRecipient,
  SendOutcome,
  SettleOutcome,
  StartOutcome,
} from "../verification/index.ts";
import { createAdmission } from "./admission.ts";
import { createArrivalWatch } from "./arrivals.ts";
import { type CarrierTotals, createCarrierTotals } from "./carrier-totals.ts";
import {
  type DeliveryListRequest,
  type DeliveryPage,
  type DeliveryView,
  getDelivery,
  listDeliveries,
} from "./deliveries.ts";
import { createDispatcher, type Dispatcher } from "./dispatcher.ts";
import { type EraseResult, eraseRecipient } from "./erase.ts";
import { type CarrierState, carrierStates, explainRoute, type RouteView } from "./explain.ts";
import { createGuard, type Guard } from "./guard.ts";
import type { CarriersOf } from "./guard-desk.ts";
import { createDoor, type Door, numberOf } from "./guard-door.ts";
import { payerOf } from "./guard-purse.ts";
import { createJobs } from "./jobs.ts";
import type { MessageRequest } from "./message-fields.ts";
import {
  getMessage,
  listMessages,
  type MessageListRequest,
  type MessageResult,
  type MessageView,
  sendMessage,
} from "./messages.ts";
import { type Heard, hearInbound, optIn } from "./opt-outs.ts";
import { type OwnText, type PreparedText, prepareOwnText } from "./own-texts.ts";
import type { EngineParts } from "./parts.ts";
import { type PreviewRequest, preview } from "./preview.ts";
import {
  type DetailedView,
  get,
  type ListPage,
  type ListRequest,
  list,
  type PendingRequest,
  pendingOf,
} from "./read.ts";
import { applyReceipt, type Receipt, type ReceiptUpdate } from "./receipts.ts";
import { type RecipientRequest, type UnlockResult, unlockRecipient } from "./recipients.ts";
import { toResult, type VerificationResult } from "./result.ts";
import { type SingleUse, useOnce } from "./single-use.ts";
import { type StartResult, start } from "./start.ts";
import type { StartRequest } from "./start-plan.ts";
import { issueTicket, type RedeemRequest, type RedeemResult, redeemTicket } from "./tickets.ts";
import type { Beside, Transacted } from "./transaction.ts";
import {
  askSend,
  type CheckRequest,
  cancel,
  check,
  type SettleRequest,
  settle,
  type VerbRequest,
} from "./verbs.ts";

/** The verbs of Countersign. Refusals are outcomes; only faults of storage or secrets throw. */
export interface Engine {
  /** What is written `beside` is of the same transaction. */
  start(
    request: StartRequest,
    beside?: Beside<StartOutcome>,
    /** Of its address, where the caller has a row of ours that says so. */
    recipient?: SealedRecipient,
  ): Promise<StartResult>;
  check(request: CheckRequest, beside?: Beside<CheckOutcome>): Promise<VerificationResult<CheckOutcome>>;
  resend(request: VerbRequest): Promise<VerificationResult<SendOutcome>>;
  next(request: VerbRequest): Promise<VerificationResult<SendOutcome>>;
  cancel(request: VerbRequest): Promise<VerificationResult<CancelOutcome>>;
  settle(request: SettleRequest): Promise<VerificationResult<SettleOutcome>>;
  /** State, deliveries and checks; null where this caller may see none. */
  get(request: VerbRequest): Promise<DetailedView | null>;
  list(request: ListRequest): Promise<ListPage>;
  /** The id of the newest pending verification of a recipient that whoever repeats the binding may go on with. */
  pendingOf(request: PendingRequest): Promise<string | null>;
  unlockRecipient(request: RecipientRequest): Promise<UnlockResult>;
  /** Removes everything the tenant has of a number. */
  eraseRecipient(request: RecipientRequest): Promise<EraseResult>;
  /** Whether a code would be sent to a number now, and why not. */
  preview(request: PreviewRequest): Promise<GuardDecision | null>;
  /** Which carrier would be asked in which order, and why. */
  explainRoute(phoneNumber: PhoneNumber, channel: PhoneChannel): RouteView;
  /** Whether anybody is there who takes messages to a number on a channel. */
  hasCarrier(phoneNumber: PhoneNumber, channel: PhoneChannel): boolean;
  /** Whether anybody is there who takes messages to e-mail addresses. */
  hasEmailCarrier(): boolean;
  /** How the carriers do, and what they did since this node started. */
  carriers(): readonly CarrierState[];
  /** Sends a text of the caller's own. */
  sendMessage(request: MessageRequest): Promise<MessageResult>;
  /** A text of ours to a proven address, to be written with the change that it tells of; null where none can go there. */
  prepareOwnText(text: OwnText): PreparedText | null;
  getMessage(request: { readonly tenantId: string; readonly id: string }): Promise<MessageView | null>;
  listMessages(request: MessageListRequest): ReturnType<typeof listMessages>;
  getDelivery(request: VerbRequest & { readonly sequence: number }): Promise<DeliveryView | null>;
  listDeliveries(request: DeliveryListRequest): Promise<DeliveryPage>;
  receipt(receipt: Receipt): Promise<void>;
  /** Texts go to a number again that answered STOP. */
  optIn(e164: E164): Promise<boolean>;
  /** A text to a number of ours; STOP and START are durable when it resolves. */
  inbound(carrier: string, message: InboundMessage): Promise<Heard>;
  /** The ticket of a verification just approved, for whoever repeats its binding. */
  issueTicket(request: VerbRequest): Promise<string | null>;
  redeemTicket(request: RedeemRequest): Promise<RedeemResult>;
  /** Uses something up: true for the first holder, also when it comes again. */
  useOnce(kind: SingleUse, id: string, holder: string): Promise<boolean>;
  /** Starts the dispatcher and the jobs. */
  run(): void;
  /** One look at the outbox and the timers, now; resolves when what was due is done. For tests and tools. */
  tick(): Promise<void>;
  /** Stops taking up work and waits for what is under way; what is left stays in the outbox. */
  stop(): Promise<void>;
}

/** What the verbs of one node stand on, put together once. */
function createWorks(parts: EngineParts, owner: string) {
  const pacer = createPacer(parts.providers);
  const backlog = createBacklog(parts.providers, pacer);
  const router = createRouter({ ...parts, onChange: tellOf(parts) });
  const carriersOf: CarriersOf = ({ e164, region }, channel) =>
    router.carriersFor(router.destinationOf(e164, region), channel).map((one) => one.id);
  const guard = parts.guard === undefined ? null : createGuard(parts, parts.guard, owner, carriersOf);
  const totals = createCarrierTotals(parts.meter);
  // With one carrier there is nobody to turn to.
  const arrivals = parts.providers.length > 1 ? createArrivalWatch(parts, router) : null;
  const works = { pacer, backlog, guard, router, arrivals, totals };
  const dispatcher = createDispatcher(parts, owner, works);
  const door = createDoor(createAdmission(parts, { backlog, router }, dispatcher.claimNew), guard);
  return { router, guard, totals, dispatcher, door, jobs: createJobs(parts, owner, dispatcher, works) };
}

/** Puts the verbs together with the jobs that work on what they leave behind. */
export function createEngine(parts: EngineParts, owner: string): Engine {
  const { router, guard, totals, dispatcher, door, jobs } = createWorks(parts, owner);

  /** After the commit: count it, wake the dispatcher, and answer. */
  async function finish<O extends Outcome>(
    verb: string,
    pending: Promise<Transacted<O>>,
  ): Promise<VerificationResult<O>> {
    const transacted = await pending;
    parts.meter.count("verbs", { verb, outcome: transacted.outcome.type });
    dispatcher.offer(transacted.deliveries, transacted);
    return toResult(parts, transacted);
  }

  return {
    async start(request, beside, recipient) {
      const { result, transacted } = await start(parts, router, door, request, { beside, recipient });
      parts.meter.count("verbs", { verb: "start", outcome: result.outcome });
      if (transacted !== null) dispatcher.offer(transacted.deliveries, transacted);
      return result;
    },
    async check(request, beside) {
      const pending = check(parts, request, beside);
      const result = await finish("check", pending);
      if (result.outcome === "approved") await tellApproved(parts, { guard, totals }, await pending);
      return result;
    },
    resend: (request) => finish("resend", askSend(parts, door, request, "resend")),
    next: (request) => finish("next", askSend(parts, door, request, "next")),
    cancel: (request) => finish("cancel", cancel(parts, request)),
    settle: (request) => finish("settle", settle(parts, request)),
    get: (request) => get(parts, request),
    list: (request) => list(parts, request),
    pendingOf: (request) => pendingOf(parts, request),
    unlockRecipient: (request) => unlockRecipient(parts, request),
    eraseRecipient: (request) => eraseRecipient(parts, request),
    issueTicket: (request) => issueTicket(parts, request),
    redeemTicket: (request) => redeemTicket(parts, request),
    useOnce: (kind, id, holder) => useOnce(parts, kind, id, holder),
    preview: (request) => preview(parts, guard, request),
    explainRoute: (phoneNumber, channel) => explainRoute(parts, router, phoneNumber, channel),
    hasCarrier: ({ e164, region }, channel) =>
      router.carriersFor(router.destinationOf(e164, region), channel).length > 0,
    hasEmailCarrier: () => router.carriersFor(undefined, "email").length > 0,
    carriers: () => carrierStates(parts, router, totals),
    prepareOwnText: (text) => prepareOwnText(parts, router, text),
    ...messageVerbs(parts, router, door, dispatcher),
    async receipt(receipt) {
      const update = await applyReceipt(parts, receipt);
      if (update === null) return;
      if (update.isNewlyDelivered) totals.delivered(update.delivery);
      if (update.owed !== 0) settleMoney(guard, update);
      dispatcher.offer(update.started);
    },
    optIn: (e164) => optIn(parts, e164),
    inbound: (carrier, message) => hearInbound(parts, carrier, message),
    run: () => jobs.run(),
    async tick() {
      await jobs.ring();
      await dispatcher.poll();
      await dispatcher.settled();
    },
    async stop() {
      await jobs.stop();
      await dispatcher.settled();
      await parts.webhooks?.stop();
      await guard?.stop();
    },
  };
}

type MessageVerb = "sendMessage" | "getMessage" | "listMessages" | "getDelivery" | "listDeliveries";

/** Texts of the caller's own, and what became of every message. */
function messageVerbs(
  parts: EngineParts,
  router: Router,
  door: Door,
  dispatcher: Dispatcher,
): Pick<Engine, MessageVerb> {
  return {
    async sendMessage(request) {
      const { result, transacted } = await sendMessage(parts, router, door, request);
      parts.meter.count("verbs", { verb: "sendMessage", outcome: result.type });
      if (transacted !== null) dispatcher.offer(transacted.deliveries);
      return result;
    },
    getMessage: (request) => getMessage(parts, request),
    listMessages: (request) => listMessages(parts, request),
    getDelivery: (request) => getDelivery(parts, request),
    listDeliveries: (request) => listDeliveries(parts, request),
  };
}

/**
 * What was sent for a code that came back is no sign of an attack; an answer replayed counts nothing. Of those who proved
 * themselves before, the guard has counted no messages: to count their approvals would make room for as many of others.
 */
async function tellApproved(
  parts: EngineParts,
  { guard, totals }: { readonly guard: Guard | null; readonly totals: CarrierTotals },
  { verification, recipient, replayed, isFirstProof }: Transacted<Outcome>,
): Promise<void> {
  // The virtual phones cost nothing, and nobody asks what became of it.
  if (guard === null || replayed || verification === null || recipient === null) return;
  const phoneNumber = isFirstProof === true ? numberOf(parts, recipient) : null;
  if (phoneNumber !== null) guard.approved(verification.tenantId, phoneNumber, verification.sends);
  try {
    const delivery = await parts.store.get(key("delivery", deliveryId(verification.id, verification.sends)));
    if (delivery !== undefined) totals.approved(delivery);
  } catch {
    // The approval holds; only a count is missing.
  }
}

/** What the carrier says a message costs, in place of what was held for it. */
function settleMoney(guard: Guard | null, { delivery, owed }: ReceiptUpdate): void {
  if (guard === null || delivery.guard === undefined) return;
  const { pool } = delivery.guard;
  if (owed > 0) guard.charge(payerOf(delivery), { cost: owed, pool });
  else guard.release(payerOf(delivery), { cost: -owed, pool }, delivery.createdAt);
}

/** Tells the operator of a carrier that falls behind, and when it is back. */
function tellOf({ log, meter }: EngineParts): OnCarrierChange {
  return (carrier, channel, change) => {
    const what = typeof change === "string" ? change : "demoted";
    meter.count("carrier_changes", { carrier, channel, change: what });
    const fields = { event: "carrier", carrier, channel, change: what };
    switch (what) {
      case "open":
        log.error(fields, "a carrier does not take messages: others are asked before it");
        break;
      case "demoted":
        log.error(
          { ...fields, ...(change as Demotion) },
          "far fewer of a carrier's messages arrive than usual: others are asked before it",
        );
        break;
      default:
        log.info(fields, "a carrier is asked again as before");
    }
  };
}
