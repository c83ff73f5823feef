import type { OutgoingMessage } from "../../src/delivery/index.ts";
import type { Receipt } from "../../src/engine/index.ts";
import {
  type LookupAnswer,
  type PendingVerification,
  type ProviderAnswer,
  unreachable,
} from "../../src/verification/index.ts";
import type { Chance } from "./chance.ts";
import type { CarrierAnswer, CarrierFaults, CarrierTraits } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { Line } from "./node.ts";
import type { CarrierCall, Records } from "./records.ts";
import type { Timeline } from "./timeline.ts";

/** What arrived on a phone. */
export interface Arrived {
  readonly number: string;
  readonly code: string;
  readonly reference: string;
  readonly verificationId: string;
}

export interface CarrierParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly journal: Journal;
  readonly records: Records;
  readonly traits: CarrierTraits;
  readonly faults: () => CarrierFaults;
  readonly codeOf: (verification: PendingVerification) => string;
  readonly onArrived: (arrived: Arrived) => void;
  readonly onReceipt: (receipt: Receipt) => void;
}

/** A carrier gets no call for a verification that was settled longer ago than a lease lasts. */
const leaseMs = 15_000;

/** Two carriers that answer as their plan says, tell the phones, and send receipts in any order, or none. */
export function createCarriers(parts: CarrierParts): Line[] {
  const state = { sent: 0 };
  return (["north", "south"] as const).map((id, nth) => {
    const ratePerSecond = parts.traits.rates[nth] ?? null;
    if (ratePerSecond !== null) parts.records.rates.set(id, ratePerSecond);
    return {
      id,
      channels: ["sms", "voice"],
      ...(ratePerSecond === null ? {} : { ratePerSecond }),
      send: (message, owner) => take(parts, state, id, message, owner),
      ...(parts.traits.lookups[nth] === true ? { lookup: (reference) => lookUp(parts, id, reference) } : {}),
    };
  });
}

/** What the carrier knows by a reference: the newest message that it took, whatever it answered then. */
function lookUp(parts: CarrierParts, id: string, reference: string): Promise<LookupAnswer> {
  const { chance, journal, records, timeline } = parts;
  const known = records.calls.get(reference)?.findLast((one) => one.carrier === id && one.isTaken);
  const fails = chance.happens(parts.faults().lookupFails);
  const how = fails ? chance.pick(["unknown", "hang", "throw"] as const) : "answer";
  journal.note(`${id} is asked for ${reference}: ${how}, ${known?.messageId ?? "nothing"}`);
  if (how === "hang") return new Promise(() => undefined);
  if (how === "throw") return Promise.reject(new Error("the carrier's answer could not be read"));
  const answer: LookupAnswer =
    how === "unknown"
      ? { type: "unknown" }
      : known === undefined
        ? { type: "absent" }
        : { type: "found", providerMessageId: known.messageId };
  return new Promise((resolve) => {
    timeline.after(chance.between(20, 1_500), () => resolve(answer));
  });
}

const arriving: readonly CarrierAnswer[] = ["accept", "unknownDelivered", "hangDelivered", "late"];

function take(
  parts: CarrierParts,
  state: { sent: number },
  id: string,
  message: OutgoingMessage,
  owner: string,
): Promise<ProviderAnswer> {
  const { chance, journal, records } = parts;
  const answer = chance.weighted(parts.faults().answers);
  const isLost = answer === "accept" && chance.happens(parts.faults().failedReceipt);
  state.sent += 1;
  const call: CarrierCall = {
    carrier: id,
    reference: message.reference,
    messageId: `${id}-${state.sent}`,
    code: message.code ?? "",
    attempt: (records.deliveries.get(message.reference)?.attempts.length ?? 0) - 1,
    arrives: arriving.includes(answer) && !isLost,
    isTaken: arriving.includes(answer),
    answer: "none",
  };
  journal.note(`${id} gets ${message.reference} with ${message.code} from ${owner} and will ${answer}`);
  checkCall(parts, message, call, owner);
  checkRate(parts, id, owner);
  const earlier = records.calls.get(message.reference);
  if (earlier === undefined) records.calls.set(message.reference, [call]);
  else earlier.push(call);
  if (call.arrives) arrive(parts, message);
  const answered = answerOf(parts, call, answer);
  if (call.arrives || isLost) sendReceipts(parts, call, isLost);
  return answered;
}

