import { isDeepStrictEqual } from "node:util";
import type { Delivery } from "../../../src/verification/index.ts";
import type { Journal } from "../journal.ts";
import type { CarrierCall, Change, Commit, Records } from "../records.ts";

type DeliveryChange = Extract<Change, { table: "delivery" }>;

interface Both {
  readonly before: Delivery;
  readonly after: Delivery;
  readonly reference: string;
}

/** I5, I7, I12 and D-2 to D-12 between two states of one delivery. */
export function checkDelivery(
  records: Records,
  journal: Journal,
  commit: Commit,
  { before, after }: DeliveryChange,
): void {
  if (after === null) {
    journal.violate("I6", "a delivery was removed");
    return;
  }
  const reference = `${after.verificationId}.${after.sequence}`;
  if (before === undefined) {
    checkNew(records, journal, after, reference);
    if (after.state === "sending") {
      // Claimed in the transaction that made it: held to all that a claim is held to.
      const queued: Delivery = { ...after, state: "queued", leaseEpoch: 0, leaseOwner: null, attempts: [] };
      checkClaim(records, journal, commit, { before: queued, after, reference });
    }
    return;
  }
  const both = { before, after, reference };
  // A message that a carrier gave up may arrive all the same, and then its receipt says so.
  const isLate =
    before.state === "failed" && after.state === "delivered" && records.receiptsGiven.has(reference);
  const closed = ["failed", "dropped", "delivered"].includes(before.state) && !isLate;
  journal.expect(
    !closed || isDeepStrictEqual(before, after),
    "D-12",
    () => `${reference} was ${before.state} and became ${after.state}`,
  );
  journal.expect(
    before.generation === after.generation &&
      before.deadline === after.deadline &&
      before.step === after.step,
    "D-1",
    () => `what is fixed of ${reference} has changed`,
  );
  if (after.state === "sending") checkClaim(records, journal, commit, both);
  else checkAnswer(records, journal, commit, both);
}

function checkNew(records: Records, journal: Journal, after: Delivery, reference: string): void {
  journal.expect(
    (after.state === "queued" && after.leaseEpoch === 0 && after.attempts.length === 0) ||
      (after.state === "sending" && after.leaseEpoch === 1 && after.attempts.length === 1),
    "D-1",
    () => `${reference} began as ${after.state}`,
  );
  if (after.cause !== "automatic") return;
  const twins = records
    .deliveriesOf(after.verificationId)
    .filter((one) => one.cause === "automatic" && one.step === after.step);
  journal.expect(twins.length <= 1, "I7", () => `step ${after.step} of ${reference} started twice by itself`);
}

/** The intent to send, committed before the call (D-2): of something that may still be sent (D-8), by one node (I12). */
function checkClaim(records: Records, journal: Journal, commit: Commit, both: Both): void {
  const { before, after, reference } = both;
  const lease = `${reference}#${after.leaseEpoch}`;
  const holder = records.leases.get(lease);
  journal.expect(
    holder === undefined && after.leaseEpoch === before.leaseEpoch + 1 && after.leaseOwner === commit.owner,
    "I12",
    () => `lease ${lease} was taken by ${after.leaseOwner}, held by ${holder ?? "nobody"}`,
  );
  records.leases.set(lease, after.leaseOwner ?? "");
  const verification = records.verificationOf(after);
  const isLive =
    verification?.status === "pending" &&
    commit.now < verification.endsAt &&
    verification.generation === after.generation;
  journal.expect(
    isLive,
    "D-8",
    () => `${reference} is sent for a verification that is ${verification?.status}`,
  );
  journal.expect(commit.now < after.deadline, "D-8", () => `${reference} is sent after its deadline`);
  journal.expect(
    before.state === "queued" || before.state === "unknown",
    "D-7",
    () => `${reference} was claimed while ${before.state}`,
  );
  const open = after.attempts.filter((one) => one.answer !== "rejected" && one.answer !== "notSent");
  journal.expect(
    open.length <= 2,
    "I5",
    () => `${reference} is sent a ${open.length}th time without an answer`,
  );
  const duplicates = after.attempts.filter((one, index) => index > 0 && one.possibleDuplicate);
  journal.expect(
    open.length < 2 || duplicates.length > 0,
    "D-6",
    () => `${reference} may arrive twice and is not marked so`,
  );
}

function checkAnswer(records: Records, journal: Journal, commit: Commit, both: Both): void {
  const { before, after, reference } = both;
  if (after.state === "queued" && after.leaseOwner !== null) records.ways.slotsAwaited += 1;
  if (isLookUp(both)) {
    checkLookUp(records, journal, commit, both);
    return;
  }
  journal.expect(
    after.leaseEpoch === before.leaseEpoch,
    "I12",
    () => `the lease of ${reference} moved without a claim`,
  );
  const hasReceipt = records.receiptsGiven.has(reference);
  if (before.state === "sending" && before.leaseOwner !== commit.owner && !hasReceipt) {
    const tookOver = after.state === "unknown" && commit.now >= before.dueAt;
    journal.expect(
      tookOver,
      "D-4",
      () => `${reference} was written as ${after.state} by a node that does not hold its lease`,
    );
  }
  const isHeld = before.state === "unknown" && before.leaseOwner !== null && commit.now < before.dueAt;
  if (isHeld && before.leaseOwner !== commit.owner && !hasReceipt) {
    journal.violate("D-4", `the look-up of ${reference} was written by a node that does not hold its lease`);
  }
  if (hasReceipt) return;
  const calls = records.calls.get(reference) ?? [];
  for (const [index, attempt] of after.attempts.entries()) {
    const wrong = contradiction(
      attempt,
      calls.filter((one) => one.attempt === index),
      calls.filter((one) => one.attempt <= index),
    );
    journal.expect(wrong === null, "D-5", () => `attempt ${index} of ${reference} ${wrong}`);
  }
}

/** Claimed to be asked for, not to be sent: it stays `unknown`, under a lease of its own (D-6). */
function isLookUp({ before, after }: Both): boolean {
  return before.state === "unknown" && after.state === "unknown" && after.leaseEpoch !== before.leaseEpoch;
}

function checkLookUp(records: Records, journal: Journal, commit: Commit, both: Both): void {
  const { before, after, reference } = both;
  const lease = `${reference}#${after.leaseEpoch}`;
  journal.expect(
    !records.leases.has(lease) &&
      after.leaseEpoch === before.leaseEpoch + 1 &&
      after.leaseOwner === commit.owner,
    "I12",
    () => `lease ${lease} was taken by ${after.leaseOwner} to look up`,
  );
  records.leases.set(lease, after.leaseOwner ?? "");
  records.ways.lookups += 1;
  journal.expect(
    isDeepStrictEqual(before.attempts, after.attempts),
    "D-6",
    () => `the look-up of ${reference} changed its attempts`,
  );
}

/** What the row says of an attempt must be what the carrier knows of it. */
function contradiction(
  attempt: Delivery["attempts"][number],
  calls: readonly CarrierCall[],
  upToThen: readonly CarrierCall[],
): string | null {
  switch (attempt.answer) {
    case "accepted": {
      // A look-up goes by the reference, which all attempts share.
      const fits = upToThen.some(
        (one) => one.messageId === attempt.providerMessageId && one.carrier === attempt.provider,
      );
      return fits ? null : "is written as accepted, but no such call was";
    }
    case "rejected":
      return calls.some((one) => one.answer === "refused") ? null : "is written as rejected, but nobody did";
    case "notSent":
      return calls.some((one) => one.arrives) ? "is written as not sent, but the message arrived" : null;
    default:
      return null;
  }
}