/** What must hold whenever something leaves: I5, I12, D-2, D-8, and one code a generation. */
function checkCall(parts: CarrierParts, message: OutgoingMessage, call: CarrierCall, owner: string): void {
  const { records, journal, timeline } = parts;
  const { reference } = message;
  const delivery = records.deliveries.get(reference);
  const verification = delivery === undefined ? undefined : records.verificationOf(delivery);
  if (delivery === undefined || verification === undefined) {
    journal.violate("D-1", `${reference} was sent without its rows`);
    return;
  }
  const now = timeline.wall();
  const holds =
    (delivery.state === "sending" && delivery.leaseOwner === owner) ||
    (records.receiptsGiven.has(reference) && delivery.state !== "queued");
  journal.expect(holds, "D-2", () => `${reference} was sent by ${owner} while ${delivery.state}`);
  journal.expect(now < delivery.deadline, "D-8", () => `${reference} was sent after its deadline`);
  const settledAt = records.settledAt.get(verification.id);
  journal.expect(
    settledAt === undefined || Math.abs(now - settledAt) <= leaseMs,
    "D-8",
    () =>
      `${reference} was sent ${now - (settledAt ?? 0)} ms after its verification was ${verification.status}`,
  );
  const name = `${verification.id}#${delivery.generation}`;
  const code = records.codes.get(name) ?? call.code;
  records.codes.set(name, code);
  const isDerived =
    verification.status !== "pending" ||
    verification.generation !== delivery.generation ||
    parts.codeOf(verification) === call.code;
  journal.expect(
    code === call.code && isDerived && message.text.replaceAll(", ", "").includes(code),
    "D-6",
    () => `${reference} carries ${call.code}, its generation has ${code}`,
  );
  const earlier = records.calls.get(reference) ?? [];
  journal.expect(
    earlier.filter((one) => one.arrives).length + (call.arrives ? 1 : 0) <= 2,
    "I5",
    () => `${reference} arrives a third time`,
  );
}

/** A slot is used so late at most; then another one is taken. */
const slotLapseMs = 1_000;
const callsRemembered = 16;

/**
 * Each node keeps to each carrier's rate (D-8). Slots keep their distance; between a slot and its call a node may stand
 * still, as long as its lease lasts.
 */
function checkRate({ records, journal, timeline }: CarrierParts, id: string, owner: string): void {
  const rate = records.rates.get(id);
  if (rate === undefined) return;
  const now = timeline.wall();
  const name = `${owner}#${id}`;
  const calledAt = [...(records.calledAt.get(name) ?? []), now].slice(-callsRemembered);
  records.calledAt.set(name, calledAt);
  for (const [index, at] of calledAt.entries()) {
    const later = calledAt.length - 1 - index;
    journal.expect(
      now - at >= (later * 1_000) / rate - slotLapseMs - leaseMs,
      "D-8",
      () => `${later + 1} messages to ${id} in ${now - at} ms, at ${rate} a second`,
    );
  }
}

function arrive(parts: CarrierParts, message: OutgoingMessage): void {
  const { reference, to, code } = message;
  const arrived: Arrived = {
    number: to,
    code: code ?? "",
    reference,
    verificationId: reference.slice(0, reference.lastIndexOf(".")),
  };
  parts.timeline.after(parts.chance.between(10, 4_000), () => parts.onArrived(arrived));
}

function answerOf(
  { chance, timeline }: CarrierParts,
  call: CarrierCall,
  kind: CarrierAnswer,
): Promise<ProviderAnswer> {
  const later = (ms: number, answer: ProviderAnswer): Promise<ProviderAnswer> =>
    new Promise((resolve) => {
      timeline.after(ms, () => {
        call.answer = answer.type;
        resolve(answer);
      });
    });
  const soon = chance.between(20, 1_500);
  const accepted: ProviderAnswer = { type: "accepted", providerMessageId: call.messageId };
  switch (kind) {
    case "accept":
      return later(soon, accepted);
    case "reject":
      return later(soon, { type: "refused", kind: "rejected", reason: "carrier_rejected" });
    case "notSent": {
      const wait = chance.happens(0.3) ? { retryAfterMs: chance.between(100, 40_000) } : {};
      return later(soon, { type: "refused", kind: "notSent", reason: "carrier_unreachable", ...wait });
    }
    case "unknownDelivered":
    case "unknownLost":
      return later(soon, { type: "unknown", detail: "connection closed before the answer" });
    case "hangDelivered":
    case "hangLost":
      return new Promise(() => undefined);
    case "late":
      return later(chance.between(5_001, 600_000), accepted);
    case "throw":
      return Promise.reject(new Error("the carrier's answer could not be read"));
    default:
      return unreachable(kind);
  }
}

function sendReceipts(parts: CarrierParts, call: CarrierCall, isLost: boolean): void {
  const { chance, timeline } = parts;
  const plan = parts.faults();
  if (!isLost && !chance.happens(plan.receipts)) return;
  const statuses = isLost ? (["sent", "failed"] as const) : (["sent", "delivered"] as const);
  for (const status of statuses) {
    const times = chance.happens(plan.receiptTwice) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const ms = chance.happens(plan.receiptBeforeAnswer) ? chance.between(0, 30) : chance.between(1, 30_000);
      timeline.after(ms, () =>
        parts.onReceipt({ reference: call.reference, status, providerMessageId: call.messageId }),
      );
    }
  }
}
